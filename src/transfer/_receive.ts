import { TransferError } from "../core/errors.ts";
import type { OpenedFile } from "../core/source.ts";
import { BodyReader } from "./_body_reader.ts";
import type { HeldBytes } from "./_held_bytes.ts";
import { checkContent, checkContentType, type ExpectedFile, headSizeBytes } from "./check_content.ts";
import type { RateLimiter } from "./rate_limiter.ts";

/** What lets bytes of two attempts belong together. */
export interface FileVersion {
  readonly validator?: string;
  readonly sizeBytes?: number;
}

interface ReceiveOptions {
  readonly held: HeldBytes;
  readonly file: ExpectedFile;
  /** Version of the bytes held. */
  readonly version: FileVersion;
  readonly idleTimeoutMs: number;
  readonly largestReadBytes: number;
  readonly isPatient: boolean;
  readonly limiter?: RateLimiter | undefined;
  readonly signal: AbortSignal;
  /** The answer is accepted: what is held from now on is of this version. */
  readonly onAccepted: (version: FileVersion) => void;
  readonly onProgress: (sizeBytes: number | undefined) => void;
}

/** Takes one answer to its end. Bytes that turn out not to be the file are dropped before the error is thrown. */
export async function receive(opened: OpenedFile, options: ReceiveOptions): Promise<void> {
  await using reader = new BodyReader(opened.body, {
    ...options,
    largestReadBytes: Math.min(options.largestReadBytes, roomFor(opened)),
  });
  const { held } = options;
  checkContentType(opened.contentType);
  await refuseMisfit(opened, options);
  const isRestart = opened.offset === 0 && held.offset > 0;
  const first = isRestart ? await beginAnew(opened, options, reader) : undefined;
  const version = versionAfter(opened, options.version);
  options.onAccepted(version);
  let pending = isRestart ? Promise.resolve(first) : reader.read();
  try {
    for (let piece; (piece = await pending) !== undefined;) {
      const { byteLength } = piece;
      pending = options.limiter === undefined
        ? reader.read()
        : options.limiter.take(byteLength, options.signal).then(() => reader.read());
      // Whoever fails first ends the attempt; the other outcome is of no interest then.
      pending.catch(() => {});
      await refuseSurplus(version, held, byteLength);
      await held.append(piece, opened.contentType);
      reader.recycle(piece);
      options.onProgress(version.sizeBytes);
    }
    checkLength(version, held);
    held.checkWhole(opened.contentType);
  } catch (error) {
    if (isContentFailure(error)) await held.restart();
    throw error;
  }
}

/** Memory that a small file is worth: nine of ten are a few KiB. */
function roomFor({ sizeBytes = Infinity, offset }: OpenedFile): number {
  return Math.max(4096, sizeBytes - offset);
}

/** The answer starts at 0 although more is held: looks at it before that is given up for it. */
async function beginAnew(
  opened: OpenedFile,
  options: ReceiveOptions,
  reader: BodyReader,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const first = await reader.read();
  const head = first?.subarray(0, headSizeBytes) ?? new Uint8Array();
  const isWhole = first === undefined || first.byteLength === opened.sizeBytes;
  checkContent(head, options.file, { isWhole, contentType: opened.contentType });
  await options.held.restart();
  return first;
}

/** Drops what is held when the answer continues something else. */
async function refuseMisfit(opened: OpenedFile, options: ReceiveOptions): Promise<void> {
  if (opened.offset === 0) return;
  const { held, version } = options;
  const expected = held.offset;
  const misfit = opened.offset !== expected
    ? `it starts at byte ${opened.offset} instead of ${expected}`
    : isOtherVersion(opened, version)
    ? "the file has changed since"
    : undefined;
  if (misfit === undefined) return;
  await held.restart();
  throw new TransferError(`Cannot continue at byte ${expected}: ${misfit}`, {
    code: "range",
    expected: String(expected),
    received: String(opened.offset),
  });
}

function isOtherVersion(opened: OpenedFile, version: FileVersion): boolean {
  const { validator, sizeBytes } = opened;
  if (version.validator !== undefined && validator !== undefined && validator !== version.validator) {
    return true;
  }
  if (version.sizeBytes === undefined) return false;
  if (sizeBytes !== undefined) return sizeBytes !== version.sizeBytes;
  // A range answer that hides the total can still be trusted when its validator fits.
  return validator === undefined || version.validator === undefined;
}

async function refuseSurplus(version: FileVersion, held: HeldBytes, addedBytes: number): Promise<void> {
  const sizeBytes = version.sizeBytes ?? Infinity;
  const received = held.offset + addedBytes;
  if (received <= sizeBytes) return;
  await held.restart();
  throw wrongLength(sizeBytes, received);
}

function checkLength({ sizeBytes }: FileVersion, held: HeldBytes): void {
  if (sizeBytes !== undefined && held.offset !== sizeBytes) throw wrongLength(sizeBytes, held.offset);
}

function wrongLength(expected: number, received: number): TransferError {
  return new TransferError(`Cannot accept the file: ${received} bytes instead of "${expected}"`, {
    code: "truncated",
    expected: String(expected),
    received: String(received),
  });
}

/** What is known of the bytes held from now on; an answer that goes on with them may say less than earlier ones did. */
function versionAfter(opened: OpenedFile, before: FileVersion): FileVersion {
  return {
    ...(opened.offset > 0 ? before : {}),
    ...(opened.validator === undefined ? {} : { validator: opened.validator }),
    ...(opened.sizeBytes === undefined ? {} : { sizeBytes: opened.sizeBytes }),
  };
}

function isContentFailure(error: unknown): boolean {
  return error instanceof TransferError && ["html", "json_error", "content"].includes(error.code);
}
