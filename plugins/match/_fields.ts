import type { Candidate, RecordingFile } from "zoom-extract";
import type { Kind } from "./_kinds.ts";

/** What an expression is asked about. */
export interface Subject extends Candidate {
  readonly siblings: readonly RecordingFile[];
}

/** A field's value: texts, numbers, milliseconds; `undefined` when Zoom did not say. */
export type Value = string | number | boolean | undefined;

/** One field: what kind of value it has, and where that comes from. */
export interface Field {
  readonly kind: Kind;
  readonly read: (subject: Subject, nowMs: number) => Value;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

const type: Field = { kind: "word", read: ({ file }) => given(file.fileType) };

/** Every field by name, as the table in `mod.ts` describes them. */
export const fields: Readonly<Record<string, Field>> = {
  type,
  file_type: type,
  recording_type: {
    kind: "word",
    read: ({ file }) => given(file.recordingType.replace(/\(CC\)$/i, "").trim()),
  },
  ext: { kind: "word", read: ({ file }) => given(file.fileExtension) },
  size: { kind: "size", read: ({ file }) => file.listedSizeBytes },
  recording_start: { kind: "time", read: ({ file }) => instant(file.recordingStart) },
  recording_end: { kind: "time", read: ({ file }) => instant(file.recordingEnd) },
  recording_minutes: {
    kind: "minutes",
    read: ({ file }) => span(instant(file.recordingStart), instant(file.recordingEnd), minuteMs),
  },
  status: { kind: "word", read: ({ file }) => given(file.status) },
  processing: { kind: "flag", read: ({ file }) => isProcessing(file) },
  trashed: { kind: "flag", read: ({ file }) => file.deletedTime !== undefined },
  deleted_time: { kind: "time", read: ({ file }) => instant(file.deletedTime) },
  file_name: { kind: "text", read: ({ file }) => given(file.fileName) },
  file_id: { kind: "text", read: ({ file }) => given(file.id) },
  file_key: { kind: "text", read: ({ file }) => given(file.key) },
  files: { kind: "number", read: ({ siblings }) => siblings.length },
  topic: { kind: "text", read: ({ meeting }) => given(meeting.topic) },
  start: { kind: "time", read: ({ meeting }) => instant(meeting.startTime) },
  age_days: {
    kind: "days",
    read: ({ meeting }, nowMs) => span(instant(meeting.startTime), nowMs, dayMs),
  },
  duration_minutes: { kind: "minutes", read: ({ meeting }) => meeting.durationMinutes },
  meeting_id: { kind: "text", read: ({ meeting }) => given(meeting.id) },
  meeting_uuid: { kind: "text", read: ({ meeting }) => given(meeting.uuid) },
  meeting_type: { kind: "number", read: ({ meeting }) => meeting.type },
  timezone: { kind: "word", read: ({ meeting }) => given(meeting.timezone) },
  auto_delete_date: { kind: "time", read: ({ meeting }) => instant(meeting.autoDeleteDate) },
  host_email: { kind: "word", read: ({ meeting }) => given(meeting.hostEmail) },
  host_id: { kind: "text", read: ({ meeting }) => given(meeting.hostId) },
  user_email: { kind: "word", read: ({ user }) => given(user.email) },
  user_status: { kind: "word", read: ({ user }) => given(user.status) },
  user_id: { kind: "text", read: ({ user }) => given(user.id) },
  user_name: { kind: "text", read: ({ user }) => given(user.displayName) },
};

function given(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text.normalize("NFC");
}

function instant(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

function span(from: number | undefined, to: number | undefined, unitMs: number): number | undefined {
  return from === undefined || to === undefined ? undefined : (to - from) / unitMs;
}

/** As the program itself tells: no type yet, or a status other than completed. */
function isProcessing({ fileType, status }: RecordingFile): boolean {
  return fileType === "" || (status !== "" && status.toLowerCase() !== "completed");
}
