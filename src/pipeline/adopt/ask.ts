import { isCancellation, toError } from "../../core/errors.ts";
import type { ZoomAccount } from "../../core/listing.ts";
import { redactText } from "../../core/redact.ts";
import type { SheetRow } from "../../inventory/adopt/mod.ts";
import { type ForeignFile, openForeign } from "../../storage/upkeep/mod.ts";
import type { UrlCache } from "../url_cache.ts";

/** What Zoom's storage says to a file: the same, another one, or nothing that could be relied on. */
export type Answer =
  | { readonly verdict: "same" }
  | { readonly verdict: "other" | "unclear"; readonly why: string };

/** What asking needs. */
export interface AskContext {
  readonly account: Pick<ZoomAccount, "open">;
  readonly urls: UrlCache;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Counts questions. */
  asked: number;
}

/** Bytes that are compared at each place. */
const sampleBytes = 64 * 1024;

/**
 * Holds a file against what Zoom's storage serves: its true length, and its last 64 KiB; `thorough` also 64 KiB out of its
 * middle. A smaller file is compared whole.
 *
 * @throws When it is cancelled.
 */
export async function askZoom(
  row: SheetRow,
  file: ForeignFile,
  { thorough, context }: { thorough: boolean; context: AskContext },
): Promise<Answer> {
  const { sizeBytes } = file;
  const places = [Math.max(0, sizeBytes - sampleBytes)];
  if (thorough && sizeBytes > 4 * sampleBytes) places.push(Math.floor(sizeBytes / 2));
  try {
    for (const offset of places) {
      const answer = await askAt(offset, { row, file, context });
      if (answer.verdict !== "same") return answer;
    }
    return { verdict: "same" };
  } catch (error) {
    if (isCancellation(error, context.signal)) throw error;
    return { verdict: "unclear", why: `Zoom could not be asked: ${redactText(toError(error).message)}` };
  }
}

interface Question {
  readonly row: SheetRow;
  readonly file: ForeignFile;
  readonly context: AskContext;
}

async function askAt(offset: number, { row, file, context }: Question): Promise<Answer> {
  context.asked++;
  const { sizeBytes } = file;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(context.idleTimeoutMs)]);
  const opened = await openEither(row, { offset, signal, context });
  try {
    if (opened.sizeBytes === undefined) return { verdict: "unclear", why: "Zoom does not tell its length" };
    if (opened.sizeBytes !== sizeBytes) {
      return { verdict: "other", why: `${sizeBytes} bytes, and the recording has ${opened.sizeBytes}` };
    }
    if (opened.offset !== offset) return { verdict: "unclear", why: "Zoom's storage serves no ranges" };
    const length = Math.min(sampleBytes, sizeBytes - offset);
    const [theirs, ours] = await Promise.all([take(opened.body, length), readAt(file, offset, length)]);
    const isSame = theirs.length === ours.length && theirs.every((byte, i) => byte === ours[i]);
    return isSame
      ? { verdict: "same" }
      : { verdict: "other", why: "its bytes are not those of the recording" };
  } finally {
    await opened.body.cancel().catch(() => {});
  }
}

/** The address of the listing first, then a fresh one. */
async function openEither(
  { file_key: key, file_id, meeting_uuid, meeting_start, file_extension }: SheetRow,
  { offset, signal, context }: { offset: number; signal: AbortSignal; context: AskContext },
): ReturnType<ZoomAccount["open"]> {
  const downloadUrl = context.urls.peek(key);
  const ref = {
    meetingUuid: meeting_uuid,
    meetingStart: meeting_start,
    key,
    id: file_id ?? undefined,
    fileExtension: file_extension,
    downloadUrl,
  };
  try {
    return await context.account.open(ref, { offset, refresh: false, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return await context.account.open(ref, { offset, refresh: true, signal });
  }
}

async function take(body: ReadableStream<Uint8Array<ArrayBuffer>>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  const reader = body.getReader();
  try {
    while (filled < length) {
      const { done, value } = await reader.read();
      if (done) break;
      const piece = value.subarray(0, length - filled);
      bytes.set(piece, filled);
      filled += piece.byteLength;
    }
  } finally {
    reader.releaseLock();
  }
  return bytes.subarray(0, filled);
}

/** `length` bytes of a file from `offset`; fewer only at its end. */
export async function readAt(file: ForeignFile, offset: number, length: number): Promise<Uint8Array> {
  using opened = await openForeign(file);
  await opened.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.max(0, length));
  let filled = 0;
  while (filled < bytes.byteLength) {
    const count = await opened.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
