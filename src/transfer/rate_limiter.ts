import { type Clock, systemClock } from "../core/clock.ts";

/** A ceiling that all transfers of a run share. */
export interface RateLimiter {
  readonly bytesPerSecond: number;
  /** Resolves when `sizeBytes` that were just received are paid for; rejects with the signal's reason. */
  take(sizeBytes: number, signal: AbortSignal): Promise<void>;
}

/**
 * A token bucket holding a quarter of a second's worth of bytes, served in the order of the calls.
 *
 * @param bytesPerSecond more than 0
 */
export function createRateLimiter(bytesPerSecond: number, clock: Clock = systemClock): RateLimiter {
  if (!(bytesPerSecond > 0)) throw new RangeError(`Cannot limit to ${bytesPerSecond} bytes per second`);
  const burstMs = 250;
  let paidUntilMs = -Infinity;
  let lastMs = -Infinity;
  return {
    bytesPerSecond,
    async take(sizeBytes, signal) {
      signal.throwIfAborted();
      const nowMs = clock.now();
      // The machine's clock was set back: the debt stays what it was.
      if (nowMs < lastMs) paidUntilMs -= lastMs - nowMs;
      lastMs = nowMs;
      paidUntilMs = Math.max(paidUntilMs, nowMs - burstMs) + sizeBytes * 1000 / bytesPerSecond;
      const waitMs = paidUntilMs - nowMs;
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    },
  };
}
