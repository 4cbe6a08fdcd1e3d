import { gzipSync } from "node:zlib";
import type { SimFile } from "./account.ts";
import { type Answer, type SimRequest, textAnswer } from "./_answer.ts";
import { bytesContent, type Content } from "./_content.ts";
import { etagOf } from "./_download_book.ts";
import type { Quirks } from "./quirks.ts";

/** What is served, and how. */
export interface ServedFile {
  readonly file: SimFile;
  readonly body: Content;
  readonly contentType: string;
  readonly quirks: Quirks;
}

/** The file, or the range of it that the request asks for (RFC 9110, section 14). */
export function serveFile(
  request: SimRequest,
  served: ServedFile,
  extraHeaders: Readonly<Record<string, string>> = {},
): Answer {
  const { file, body, contentType, quirks } = served;
  const headers = {
    "content-type": contentType,
    "accept-ranges": "bytes",
    etag: etagOf(file, body.sizeBytes),
    "last-modified": new Date(file.recordingEnd || file.recordingStart || 0).toUTCString(),
    ...extraHeaders,
  };
  const range = readRange(request, headers, body.sizeBytes);
  if (range === "unsatisfiable") {
    return textAnswer(416, "", { ...headers, "content-range": `bytes */${body.sizeBytes}` });
  }
  if (range) {
    return {
      status: 206,
      headers: { ...headers, "content-range": `bytes ${range.start}-${range.end - 1}/${body.sizeBytes}` },
      body: sliceOf(body, range),
    };
  }
  if (quirks.gzipText && isText(file) && asksForGzip(request)) {
    const packed = new Uint8Array(gzipSync(body.read(0, body.sizeBytes)));
    return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: bytesContent(packed) };
  }
  return { status: 200, headers, body, announcesLength: !quirks.chunkedDownloads };
}

/** Types as storage hosts send them, which may say nothing. */
export function contentTypeOf(file: SimFile, quirks: Quirks): string {
  if (quirks.octetStream) return "binary/octet-stream";
  return contentTypes[file.fileExtension.toLowerCase()] ?? "application/octet-stream";
}

/** Part of a content. */
export function sliceOf(content: Content, range: { readonly start: number; readonly end: number }): Content {
  const sizeBytes = range.end - range.start;
  return {
    sizeBytes,
    read: (offset, length) => content.read(range.start + offset, Math.min(length, sizeBytes - offset)),
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  mp4: "video/mp4",
  m4a: "audio/x-m4a",
  vtt: "text/vtt",
  txt: "text/plain",
  json: "application/json",
  csv: "text/csv",
  jpg: "image/jpeg",
};

function isText(file: SimFile): boolean {
  return ["vtt", "txt", "json", "csv"].includes(file.fileExtension.toLowerCase());
}

function asksForGzip(request: SimRequest): boolean {
  return /\bgzip\b/i.test(request.headers["accept-encoding"] ?? "");
}

function readRange(
  request: SimRequest,
  headers: Readonly<Record<string, string>>,
  sizeBytes: number,
): { start: number; end: number } | "unsatisfiable" | undefined {
  const condition = request.headers["if-range"];
  if (condition !== undefined && condition !== headers.etag && condition !== headers["last-modified"]) {
    return undefined;
  }
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers["range"] ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (first !== "" && last !== "" && Number(last) < start) return undefined;
  return start >= sizeBytes || start >= end ? "unsatisfiable" : { start, end };
}
