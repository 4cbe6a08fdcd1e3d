import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Clock, isoSeconds } from "../../core/clock.ts";
import { errorCode, isCancellation, StorageError, toError, TransferError } from "../../core/errors.ts";
import type { EventListener } from "../../core/events.ts";
import type { FileHook } from "../../core/plugin.ts";
import { redactText } from "../../core/redact.ts";
import type { Receipt, SinkWriter } from "../../core/sink.ts";
import { type FileRow, toCandidate } from "../../inventory/mod.ts";
import type { FoundRow } from "../../inventory/adopt/mod.ts";
import {
  beginLinked,
  type ForeignFile,
  isUnchanged,
  openForeign,
  removeForeign,
} from "../../storage/upkeep/mod.ts";
import type { Archive } from "../../archive/mod.ts";
import { isIntact } from "../../archive/verify/mod.ts";
import type { Limits } from "../limits.ts";

/** How a file gets into the archive. */
export type AdoptBy = "link" | "copy" | "move";

/** What taking over needs. */
export interface PlaceContext {
  readonly by: AdoptBy;
  readonly archive: Pick<Archive, "root" | "inventory" | "sink" | "freeBytes">;
  readonly runId: string;
  readonly limits: Pick<Limits, "reserve">;
  readonly clock: Clock;
  readonly emit: EventListener;
  /** A hook is due for a file; called in the transaction of the change that it is due for. */
  readonly onDue: (key: string, hook: FileHook) => void;
  readonly signal: AbortSignal;
}

/** The mark in the column `reason` of a file that no run downloaded. */
export const adopted = "adopted";

/** How taking over one file came out. */
export type Placed = { readonly status: "adopted" } | {
  readonly status: "refused" | "failed";
  readonly why: string;
};

/**
 * Takes one file over: partial, digest, receipt in the row, final name, row `completed`, and only then, for a move, its
 * former name removed. Stopped between any two, the next run goes on.
 *
 * @throws What must end the run: cancellation, a full disk, a file system without links.
 */
export async function placeFile(found: FoundRow, file: ForeignFile, context: PlaceContext): Promise<Placed> {
  const { inventory } = context.archive;
  const row = inventory.files.get(found.file_key ?? "");
  if (!row?.path) return { status: "failed", why: "its recording has no place in the archive" };
  begin(row, context);
  try {
    const receipt = await bring(row, { found, file }, context);
    complete(row, receipt, context);
    if (context.by === "move") {
      // What makes the removal safe has reached the disk before it.
      inventory.files.setReceipt(row.file_key, receipt);
      await removeOriginal(row, file, context);
    }
    return { status: "adopted" };
  } catch (thrown) {
    if (inventory.files.get(row.file_key)?.status === "active") {
      inventory.files.setStatus(row.file_key, { status: "pending" }, context.runId);
    }
    if (isCancellation(thrown, context.signal) || isFatal(thrown)) throw thrown;
    const why = redactText(toError(thrown).message);
    context.emit({
      type: "file_failed",
      key: row.file_key,
      path: row.path,
      code: errorCode(thrown),
      message: why,
    });
    return { status: thrown instanceof TransferError ? "refused" : "failed", why };
  }
}

function removeOriginal(
  { path, recording_start, meeting_start }: FileRow,
  file: ForeignFile,
  { archive: { root } }: Pick<PlaceContext, "archive">,
): Promise<void> {
  const kept = join(root, ...(path ?? "").split("/"));
  return removeForeign(file, { kept, modifiedAt: dateOf(recording_start || meeting_start) });
}

function dateOf(iso: string): Date | undefined {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

/** Errors that the next file would meet as well. */
function isFatal(error: unknown): boolean {
  return error instanceof StorageError && ["disk_full", "no_links"].includes(error.code);
}

function begin(row: FileRow, { archive: { inventory }, runId, emit }: PlaceContext): void {
  // Bytes of another tool must never be gone on with as if Zoom had sent them.
  inventory.files.forgetPartial(row.file_key);
  inventory.files.setStatus(row.file_key, {
    status: "active",
    reason: null,
    error: null,
    error_code: null,
    ...(row.status === "completed" ? { file_size: null, sha256: null, completed_at: null } : {}),
  }, runId);
  const sizeBytes = row.listed_size ?? undefined;
  emit({ type: "file_started", key: row.file_key, path: row.path ?? "", offset: 0, sizeBytes });
}

function complete(
  row: FileRow,
  receipt: Receipt,
  { archive, runId, clock, emit, onDue }: PlaceContext,
): void {
  const { inventory } = archive;
  const { sizeBytes, sha256 } = receipt;
  inventory.transaction(() => {
    inventory.files.setStatus(row.file_key, {
      status: "completed",
      reason: adopted,
      attempts: 0,
      file_size: sizeBytes,
      sha256,
      completed_at: isoSeconds(clock.now()),
    }, runId);
    onDue(row.file_key, "afterTransfer");
  });
  const candidate = toCandidate(row);
  emit({ type: "file_completed", key: row.file_key, path: row.path ?? "", sizeBytes, sha256, candidate });
}

interface Source {
  readonly found: FoundRow;
  readonly file: ForeignFile;
}

async function bring(row: FileRow, source: Source, context: PlaceContext): Promise<Receipt> {
  const { by, archive: { root }, signal } = context;
  const path = (row.path ?? "").split("/");
  const linked = by === "copy" ? undefined : await beginLinked(root, path, { source: source.file, signal });
  if (linked === undefined && by === "link") {
    throw new StorageError(
      `Cannot link "${source.file.path}": it lies on another file system than the archive`,
      {
        code: "no_links",
        path: source.file.path,
        hint: "use --by copy or --by move, or an --output-dir on the same file system",
      },
    );
  }
  return linked === undefined
    ? await copyIn(row, source, context)
    : await finishLinked(row, linked, source, context);
}

/** The linked file is read once, for its digest. */
async function finishLinked(
  row: FileRow,
  linked: SinkWriter,
  source: Source,
  context: PlaceContext,
): Promise<Receipt> {
  await using writer = linked;
  try {
    const receipt = await digest(writer.read(writer.offset), row, context);
    await accept(receipt, source);
    await commit(row, writer, receipt, context);
    return receipt;
  } catch (error) {
    // A second name of somebody's file must not stay behind as a partial.
    await writer.discard();
    throw error;
  }
}

async function copyIn(row: FileRow, source: Source, context: PlaceContext): Promise<Receipt> {
  const { archive, signal, by } = context;
  await using writer = await archive.sink.begin((row.path ?? "").split("/"), {
    modifiedAt: dateOf(row.recording_start || row.meeting_start),
    signal,
  });
  using _space = context.limits.reserve(source.file.sizeBytes, await archive.freeBytes());
  await writer.truncate(0);
  try {
    const receipt = await digest(piecesOf(source.file), row, context, (bytes) => writer.write(bytes));
    await accept(receipt, source);
    await writer.flush();
    // The original is about to go: what was written counts, not what was read.
    if (by === "move") await verifyWritten(writer, receipt, row, context);
    await commit(row, writer, receipt, context);
    return receipt;
  } catch (error) {
    // Nothing tells a later run that these bytes are Zoom's.
    await writer.discard();
    throw error;
  }
}

async function commit(
  row: FileRow,
  writer: SinkWriter,
  receipt: Receipt,
  context: PlaceContext,
): Promise<void> {
  context.signal.throwIfAborted();
  context.archive.inventory.files.setReceipt(row.file_key, receipt);
  await writer.commit(receipt);
}

async function verifyWritten(
  writer: SinkWriter,
  receipt: Receipt,
  row: FileRow,
  context: PlaceContext,
): Promise<void> {
  const written = await digest(writer.read(writer.offset), row, { ...context, emit: () => {} });
  if (written.sha256 === receipt.sha256) return;
  throw new StorageError(`Cannot store "${row.path}": what was written reads back differently`, {
    code: "storage",
    path: row.path ?? "",
  });
}

/** The digest is the one stated, and the file is still what it was when it was found. */
async function accept({ sha256, sizeBytes }: Receipt, { found, file }: Source): Promise<void> {
  if (found.sha256 !== null && found.sha256 !== sha256) {
    throw new TransferError(`Cannot take over "${found.path}": its meta.json states another SHA-256`, {
      code: "content",
      expected: found.sha256,
      received: sha256,
    });
  }
  const info = await Deno.lstat(file.path);
  if (sizeBytes === file.sizeBytes && isUnchanged(file, info)) return;
  throw new StorageError(`Cannot take over "${found.path}": it changed meanwhile`, {
    code: "path",
    path: file.path,
  });
}

async function digest(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  row: FileRow,
  { emit, signal }: Pick<PlaceContext, "emit" | "signal">,
  keep: (bytes: Uint8Array<ArrayBuffer>) => Promise<void> = () => Promise.resolve(),
): Promise<Receipt> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const bytes of pieces) {
    signal.throwIfAborted();
    const kept = keep(bytes);
    hash.update(bytes);
    await kept;
    sizeBytes += bytes.byteLength;
    emit({
      type: "file_progress",
      key: row.file_key,
      offset: sizeBytes,
      sizeBytes: row.listed_size ?? undefined,
    });
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

const pieceBytes = 1024 ** 2;

async function* piecesOf(file: ForeignFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using opened = await openForeign(file);
  const buffer = new Uint8Array(pieceBytes);
  for (let count; (count = await opened.read(buffer)) !== null;) yield buffer.subarray(0, count);
}

/** Finishes a move that was stopped between the row and the removal. */
export async function finishMove(
  found: FoundRow,
  file: ForeignFile,
  { archive }: Pick<PlaceContext, "archive">,
): Promise<boolean> {
  const { inventory, root } = archive;
  const row = inventory.files.get(found.file_key ?? "");
  if (
    row?.status !== "completed" || row.reason !== adopted || !row.path || row.file_size !== file.sizeBytes
  ) {
    return false;
  }
  const [held, info] = await Promise.all([
    Deno.lstat(join(root, ...row.path.split("/"))),
    Deno.lstat(file.path),
  ]);
  const isLink = held.ino !== null && held.ino === info.ino && held.dev === info.dev;
  if (!isLink) {
    if (await sha256Of(file) !== row.sha256) return false;
    // The original may be the only good one left: what is held is read as well before it goes.
    if (
      !await isIntact({ ...row, path: row.path, path_key: row.path_key ?? "" }, {
        root,
        signal: new AbortController().signal,
      })
    ) return false;
  }
  await removeOriginal(row, file, { archive });
  return true;
}

async function sha256Of(file: ForeignFile): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of piecesOf(file)) hash.update(bytes);
  return hash.digest("hex");
}
