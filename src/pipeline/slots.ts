import type { Clock } from "../core/clock.ts";
import { AutoLimit } from "./auto_limit.ts";

type Grant = () => void;

/** How many connections may transfer at once: a fixed number, or as many as the line is worth. */
export class Slots {
  readonly #clock: Pick<Clock, "now">;
  readonly #fixed: number | undefined;
  readonly #auto: AutoLimit;
  #used = 0;
  readonly #waiting: Grant[] = [];
  /** Additional connections of files that are under way already; files come first. */
  readonly #waitingSpares: Grant[] = [];

  /** @param max a number, or `auto`: begins at 2 and follows what arrives, at most 16 */
  constructor(max: number | "auto", clock: Pick<Clock, "now">) {
    this.#fixed = max === "auto" ? undefined : max;
    this.#clock = clock;
    this.#auto = new AutoLimit(clock.now());
  }

  get limit(): number {
    return this.#fixed ?? this.#auto.limit;
  }

  /** True while a file waits for a connection. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when a slot is free and takes it; rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<void> {
    return this.#wait(this.#waiting, signal);
  }

  /** Takes a slot that no file waits for; the result gives it back. */
  async spare(signal: AbortSignal): Promise<() => void> {
    await this.#wait(this.#waitingSpares, signal);
    return () => this.release();
  }

  release(): void {
    this.#used--;
    this.#wake();
  }

  /** Bytes arrived. */
  received(sizeBytes: number): void {
    this.#count({ bytes: sizeBytes });
  }

  /** A file came through. */
  finished(): void {
    this.#count({ files: 1 });
  }

  /** Zoom or the network pushed back. */
  shrink(): void {
    this.#auto.pushback(this.#clock.now());
  }

  #count(arrived: { bytes?: number; files?: number }): void {
    if (this.#fixed !== undefined) return;
    this.#auto.add(arrived, this.#clock.now(), this.#used >= this.limit);
    this.#wake();
  }

  async #wait(line: Grant[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      // At once: a slot that is given back in this very turn must not go to somebody who has left.
      const index = line.indexOf(resolve);
      if (index >= 0) line.splice(index, 1);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    line.push(resolve);
    this.#wake();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #wake(): void {
    while (this.#used < this.limit) {
      const next = this.#waiting.shift() ?? this.#waitingSpares.shift();
      if (!next) return;
      this.#used++;
      next();
    }
  }
}
