import { ExitCode, exitCodeOf } from "../core/exit_code.ts";

/** What each exit code says; the table of the help and of the README. */
export const exitCodes: readonly (readonly [code: number, meaning: string])[] = [
  [ExitCode.done, "everything asked for is held"],
  [ExitCode.unexpected, "something unexpected happened"],
  [ExitCode.usage, "the command line, a variable or the configuration is wrong"],
  [ExitCode.auth, "credentials or a scope were refused"],
  [ExitCode.incomplete, "finished, but some files or windows failed"],
  [ExitCode.unavailable, "Zoom cannot be reached, or its daily limit is used up"],
  [ExitCode.storage, "storage: full, read-only or not writable"],
  [ExitCode.plugin, "a plugin could not be loaded"],
  [ExitCode.limit, "stopped on purpose at a limit, more to do"],
  [ExitCode.locked, "another run holds this archive"],
  [ExitCode.interrupted, "interrupted"],
];

/**
 * Exit code for what ended a command.
 *
 * @param signal the command's signal: its own cancellation is 130
 */
export function exitCodeFor(thrown: unknown, signal?: AbortSignal): number {
  return isInterruption(thrown, signal) ? ExitCode.interrupted : exitCodeOf(thrown);
}

/** True for the reason of an interrupted command, and for what cancelled calls throw in its place. */
export function isInterruption(thrown: unknown, signal?: AbortSignal): boolean {
  if (!signal?.aborted) return false;
  return thrown === signal.reason || (thrown instanceof DOMException && thrown.name === "AbortError");
}
