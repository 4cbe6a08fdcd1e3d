import type { Clock } from "../core/clock.ts";
import { ApiError, AppError, NetworkError } from "../core/errors.ts";
import { type Backoff, backoffDelayMs, defaultBackoff, disposition } from "../core/retry.ts";
import { roomLogger } from "../core/log.ts";

const log = roomLogger("http");

/** Longest wait a server can ask of one request; daily limits are another matter. */
export const maxServerWaitMs = 120_000;

/** Zoom counts per second, so a refusal for the rate is answered by one to two of them, doubling. */
const rateBackoff: Backoff = { tries: 5, baseMs: 2000, maxMs: 30_000 };

/** How a ring behaves. */
export interface RetryRingOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Asked after each failure, as the first contact deserves less patience than a later one. */
  backoff?(error: AppError): Backoff;
  /** Told about a failure for which no tries are left. */
  onExhausted?(error: AppError): void;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or its tries are spent; an error of the last kind carries
 * `exhausted: true`. The signal's reason passes through untouched.
 */
export async function retryRing<T>(attempt: () => Promise<T>, options: RetryRingOptions): Promise<T> {
  const { clock, signal } = options;
  for (let number = 1;; number++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError) || disposition(error) !== "retry") throw error;
      const isRateLimit = error instanceof ApiError && error.status === 429;
      const backoff = isRateLimit ? rateBackoff : options.backoff?.(error) ?? defaultBackoff;
      if (number >= backoff.tries) {
        const spent = exhaustedError(error, number);
        options.onExhausted?.(spent);
        throw spent;
      }
      const random = isRateLimit ? () => upperHalf(clock.random()) : () => clock.random();
      const delayMs = backoffDelayMs(number, { backoff, retryAfterMs: statedWaitMs(error), random });
      log.debug("{message}; try {next} in {delayMs} ms", {
        message: error.message,
        next: number + 1,
        delayMs,
      });
      await clock.sleep(delayMs, signal);
    }
  }
}

/**
 * The wait the server asks for. None at all is no timing: a moment that has passed comes of clocks that differ,
 * and five tries at once help nobody.
 */
function statedWaitMs(error: AppError): number | undefined {
  const waitMs = error instanceof ApiError ? error.retryAfterMs : undefined;
  return waitMs === undefined || waitMs <= 0 ? undefined : Math.min(waitMs, maxServerWaitMs);
}

/** A draw for {@linkcode backoffDelayMs} that gives at least half of its ceiling. */
function upperHalf(draw: number): number {
  return (4 + 5 * draw) / 9;
}

/** The same error, marked as one that outer rings need not try again. */
function exhaustedError(error: AppError, tries: number): AppError {
  const message = `${error.message} (${tries} tries)`;
  const common = {
    code: error.code,
    exhausted: true,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
  if (error instanceof NetworkError) return new NetworkError(message, common);
  if (error instanceof ApiError) {
    const { status, url, zoomCode, requestId, retryAfterMs } = error;
    return new ApiError(message, { ...common, status, url, zoomCode, requestId, retryAfterMs });
  }
  return error;
}
