import { TransferError } from "../core/errors.ts";
import { redactText } from "../core/redact.ts";

/** Bytes from the start of a file that {@linkcode checkContent} looks at. */
export const headSizeBytes = 4096;

/** What a file is said to be. */
export interface ExpectedFile {
  /** Zoom's `file_type`. */
  readonly fileType: string;
  /** Lower case, without a dot; may be `""`. */
  readonly fileExtension: string;
  /** Zoom's `file_size`. */
  readonly listedSizeBytes?: number | undefined;
}

/**
 * Refuses an answer whose content type alone shows that it is not the file.
 *
 * @throws {TransferError} `html` for a page.
 */
export function checkContentType(contentType: string): void {
  if (!/^(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType)) return;
  throw new TransferError("Cannot accept the answer: it is an HTML page, as for a sign-in or a passcode", {
    code: "html",
    expected: "a recording",
    received: contentType,
  });
}

/**
 * Refuses beginnings that do not fit the kind of file; call it again as more arrives, until it is over.
 *
 * Media begin with `ftyp` at byte 4 (ISO/IEC 14496-12, 4.3), captions with `WEBVTT` (W3C WebVTT, 4.1). Zoom answers
 * refusals with status 200 and a page, or with JSON holding `status:false` and `errorCode`.
 *
 * @param head the first bytes, up to {@linkcode headSizeBytes}
 * @param answer `isWhole` when nothing follows `head`
 * @throws {TransferError} `html`, `json_error` or `content`.
 */
export function checkContent(
  head: Uint8Array,
  file: ExpectedFile,
  answer: { readonly isWhole: boolean; readonly contentType: string },
): void {
  const kind = kindOf(file);
  const text = decodeStart(head);
  if (isPage(text)) throw refusal("html", kind, "an HTML page");
  if (answer.isWhole) refuseErrorObject(head, kind);
  if (isJsonType(answer.contentType) && !isJsonKind(kind)) {
    if (answer.isWhole || head.byteLength >= headSizeBytes) throw refusal("json_error", kind, "JSON");
  }
  const isEmpty = answer.isWhole && head.byteLength === 0;
  if (isEmpty && (file.listedSizeBytes ?? 0) > 0) throw refusal("content", kind, "nothing");
  const sign = signs[kind];
  if (sign === undefined || (isEmpty && (file.listedSizeBytes === 0 || kind === "json"))) return;
  if (!answer.isWhole && head.byteLength < sign.neededBytes) return;
  // A short error object says more than "no media"; wait for its end.
  if (!answer.isWhole && head.byteLength < headSizeBytes && text.startsWith("{")) return;
  if (!sign.fits(head)) throw refusal("content", kind, describe(head));
}

interface Sign {
  readonly neededBytes: number;
  fits(head: Uint8Array): boolean;
}

const isoMedia: Sign = { neededBytes: 8, fits: (head) => ascii(head.subarray(4, 8)) === "ftyp" };
const webVtt: Sign = {
  neededBytes: 9,
  fits: (head) => ascii(head.subarray(hasByteOrderMark(head) ? 3 : 0, 9)).startsWith("WEBVTT"),
};
/** Every JSON file of Zoom's is an object or a list. */
const json: Sign = { neededBytes: 64, fits: (head) => /^[{[]/.test(decodeStart(head)) };
const signs: Readonly<Record<string, Sign>> = { mp4: isoMedia, m4a: isoMedia, vtt: webVtt, json };

const kindsByType: Readonly<Record<string, string>> = {
  MP4: "mp4",
  M4A: "m4a",
  TRANSCRIPT: "vtt",
  CC: "vtt",
  CHAT: "txt",
  CSV: "csv",
  TIMELINE: "json",
  TB: "json",
  SUMMARY: "json",
  CHAT_MESSAGE: "json",
};

function kindOf(file: ExpectedFile): string {
  return file.fileExtension.toLowerCase() || (kindsByType[file.fileType.toUpperCase()] ?? "");
}

function isJsonType(contentType: string): boolean {
  return /^(?:application|text)\/(?:[a-z0-9.+-]*\+)?json\b/i.test(contentType);
}

function isPage(text: string): boolean {
  return /^(?:(?:<\?xml[^>]*>|<!--.*?-->)\s*)*(?:<!doctype|<html)/is.test(text);
}

/** JSON answers in place of a file are short; a longer document is a file. */
function refuseErrorObject(whole: Uint8Array, kind: string): void {
  if (whole.byteLength >= headSizeBytes || !decodeStart(whole).startsWith("{")) return;
  let value: ErrorObject;
  try {
    value = JSON.parse(new TextDecoder().decode(whole));
  } catch {
    return;
  }
  const code = value.errorCode ?? value.code;
  const message = value.errorMessage ?? value.message;
  const isError = value.errorCode !== undefined || (code !== undefined && typeof message === "string");
  const isRefusal = (value.errorCode !== undefined && value.status === false) ||
    (isError && message !== undefined && Object.keys(value).every((name) => errorFields.includes(name)));
  if (isJsonKind(kind) ? !isRefusal : !isError) return;
  const reason = typeof message === "string" ? `: ${message.slice(0, 100)}` : "";
  throw refusal("json_error", kind, redactText(`error ${String(code).slice(0, 20)}${reason}`));
}

/** What an error object holds, and nothing else. */
const errorFields = ["status", "errorCode", "errorMessage", "code", "message", "errors"];

/**
 * Zoom's two forms of an error. In place of a file that may be JSON, the first one counts with its `status`, and either
 * when it holds nothing else.
 */
interface ErrorObject {
  readonly status?: unknown;
  readonly errorCode?: unknown;
  readonly errorMessage?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
}

/** True for kinds that are JSON or may be. */
function isJsonKind(kind: string): boolean {
  return kind === "json" || kind === "";
}

function refusal(code: "html" | "json_error" | "content", kind: string, received: string): TransferError {
  const expected = kind === "" ? "a recording" : kind.toUpperCase();
  return new TransferError(`Cannot accept the answer as "${expected}": received ${received}`, {
    code,
    expected,
    received,
  });
}

/** Enough to tell kinds apart, never content. */
function describe(head: Uint8Array): string {
  if (head.byteLength === 0) return "nothing";
  return `bytes beginning ${head.subarray(0, 8).toHex()}`;
}

function decodeStart(head: Uint8Array): string {
  return ascii(head.subarray(hasByteOrderMark(head) ? 3 : 0, 512)).trimStart();
}

function hasByteOrderMark(head: Uint8Array): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
}

const latin = new TextDecoder("latin1");

/** Bytes beyond ASCII come out as something beyond ASCII. */
function ascii(bytes: Uint8Array): string {
  return latin.decode(bytes);
}
