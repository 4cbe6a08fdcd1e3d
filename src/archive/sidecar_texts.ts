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

/** What the inventory says of a meeting that has a folder: all that its sidecars are made of. */
export interface SidecarFacts {
  readonly folder: string;
  readonly meeting: MeetingRow;
  readonly rows: readonly FileRow[];
  readonly made: readonly MadeFile[];
  /** Folder of its host. */
  readonly userFolder: string | undefined;
}

/** Collects what the sidecars of a meeting are made of; `undefined` where it is not known, or has no folder yet. */
export function readSidecarFacts(
  uuid: string,
  inventory: Pick<Inventory, "files" | "hookRuns" | "meetings">,
): SidecarFacts | undefined {
  const meeting = inventory.meetings.get(uuid);
  if (!meeting?.folder) return undefined;
  const rows = inventory.files.ofMeeting(uuid);
  const user = inventory.meetings.user(meeting.host_id || (emailOf(rows) ?? ""));
  const made = inventory.hookRuns.madeOf(uuid);
  return { folder: meeting.folder, meeting, rows, made, userFolder: user?.folder ?? undefined };
}

/** What the sidecars of a meeting have to say. */
export function sidecarTexts({ folder, meeting, rows, made, userFolder }: SidecarFacts): SidecarTexts {
  const madeOf = Map.groupBy(made, ({ file_key }) => file_key);
  const files = rows.map((row) => describeRow(row, { folder, made: madeOf.get(row.file_key) ?? [] }));
  const email = emailOf(rows);
  const place = { folder, userFolder, userEmail: email === meeting.host_email ? undefined : email };
  return { meta: renderMetaJson(describeMeeting(meeting), files, place), csv: renderFilesCsv(files) };
}

function emailOf(rows: readonly FileRow[]): string | undefined {
  return rows.find(({ user_email: email }) => email !== "")?.user_email;
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
