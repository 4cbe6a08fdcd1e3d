import {
  ApiError,
  AuthError,
  InventoryError,
  LockedError,
  NetworkError,
  PluginError,
  ResponseError,
  StorageError,
  UsageError,
} from "./errors.ts";

/** What the process tells its caller. A contract: scripts and schedulers branch on these numbers. */
export const ExitCode = {
  /** Everything asked for is held. */
  done: 0,
  unexpected: 1,
  usage: 2,
  /** Credentials or scope refused. */
  auth: 3,
  /** Finished, but some files or windows failed. */
  incomplete: 4,
  /** Zoom unreachable, or its daily limit reached. */
  unavailable: 5,
  /** Full, read-only or not writable. */
  storage: 6,
  plugin: 7,
  /** Stopped on purpose at a limit, more to do. */
  limit: 8,
  /** Another run holds the archive. */
  locked: 9,
  interrupted: 130,
} as const;

/** The exit code an error that ended a run stands for. */
export function exitCodeOf(error: unknown): number {
  // Which rights the program has is said on its command line.
  if (error instanceof UsageError || error instanceof Deno.errors.NotCapable) return ExitCode.usage;
  if (error instanceof AuthError) return ExitCode.auth;
  if (error instanceof ApiError || error instanceof NetworkError || error instanceof ResponseError) {
    return ExitCode.unavailable;
  }
  if (error instanceof StorageError || error instanceof InventoryError) return ExitCode.storage;
  if (error instanceof PluginError) return ExitCode.plugin;
  if (error instanceof LockedError) return ExitCode.locked;
  return ExitCode.unexpected;
}
