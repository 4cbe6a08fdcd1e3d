import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { allowFlags, type Grant } from "../../core/grants.ts";
import { v8Flags } from "../v8_flags.ts";

/** Where the program's first file lies, in a checkout or as a bundle. */
export function entryFile(here: string = import.meta.url, cwd: string = Deno.cwd()): string {
  const isSource = here.endsWith("/src/cli/rights/command_line.ts");
  const file = fileURLToPath(isSource ? new URL("../../../main.ts", here) : here);
  const below = relative(cwd, file);
  return below.startsWith("..") ? file : below;
}

/** The line that starts the program with these rights and as little memory as a binary, each part one argument. */
export function runLine(
  grants: readonly Grant[],
  { entry, args }: { entry: string; args: readonly string[] },
): string[] {
  // The rights of a binary are part of it.
  if (Deno.build.standalone) return [Deno.execPath(), ...args];
  return ["deno", "run", "--no-prompt", ...allowFlags(grants), v8Flags, entry, ...args];
}

/** The same line for whoever starts it in another folder, or without a `PATH` that leads to `deno`. */
export function anywhere(words: readonly string[]): string[] {
  return [Deno.execPath(), ...words.slice(1)];
}

/** Arguments as a POSIX shell reads them. */
export function shellQuote(args: readonly string[]): string {
  return args.map((arg) => /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`).join(
    " ",
  );
}
