/** How many generators run at once, and how far they may run ahead of the consumer. */
export interface MergeOptions {
  readonly concurrency: number;
  /** Results that may wait for the consumer. */
  readonly capacity: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a generator per item, several at once, started in the order of `items`, and yields what they yield as
 * it comes. The first failure, the signal, or a consumer that leaves stops them all before this returns.
 */
export async function* mergeConcurrently<T, R>(
  items: readonly T[],
  options: MergeOptions,
  run: (item: T, signal: AbortSignal) => AsyncIterable<R>,
): AsyncGenerator<R> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const queue = createBoundedQueue<R>(options.capacity);
  let next = 0;
  const work = async () => {
    while (next < items.length && !signal.aborted) {
      for await (const result of run(items[next++] as T, signal)) {
        if (!await queue.push(result)) return;
      }
    }
  };
  const workers = Array.from({ length: Math.min(options.concurrency, items.length) }, work);
  const finished = Promise.all(workers).then(() => queue.close(), (error) => queue.close(error));
  const onAbort = () => queue.close(options.signal.reason);
  options.signal.addEventListener("abort", onAbort, { once: true });
  try {
    options.signal.throwIfAborted();
    yield* queue;
    options.signal.throwIfAborted();
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    stop.abort(new DOMException("the listing has ended", "AbortError"));
    queue.close();
    await Promise.allSettled([...workers, finished]);
  }
}

/** Hands results from many producers to one consumer. */
interface BoundedQueue<R> extends AsyncIterable<R> {
  /** Resolves when there is room again; `false` once the queue is closed. */
  push(result: R): Promise<boolean>;
  /** Ends the iteration after what is queued, or at once with `error`. */
  close(error?: unknown): void;
}

function createBoundedQueue<R>(capacity: number): BoundedQueue<R> {
  const waiting: R[] = [];
  let state: { error?: unknown } | undefined;
  let changed = Promise.withResolvers<void>();
  const announce = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  return {
    async push(result) {
      if (state !== undefined) return false;
      waiting.push(result);
      announce();
      while (state === undefined && waiting.length >= capacity) await changed.promise;
      return state === undefined;
    },
    close(error) {
      state ??= error === undefined ? {} : { error };
      announce();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        if (state !== undefined && "error" in state) throw state.error;
        if (waiting.length > 0) {
          const result = waiting.shift() as R;
          announce();
          yield result;
        } else if (state !== undefined) return;
        else await changed.promise;
      }
    },
  };
}
