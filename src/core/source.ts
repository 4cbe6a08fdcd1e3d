/** Bytes of a file, as its source gives them. */
export interface OpenedFile {
  /** Where the body really starts; 0 when the source did not honour the offset. */
  readonly offset: number;
  /** True when the answer is the range that was asked for, and ends with it. */
  readonly isRange?: boolean;
  /** Size of the whole file, when the source states it. */
  readonly sizeBytes?: number;
  /** Strong `ETag`, else `Last-Modified`: what `If-Range` needs for the next attempt. */
  readonly validator?: string;
  /** Lower case, without parameters; `""` when not stated. */
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** How to open a file. */
export interface OpenOptions {
  /** Bytes already held; 0 for the whole file. */
  readonly offset: number;
  /** Where the bytes wanted end, exclusive; the end of the file when left out. A source may give more. */
  readonly until?: number | undefined;
  /** Validator of the bytes already held. */
  readonly validator?: string | undefined;
  /** True after a refusal: get a fresh token and a fresh address first. */
  readonly refresh: boolean;
  readonly signal: AbortSignal;
}

/** Opens one file, as often as needed. */
export type OpenFile = (options: OpenOptions) => Promise<OpenedFile>;
