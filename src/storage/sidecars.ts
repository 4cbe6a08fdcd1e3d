import { plainJson } from "../core/plain_json.ts";
import { stringify } from "csv-stringify/sync";
import type { Meeting } from "../core/recording.ts";
import { redactData } from "../core/redact.ts";

/** What is known of one file of a meeting, for its sidecars. */
export interface SidecarFile {
  readonly key: string;
  /** Zoom's file id. */
  readonly id?: string | undefined;
  /** Name in the meeting's folder; `""` where none is held or planned. */
  readonly name: string;
  readonly fileType: string;
  readonly recordingType: string;
  readonly recordingStart: string;
  readonly recordingEnd: string;
  /** What Zoom's listing says. */
  readonly listedSizeBytes?: number | undefined;
  /** Bytes on disk. */
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
  /** Status in the inventory. */
  readonly status: string;
  /** Why it is skipped or failed. */
  readonly reason?: string | undefined;
  /** Without a dot. */
  readonly fileExtension?: string | undefined;
  /** As Zoom names it (participant audio). */
  readonly fileName?: string | undefined;
  readonly deletedTime?: string | undefined;
  /** Below the archive, where it does not lie in the meeting's folder. */
  readonly path?: string | undefined;
  /** Path of the file that a hook put in its place. */
  readonly replacedBy?: string | undefined;
  /** What hooks made of it. */
  readonly made?: readonly { readonly plugin: string; readonly path: string }[] | undefined;
}

/** Where a meeting and its host have their places, for whoever reads the sidecar back. */
export interface SidecarPlace {
  /** Of the meeting, `/`-separated. */
  readonly folder: string;
  /** Of the host. */
  readonly userFolder?: string | undefined;
  /** Of the host, where the meeting does not state it. */
  readonly userEmail?: string | undefined;
}

/**
 * `files.csv` of a meeting: RFC 4180, one row per file in the order of time, name and key.
 *
 * A cell that a spreadsheet would run as a formula is preceded by `'`.
 */
export function renderFilesCsv(files: readonly SidecarFile[]): string {
  const rows = inOrder(files).map((file) => [
    file.name,
    file.fileType,
    file.sizeBytes ?? "",
    file.sha256 ?? "",
    file.status,
    file.recordingStart,
    file.recordingEnd,
  ]);
  return stringify(rows, {
    header: true,
    columns: ["name", "type", "size", "sha256", "status", "start", "end"],
    record_delimiter: "windows",
    escape_formulas: true,
    // Where a semicolon or a tab separates cells, a formula could begin behind one.
    quoted_match: /[\r\n;\t]/,
  });
}

/**
 * `meta.json` of a meeting: Zoom's own description, without URLs and passcodes, and below `files` what is held.
 *
 * The same meeting in the same state gives the same text, whatever order the listing had.
 *
 * @param meeting `raw` is Zoom's JSON; where it is missing or silent the other fields stand in, under Zoom's names
 * @param place is told below `archive`, together with what the inventory says otherwise than `raw`
 */
export function renderMetaJson(
  meeting: Meeting & { readonly raw?: Readonly<Record<string, unknown>> },
  files: readonly SidecarFile[],
  place?: SidecarPlace,
): string {
  const known = { ...describeMeeting(meeting), ...dropEmpty(redactData(meeting.raw ?? {}) as Fields) };
  const leading = Object.fromEntries(leadingFields.filter((name) => name in known).map((n) => [n, known[n]]));
  const rest = sortKeys(known) as Fields;
  const archive = place ? { archive: describePlace(place, meeting, known) } : {};
  return `${plainJson({ ...leading, ...rest, ...archive, files: inOrder(files).map(describeFile) }, 2)}\n`;
}

/** The place, and each field of the inventory that Zoom's description states in another way. */
function describePlace(place: SidecarPlace, meeting: Meeting, known: Fields): Fields {
  const { folder, userFolder: user_folder, userEmail: user_email } = place;
  const ours: Fields = { ...emptyMeeting, ...describeMeeting(meeting) };
  const differing = Object.entries(ours).filter(([name, value]) =>
    String(value ?? "") !== String(known[name] ?? "")
  );
  return { ...dropEmpty({ folder, user_folder, user_email }), ...Object.fromEntries(differing) };
}

const emptyMeeting: Fields = {
  topic: "",
  start_time: "",
  timezone: "",
  host_id: "",
  host_email: "",
  type: null,
  auto_delete_date: null,
};

type Fields = Record<string, unknown>;

const leadingFields = ["uuid", "id", "topic", "start_time", "duration", "timezone", "host_id", "host_email"];

function describeMeeting(meeting: Meeting): Fields {
  return dropEmpty({
    uuid: meeting.uuid,
    id: /^\d{1,15}$/.test(meeting.id) ? Number(meeting.id) : meeting.id,
    topic: meeting.topic,
    start_time: meeting.startTime,
    duration: meeting.durationMinutes,
    timezone: meeting.timezone,
    host_id: meeting.hostId,
    host_email: meeting.hostEmail,
    type: meeting.type,
    auto_delete_date: meeting.autoDeleteDate,
  });
}

function describeFile(file: SidecarFile): Fields {
  return dropEmpty({
    name: file.name,
    file_key: file.key,
    id: file.id,
    file_type: file.fileType,
    recording_type: file.recordingType,
    recording_start: file.recordingStart,
    recording_end: file.recordingEnd,
    listed_size: file.listedSizeBytes,
    size: file.sizeBytes,
    sha256: file.sha256,
    status: file.status,
    reason: file.reason,
    file_extension: file.fileExtension,
    file_name: file.fileName,
    deleted_time: file.deletedTime,
    path: file.path,
    replaced_by: file.replacedBy,
    made: file.made && file.made.length > 0 ? file.made : undefined,
  });
}

function dropEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""),
  );
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sortKeys(inner)]));
}

function inOrder(files: readonly SidecarFile[]): readonly SidecarFile[] {
  return files.toSorted((a, b) =>
    compare(a.recordingStart, b.recordingStart) || compare(a.name, b.name) || compare(a.key, b.key)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
