/** Bytes from `start` up to, and without, `end`. */
export type ByteRange = readonly [start: number, end: number];

/** Which bytes of a file are there: ranges in order, apart from each other. */
export class ByteRanges {
  #ranges: ByteRange[] = [];

  constructor(ranges: readonly ByteRange[] = []) {
    for (const [start, end] of ranges) this.add(start, end);
  }

  /** Bytes there in all. */
  get totalBytes(): number {
    return this.#ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  /** Bytes there from the beginning on, up to the first gap. */
  get contiguousBytes(): number {
    const [first] = this.#ranges;
    return first?.[0] === 0 ? first[1] : 0;
  }

  /** Adds bytes; those that are there already may be among them. */
  add(start: number, end: number): void {
    if (!(start < end)) return;
    const apart = this.#ranges.filter(([from, to]) => to < start || from > end);
    const touching = this.#ranges.filter(([from, to]) => to >= start && from <= end);
    const joined: ByteRange = [
      Math.min(start, ...touching.map(([from]) => from)),
      Math.max(end, ...touching.map(([, to]) => to)),
    ];
    this.#ranges = [...apart, joined].sort(([a], [b]) => a - b);
  }

  /** The first bytes that are missing here, at most `lengthBytes` of them, before `sizeBytes`. */
  firstGap(sizeBytes: number, lengthBytes: number): ByteRange | undefined {
    let start = 0;
    for (const [from, to] of this.#ranges) {
      if (from > start) return cut(start, Math.min(from, sizeBytes), lengthBytes);
      start = to;
    }
    return cut(start, sizeBytes, lengthBytes);
  }

  /** Without what lies beyond `sizeBytes`. */
  within(sizeBytes: number): ByteRanges {
    return new ByteRanges(this.#ranges.map(([start, end]) => [start, Math.min(end, sizeBytes)]));
  }

  toJSON(): readonly ByteRange[] {
    return this.#ranges;
  }
}

function cut(start: number, end: number, lengthBytes: number): ByteRange | undefined {
  return start < end ? [start, Math.min(end, start + lengthBytes)] : undefined;
}
