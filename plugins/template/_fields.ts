import type { Candidate } from "zoom-extract";
import { cleanText, isBlank } from "./_text.ts";

/** One field of a template. */
export interface Field {
  /** `free`: people wrote it, so it may be shortened; `time`: what Zoom writes, `2024-05-02T14:00:00Z`. */
  readonly kind: "text" | "free" | "number" | "time";
  /** Whether it tells files of one meeting apart. */
  readonly of: "meeting" | "file";
  /** `""` when Zoom did not say. */
  readonly read: (candidate: Candidate) => string;
}

type Read = Field["read"];

const ofMeeting = (kind: Field["kind"], read: Read): Field => ({ kind, of: "meeting", read });
const ofFile = (kind: Field["kind"], read: Read): Field => ({ kind, of: "file", read });

/** Every field by name, as the table in `mod.ts` describes them. */
export const fields: Readonly<Record<string, Field>> = {
  user_email: ofMeeting("text", ({ user }) => user.email),
  user_id: ofMeeting("text", ({ user }) => user.id),
  user_name: ofMeeting("free", ({ user }) => user.displayName),
  user_status: ofMeeting("text", ({ user }) => user.status),
  host_email: ofMeeting("text", ({ meeting }) => meeting.hostEmail),
  host_id: ofMeeting("text", ({ meeting }) => meeting.hostId),
  topic: ofMeeting("free", ({ meeting }) => meeting.topic),
  meeting_id: ofMeeting("text", ({ meeting }) => meeting.id),
  meeting_uuid: ofMeeting("text", ({ meeting }) => meeting.uuid),
  meeting_type: ofMeeting("number", ({ meeting }) => String(meeting.type ?? "")),
  duration_minutes: ofMeeting("number", ({ meeting }) => String(meeting.durationMinutes)),
  timezone: ofMeeting("text", ({ meeting }) => meeting.timezone),
  start: ofMeeting("time", ({ meeting }) => meeting.startTime),
  auto_delete_date: ofMeeting("time", ({ meeting }) => meeting.autoDeleteDate ?? ""),
  file_type: ofFile("text", ({ file }) => file.fileType),
  recording_type: ofFile("text", ({ file }) => file.recordingType.replace(/\(CC\)$/i, "")),
  ext: ofFile("text", ({ file }) => file.fileExtension),
  status: ofFile("text", ({ file }) => file.status),
  size: ofFile("number", ({ file }) => String(file.listedSizeBytes ?? "")),
  file_id: ofFile("text", ({ file }) => file.id ?? ""),
  file_key: ofFile("text", ({ file }) => file.key),
  file_name: ofFile("free", ({ file }) => stemOf(file.fileName ?? "")),
  recording_start: ofFile("time", ({ file }) => file.recordingStart),
  recording_end: ofFile("time", ({ file }) => file.recordingEnd),
  deleted_time: ofFile("time", ({ file }) => file.deletedTime ?? ""),
};

/** A name without its extension; one that is there but unreadable still tells the file apart. */
function stemOf(fileName: string): string {
  const stem = fileName.replace(/\.[A-Za-z0-9]{1,5}$/, "").trim();
  return stem !== "" && isBlank(cleanText(stem)) ? "untitled" : stem;
}
