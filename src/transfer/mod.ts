/**
 * Brings one file from a source to a writer and proves that it is the file.
 *
 * This room owns attempts, resuming, digests, the check of what arrives, the idle watch and the rate limit. Getting an
 * answer from Zoom (addresses, tokens, redirects, status codes) is the source's business; where the bytes lie, and
 * their final name, the sink's.
 *
 * @example Fetch from memory
 * ```ts
 * import { transferFile } from "./mod.ts";
 * import type { SinkWriter } from "../core/sink.ts";
 *
 * async function fetchHello(writer: SinkWriter): Promise<string> {
 *   const { sha256 } = await transferFile({
 *     open: () => Promise.resolve({ offset: 0, contentType: "text/plain", body: new Blob(["hello"]).stream() }),
 *     writer,
 *     file: { fileType: "CHAT", fileExtension: "txt" },
 *     idleTimeoutMs: 300_000,
 *     chunkSizeBytes: 8 * 1024 ** 2,
 *     signal: new AbortController().signal,
 *   });
 *   return sha256;
 * }
 * ```
 * @module
 */
export type { FileVersion } from "./_receive.ts";
export { type ByteRange, ByteRanges } from "./byte_ranges.ts";
export type { ParallelRanges } from "./parallel_ranges.ts";
export { checkContent, checkContentType, type ExpectedFile, headSizeBytes } from "./check_content.ts";
export { createRateLimiter, type RateLimiter } from "./rate_limiter.ts";
export { transferFile, type TransferOutcome, type TransferRequest } from "./transfer_file.ts";
