import type { FileHook } from "../core/plugin.ts";
import { createHash } from "node:crypto";
import { type Clock, isoSeconds } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { AppError, errorCode, isCancellation, toError, TransferError } from "../core/errors.ts";
import type { EventListener } from "../core/events.ts";
import type { FileRef, ZoomAccount } from "../core/listing.ts";
import { roomLogger } from "../core/log.ts";
import { redactText } from "../core/redact.ts";
import { disposition } from "../core/retry.ts";
import type { OpenedFile, OpenOptions } from "../core/source.ts";
import type { Receipt, Sink, SinkWriter } from "../core/sink.ts";
import { type FileRow, type Inventory, toCandidate } from "../inventory/mod.ts";
import {
  type ByteRange,
  ByteRanges,
  type ParallelRanges,
  type RateLimiter,
  transferFile,
  type TransferOutcome,
} from "../transfer/mod.ts";
import type { Limits, Reservation } from "./limits.ts";
import type { UrlCache } from "./url_cache.ts";

const log = roomLogger("pipeline");

/** What fetching files needs. */
export interface FetchContext {
  readonly config: Config;
  readonly runId: string;
  readonly inventory: Inventory;
  readonly account: Pick<ZoomAccount, "open">;
  readonly sink: Sink;
  readonly urls: UrlCache;
  readonly limits: Limits;
  readonly limiter?: RateLimiter | undefined;
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly freeBytes: () => Promise<number | undefined>;
  /** Zoom or the network pushed back. */
  readonly onPushback: () => void;
  /** Bytes arrived. */
  readonly onBytes: (sizeBytes: number) => void;
  /** Several connections for a large file; one when undefined. */
  readonly parallel: ParallelRanges | undefined;
  /** A hook is due for a file; called in the transaction of the change that it is due for. */
  readonly onDue: (key: string, hook: FileHook) => void;
  /** A file is whole and checked: what it must not take the place of goes out of its way before it is written down. */
  readonly makeWay?: (row: FileRow, receipt: Receipt) => Promise<void>;
  /** Resolves when it is this file's turn to be written down: one after the other, the network in between. */
  readonly turn: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** How one file came out. */
export type FetchOutcome =
  | { readonly status: "completed"; readonly receivedBytes: number }
  | { readonly status: "failed" | "gone"; readonly error: Error };

/**
 * Fetches one file: marks it, moves its bytes, proves them, names it, records it.
 *
 * In order of durable effects: bytes in the partial, what stood in their way kept, receipt in the row, final name, row
 * `completed`. Stopped between any two, the next run repairs what is left.
 *
 * @throws What must end the run: cancellation, a full disk, refused credentials. The file is `pending` again then.
 */
export async function fetchFile(row: FileRow, context: FetchContext): Promise<FetchOutcome> {
  const { inventory, runId, emit, signal } = context;
  const path = row.path ?? "";
  inventory.files.setStatus(
    row.file_key,
    { status: "active", attempts: row.attempts + 1, error: null, error_code: null, reason: null },
    runId,
  );
  try {
    const { receipt, receivedBytes } = await adoptHeld(row, context) ?? await receive(row, context);
    inventory.transaction(() => {
      inventory.files.setStatus(row.file_key, {
        status: "completed",
        file_size: receipt.sizeBytes,
        sha256: receipt.sha256,
        completed_at: isoSeconds(context.clock.now()),
      }, runId);
      context.onDue(row.file_key, "afterTransfer");
    });
    const { sizeBytes, sha256 } = receipt;
    emit({ type: "file_completed", key: row.file_key, path, sizeBytes, sha256, candidate: toCandidate(row) });
    return { status: "completed", receivedBytes };
  } catch (thrown) {
    if (isCancellation(thrown, signal) || disposition(thrown) === "stop") {
      inventory.files.setStatus(row.file_key, { status: "pending" }, runId);
      throw thrown;
    }
    return recordFailure(row, toError(thrown), context);
  }
}

function recordFailure(row: FileRow, error: Error, context: FetchContext): FetchOutcome {
  const { inventory, runId, emit } = context;
  const status = error instanceof TransferError && error.code === "gone" ? "gone" : "failed";
  const code = errorCode(error);
  const message = redactText(error.message);
  inventory.transaction(() => {
    inventory.files.setStatus(row.file_key, { status, error_code: code, error: message }, runId);
    if (status === "failed") context.onDue(row.file_key, "onFailure");
  });
  emit({ type: "file_failed", key: row.file_key, path: row.path ?? "", code, message });
  return { status, error };
}

/** A crash can leave a whole, proven file under its final name while its row still says `active`. */
async function adoptHeld(
  row: FileRow,
  { sink, signal }: FetchContext,
): Promise<{ receipt: Receipt; receivedBytes: number } | undefined> {
  const { sha256, file_size: sizeBytes, path } = row;
  if (sha256 === null || sizeBytes === null || path === null) return undefined;
  const held = await sink.stat(path.split("/"));
  if (held?.sizeBytes !== sizeBytes) return undefined;
  const hash = createHash("sha256");
  for await (const bytes of sink.read(path.split("/"))) {
    signal.throwIfAborted();
    hash.update(bytes);
  }
  return hash.digest("hex") === sha256 ? { receipt: { sizeBytes, sha256 }, receivedBytes: 0 } : undefined;
}

async function receive(
  row: FileRow,
  context: FetchContext,
): Promise<{ receipt: Receipt; receivedBytes: number }> {
  const { inventory, sink, limits, signal } = context;
  const modifiedMs = Date.parse(row.recording_start || row.meeting_start);
  await using writer = await sink.begin((row.path ?? "").split("/"), {
    modifiedAt: Number.isNaN(modifiedMs) ? undefined : new Date(modifiedMs),
    signal,
  });
  const held = heldOf(row, writer);
  const missingBytes = Math.max(0, (row.listed_size ?? 0) - held.sizeBytes);
  using space = limits.reserve(missingBytes, await context.freeBytes());
  const outcome = await move(row, { writer, held, space }, context);
  await context.turn();
  await context.makeWay?.(row, outcome);
  inventory.files.setReceipt(row.file_key, outcome);
  await writer.commit(outcome);
  return { receipt: outcome, receivedBytes: outcome.receivedBytes };
}

async function move(
  row: FileRow,
  { writer, held, space }: { writer: SinkWriter; held: HeldPartial; space: Reservation },
  context: FetchContext,
): Promise<TransferOutcome> {
  const { config, runId, account, urls, inventory, limits, emit, signal, clock } = context;
  const key = row.file_key;
  const path = row.path ?? "";
  const startOffset = held.sizeBytes;
  let listedUrl = urls.take(key);
  // It is this run's listing that addresses come from; the meeting's row is long.
  const wasListed = listedUrl !== undefined;
  let counted = startOffset;
  let countedBytes = 0;
  emit({ type: "file_started", key, path, offset: startOffset, sizeBytes: row.listed_size ?? undefined });
  const outcome = await transferFile({
    open: (options) => {
      const downloadUrl = listedUrl;
      // Ranges of one file share the address of the listing; a further attempt asks Zoom for a fresh one.
      if (options.until === undefined || options.refresh) listedUrl = undefined;
      const isListed = wasListed || inventory.meetings.get(row.meeting_uuid)?.seen_run === runId;
      return openOrFail(account, { ...refOf(row), isListed, downloadUrl }, options);
    },
    writer,
    file: {
      fileType: row.file_type,
      fileExtension: row.file_extension,
      ...(row.listed_size === null ? {} : { listedSizeBytes: row.listed_size }),
    },
    resume: {
      sizeBytes: row.remote_size ?? undefined,
      validator: row.remote_validator ?? undefined,
      ranges: held.ranges,
    },
    parallel: context.parallel,
    idleTimeoutMs: config.idleTimeoutMs,
    chunkSizeBytes: config.chunkSizeBytes,
    ...(context.limiter ? { limiter: context.limiter } : {}),
    signal,
    clock,
    onOpened: (remote) => inventory.files.setRemote(key, remote),
    onRanges: (ranges) => inventory.files.setRanges(key, ranges),
    onProgress: (offset, sizeBytes) => {
      // Less than before: the bytes held were dropped, and it began anew.
      const newBytes = offset < counted ? offset : offset - counted;
      counted = offset;
      countedBytes += newBytes;
      limits.received(newBytes);
      context.onBytes(newBytes);
      space.written(Math.max(0, offset - startOffset));
      emit({ type: "file_progress", key, offset, sizeBytes });
    },
    onRetry: (attempt, delayMs, error) => {
      context.onPushback();
      emit({ type: "file_retry", key, path, attempt, delayMs, message: redactText(toError(error).message) });
    },
  });
  limits.received(Math.max(0, outcome.receivedBytes - countedBytes));
  if (outcome.listedSizeMismatch) {
    log.debug("Zoom listed {path} with {listedSizeBytes} bytes, it has {sizeBytes}", {
      path,
      listedSizeBytes: row.listed_size,
      sizeBytes: outcome.sizeBytes,
    });
  }
  return outcome;
}

/** What an earlier run left of a file. */
interface HeldPartial {
  readonly sizeBytes: number;
  /** Absent where there are no gaps. */
  readonly ranges?: readonly ByteRange[];
}

function heldOf({ partial_ranges: text }: FileRow, { offset }: SinkWriter): HeldPartial {
  if (text === null) return { sizeBytes: offset };
  const ranges = JSON.parse(text) as readonly ByteRange[];
  return { sizeBytes: new ByteRanges(ranges).within(offset).totalBytes, ranges };
}

function refOf(row: FileRow): FileRef {
  return {
    meetingUuid: row.meeting_uuid,
    meetingStart: row.meeting_start,
    key: row.file_key,
    id: row.file_id ?? undefined,
    fileExtension: row.file_extension,
    fileType: row.file_type,
    recordingType: row.recording_type,
    recordingStart: row.recording_start,
  };
}

/** A mistake in opening one file, ours or the runtime's, is that file's failure: the others go on. */
async function openOrFail(
  account: FetchContext["account"],
  file: FileRef,
  options: OpenOptions,
): Promise<OpenedFile> {
  try {
    return await account.open(file, options);
  } catch (error) {
    if (options.signal.aborted || error instanceof AppError) throw error;
    const { message } = toError(error);
    throw new TransferError(`Cannot open "${file.key}": ${message}`, { code: "unexpected", cause: error });
  }
}
