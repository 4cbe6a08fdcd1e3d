import { UsageError } from "../core/errors.ts";
import { missingFlag } from "../core/grants.ts";
import type { CliContext } from "./context.ts";
import { inFolder } from "./paths.ts";
import { optionRows } from "./options.ts";
import { requireFile } from "./rights/file_rights.ts";
import { suggest } from "../core/suggest.ts";

/** What a configuration file says. */
export interface ConfigFile {
  /** Texts by long option name. */
  readonly values: ReadonlyMap<string, string>;
  /** What stands under `plugins`, as it is. */
  readonly plugins: unknown;
  readonly warnings: readonly string[];
}

/**
 * Reads a JSON object of options, keyed by their long names.
 *
 * @throws {UsageError} When the file cannot be read, is no JSON object, or holds an unknown key.
 */
export async function readConfigFile(
  context: Pick<CliContext, "cwd" | "rights">,
  path: string,
): Promise<ConfigFile> {
  const file = inFolder(context.cwd, path);
  await requireFile(path, { kind: "read", label: `--config "${path}"`, context });
  const data = parseObject(await readText(file, path), path);
  const values = new Map<string, string>();
  const { plugins, ...rest } = data;
  for (const [key, value] of Object.entries(rest)) {
    checkKey(key, path);
    values.set(key, asText(key, value, path));
  }
  const secret = optionRows.some((row) => row.secret && values.has(row.long));
  const warnings = secret && await isReadableByOthers(file)
    ? [`${path} holds credentials and other users of this machine can read it (chmod 600 ${path})`]
    : [];
  return { values, plugins, warnings };
}

async function readText(file: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new UsageError(`Cannot read --config "${path}": ${fileState(error)}`, {
      option: "config",
      value: path,
      hint: "a JSON object of options, keyed by their long names",
      cause: error,
    });
  }
}

/** Why a file could not be read, in a few words. */
export function fileState(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) {
    return `the program was started without this right (${missingFlag(error) ?? "--allow-read"})`;
  }
  return error instanceof Error ? error.message : String(error);
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let data: unknown;
  let state = "not a JSON object";
  try {
    data = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    state = `not JSON (${position(error)})`;
  }
  if (typeof data === "object" && data !== null && !Array.isArray(data)) {
    return data as Record<string, unknown>;
  }
  throw new UsageError(`Cannot read --config "${path}": ${state}`, {
    option: "config",
    value: path,
    hint: 'for example {"output-dir": "/archive", "types": ["MP4", "CHAT"]}',
  });
}

/** Where the JSON breaks, without the text around it, which may be a secret. */
function position(error: unknown): string {
  const match = /line \d+ column \d+|position \d+/.exec(String(error));
  return match ? `at ${match[0]}` : "it ends too early";
}

function checkKey(key: string, path: string): void {
  const known = optionRows
    .filter((row) => row.commands.includes("extract") || row.commands.includes("list"))
    .map((row) => row.long)
    .filter((long) => long !== "config");
  if (known.includes(key)) return;
  const meant = suggest(key, known);
  throw new UsageError(`Cannot use "${key}" in ${path}: no such option`, {
    option: key,
    hint: meant ? `did you mean "${meant}"?` : "keys are the long flags without their dashes",
  });
}

function asText(key: string, value: unknown, path: string): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) {
    const isTexts = optionRows.some((row) => row.long === key && row.kind === "texts");
    return value.join(isTexts ? "\n" : ",");
  }
  throw new UsageError(`Cannot use "${key}" in ${path}: not a text, number, boolean or array of texts`, {
    option: key,
    hint: 'for example "types": ["MP4", "CHAT"]',
  });
}

async function isReadableByOthers(file: string): Promise<boolean> {
  const { mode } = await Deno.stat(file);
  return Deno.build.os !== "windows" && mode !== null && (mode & 0o077) !== 0;
}
