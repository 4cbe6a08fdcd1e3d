import type { Order } from "../core/config.ts";
import type { FileRow, Files } from "../inventory/mod.ts";

/**
 * The files to fetch, straight from the inventory, as a stream: pulled one by one, so that nothing piles up
 * in memory however many there are.
 *
 * `newest` and `oldest` begin while the listing still goes on; `expiring` and `smallest` have to know all.
 */
export class TransferQueue {
  readonly #files: Files;
  readonly #runId: string;
  readonly #order: Order;
  #batch: FileRow[] = [];
  #listed = false;
  #wake = Promise.withResolvers<void>();

  constructor(files: Files, options: { runId: string; order: Order }) {
    this.#files = files;
    this.#runId = options.runId;
    this.#order = options.order;
  }

  /** The listing has added files. */
  notify(): void {
    this.#wake.resolve();
  }

  /** The listing has ended: nothing will be added any more. */
  close(): void {
    this.#listed = true;
    this.#wake.resolve();
  }

  /** Hands each file out once; the taker marks it `active` before it pulls the next. */
  stream(signal: AbortSignal): ReadableStream<FileRow> {
    return new ReadableStream<FileRow>({
      pull: async (controller) => {
        const row = await this.#next(signal);
        if (row) controller.enqueue(row);
        else controller.close();
      },
    }, { highWaterMark: 0 });
  }

  async #next(signal: AbortSignal): Promise<FileRow | undefined> {
    while (true) {
      signal.throwIfAborted();
      const mayStart = this.#listed || this.#order === "newest" || this.#order === "oldest";
      if (this.#batch.length === 0 && mayStart) this.#refill();
      const row = this.#batch.shift();
      if (row) return row;
      if (this.#listed) return undefined;
      await this.#sleep(signal);
    }
  }

  #refill(): void {
    // Small while the listing goes on, so that what it adds takes its place in the order.
    const limit = this.#listed ? 1_000 : 32;
    this.#batch = this.#files.nextPending(this.#runId, this.#order, limit);
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([this.#wake.promise, promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    this.#wake = Promise.withResolvers<void>();
  }
}
