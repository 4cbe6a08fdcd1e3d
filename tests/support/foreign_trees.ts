import { dirname, join } from "node:path";
import type { TruthFile } from "../../src/simulator/mod.ts";

/** Where a tool puts a file, below its download folder. */
export type ForeignNaming = (file: TruthFile) => string;

const two = (n: number) => String(n).padStart(2, "0");

/** What each tool calls a recording by default. Only what the listing states can stand in a name. */
export const foreignNamings = {
  /** zoom-recording-downloader: the meeting's start to the minute, topic, kind, Zoom's id of the file. */
  zoomRecordingDownloader: (file) => {
    const at = new Date(file.meetingStart);
    const hour = at.getUTCHours();
    const day = `${at.getUTCFullYear()}.${two(at.getUTCMonth() + 1)}.${two(at.getUTCDate())}`;
    const time = `${two(hour % 12 || 12)}.${two(at.getUTCMinutes())} ${hour < 12 ? "AM" : "PM"} UTC`;
    const topic = file.topic.replace(/[<>:"/\\|?*]/g, "");
    const kind = (file.recordingType || file.fileType).replaceAll("_", " ")
      .replace(/\b\w/g, (letter) => letter.toUpperCase());
    return `${topic} - ${day} - ${time}/${day} - ${time} - ${topic} - ${kind} - ${file.fileId}.${file.extension}`;
  },
  /** zoom-batch-downloader: user, topic, the recording's start and kind as a slug. */
  zoomBatchDownloader: (file) => {
    const slug = (text: string) =>
      text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}_\s-]/gu, "").replace(/[-\s]+/g, "-")
        .replace(/^[-_]+|[-_]+$/g, "");
    const name = slug(`${slug(file.topic)}__${file.recordingStart}__${file.recordingType || "none"}`);
    return `${file.userEmail}/${slug(file.topic) || "topic"}/${name}.${file.extension}`;
  },
  /** zoom-rec-dl: topic and the name that Zoom's storage gives. */
  zoomRecDl: (file) => `${file.topic.replace(/[^\w ]/g, "_")} ${portalName(file)}`,
  /** Downloads from Zoom's web portal. */
  webPortal: (file) => portalName(file),
} satisfies Record<string, ForeignNaming>;

const portalEndings: Readonly<Record<string, string>> = {
  TRANSCRIPT: "_Recording.transcript.vtt",
  CC: "_Recording.cc.vtt",
  CHAT: "_RecordingnewChat.txt",
  M4A: "_Recording.m4a",
};

const portalViews: Readonly<Record<string, string>> = {
  gallery_view: "_Recording_gvo_1920x1080",
  shared_screen_with_gallery_view: "_Recording_gallery_1920x1080",
  speaker_view: "_Recording_as_1920x1080",
  active_speaker: "_Recording_as_1920x1080",
};

function portalName(file: TruthFile): string {
  const at = file.recordingStart.replace(/[-:]/g, "").replace("T", "-").replace("Z", "");
  const ending = portalEndings[file.fileType] ??
    `${portalViews[file.recordingType] ?? "_Recording_1920x1080"}.${file.extension}`;
  return `GMT${at}${ending}`;
}

/** Writes true files under foreign names; returns path → true file. The first of two that share a name stays. */
export async function writeForeignTree(
  dir: string,
  truth: readonly TruthFile[],
  naming: ForeignNaming,
): Promise<Map<string, TruthFile>> {
  const written = new Map<string, TruthFile>();
  for (const file of truth) {
    const path = naming(file);
    if (written.has(path)) continue;
    written.set(path, file);
    await writeForeign(dir, path, file.bytes());
  }
  return written;
}

/** Writes one file below `dir`, its folders included. */
export async function writeForeign(dir: string, path: string, bytes: Uint8Array | string): Promise<void> {
  const target = join(dir, ...path.split("/"));
  await Deno.mkdir(dirname(target), { recursive: true });
  await Deno.writeFile(target, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
}
