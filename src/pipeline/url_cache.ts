/** Room for some hundred thousand addresses of Zoom's usual length, outside the heap. */
const defaultSize = { chunks: 256, chunkBytes: 64 * 1024 };
/** Of an address in its chunk: how long it is, in two bytes. */
const headBytes = 2;

interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  usedBytes: number;
  /** How many of its addresses are still wanted. */
  wanted: number;
}

/**
 * Download addresses from this run's listing, in memory only.
 *
 * Bounded, because memory must not grow with the account: an address that is not here costs one call per
 * meeting, nothing else. They lie packed in chunks of bytes, where they cost what they are long and the garbage
 * collector nothing; a chunk is used again once all of its addresses are taken.
 */
export class UrlCache {
  readonly #places = new Map<string, number>();
  readonly #chunks: Chunk[] = [];
  readonly #free: number[] = [];
  readonly #size: { readonly chunks: number; readonly chunkBytes: number };
  #current = -1;

  constructor(size: { readonly chunks: number; readonly chunkBytes: number } = defaultSize) {
    this.#size = size;
  }

  put(key: string, url: string): void {
    this.#drop(key);
    const text = new TextEncoder().encode(url);
    const chunk = this.#chunkFor(headBytes + text.length);
    if (!chunk) return;
    const offset = chunk.usedBytes;
    chunk.bytes.set([text.length & 0xff, text.length >> 8], offset);
    chunk.bytes.set(text, offset + headBytes);
    chunk.usedBytes += headBytes + text.length;
    chunk.wanted++;
    this.#places.set(key, this.#current * this.#size.chunkBytes + offset);
  }

  /** Shows the address and keeps it. */
  peek(key: string): string | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const { bytes } = this.#chunkAt(place);
    const offset = place % this.#size.chunkBytes;
    const length = (bytes[offset] ?? 0) + (bytes[offset + 1] ?? 0) * 256;
    const start = offset + headBytes;
    return new TextDecoder().decode(bytes.subarray(start, start + length));
  }

  /** Hands the address out once: a second attempt asks Zoom for a fresh one. */
  take(key: string): string | undefined {
    const url = this.peek(key);
    this.#drop(key);
    return url;
  }

  #drop(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    const chunk = this.#chunkAt(place);
    if (--chunk.wanted > 0) return;
    chunk.usedBytes = 0;
    const index = this.#indexOf(place);
    if (index !== this.#current) this.#free.push(index);
  }

  #indexOf(place: number): number {
    return Math.floor(place / this.#size.chunkBytes);
  }

  #chunkAt(place: number): Chunk {
    const chunk = this.#chunks[this.#indexOf(place)];
    if (!chunk) throw new RangeError(`No chunk at ${place}`);
    return chunk;
  }

  /** The chunk that is being filled, or the next one where it has no room; none when all are full. */
  #chunkFor(sizeBytes: number): Chunk | undefined {
    const { chunks, chunkBytes } = this.#size;
    if (sizeBytes > chunkBytes) return undefined;
    const current = this.#chunks[this.#current];
    if (current && current.usedBytes + sizeBytes <= chunkBytes) return current;
    const free = this.#free.pop();
    if (free !== undefined) this.#current = free;
    else if (this.#chunks.length < chunks) {
      this.#current = this.#chunks.push({ bytes: new Uint8Array(chunkBytes), usedBytes: 0, wanted: 0 }) - 1;
    } else return undefined;
    return this.#chunks[this.#current];
  }
}
