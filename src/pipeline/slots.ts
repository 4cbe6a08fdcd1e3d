/** How many transfers may run at once: fixed, or following what the line gives. */
export class Slots {
  readonly #adaptive: boolean;
  readonly #max: number;
  #limit: number;
  #used = 0;
  #goodSinceChange = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param max a number, or `auto`: begins at 2, grows to 16 while files complete, halves when Zoom pushes back */
  constructor(max: number | "auto") {
    this.#adaptive = max === "auto";
    this.#max = max === "auto" ? 16 : max;
    this.#limit = max === "auto" ? 2 : max;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Resolves when a slot is free and takes it; rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#used < this.#limit) {
      this.#used++;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(resolve);
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      const index = this.#waiting.indexOf(resolve);
      if (index >= 0) this.#waiting.splice(index, 1);
    }
  }

  release(): void {
    this.#used--;
    this.#wake();
  }

  /** A file came through: one more slot for every slot's worth of good files. */
  grow(): void {
    if (!this.#adaptive || ++this.#goodSinceChange < this.#limit || this.#limit >= this.#max) return;
    this.#limit++;
    this.#goodSinceChange = 0;
    this.#wake();
  }

  /** Zoom or the network pushed back. */
  shrink(): void {
    if (!this.#adaptive) return;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#goodSinceChange = 0;
  }

  #wake(): void {
    while (this.#used < this.#limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#used++;
      next();
    }
  }
}
