import { UsageError } from "../../core/errors.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { fileState } from "../config_file.ts";
import type { CliContext } from "../context.ts";
import { inFolder } from "../paths.ts";
import { pluginTemplates } from "./plugin_templates.ts";

/** What a new plugin is. */
export type NewKind = "filter" | "naming" | "hook";

/**
 * `plugins new NAME`: a plugin that works at once and its test, in `./plugins`. Never overwrites.
 *
 * @throws {UsageError} When the name is no plugin name, or a file is in the way.
 */
export async function beginPlugin(
  name: string,
  { kind, context }: { kind: NewKind; context: CliContext },
): Promise<number> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError(`Cannot begin plugin "${name}": names are kebab-case`, {
      value: name,
      hint: "for example long-ones",
    });
  }
  const file = `${name.replaceAll("-", "_")}.ts`;
  const { plugin, test } = pluginTemplates[kind]({ name, file });
  const dir = inFolder(context.cwd, "plugins");
  await Deno.mkdir(dir, { recursive: true });
  const paths = [`plugins/${file}`, `plugins/${file.replace(/\.ts$/, "_test.ts")}`];
  for (const [index, text] of [plugin, test].entries()) {
    const path = paths[index] ?? "";
    try {
      await Deno.writeTextFile(inFolder(context.cwd, path), text, { createNew: true });
    } catch (error) {
      const state = error instanceof Deno.errors.AlreadyExists ? "it exists already" : fileState(error);
      throw new UsageError(`Cannot write "${path}": ${state}`, { value: path, hint: "choose another name" });
    }
    context.stdout.write(`${path}\n`);
  }
  context.stderr.write(
    `Next: zoom-extract plugins check ${paths[0]}, then run as always: it takes part by itself\n`,
  );
  return ExitCode.done;
}
