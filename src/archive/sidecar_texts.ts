import type { Meeting } from "../core/recording.ts";
import type { FileRow, Inventory, MadeFile, MeetingRow } from "../inventory/mod.ts";
import { renderFilesCsv, renderMetaJson, type SidecarFile } from "../storage/mod.ts";

/** What stands in the sidecars of a meeting. */
export interface SidecarTexts {
  /** `meta.json` */
  readonly meta: string;
  /** `files.csv` */
  readonly csv: string;
}

/** What the sidecars of a meeting, which has a folder, have to say, by what the inventory says of it and of its files. */
export function sidecarTexts(
  meeting: MeetingRow,
  rows: readonly FileRow[],
  inventory: Pick<Inventory, "hookRuns" | "meetings">,
): SidecarTexts {
  const folder = meeting.folder ?? "";
  const made = Map.groupBy(inventory.hookRuns.madeOf(meeting.uuid), ({ file_key }) => file_key);
  const files = rows.map((row) => describeRow(row, { folder, made: made.get(row.file_key) ?? [] }));
  const userEmail = rows.find(({ user_email: email }) => email !== "")?.user_email;
  const user = inventory.meetings.user(meeting.host_id || (userEmail ?? ""));
  const place = {
    folder,
    userFolder: user?.folder ?? undefined,
    userEmail: userEmail === meeting.host_email ? undefined : userEmail,
  };
  return { meta: renderMetaJson(describeMeeting(meeting), files, place), csv: renderFilesCsv(files) };
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

function describeRow(
  row: FileRow,
  { folder, made }: { folder: string; made: readonly MadeFile[] },
): SidecarFile {
  const isElsewhere = row.path !== null && row.path.slice(0, row.path.lastIndexOf("/")) !== folder;
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
    fileExtension: row.file_extension,
    fileName: row.file_name ?? undefined,
    deletedTime: row.deleted_time ?? undefined,
    path: isElsewhere ? row.path ?? undefined : undefined,
    replacedBy: row.replaced_by ?? undefined,
    made: made.map(({ plugin, path }) => ({ plugin, path })),
  };
}
