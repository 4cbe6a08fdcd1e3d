import { TransferError } from "../core/errors.ts";
import type { OpenedFile } from "../core/source.ts";
import { parseErrorText, readHead } from "../http/mod.ts";
import { emptyBytes, peekBytes } from "./byte_streams.ts";

/** What was asked for, to judge the answer by. */
export interface Asked {
  /** To complete "Cannot …" in messages. */
  readonly action: string;
  readonly offset: number;
  /** Lower case, without a dot. */
  readonly fileExtension: string;
  /** Ends a look at the body that takes too long. */
  readonly signal: AbortSignal;
}

/** A JSON error is far smaller; anything longer is a file. */
const maxErrorBytes = 4096;

/**
 * An answer to a download request as an opened file; `"restart"` when the range cannot be had (416) and what is
 * held is not all of it.
 *
 * @throws {TransferError} `html`, `json_error` or `range` when it is not the file that was asked for.
 */
export async function readOpened(response: Response, asked: Asked): Promise<OpenedFile | "restart"> {
  if (response.status === 416) return await readUnsatisfied(response, asked);
  const contentType = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const isJson = /(^|[/+])json$/.test(contentType);
  if (/html/.test(contentType)) {
    await response.body?.cancel();
    throw new TransferError(`Cannot ${asked.action}: an HTML page came instead of the file`, {
      code: "html",
      expected: asked.fileExtension,
      received: contentType,
      hint:
        "Zoom shows a sign-in or passcode page: the app's owner needs the right to view recording content",
    });
  }
  if (isJson && asked.fileExtension !== "json") throw await jsonError(response, asked);
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw new TransferError(`Cannot ${asked.action}: HTTP ${response.status} is no file`, {
      code: "content",
      expected: "200 or 206",
      received: String(response.status),
    });
  }
  const position = await readPosition(response, asked);
  let body = response.body ?? emptyBytes();
  if (isJson && response.status === 200 && (position.sizeBytes ?? 0) <= maxErrorBytes) {
    const peeked = await peekBytes(body, maxErrorBytes, asked.signal);
    if (isErrorObject(peeked.head)) {
      await peeked.body.cancel();
      throw jsonErrorFrom(peeked.head, asked);
    }
    body = peeked.body;
  }
  const validator = validatorOf(response.headers);
  return { ...position, contentType, body, ...(validator === undefined ? {} : { validator }) };
}

/** Where the body starts, and how large the whole file is. */
async function readPosition(
  response: Response,
  asked: Asked,
): Promise<Pick<OpenedFile, "offset" | "isRange" | "sizeBytes">> {
  if (response.status !== 206) {
    const sizeBytes = contentLength(response.headers);
    return { offset: 0, ...(sizeBytes === undefined ? {} : { sizeBytes }) };
  }
  const stated = response.headers.get("content-range") ?? "";
  const match = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(stated.trim());
  if (match === null || Number(match[1]) !== asked.offset) {
    await response.body?.cancel();
    throw new TransferError(`Cannot ${asked.action}: the range does not begin at ${asked.offset}`, {
      code: "range",
      expected: `bytes ${asked.offset}-`,
      received: stated,
    });
  }
  return {
    offset: asked.offset,
    isRange: true,
    ...(match[3] === "*" ? {} : { sizeBytes: Number(match[3]) }),
  };
}

async function readUnsatisfied(response: Response, asked: Asked): Promise<OpenedFile | "restart"> {
  await response.body?.cancel();
  const total = /^bytes\s+\*\/(\d+)$/i.exec(response.headers.get("content-range")?.trim() ?? "")?.[1];
  if (total === undefined || Number(total) !== asked.offset) return "restart";
  const validator = validatorOf(response.headers);
  return {
    offset: asked.offset,
    sizeBytes: asked.offset,
    contentType: "",
    body: emptyBytes(),
    ...(validator === undefined ? {} : { validator }),
  };
}

/** A compressed answer states the size of what crossed the line, not of the file. */
function contentLength(headers: Headers): number | undefined {
  const encoding = headers.get("content-encoding") ?? "identity";
  const text = headers.get("content-length") ?? "";
  return encoding === "identity" && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** What `If-Range` takes: a strong `ETag`, else `Last-Modified` (RFC 9110, section 13.1.5). */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  return etag?.startsWith('"') ? etag : headers.get("last-modified") ?? undefined;
}

async function jsonError(response: Response, asked: Asked): Promise<TransferError> {
  return jsonErrorFrom(await readHead(response.body, maxErrorBytes, asked.signal), asked);
}

function jsonErrorFrom(text: string, asked: Asked): TransferError {
  const { zoomCode, message } = parseErrorText(text);
  const received = zoomCode === undefined ? "no code" : `errorCode ${zoomCode}`;
  const details = [received, ...(message === "" ? [] : [message])].join(", ");
  return new TransferError(`Cannot ${asked.action}: a JSON error came instead of the file, ${details}`, {
    code: "json_error",
    expected: asked.fileExtension,
    received,
  });
}

/** Tells Zoom's `{"status":false,"errorCode":…}` from a file that is JSON. */
function isErrorObject(text: string): boolean {
  try {
    const data = JSON.parse(text) as { status?: unknown; errorCode?: unknown } | null;
    return data?.status === false && data.errorCode !== undefined;
  } catch {
    return false;
  }
}
