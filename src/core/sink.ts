/** What is known of a file whose bytes were all received and checked. */
export interface Receipt {
  /** Bytes received. */
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** A place to keep files in. Paths are relative segments, already encoded and contained. */
export interface Sink {
  stat(path: readonly string[]): Promise<{ readonly sizeBytes: number } | undefined>;
  /** The bytes of a finished file, in order. */
  read(path: readonly string[]): AsyncIterable<Uint8Array<ArrayBuffer>>;
  begin(path: readonly string[], options: BeginOptions): Promise<SinkWriter>;
  /** Removes what an unfinished write of that file has left, if anything; not while one is under way. */
  discard(path: readonly string[]): Promise<void>;
}

/** How to begin a file. */
export interface BeginOptions {
  /** Modification time the finished file gets. */
  readonly modifiedAt?: Date | undefined;
  readonly signal: AbortSignal;
}

/** A place in a partial to write at; disposing closes it. */
export interface RangeWriter extends AsyncDisposable {
  /** Writes all of `bytes` behind what was written here before; they may be reused once the promise resolves. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/**
 * A file being written. Nothing is visible at its path until `commit()`; disposing without it keeps the
 * partial, so that a later attempt goes on.
 *
 * It takes writes instead of being a `WritableStream`: the transfer owns two buffers and overlaps reading
 * with writing, which a stream's queue would copy and count a second time.
 */
export interface SinkWriter extends AsyncDisposable {
  /** Bytes kept so far, those of earlier attempts included. */
  readonly offset: number;
  /** Appends all of `bytes`; they may be reused once the promise resolves. One write at a time. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /**
   * `length` of the bytes kept, in order, for hashing: a piece is good until the next one is asked for.
   *
   * @param start where they begin; the first byte when left out
   */
  read(length: number, start?: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /**
   * Opens a second place to write at, so that ranges of a file can arrive side by side; absent where bytes can only be
   * appended. Which of them are there is the caller's to know: `offset` stays what it was until `measure()`.
   */
  readonly writeFrom?: ((position: number) => Promise<RangeWriter>) | undefined;
  /** Makes `offset` the length that ranges have given the partial, gaps included. */
  readonly measure?: (() => Promise<void>) | undefined;
  /** Drops what is kept beyond `sizeBytes`. */
  truncate(sizeBytes: number): Promise<void>;
  /** Makes what was written durable under the partial's name. */
  flush(): Promise<void>;
  /** Gives the file its final name and time. Call `flush()` first. */
  commit(receipt: Receipt): Promise<void>;
  /** Removes the partial. */
  discard(): Promise<void>;
}
