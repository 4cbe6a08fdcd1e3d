/** A signal that ends with the caller's, or after `timeoutMs`, unless `clear()` comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True when the time ran out. */
  readonly expired: boolean;
  /** Lets go: neither the time nor the caller's signal has an effect any more. */
  clear(): void;
}

/**
 * Starts the time.
 *
 * Not by `AbortSignal.any()`: what that and `fetch()` tie to a signal that lives as long as the run stays in memory until
 * the next full collection, which is tens of megabytes of small files away.
 */
export function startDeadline(timeoutMs: number, signal: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new DOMException("timed out", "TimeoutError"));
  }, timeoutMs);
  const onAbort = () => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
