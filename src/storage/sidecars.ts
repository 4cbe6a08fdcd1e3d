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
 */
export function renderMetaJson(
  meeting: Meeting & { readonly raw?: Readonly<Record<string, unknown>> },
  files: readonly SidecarFile[],
): string {
  const known = { ...describeMeeting(meeting), ...dropEmpty(redactData(meeting.raw ?? {}) as Fields) };
  const leading = Object.fromEntries(leadingFields.filter((name) => name in known).map((n) => [n, known[n]]));
  const rest = sortKeys(known) as Fields;
  return `${plainJson({ ...leading, ...rest, files: inOrder(files).map(describeFile) }, 2)}\n`;
}

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
