const windowMs = 8_000;
const sampleMs = 250;

/** Bytes per second over the last eight seconds. */
export class RateMeter {
  readonly #samples: { atMs: number; bytes: number }[] = [];
  #total = 0;

  /** @param startMs when the first byte could have come */
  constructor(startMs: number) {
    this.#samples.push({ atMs: startMs, bytes: 0 });
  }

  /** Counts `bytes` received by `nowMs`. */
  add(bytes: number, nowMs: number): void {
    this.#total += bytes;
    const last = this.#samples.at(-1);
    const before = this.#samples.at(-2);
    if (last && before && last.atMs - before.atMs < sampleMs) {
      last.atMs = nowMs;
      last.bytes = this.#total;
    } else this.#samples.push({ atMs: nowMs, bytes: this.#total });
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? nowMs) < nowMs - windowMs) {
      this.#samples.shift();
    }
  }

  /** 0 until half a second has passed, so that the first chunk does not read as a record. */
  bytesPerSecond(nowMs: number): number {
    const first = this.#samples.findLast((sample) => sample.atMs <= nowMs - windowMs) ?? this.#samples[0];
    const elapsedMs = first ? nowMs - first.atMs : 0;
    return first && elapsedMs >= 500 ? (this.#total - first.bytes) * 1000 / elapsedMs : 0;
  }
}
