import { plainJson } from "../../core/plain_json.ts";
import { formatBytes } from "../../core/units.ts";
import type { CliContext, ListedRow } from "../context.ts";
import { createStyle, wantsColor } from "./style.ts";
import { type Column, renderRow } from "./table.ts";
import { printable } from "./text.ts";

/** How a listing is written. */
export type ListFormat = "table" | "json" | "csv";

/** Writes one row; false once nobody reads any more. */
export type ListWriter = (row: ListedRow) => boolean;

/**
 * Writes rows to stdout as they come, so that memory does not grow with the account.
 *
 * The CSV is RFC 4180, and cells that a spreadsheet would run as a formula, or a terminal as a command,
 * are neutralised.
 */
export async function createListWriter(format: ListFormat, context: CliContext): Promise<ListWriter> {
  if (format === "json") return (row) => context.stdout.write(`${plainJson(toRecord(row))}\n`);
  if (format === "table") return createTableWriter(context);
  const { stringify } = await import("csv-stringify/sync");
  const line = (cells: unknown[]) => {
    return context.stdout.write(stringify([cells], { escape_formulas: true, record_delimiter: "\r\n" }));
  };
  let started = false;
  return (row) => {
    const record = toRecord(row);
    if (!started) line(Object.keys(record));
    started = true;
    return line(
      Object.values(record).map((value) => typeof value === "string" ? printable(value) : value ?? ""),
    );
  };
}

/** A row under the column names of the inventory. */
function toRecord({ candidate, status, path, reason }: ListedRow): Record<string, string | number | null> {
  const { user, meeting, file } = candidate;
  return {
    user_email: user.email,
    user_id: user.id,
    meeting_uuid: meeting.uuid,
    meeting_id: meeting.id,
    meeting_topic: meeting.topic,
    meeting_start: meeting.startTime,
    file_key: file.key,
    file_type: file.fileType,
    recording_type: file.recordingType,
    file_extension: file.fileExtension,
    recording_start: file.recordingStart,
    recording_end: file.recordingEnd,
    listed_size: file.listedSizeBytes ?? null,
    status,
    reason: reason ?? null,
    path: path ?? null,
  };
}

interface ListColumn extends Column {
  /** As wide as this from the first row on, or a share of what the others leave. */
  readonly width: number | "share";
  readonly cell: (row: ListedRow) => string;
}

const start = { title: "Start (UTC)", width: 16, cell: startOf };
const day = { title: "Day (UTC)", width: 10, cell: (row: ListedRow) => startOf(row).slice(0, 10) };
const user = { title: "User", flexible: true, width: "share", cell: userOf } as const;
const topic = { title: "Topic", flexible: true, width: "share", cell: topicOf } as const;
const type = { title: "Type", width: 10, cell: (row: ListedRow) => row.candidate.file.fileType };
const size = { title: "Size", align: "right", width: 8, cell: sizeOf } as const;
const status = { title: "Status", width: 24, cell: stateOf };

/** What a window of that width has room for. */
function listColumns(columns: number): readonly ListColumn[] {
  if (columns >= 120) return [start, user, topic, type, size, status];
  if (columns >= 100) return [start, user, topic, type, size, { ...status, width: 15 }];
  if (columns >= 70) return [day, user, topic, type, size, { ...status, width: 9 }];
  return columns >= 50 ? [day, topic, type, size] : [day, topic, type];
}

/** Widths are fixed before the first row: on a terminal by its size, in a pipe generous. */
function createTableWriter(context: CliContext): ListWriter {
  const columns = context.stdout.isTerminal ? context.size().columns || 80 : 140;
  const head = listColumns(columns);
  const widths = listWidths(head, columns);
  const style = createStyle(wantsColor(context.stdout, context));
  let started = false;
  return (row) => {
    if (!started) {
      context.stdout.write(
        `${style.bold(renderRow(head.map((column) => column.title), { head, widths }))}\n`,
      );
    }
    started = true;
    const cells = head.map((column) => printable(column.cell(row)));
    return context.stdout.write(`${renderRow(cells, { head, widths })}\n`);
  };
}

function listWidths(head: readonly ListColumn[], columns: number): number[] {
  const fixed = head.reduce((sum, { width }) => sum + (width === "share" ? 0 : width), 2 * (head.length - 1));
  const shares = head.filter(({ width }) => width === "share").length;
  let left = Math.max(8 * shares, columns - fixed);
  let open = shares;
  return head.map(({ width }) => {
    if (width !== "share") return width;
    const share = Math.floor(left * (open > 1 ? 0.45 : 1));
    left -= share;
    open--;
    return share;
  });
}

function startOf({ candidate: { meeting, file } }: ListedRow): string {
  return (file.recordingStart || meeting.startTime).slice(0, 16).replace("T", " ");
}

function userOf({ candidate: { user } }: ListedRow): string {
  return user.email || user.id;
}

function topicOf({ candidate: { meeting } }: ListedRow): string {
  return meeting.topic || "untitled";
}

/** A file that Zoom still works on has no size yet, whatever the listing says. */
function sizeOf({ candidate: { file }, status }: ListedRow): string {
  const isKnown = file.listedSizeBytes !== undefined && (file.listedSizeBytes > 0 || status !== "not_ready");
  return isKnown ? formatBytes(file.listedSizeBytes ?? 0) : "?";
}

function stateOf({ status, reason }: ListedRow): string {
  return reason === undefined ? status : `${status} (${reason})`;
}
