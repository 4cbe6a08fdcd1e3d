import { assignFileKeys, type ListedFile } from "../core/recording.ts";
import { roomLogger } from "../core/log.ts";
import * as v from "valibot";
import { fileSchema, isRecord } from "./schema.ts";
import { parseTime } from "./time.ts";

const log = roomLogger("zoom");

/** Extension by file type, where Zoom leaves it out (Zoom API reference, `file_type`). */
const extensions: Readonly<Record<string, string>> = {
  MP4: "mp4",
  M4A: "m4a",
  CHAT: "txt",
  TRANSCRIPT: "vtt",
  CC: "vtt",
  TIMELINE: "json",
  TB: "json",
  CSV: "csv",
  CHAT_MESSAGE: "json",
  SUMMARY: "json",
  THUMBNAIL: "jpg",
};

/** Recording type that Zoom's webhooks give to the audio of one participant; listings leave it out. */
export const participantAudioType = "audio_only_each_participant";

type UnkeyedFile = Omit<ListedFile, "key">;

/**
 * The files of one meeting, keyed. An entry that is no object is reported and left out; it never costs the
 * others.
 */
export function mapFiles(
  meeting: {
    readonly uuid: string;
    readonly recordingFiles: readonly unknown[];
    readonly participantAudioFiles: readonly unknown[];
    /** When the whole meeting was put into the trash. */
    readonly deletedTime: string;
  },
): ListedFile[] {
  const read = (items: readonly unknown[], map: (item: FileAnswer) => UnkeyedFile) =>
    items.flatMap((item) => {
      if (isRecord(item)) return [map(v.parse(fileSchema, item))];
      log.warn("left out a malformed file of meeting {uuid}", { uuid: meeting.uuid });
      return [];
    });
  const files = [
    ...read(meeting.recordingFiles, (item) => mapFile(item, meeting.deletedTime)),
    ...read(meeting.participantAudioFiles, (item) => mapParticipantAudio(item, meeting.deletedTime)),
  ];
  const keys = assignFileKeys(meeting.uuid, files);
  return files.map((file, index) => ({ ...file, key: keys[index] ?? "" }));
}

type FileAnswer = v.InferOutput<typeof fileSchema>;

function mapFile(item: FileAnswer, deletedTime: string): UnkeyedFile {
  const fileType = item.file_type.trim().toUpperCase();
  const deleted = parseTime(item.deleted_time) || deletedTime;
  return {
    fileType,
    recordingType: item.recording_type.trim(),
    fileExtension: cleanExtension(item.file_extension) || extensionFor(fileType),
    recordingStart: parseTime(item.recording_start),
    recordingEnd: parseTime(item.recording_end),
    status: item.status,
    ...(item.id === undefined ? {} : { id: item.id }),
    ...(item.file_size === undefined || item.file_size < 0 ? {} : { listedSizeBytes: item.file_size }),
    ...(item.file_name === undefined ? {} : { fileName: item.file_name }),
    ...(deleted === "" ? {} : { deletedTime: deleted }),
    ...(item.download_url === undefined ? {} : { downloadUrl: item.download_url }),
    ...(item.download_url === undefined && item.file_path !== undefined ? { isOnPremise: true } : {}),
  };
}

function mapParticipantAudio(item: FileAnswer, deletedTime: string): UnkeyedFile {
  const fromName = /\.([A-Za-z0-9]{1,5})$/.exec(item.file_name ?? "")?.[1] ?? "";
  return mapFile({
    ...item,
    file_type: item.file_type || "M4A",
    file_extension: item.file_extension || fromName,
    recording_type: participantAudioType,
  }, deletedTime);
}

function cleanExtension(stated: string): string {
  return stated.trim().replace(/^\.+/, "").toLowerCase();
}

/** A file still being recorded has neither type nor extension; an unknown type names itself. */
function extensionFor(fileType: string): string {
  if (fileType === "") return "";
  return extensions[fileType] ?? (/^[A-Z0-9]{2,4}$/.test(fileType) ? fileType.toLowerCase() : "bin");
}
