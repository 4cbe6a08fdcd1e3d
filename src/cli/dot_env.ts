import { parseEnv } from "node:util";
import { UsageError } from "../core/errors.ts";
import { fileState } from "./config_file.ts";
import { optionRows } from "./options.ts";
import { inFolder } from "./paths.ts";
import { suggest } from "./suggest.ts";

/** What `.env` of a folder says; empty when there is none, or when it may not be read. */
export interface DotEnv {
  readonly values: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/**
 * Reads `.env`.
 *
 * @throws {UsageError} When it is there and the operating system refuses to read it.
 */
export async function readDotEnv(cwd: string): Promise<DotEnv> {
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

/** Some tools keep a folder of that name; a denied file counts as unset, as a denied variable does. */
function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory ||
    error instanceof Deno.errors.NotCapable;
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
