/** One call in flight that any number of callers wait for. */
export interface SharedCall<T> {
  /** Joins the call, starting it when none is in flight. */
  join(signal: AbortSignal): Promise<T>;
  /** The call in flight, if there is one. */
  readonly inFlight: boolean;
}

/**
 * Shares calls of `run`. A caller that cancels leaves the others undisturbed; when the last one has left,
 * the call itself is cancelled.
 */
export function createSharedCall<T>(run: (signal: AbortSignal) => Promise<T>): SharedCall<T> {
  let current: { promise: Promise<T>; controller: AbortController; waiting: number } | undefined;

  const start = () => {
    const controller = new AbortController();
    const call = { promise: run(controller.signal), controller, waiting: 0 };
    const forget = () => {
      if (current === call) current = undefined;
    };
    call.promise.then(forget, forget);
    return call;
  };

  return {
    async join(signal) {
      signal.throwIfAborted();
      const call = current ??= start();
      call.waiting++;
      try {
        return await unlessAborted(call.promise, signal);
      } finally {
        if (--call.waiting === 0 && signal.aborted) {
          if (current === call) current = undefined;
          call.controller.abort(signal.reason);
        }
      }
    },
    get inFlight() {
      return current !== undefined;
    },
  };
}

/** The promise's outcome, or the signal's reason if that comes first. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const cancelled = Promise.withResolvers<never>();
  const onAbort = () => cancelled.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, cancelled.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
