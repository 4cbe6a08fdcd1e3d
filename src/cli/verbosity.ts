import type { LogLevel } from "../core/config.ts";
import type { CliContext } from "./context.ts";

const verbose = new WeakSet<CliContext>();

/** Notes the level once it is known, for errors that are told after the command has ended. */
export function rememberVerbosity(context: CliContext, level: LogLevel): void {
  if (level === "DEBUG") verbose.add(context);
}

/** True when the causes of an expected error are to be shown. */
export function isVerbose(context: CliContext): boolean {
  return verbose.has(context);
}
