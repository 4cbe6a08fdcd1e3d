import { parseEnv } from "node:util";
import { UsageError } from "../core/errors.ts";
import type { CliContext } from "./context.ts";
import { fileState } from "./config_file.ts";
import { optionRows } from "./options.ts";
import { inFolder } from "./paths.ts";
import { requireFile } from "./rights/file_rights.ts";
import { suggest } from "../core/suggest.ts";

/** What `.env` of a folder says; empty when there is none. */
export interface DotEnv {
  readonly values: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/**
 * Reads `.env`.
 *
 * @throws {UsageError} When it cannot be read, or the program may not look for it: settings are not passed over.
 */
export async function readDotEnv(context: Pick<CliContext, "cwd" | "rights">): Promise<DotEnv> {
  const { cwd } = context;
  if (await isIgnored(inFolder(cwd, ".env"))) return { values: new Map(), warnings: [] };
  const otherwise = ", or --ignore-read=.env to do without it";
  await requireFile(".env", { kind: "read", label: '".env"', context, otherwise });
  let text: string;
  try {
    text = await Deno.readTextFile(inFolder(cwd, ".env"));
  } catch (error) {
    if (isAbsence(error)) return { values: new Map(), warnings: [] };
    throw new UsageError(`Cannot read ".env": ${fileState(error)}`, {
      hint: "make it readable or remove it",
    });
  }
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (value !== undefined) values.set(name, value);
  }
  return { values, warnings: misspelt([...values.keys()]) };
}

/** Some tools keep a folder of that name. */
function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory;
}

/** True under `--ignore-read`, which the runtime answers like "denied", but with "no such file". */
async function isIgnored(file: string): Promise<boolean> {
  if (Deno.permissions.querySync({ name: "read", path: file }).state !== "denied") return false;
  try {
    await Deno.lstat(file);
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
  return false;
}

function misspelt(names: readonly string[]): string[] {
  const known = optionRows.flatMap((row) => row.env ? [row.env] : []);
  const lower = known.map((name) => name.toLowerCase().replaceAll("_", "-"));
  return names.filter((name) => name.startsWith("ZOOM_") && !known.includes(name)).map((name) => {
    const meant = suggest(name, lower);
    const word = meant === undefined ? undefined : known[lower.indexOf(meant)];
    return `${name} in .env is not a variable of this program${word ? `: did you mean ${word}?` : ""}`;
  });
}
