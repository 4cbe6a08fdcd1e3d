import type { SimFile, SimMeeting } from "./account.ts";
import { guid, hexOf, opaque } from "./_random.ts";

/** A file together with its meeting. */
export interface FilePlace {
  readonly meeting: SimMeeting;
  readonly file: SimFile;
}

/** Addresses handed out so far, and what they lead to. */
export interface DownloadBook {
  readonly apiOrigin: string;
  readonly storageOrigin: string;
  /** A fresh address: its end changes with every listing, and earlier ones go on working. */
  downloadUrl(meeting: SimMeeting, file: SimFile): string;
  playUrl(meeting: SimMeeting, file: SimFile): string;
  /** What a `/rec/download/` address leads to. */
  find(opaquePart: string): FilePlace | undefined;
  /** An address on the storage host, good until `expiresAtMs`. */
  sign(place: FilePlace, expiresAtMs: number): URL;
  /** What a signed address leads to: `forbidden` when nothing or a bad signature, `expired` when too late. */
  open(path: string, query: URLSearchParams): FilePlace | "forbidden" | "expired";
  /** Opaque parts and signatures ever issued. */
  secrets(): Iterable<string>;
}

export function createDownloadBook(
  options: {
    readonly seed: number;
    readonly now: () => number;
    readonly apiOrigin: string;
    readonly storageOrigin: string;
  },
): DownloadBook {
  const { seed, now, apiOrigin, storageOrigin } = options;
  const parts = new WeakMap<SimFile, string>();
  const places = new Map<string, FilePlace>();
  const stored = new Map<string, FilePlace>();
  const signatures: string[] = [];
  let ordinal = 0;

  const partOf = (meeting: SimMeeting, file: SimFile) => {
    let part = parts.get(file);
    if (part === undefined) {
      part = opaque(43, seed, "download", places.size, meeting.uuid);
      parts.set(file, part);
      places.set(part, { meeting, file });
    }
    return part;
  };
  const signature = (path: string, policy: string) => opaque(43, seed, "signature", path, policy);

  return {
    apiOrigin,
    storageOrigin,
    downloadUrl: (meeting, file) =>
      `${apiOrigin}/rec/download/${partOf(meeting, file)}.${(++ordinal).toString(36)}`,
    playUrl: (meeting, file) => `${apiOrigin}/rec/play/${opaque(40, seed, "play", partOf(meeting, file))}`,
    find: (opaquePart) => places.get(opaquePart.replace(/\.[0-9a-z]+$/, "")),
    sign(place, expiresAtMs) {
      const { meeting, file } = place;
      const id = guid(seed, "stored", partOf(meeting, file));
      stored.set(id, place);
      const path = `/storage/${meeting.start.slice(0, 10).replaceAll("-", "/")}/${meeting.id}/${id}/${
        storageName(meeting, file)
      }`;
      const policy = cloudFront(JSON.stringify({
        Statement: [{
          Resource: `${storageOrigin}${path}`,
          Condition: { DateLessThan: { "AWS:EpochTime": Math.floor(expiresAtMs / 1000) } },
          // Not CloudFront's: keeps two redirects of the same second apart.
          Id: ++ordinal,
        }],
      }));
      const signed = signature(path, policy);
      signatures.push(signed);
      const query = new URLSearchParams({
        Policy: policy,
        Signature: signed,
        "Key-Pair-Id": "APKASIMULATED",
      });
      return new URL(`${storageOrigin}${path}?${query}`);
    },
    open(path, query) {
      const policy = query.get("Policy") ?? "";
      const place = stored.get(path.split("/").at(-2) ?? "");
      if (!place || query.get("Signature") !== signature(path, policy)) return "forbidden";
      return expiryMs(policy) > now() ? place : "expired";
    },
    secrets: () => [...places.keys(), ...signatures],
  };
}

/** CloudFront's base64: `+`, `=` and `/` become `-`, `_` and `~`. */
function cloudFront(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("=", "_").replaceAll("/", "~");
}

function expiryMs(policy: string): number {
  const text = atob(policy.replaceAll("-", "+").replaceAll("_", "=").replaceAll("~", "/"));
  return Number(/"AWS:EpochTime":(\d+)/.exec(text)?.[1] ?? 0) * 1000;
}

/** Zoom's own file name, which is the last segment of the address on the storage host. */
export function storageName(meeting: SimMeeting, file: SimFile): string {
  const start = (file.recordingStart ?? meeting.start).replace(/[-:]/g, "").replace("T", "-").replace(
    "Z",
    "",
  );
  const suffixes: Readonly<Record<string, string>> = {
    MP4: `_Recording_${file.recordingType === "gallery_view" ? "gallery_1280x720" : "1920x1080"}.mp4`,
    M4A: "_Recording.m4a",
    CHAT: "_RecordingnewChat.txt",
    TRANSCRIPT: "_Recording.transcript.vtt",
    CC: "_Recording.cc.vtt",
  };
  return `GMT${start}${
    suffixes[file.fileType] ?? `_Recording.${file.fileExtension.toLowerCase().replace(/[^a-z0-9]/g, "")}`
  }`;
}

/** An ETag like those of multipart uploads: no digest of the bytes. */
export function etagOf(file: SimFile, sizeBytes: number): string {
  return `"${hexOf("etag", file.seed ?? 0, sizeBytes).slice(0, 32)}-2"`;
}
