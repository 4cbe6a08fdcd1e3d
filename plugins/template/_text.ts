/** Longest name of one directory entry, in bytes of UTF-8. */
export const maxSegmentBytes = 255;

const invisible = /(?![\t\n\v\f\r\x85])[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const encoder = new TextEncoder();
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * A value from Zoom as a part of a name, with nothing in it that a path or a file system would read as its own.
 *
 * The archive does the same to a whole name; doing it first lets the template count bytes.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(invisible, "").replace(/[\s\x85]+/g, " ").normalize("NFC")
    .replace(/[/\\:*?"<>|]+/g, "_").trim();
}

/** Tells whether nothing of a name would be left. */
export function isBlank(text: string): boolean {
  return /^[. ]*$/.test(text);
}

/** Size in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}

/** The longest beginning of at most `maxBytes`, ending between two visible characters where it can. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  const visible = takeWhole(Iterator.from(graphemes.segment(text)).map(({ segment }) => segment), maxBytes);
  return visible !== "" ? visible : takeWhole(text, maxBytes);
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
