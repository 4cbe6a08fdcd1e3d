import type { Meeting } from "../core/recording.ts";
import type { FileRow, MeetingRow } from "../inventory/mod.ts";
import { renderFilesCsv, renderMetaJson, type SidecarFile } from "../storage/mod.ts";

/** What stands in the sidecars of a meeting. */
export interface SidecarTexts {
  /** `meta.json` */
  readonly meta: string;
  /** `files.csv` */
  readonly csv: string;
}

/** What the sidecars of a meeting have to say, by what the inventory says of it and of all its files. */
export function sidecarTexts(meeting: MeetingRow, rows: readonly FileRow[]): SidecarTexts {
  const files = rows.map(describeRow);
  return { meta: renderMetaJson(describeMeeting(meeting), files), csv: renderFilesCsv(files) };
}

function describeMeeting(row: MeetingRow): Meeting & { raw: Record<string, unknown> } {
  return {
    uuid: row.uuid,
    id: row.meeting_id,
    topic: row.topic,
    startTime: row.start_time,
    hostId: row.host_id,
    hostEmail: row.host_email,
    timezone: row.timezone,
    durationMinutes: row.duration_minutes,
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.auto_delete_date === null ? {} : { autoDeleteDate: row.auto_delete_date }),
    raw: JSON.parse(row.raw) as Record<string, unknown>,
  };
}

function describeRow(row: FileRow): SidecarFile {
  return {
    key: row.file_key,
    id: row.file_id ?? undefined,
    name: row.path === null ? "" : row.path.slice(row.path.lastIndexOf("/") + 1),
    fileType: row.file_type,
    recordingType: row.recording_type,
    recordingStart: row.recording_start,
    recordingEnd: row.recording_end,
    listedSizeBytes: row.listed_size ?? undefined,
    sizeBytes: row.file_size ?? undefined,
    sha256: row.sha256 ?? undefined,
    status: row.status,
    reason: row.reason ?? row.error_code ?? undefined,
  };
}
