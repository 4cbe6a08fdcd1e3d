/**
 * Download addresses from this run's listing, in memory only.
 *
 * Bounded, because memory must not grow with the account: an address that is not here costs one call per
 * meeting, nothing else.
 */
export class UrlCache {
  readonly #urls = new Map<string, string>();
  readonly #capacity: number;

  constructor(capacity = 20_000) {
    this.#capacity = capacity;
  }

  put(key: string, url: string): void {
    if (this.#urls.size < this.#capacity || this.#urls.has(key)) this.#urls.set(key, url);
  }

  /** Shows the address and keeps it. */
  peek(key: string): string | undefined {
    return this.#urls.get(key);
  }

  /** Hands the address out once: a second attempt asks Zoom for a fresh one. */
  take(key: string): string | undefined {
    const url = this.#urls.get(key);
    this.#urls.delete(key);
    return url;
  }
}
