import { UsageError } from "../../core/errors.ts";
import { terminalVariables } from "./needed_grants.ts";
import { besideSet } from "./beside_set.ts";
import { runnerVariables } from "./runner_grants.ts";

/** What the program can do without: how the terminal looks, where a person's own plugins lie, who runs it. */
const optional: readonly string[] = [
  ...terminalVariables,
  ...["XDG_CONFIG_HOME", "HOME", "APPDATA", "LC_ALL", "LC_CTYPE", "LANG"],
  ...["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
  ...runnerVariables,
];

/** Read once: they are asked for again after the right to read variables was given up. */
const remembered = new Map<string, string | undefined>();

/**
 * Reads one variable by its name. No prompt appears.
 *
 * @throws {UsageError} When it may hold an option and may not be read: what somebody has set is not passed over.
 */
export function readVariable(name: string): string | undefined {
  if (!optional.includes(name)) return read(name);
  if (!remembered.has(name)) remembered.set(name, mayRead(name) ? read(name) : undefined);
  return remembered.get(name);
}

/** Reads what the program can do without, as long as it may: some of it is asked for at the end only. */
export function rememberVariables(): void {
  for (const name of optional) readVariable(name);
}

function mayRead(name: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted";
}

function read(name: string): string | undefined {
  // "denied" is also what --ignore-env answers, which reads as unset; only a "prompt" would ask somebody.
  if (Deno.permissions.querySync({ name: "env", variable: name }).state === "prompt") throw refused(name);
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw refused(name);
    throw error;
  }
}

function refused(name: string): UsageError {
  const flag = `--allow-env=${name.startsWith("ZOOM_") ? "ZOOM_*" : name}`;
  return new UsageError(`Cannot read the variable ${name}: the program was started without this right`, {
    option: name,
    hint: `add ${flag}, or --ignore-env=${name} to do without it; ${besideSet()}`,
  });
}
