import type { LogLevel } from "../core/config.ts";
import { ExitCode } from "../core/exit_code.ts";
import type { CliContext } from "./context.ts";

const levels = new WeakMap<CliContext, LogLevel>();

/** Notes the level once it is known, for what is told after the command has ended, or without its options. */
export function rememberLevel(context: CliContext, level: LogLevel): void {
  levels.set(context, level);
}

/** True when the causes of an expected error are to be shown. */
export function isVerbose(context: CliContext): boolean {
  return levels.get(context) === "DEBUG";
}

/** True when only what went wrong is to be printed: a scheduler sends every line to somebody. */
export function isQuiet(context: CliContext): boolean {
  const level = levels.get(context);
  return level === "WARNING" || level === "ERROR";
}

/** Tells people how a command came out, unless all is well and only what went wrong is to be printed. */
export function tellOutcome(
  text: string,
  { exitCode, context }: { exitCode: number; context: CliContext },
): void {
  if (exitCode !== ExitCode.done || !isQuiet(context)) context.stderr.write(`${text}\n`);
}
