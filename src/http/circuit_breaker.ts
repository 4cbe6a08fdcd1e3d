/** Stops a program from hammering a network that is gone. */
export interface CircuitBreaker {
  /** True when a request may be tried; after the pause one goes ahead of all others. */
  allows(): boolean;
  /** Something answered, whatever it said. */
  succeeded(): void;
  /** A request has spent all its tries without any answer. */
  failed(): void;
}

/** When a breaker opens, and for how long. */
export interface CircuitBreakerOptions {
  /** Exhausted requests in a row that open it. @default {10} */
  readonly failures?: number;
  /** Time until one request may try again. @default {30_000} */
  readonly pauseMs?: number;
}

/** @param nowMs the current time in milliseconds since the epoch */
export function createCircuitBreaker(
  nowMs: () => number,
  options: CircuitBreakerOptions = {},
): CircuitBreaker {
  const { failures = 10, pauseMs = 30_000 } = options;
  let inARow = 0;
  let closedUntilMs = -Infinity;
  return {
    allows() {
      if (inARow < failures) return true;
      if (nowMs() < closedUntilMs) return false;
      // The one that goes ahead keeps the others waiting for its result.
      closedUntilMs = nowMs() + pauseMs;
      return true;
    },
    succeeded() {
      inARow = 0;
    },
    failed() {
      inARow++;
      if (inARow >= failures) closedUntilMs = nowMs() + pauseMs;
    },
  };
}
