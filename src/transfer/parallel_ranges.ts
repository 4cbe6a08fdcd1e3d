/** How a large file may use more than one connection. */
export interface ParallelRanges {
  /** Connections for one file, at most; the first one included. */
  readonly most: number;
  /** Smaller files arrive in one stream. */
  readonly minSizeBytes: number;
  /** No range is shorter, the last one apart. @default {8 MiB} */
  readonly minRangeBytes?: number;
  /** What came since is made durable and told after so many bytes, or seconds: what a kill costs. @default {32 MiB} */
  readonly durableEveryBytes?: number;
  /** Resolves when one more connection is free; the result gives it back. Rejects with the signal's reason. */
  spare(signal: AbortSignal): Promise<() => void>;
  /** True while somebody else waits for a connection: an additional one ends with its range then. */
  isWanted(): boolean;
}

const mebibyte = 1024 ** 2;

/** Length of the next range: long enough to be worth a request, short enough that all connections end together. */
export function rangeLength(leftBytes: number, connections: number, minRangeBytes = 8 * mebibyte): number {
  const share = Math.ceil(leftBytes / (2 * connections));
  return Math.min(64 * mebibyte, Math.max(minRangeBytes, share));
}
