import type { SimFile } from "./account.ts";
import { jpegBase64, m4aBase64, mp4Base64 } from "./_media_base64.ts";
import { fillNoise } from "./_noise.ts";
import { textOf, type TextPlan } from "./_texts.ts";
import type { MediaLibrary } from "./_media_library.ts";

/** Bytes of one file, computed where they are asked for, so that size costs no memory. */
export interface Content {
  readonly sizeBytes: number;
  /** The bytes from `offset`; fewer than `length` only at the end. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** What Zoom's storage holds for a file. */
export function contentOf(file: SimFile, library?: MediaLibrary): Content {
  if (file.content) return bytesContent(file.content);
  const extension = file.fileExtension.toLowerCase();
  const seed = file.seed ?? 0;
  const disk = library?.open(extension, seed);
  if (disk) return disk;
  switch (extension) {
    case "mp4":
      return boxedMedia(mp4, file.sizeBytes, seed);
    case "m4a":
      return boxedMedia(m4a, file.sizeBytes, seed);
    case "jpg":
      return trailedMedia(jpeg, file.sizeBytes, seed);
    case "vtt":
    case "txt":
    case "json":
    case "csv":
      return lazyText(extension, { seed, sizeBytes: file.sizeBytes, fileType: file.fileType });
    default:
      return trailedMedia(new Uint8Array(0), file.sizeBytes, seed);
  }
}

/** Bytes held in memory. */
export function bytesContent(bytes: Uint8Array<ArrayBuffer>): Content {
  return {
    sizeBytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

function lazyText(extension: "vtt" | "txt" | "json" | "csv", plan: TextPlan): Content {
  let text: Content | undefined;
  return {
    sizeBytes: plan.sizeBytes,
    read: (offset, length) => (text ??= bytesContent(textOf(extension, plan))).read(offset, length),
  };
}

const mp4 = decode(mp4Base64);
const m4a = decode(m4aBase64);
const jpeg = decode(jpegBase64);

/**
 * The sample plus a `free` box (ISO/IEC 14496-12, 8.1.2) up to the asked size. Where not even the sample fits,
 * its first box and a `free` box: well-formed, without a picture.
 */
function boxedMedia(sample: Uint8Array<ArrayBuffer>, sizeBytes: number, seed: number): Content {
  let media: Content | undefined;
  return {
    sizeBytes,
    read: (offset, length) =>
      (media ??= trailedMedia(boxedHead(sample, sizeBytes), sizeBytes, seed)).read(offset, length),
  };
}

function boxedHead(sample: Uint8Array<ArrayBuffer>, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const firstBox = sample.subarray(0, new DataView(sample.buffer).getUint32(0));
  for (const base of [sample, firstBox]) {
    const padBytes = sizeBytes - base.length;
    if (padBytes === 0) return base;
    if (padBytes >= 8) return concat(base, freeBoxHeader(padBytes));
  }
  return firstBox;
}

function freeBoxHeader(boxBytes: number): Uint8Array<ArrayBuffer> {
  const isLarge = boxBytes > 0xffff_ffff;
  const header = new Uint8Array(isLarge ? 16 : 8);
  const view = new DataView(header.buffer);
  view.setUint32(0, isLarge ? 1 : boxBytes);
  header.set([0x66, 0x72, 0x65, 0x65], 4);
  if (isLarge) view.setBigUint64(8, BigInt(boxBytes));
  return header;
}

function trailedMedia(head: Uint8Array<ArrayBuffer>, sizeBytes: number, seed: number): Content {
  return {
    sizeBytes,
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
      const fromHead = head.subarray(offset, offset + bytes.length);
      bytes.set(fromHead);
      // Counted from the end of the head, so that the first stamp is in every file that is padded at all.
      const noiseOffset = Math.max(0, offset - head.length);
      fillNoise(bytes.subarray(fromHead.length), { seed, offset: noiseOffset });
      return bytes;
    },
  };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function decode(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(lines.join("")), (char) => char.charCodeAt(0));
}
