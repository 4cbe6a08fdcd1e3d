/** Longest name of one directory entry on the file systems in use, in bytes of UTF-8. */
export const maxSegmentBytes = 255;

/** What stands around a segment. */
export interface EncodeSegmentOptions {
  /** Stands before `raw` and is never shortened. @default {""} */
  readonly keepPrefix?: string;
  /** Stands after `raw` and is never shortened. @default {""} */
  readonly keepSuffix?: string;
  /** Stands in for a `raw` of which nothing remains. @default {"untitled"} */
  readonly fallback?: string;
}

/**
 * One path segment that every common file system accepts, as close to `raw` as that allows.
 *
 * The result is NFC, free of control, invisible and bidi characters, of `/ \ : * ? " < > |`, of leading spaces
 * and of trailing dots and spaces; it is no Windows device name, not empty, and at most 255 bytes of UTF-8.
 * Too long a text loses the end of `raw`, at the border of a visible character. Encoding a result again gives
 * the same result.
 *
 * @example A topic between a time and a meeting number
 * ```ts
 * import { encodeSegment } from "./encode_segment.ts";
 *
 * encodeSegment("Q1/Q2: review ", { keepPrefix: "20241201_140000Z_", keepSuffix: "_8123" });
 * // "20241201_140000Z_Q1_Q2_ review_8123"
 * ```
 */
export function encodeSegment(raw: string, options: EncodeSegmentOptions = {}): string {
  const fallback = tidy(options.fallback ?? "") || "untitled";
  const prefix = clean(options.keepPrefix ?? "");
  const suffix = clean(options.keepSuffix ?? "");
  const cleaned = clean(raw).trim();
  const middle = /^[. ]*$/.test(cleaned) ? fallback : cleaned;
  const room = maxSegmentBytes - byteLength(prefix) - byteLength(suffix);
  const join = (guard: string) => {
    const kept = cutToBytes(middle, Math.max(0, room - guard.length));
    return tidy(guard + prefix + kept.trimEnd() + suffix);
  };
  const plain = join("");
  const segment = isDeviceName(plain) ? join("_") : plain;
  // Only a prefix and a suffix that are too long by themselves get this far beyond the limit.
  return byteLength(segment) <= maxSegmentBytes ? segment : tidy(cutToBytes(segment, maxSegmentBytes));
}

/**
 * Appends `suffix` to a segment that may be as long as allowed: both its beginning and its end survive.
 */
export function appendToSegment(segment: string, suffix: string): string {
  const ending = clean(suffix);
  if (byteLength(segment) + byteLength(ending) <= maxSegmentBytes) return encodeSegment(segment + ending);
  const head = cutToBytes(segment, 48);
  const rest = segment.slice(head.length);
  const tailStart = rest.length - tailLength(rest, 32);
  return encodeSegment(rest.slice(0, tailStart), {
    keepPrefix: head,
    keepSuffix: rest.slice(tailStart) + ending,
  });
}

/** Size of `text` in UTF-8. */
export function byteLength(text: string): number {
  return isAscii.test(text) ? text.length : encoder.encode(text).byteLength;
}

const isAscii = /^[\0-\x7f]*$/;
const encoder = new TextEncoder();
const invisible = /(?![\t\n\v\f\r\x85])[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const reserved = /[/\\:*?"<>|]+/g;
// Windows takes superscript digits for digits here, and looks only at what stands before the first dot.
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i;

function isDeviceName(segment: string): boolean {
  return deviceName.test(segment);
}

/** Replaces what no name may hold; every step leaves the result of the later ones alone. */
function clean(text: string): string {
  return text.toWellFormed().replace(invisible, "").replace(/[\s\x85]+/g, " ").normalize("NFC")
    .replace(reserved, "_");
}

function tidy(text: string): string {
  return clean(text).replace(/^ +/, "").replace(/[. ]+$/, "");
}

/** The longest beginning of at most `maxBytes`, ending between two visible characters where it can. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  const kept = takeWhole(Iterator.from(graphemes).map((part) => part.segment), maxBytes);
  return kept !== "" ? kept : takeWhole(text[Symbol.iterator](), maxBytes);
}

function takeWhole(parts: Iterable<string>, maxBytes: number): string {
  let kept = "";
  let sizeBytes = 0;
  for (const part of parts) {
    sizeBytes += byteLength(part);
    if (sizeBytes > maxBytes) break;
    kept += part;
  }
  return kept;
}

/** How many UTF-16 units of the end of `text` fit into `maxBytes`. */
function tailLength(text: string, maxBytes: number): number {
  let length = 0;
  let sizeBytes = 0;
  for (const point of [...text].reverse()) {
    sizeBytes += byteLength(point);
    if (sizeBytes > maxBytes) break;
    length += point.length;
  }
  return length;
}
