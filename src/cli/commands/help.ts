import { UsageError } from "../../core/errors.ts";
import { commands, findCommand } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { renderHelp } from "../help.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { suggest } from "../../core/suggest.ts";

/** `help [COMMAND]`. */
export function help({ positionals }: ParsedFlags, context: CliContext): Promise<number> {
  return showHelp(positionals[0] ?? "extract", context);
}

/**
 * Prints the help of a command on stdout.
 *
 * @throws {UsageError} When there is no such command.
 */
export async function showHelp(name: string, context: CliContext): Promise<number> {
  const command = findCommand(name);
  if (!command) throw unknownCommand(name);
  const columns = context.stdout.isTerminal ? context.size().columns : 0;
  context.stdout.write(
    renderHelp(command, { columns, style: createStyle(wantsColor(context.stdout, context)) }),
  );
  if (command.name === "extract" && await hasDropIns(context)) {
    const { pluginHelp } = await import("../plugins/plugin_help.ts");
    context.stdout.write(await pluginHelp(context));
  }
  return 0;
}

/** The error for a first argument that is no command. */
export function unknownCommand(name: string): UsageError {
  const names = commands.map((command) => command.name);
  const meant = suggest(name, names);
  return new UsageError(`Cannot run "${name}": no such command`, {
    value: name,
    hint: meant ? `did you mean ${meant}?` : `commands are ${names.join(", ")}`,
  });
}

/** Looks for files of one's own in `./plugins`, without loading anything: the help has to be quick. */
async function hasDropIns({ cwd, rights }: CliContext): Promise<boolean> {
  // Not by `node:path`: loading it takes longer than all the rest.
  const folder = cwd === "" ? "plugins" : `${cwd}/plugins`;
  if (!rights.has({ kind: "read", value: folder })) return false;
  const { bundledNames } = await import("../plugins/bundled_names.ts");
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const bare = name.replace(/\.ts$/, "").replaceAll("_", "-");
      if (!/^[_.]|_test\.[jt]s$/.test(name) && bare !== "mod" && !bundledNames.includes(bare)) return true;
    }
  } catch {
    // No such folder.
  }
  return false;
}
