import { AppError, toError } from "./errors.ts";
import { exitCodeOf } from "./exit_code.ts";

/** One thing that was looked at before a run, and how it is. */
export interface Finding {
  /** What was looked at: `credentials`, `scopes`, … */
  readonly check: string;
  readonly level: "ok" | "warning" | "error" | "skipped";
  /** How it is; no final period. */
  readonly message: string;
  /** The way out. */
  readonly remedy?: string;
  /** With which exit code a run would end for it; 0 unless it is an error. */
  readonly exitCode: number;
}

/** A finding that costs a run nothing. */
export function finding(
  check: string,
  level: Exclude<Finding["level"], "error">,
  message: string,
  remedy?: string,
): Finding {
  return { check, level, message, exitCode: 0, ...(remedy === undefined ? {} : { remedy }) };
}

/** A failure as a finding, with the exit code a run would end with for it. */
export function failureFinding(check: string, thrown: unknown, changes: Partial<Finding> = {}): Finding {
  const error = toError(thrown);
  const remedy = thrown instanceof AppError ? thrown.hint : undefined;
  return {
    check,
    level: "error",
    message: error.message,
    exitCode: exitCodeOf(thrown),
    ...(remedy === undefined ? {} : { remedy }),
    ...changes,
  };
}
