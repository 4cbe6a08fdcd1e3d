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
 * The CSV is RFC 4180, and cells that a spreadsheet would run as a formula are neutralised.
 */
export async function createListWriter(format: ListFormat, context: CliContext): Promise<ListWriter> {
  if (format === "json") return (row) => context.stdout.write(`${JSON.stringify(toRecord(row))}\n`);
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
    return line(Object.values(record).map((value) => value ?? ""));
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

const head: readonly Column[] = [
  { title: "Start (UTC)" },
  { title: "User", flexible: true },
  { title: "Topic", flexible: true },
  { title: "Type" },
  { title: "Size", align: "right" },
  { title: "Status" },
];

/** Widths are fixed before the first row: on a terminal by its size, in a pipe generous. */
function createTableWriter(context: CliContext): ListWriter {
  const columns = context.stdout.isTerminal ? Math.max(60, context.size().columns || 80) : 140;
  const fixed = [16, 10, 8, 24];
  const left = Math.max(16, columns - fixed.reduce((sum, width) => sum + width, 0) - 2 * (head.length - 1));
  const userColumns = Math.floor(left * 0.45);
  const widths = [16, userColumns, left - userColumns, 10, 8, 24];
  const style = createStyle(wantsColor(context.stdout, context));
  let started = false;
  return (row) => {
    if (!started) {
      context.stdout.write(
        `${style.bold(renderRow(head.map((column) => column.title), { head, widths }))}\n`,
      );
    }
    started = true;
    return context.stdout.write(`${renderRow(toCells(row), { head, widths })}\n`);
  };
}

function toCells({ candidate: { user, meeting, file }, status, reason }: ListedRow): string[] {
  const start = (file.recordingStart || meeting.startTime).slice(0, 16).replace("T", " ");
  const size = file.listedSizeBytes === undefined ? "?" : formatBytes(file.listedSizeBytes);
  const state = reason === undefined ? status : `${status} (${reason})`;
  return [start, user.email || user.id, meeting.topic || "untitled", file.fileType, size, state].map(
    printable,
  );
}
