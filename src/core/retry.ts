import {
  ApiError,
  AuthError,
  DailyLimitError,
  InventoryError,
  LockedError,
  NetworkError,
  ResponseError,
  StorageError,
  TransferError,
  UsageError,
} from "./errors.ts";

/**
 * What to do about a failure: `retry` after a delay, `refresh` token or address and retry, `skip` this file,
 * user or window and go on, `stop` the run.
 */
export type Disposition = "retry" | "refresh" | "skip" | "stop";

/** HTTP statuses worth trying again as they are. */
export const retryableStatuses: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/** Decides for every room what a failure calls for; the one place where retryability is written down. */
export function disposition(error: unknown): Disposition {
  if (error instanceof DailyLimitError) return "skip";
  if (error instanceof ApiError) return apiDisposition(error);
  if (error instanceof NetworkError) return error.exhausted ? "skip" : "retry";
  if (error instanceof TransferError) return transferDisposition(error);
  if (error instanceof ResponseError) return "retry";
  if (error instanceof AuthError || error instanceof UsageError) return "stop";
  if (error instanceof InventoryError || error instanceof LockedError) return "stop";
  if (error instanceof StorageError) return error.code === "path" ? "skip" : "stop";
  return "stop";
}

function apiDisposition(error: ApiError): Disposition {
  if (error.exhausted) return "skip";
  if (error.status === 401 || error.zoomCode === 124) return "refresh";
  if (error.zoomCode === 4711) return "skip";
  if (retryableStatuses.includes(error.status)) return "retry";
  if (error.status >= 500) return "retry";
  if (error.status === 403 || error.status === 404) return "refresh";
  return "skip";
}

function transferDisposition(error: TransferError): Disposition {
  switch (error.code) {
    case "truncated":
    case "stalled":
    case "range":
    case "content":
      return "retry";
    case "html":
    case "json_error":
    case "redirect":
    case "no_url":
      return "refresh";
    default:
      return "skip";
  }
}

/** Limits of one retry ring. */
export interface Backoff {
  /** Tries in all, the first included. @default {5} */
  readonly tries: number;
  /** @default {500} */
  readonly baseMs: number;
  /** @default {30_000} */
  readonly maxMs: number;
}

/** Five tries, half a second doubling up to half a minute. */
export const defaultBackoff: Backoff = { tries: 5, baseMs: 500, maxMs: 30_000 };

/**
 * How long to wait before try number `attempt + 1` (`attempt` counts from 1).
 *
 * The server's timing wins and is never jittered; otherwise full jitter over an exponential ceiling, with at
 * least a tenth of it so that a zero draw does not hammer.
 *
 * @param random uniform in [0, 1)
 */
export function backoffDelayMs(
  attempt: number,
  options: { backoff?: Backoff; retryAfterMs?: number | undefined; random: () => number },
): number {
  if (options.retryAfterMs !== undefined) return options.retryAfterMs;
  const { baseMs, maxMs } = options.backoff ?? defaultBackoff;
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.max(0, attempt - 1));
  return Math.round(ceilingMs * (0.1 + 0.9 * options.random()));
}
