import type { Order } from "../core/config.ts";
import type { FileRow, Files } from "../inventory/mod.ts";

/** Large or small files, where others hold back what waits. */
export type SizePreference = "any" | "large" | "small";

const largeBytes = 16 * 1024 ** 2;

/** Tells whether the line, and not the round trips, decides how long a file takes. */
export function isLarge({ listed_size: sizeBytes }: Pick<FileRow, "listed_size">): boolean {
  return (sizeBytes ?? 0) >= largeBytes;
}

/**
 * The files to fetch, straight from the inventory, as a stream: pulled one by one, so that nothing piles up
 * in memory however many there are.
 *
 * `newest` and `oldest` begin while the listing still goes on; `expiring` and `smallest` have to know all.
 */
export class TransferQueue {
  /** Which size a taker would rather have; asked before each file. */
  preferredSize: () => SizePreference = () => "any";
  readonly #files: Files;
  readonly #runId: string;
  readonly #order: Order;
  #batch: FileRow[] = [];
  readonly #absent = new Set<SizePreference>();
  #listed = false;
  #wake = Promise.withResolvers<void>();

  constructor(files: Files, options: { runId: string; order: Order }) {
    this.#files = files;
    this.#runId = options.runId;
    this.#order = options.order;
  }

  /** The listing has added files. */
  notify(): void {
    this.#absent.clear();
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
      const row = this.#take();
      if (row) return row;
      if (this.#listed) return undefined;
      await this.#sleep(signal);
    }
  }

  /** The first in the order that is of the preferred size; the first of all where none is. */
  #take(): FileRow | undefined {
    const preferred = this.#isStrict ? "any" : this.preferredSize();
    const [first] = this.#batch;
    // Looking for what is not there costs a walk over all that waits: once is enough until the listing adds more.
    const isAny = preferred === "any" || this.#absent.has(preferred);
    if (!first || isAny || isLarge(first) === (preferred === "large")) return this.#batch.shift();
    const index = this.#batch.findIndex((row) => isLarge(row) === (preferred === "large"));
    if (index >= 0) return this.#batch.splice(index, 1)[0];
    const size = preferred === "large" ? { fromBytes: largeBytes } : { belowBytes: largeBytes };
    const [other] = this.#files.nextPending(this.#runId, this.#order, { limit: 1, size });
    if (other) return other;
    this.#absent.add(preferred);
    return this.#batch.shift();
  }

  /** Orders that were chosen for what they are, and not for want of a better one. */
  get #isStrict(): boolean {
    return this.#order === "expiring" || this.#order === "smallest";
  }

  #refill(): void {
    // Small while the listing goes on, so that what it adds takes its place in the order.
    const limit = this.#listed ? 128 : 32;
    this.#batch = this.#files.nextPending(this.#runId, this.#order, { limit });
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
