import type { Candidate, RecordingFile } from "../core/recording.ts";

/** What the inventory says about a file. */
export type FileStatus =
  /** Known and wanted. */
  | "pending"
  /** Being fetched; after a crash, was being fetched. */
  | "active"
  | "completed"
  | "failed"
  /** Left out by a filter; `reason` names it. */
  | "skipped"
  /** Zoom still processes it. */
  | "not_ready"
  | "in_trash"
  /** Zoom had it, and positively says that it no longer has. */
  | "gone";

const statuses: Readonly<Record<FileStatus, true>> = {
  pending: true,
  active: true,
  completed: true,
  failed: true,
  skipped: true,
  not_ready: true,
  in_trash: true,
  gone: true,
};

/** All of them. */
export const fileStatuses = Object.keys(statuses) as readonly FileStatus[];

/** One row of the table `inventory`, with the column names of the database. */
export interface FileRow {
  readonly file_key: string;
  readonly file_id: string | null;
  readonly user_email: string;
  readonly user_id: string;
  readonly meeting_uuid: string;
  readonly meeting_id: string;
  readonly meeting_topic: string;
  readonly meeting_start: string;
  readonly file_type: string;
  readonly recording_type: string;
  readonly file_extension: string;
  readonly recording_start: string;
  readonly recording_end: string;
  readonly file_name: string | null;
  readonly listed_size: number | null;
  readonly file_size: number | null;
  readonly sha256: string | null;
  readonly path: string | null;
  readonly path_key: string | null;
  readonly status: FileStatus;
  readonly reason: string | null;
  readonly attempts: number;
  readonly error_code: string | null;
  readonly error: string | null;
  readonly auto_delete_date: string | null;
  readonly deleted_time: string | null;
  readonly remote_size: number | null;
  readonly remote_validator: string | null;
  /** JSON of the ranges that are there of a partial with gaps. */
  readonly partial_ranges: string | null;
  /** The run that last changed the status. */
  readonly run_id: string;
  /** The status before that run; null where it found the file, `unknown` where nobody took note. */
  readonly status_before: FileStatus | "unknown" | null;
  readonly first_seen_at: string;
  readonly updated_at: string;
  readonly completed_at: string | null;
  /** Path of a file that a hook has put in its place. */
  readonly replaced_by: string | null;
}

/** The columns that come from the listing, besides the key. */
export const listedColumns = [
  "file_id",
  "user_email",
  "user_id",
  "meeting_uuid",
  "meeting_id",
  "meeting_topic",
  "meeting_start",
  "file_type",
  "recording_type",
  "file_extension",
  "recording_start",
  "recording_end",
  "file_name",
  "listed_size",
  "auto_delete_date",
  "deleted_time",
] as const satisfies readonly (keyof FileRow)[];

/** Everything in a row that comes from the listing. */
export type ListedColumns = Pick<FileRow, "file_key" | (typeof listedColumns)[number]>;

/** The listing's part of a row. */
export function toListedColumns({ user, meeting, file }: Candidate): ListedColumns {
  return {
    file_key: file.key,
    file_id: file.id ?? null,
    user_email: user.email,
    user_id: user.id,
    meeting_uuid: meeting.uuid,
    meeting_id: meeting.id,
    meeting_topic: meeting.topic,
    meeting_start: meeting.startTime,
    file_type: file.fileType,
    recording_type: file.recordingType,
    file_extension: file.fileExtension,
    recording_start: file.recordingStart,
    recording_end: file.recordingEnd,
    file_name: file.fileName ?? null,
    listed_size: file.listedSizeBytes ?? null,
    auto_delete_date: meeting.autoDeleteDate ?? null,
    deleted_time: file.deletedTime ?? null,
  };
}

/** A row as plain data for filters, namings, hooks and events. */
export function toCandidate(row: FileRow): Candidate {
  const file: RecordingFile = {
    key: row.file_key,
    ...(row.file_id === null ? {} : { id: row.file_id }),
    fileType: row.file_type,
    recordingType: row.recording_type,
    fileExtension: row.file_extension,
    recordingStart: row.recording_start,
    recordingEnd: row.recording_end,
    ...(row.listed_size === null ? {} : { listedSizeBytes: row.listed_size }),
    status: row.status === "not_ready" ? "processing" : "completed",
    ...(row.file_name === null ? {} : { fileName: row.file_name }),
    ...(row.deleted_time === null ? {} : { deletedTime: row.deleted_time }),
  };
  return {
    user: { id: row.user_id, email: row.user_email, displayName: "", status: "" },
    meeting: {
      uuid: row.meeting_uuid,
      id: row.meeting_id,
      hostId: row.user_id,
      hostEmail: row.user_email,
      topic: row.meeting_topic,
      startTime: row.meeting_start,
      timezone: "",
      durationMinutes: 0,
      ...(row.auto_delete_date === null ? {} : { autoDeleteDate: row.auto_delete_date }),
    },
    file,
  };
}
