import { type Clock, systemClock } from "../core/clock.ts";
import { StorageError, toError } from "../core/errors.ts";
import { roomLogger } from "../core/log.ts";
import { type Backoff, defaultBackoff } from "../core/retry.ts";
import type { Receipt, SinkWriter } from "../core/sink.ts";
import type { OpenFile } from "../core/source.ts";
import { AttemptBudget } from "./_attempt_budget.ts";
import { HeldBytes } from "./_held_bytes.ts";
import type { FileVersion } from "./_receive.ts";
import { Transfer } from "./_transfer.ts";
import type { ByteRange } from "./byte_ranges.ts";
import type { ExpectedFile } from "./check_content.ts";
import type { ParallelRanges } from "./parallel_ranges.ts";
import type { RateLimiter } from "./rate_limiter.ts";

const log = roomLogger("transfer");

/** One file to transfer. */
export interface TransferRequest {
  readonly open: OpenFile;
  /** Where to; what it holds already is gone on with where that is safe. Stays open, for the caller to commit. */
  readonly writer: SinkWriter;
  readonly file: ExpectedFile;
  /** Version of what `writer` holds, as an earlier `onOpened` gave it. */
  readonly resume?: {
    readonly validator?: string | undefined;
    readonly sizeBytes?: number | undefined;
    /** Which bytes are there, as `onRanges` gave it last; all of them when left out. */
    readonly ranges?: readonly ByteRange[] | undefined;
  };
  /** Several connections for a large file; one when left out, or when source or writer cannot. */
  readonly parallel?: ParallelRanges | undefined;
  /** Milliseconds without a byte before an attempt is given up. */
  readonly idleTimeoutMs: number;
  /** Upper bound of one write. */
  readonly chunkSizeBytes: number;
  /** Shared by all transfers. */
  readonly limiter?: RateLimiter | undefined;
  readonly signal: AbortSignal;
  /** @default {systemClock} */
  readonly clock?: Clock;
  /** Tries without any new byte, and the pauses between them. @default {defaultBackoff} */
  readonly backoff?: Backoff;
  /** Called after each write. */
  readonly onProgress?: (offset: number, sizeBytes: number | undefined) => void;
  /** Called before each pause; `attempt` counts from 1 and is the one that failed. */
  readonly onRetry?: (attempt: number, delayMs: number, error: Error) => void;
  /** Called when an answer is accepted: what a later process needs to go on from the partial. */
  readonly onOpened?: (version: FileVersion) => void;
  /**
   * Called with the bytes that are there durably while a file arrives in ranges, before the first gap opens, and with
   * `undefined` once there is no gap any more to know of. A later process must pass it as `resume.ranges`.
   */
  readonly onRanges?: (ranges: readonly ByteRange[] | undefined) => void;
}

/** A file that was received whole and checked. */
export interface TransferOutcome extends Receipt {
  /** Attempts made, the successful one included. */
  readonly attempts: number;
  /** Bytes taken from the source, those that were dropped again included. */
  readonly receivedBytes: number;
  /** Zoom's `file_size` said something else; the answer's own length decides (Zoom API reference: it is approximate). */
  readonly listedSizeMismatch: boolean;
}

/**
 * Brings one file from its source to a writer: tries again, goes on where it stopped, digests, checks, and flushes.
 *
 * What the writer holds is used only if `resume`, or an earlier attempt, tells its version, and dropped as soon as the source
 * shows another one. When this resolves, the bytes are complete, fit the kind of file and are durable under the
 * partial's name; `commit()` is left to the caller.
 *
 * @throws {TransferError} When the attempts are used up, or the source positively has no such file.
 * @throws {StorageError} From the writer, at once.
 * @throws The signal's reason, untouched, when it is cancelled; what was received stays in the writer.
 */
export async function transferFile(request: TransferRequest): Promise<TransferOutcome> {
  const { writer, signal, file, clock = systemClock, backoff = defaultBackoff } = request;
  signal.throwIfAborted();
  const held = new HeldBytes(writer, file, request.chunkSizeBytes);
  const transfer = new Transfer(request, held);
  const budget = new AttemptBudget({ backoff, random: () => clock.random(), offset: transfer.usableBytes });
  for (let refresh = false;;) {
    budget.begin();
    try {
      await transfer.attempt(refresh);
      break;
    } catch (error) {
      if (signal.aborted && !(error instanceof StorageError)) throw signal.reason;
      const next = budget.next(error, transfer.reached);
      // Also at the end: what was refused must not lie there for the next run.
      await transfer.prepareAfter(error);
      if (next === undefined) throw error;
      log.debug("Attempt {attempt} failed, next one in {delayMs} ms: {error}", {
        attempt: budget.attempts,
        delayMs: next.delayMs,
        error: toError(error).message,
      });
      request.onRetry?.(budget.attempts, next.delayMs, toError(error));
      await clock.sleep(next.delayMs, signal);
      refresh = next.refresh;
    }
  }
  await writer.flush();
  const receipt = held.receipt();
  const listed = file.listedSizeBytes ?? 0;
  const listedSizeMismatch = listed > 0 && listed !== receipt.sizeBytes;
  return { ...receipt, attempts: budget.attempts, receivedBytes: held.receivedBytes, listedSizeMismatch };
}
