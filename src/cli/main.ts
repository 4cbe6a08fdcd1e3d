import { UsageError } from "../core/errors.ts";
import type { Ci } from "./ci/ci.ts";
import { wantsCi } from "./ci/wants_ci.ts";
import type { CommandInfo } from "./command_info.ts";
import { findCommand } from "./commands.ts";
import { type CliContext, systemContext } from "./context.ts";
import { exitCodeFor } from "./exit_code.ts";
import { createStyle, wantsColor } from "./render/style.ts";
import { requireDeno } from "./require_deno.ts";
import { isVerbose } from "./verbosity.ts";
import { programName, version } from "./version.ts";

/**
 * Runs the program.
 *
 * @param args what follows the program's name
 * @param overrides what replaces the real terminal, environment and engine, for tests and for the demo
 * @returns the exit code; nothing is thrown
 */
export async function main(args: readonly string[], overrides: Partial<CliContext> = {}): Promise<number> {
  const base: CliContext = { ...systemContext(), ...overrides };
  const ci = wantsCi(args, base) ? await openCi(args, base) : undefined;
  const context: CliContext = ci ? { ...base, stderr: ci.stderr, ci } : { ...base, ci };
  const code = await dispatch(args, context).catch(async (error) => {
    ci?.endGroup();
    ci?.fail(error);
    await report(error, context);
    return exitCodeFor(error);
  });
  await ci?.close(code);
  return code;
}

async function openCi(args: readonly string[], context: CliContext): Promise<Ci> {
  const { Ci } = await import("./ci/ci.ts");
  const isKept = await context.stderr.isFile?.() ?? false;
  return new Ci(context, { command: commandOf(args).name, isKept });
}

async function report(error: unknown, context: CliContext): Promise<void> {
  const { renderError } = await import("./report_error.ts");
  const style = createStyle(wantsColor(context.stderr, context));
  const columns = context.stderr.isTerminal ? context.size().columns : 0;
  context.stderr.write(`${renderError(error, { style, verbose: isVerbose(context), columns })}\n`);
}

function commandOf(args: readonly string[]): { name: string; rest: readonly string[] } {
  const [first] = args;
  return first !== undefined && !first.startsWith("-")
    ? { name: first, rest: args.slice(1) }
    : { name: "extract", rest: args };
}

async function dispatch(args: readonly string[], context: CliContext): Promise<number> {
  requireDeno(context.denoVersion);
  const { name, rest } = commandOf(args);
  const options = beforeTerminator(rest);
  if (options.includes("--version") || options.includes("-V")) {
    context.stdout.write(`${programName} ${version}${context.build ? ` (${context.build.commit})` : ""}\n`);
    return 0;
  }
  const command = findCommand(name);
  if (!command || options.includes("--help") || options.includes("-h")) {
    const { showHelp } = await import("./commands/help.ts");
    return await showHelp(
      command?.name === "help" ? rest.find((arg) => !arg.startsWith("-")) ?? "help" : name,
      context,
    );
  }
  const { parseFlags } = await import("./parse_flags.ts");
  const flags = parseFlags(command.name, rest);
  checkPositionals(command, flags.positionals);
  return await (await command.load())(flags, context);
}

function beforeTerminator(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end === -1 ? args : args.slice(0, end);
}

function checkPositionals(command: CommandInfo, positionals: readonly string[]): void {
  const extra = positionals[command.positionals ?? 0];
  if (extra === undefined) return;
  const meant = findCommand(extra);
  const takes = command.name === "adopt"
    ? "takes one folder"
    : command.name === "help"
    ? "explains one command"
    : command.positionals
    ? `takes at most ${command.positionals === 1 ? "one word" : `${command.positionals} words`}`
    : "takes options only";
  throw new UsageError(`Cannot use "${extra}": zoom-extract ${command.name} ${takes}`, {
    value: extra,
    hint: command.name === "adopt"
      ? "quote a path with spaces; run it once per folder"
      : command.positionals
      ? `one command at a time: zoom-extract ${command.name} ${extra}`
      : meant
      ? `the command comes first: zoom-extract ${extra} …`
      : `see zoom-extract ${command.name} --help`,
  });
}
