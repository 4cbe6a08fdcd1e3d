/** A signal that ends with the caller's, or after `timeoutMs` unless `clear()` comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True when the time ran out. */
  readonly expired: boolean;
  /** Lifts the time limit; the caller's signal keeps its effect. */
  clear(): void;
}

/** Starts the time. */
export function startDeadline(timeoutMs: number, signal: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new DOMException("timed out", "TimeoutError"));
  }, timeoutMs);
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    get expired() {
      return expired;
    },
    clear: () => clearTimeout(timer),
  };
}
