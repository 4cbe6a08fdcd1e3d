import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { displayWidth } from "./display_width.ts";
import { type ProgressState, totals, type TransferState } from "./progress_state.ts";
import { createStyle, type Style } from "./style.ts";
import { pad, printable, truncateEnd } from "./text.ts";
import { transferLabel } from "./transfer_label.ts";

/** Where a frame is painted, and when. */
export interface FrameOptions {
  /** 0 where it cannot be told. */
  readonly columns: number;
  /** 0 where it cannot be told. */
  readonly rows: number;
  readonly color: boolean;
  readonly nowMs: number;
}

/**
 * The live view: one line per active transfer over one total line, never wider than the window less one
 * column and never higher than the window less two rows.
 */
export function renderFrame(state: ProgressState, options: FrameOptions): string[] {
  const columns = Math.max(1, (options.columns || 80) - 1);
  const rows = Math.max(1, (options.rows || 24) - 2);
  const style = createStyle(options.color);
  const all = [...state.transfers.values()];
  const room = all.length + 1 <= rows ? all.length : Math.max(0, rows - 2);
  const fields = chooseFields(columns);
  const lines = all.slice(0, room).map((transfer) =>
    transferLine(transfer, { ...options, columns, fields, style })
  );
  if (all.length > room && rows > 1) {
    lines.push(style.dim(truncateEnd(`  … and ${formatCount(all.length - room)} more`, columns)));
  }
  return [...lines, totalLine(state, { ...options, columns, style })];
}

interface Field {
  readonly name: "percent" | "bytes" | "rate" | "eta" | "bar";
  readonly width: number;
}

/** From the most to the least telling; a narrow window loses them from the end. */
const fieldsByWorth: readonly Field[] = [
  { name: "percent", width: 4 },
  { name: "bytes", width: 17 },
  { name: "rate", width: 10 },
  { name: "bar", width: 10 },
  { name: "eta", width: 7 },
];

const displayed: readonly Field["name"][] = ["bar", "percent", "bytes", "rate", "eta"];

/** Fields that leave the name at least a quarter of the line and a dozen columns. */
function chooseFields(columns: number): Field[] {
  const nameColumns = Math.max(12, Math.min(28, Math.floor(columns / 4)));
  let left = columns - nameColumns;
  const chosen: Field[] = [];
  for (const field of fieldsByWorth) {
    if (left < field.width + 2) break;
    left -= field.width + 2;
    chosen.push(field);
  }
  const spare = Math.max(0, Math.min(14, nameColumns + left - 44));
  return chosen.map((field) => field.name === "bar" ? { ...field, width: field.width + spare } : field)
    .sort((a, b) => displayed.indexOf(a.name) - displayed.indexOf(b.name));
}

function transferLine(
  transfer: TransferState,
  { columns, fields, style, nowMs }: {
    columns: number;
    fields: readonly Field[];
    style: Style;
    nowMs: number;
  },
): string {
  const taken = fields.reduce((sum, field) => sum + field.width + 2, 0);
  const label = transferLabel(printable(transfer.path), columns - taken);
  const name = pad(label, columns - taken);
  if (transfer.retry) {
    const waitMs = Math.max(0, transfer.retry.atMs - nowMs);
    const note = waitMs > 0
      ? `try ${transfer.retry.attempt} in ${formatDuration(waitMs)}`
      : `try ${transfer.retry.attempt}…`;
    return name + style.yellow(truncateEnd(taken > 0 ? `  ${note}` : "", columns - displayWidth(name)));
  }
  return name + fields.map((field) => `  ${transferField(transfer, field, { style, nowMs })}`).join("");
}

function transferField(
  { offset, sizeBytes, meter }: TransferState,
  field: Field,
  { style, nowMs }: { style: Style; nowMs: number },
): string {
  const share = sizeBytes ? Math.min(1, offset / sizeBytes) : undefined;
  const rate = meter.bytesPerSecond(nowMs);
  switch (field.name) {
    case "percent":
      return pad(share === undefined ? "" : percent(share), field.width, "left");
    case "bytes":
      return pad(bytesOf(offset, sizeBytes), field.width, "left");
    case "rate":
      return pad(rate > 0 ? rateText(rate) : "", field.width, "left");
    case "eta":
      return style.dim(
        pad(etaText(sizeBytes === undefined ? 0 : sizeBytes - offset, rate), field.width, "left"),
      );
    case "bar":
      return bar(share, field.width, style);
  }
}

/** `━━━━━╸────`: one column is one share, and the head shows a half. Unknown share: an empty bar. */
export function bar(share: number | undefined, columns: number, style: Style): string {
  const halves = Math.floor((share ?? 0) * columns * 2);
  const full = "━".repeat(Math.floor(halves / 2));
  const head = halves % 2 === 1 ? "╸" : "";
  const rest = "─".repeat(columns - full.length - head.length);
  return (share === 1 ? style.green : style.cyan)(full + head) + style.dim(rest);
}

function totalLine(
  state: ProgressState,
  { columns, style, nowMs }: { columns: number; style: Style; nowMs: number },
): string {
  const { doneFiles, files, doneBytes, bytes } = totals(state);
  const rate = state.meter.bytesPerSecond(nowMs);
  const listing = state.listing.done ? "" : listingText(state);
  const hooks = hooksText(state);
  if (files === 0 && hooks === "") {
    return style.dim(truncateEnd(listing || `Nothing to fetch so far`, columns));
  }
  const known = state.queue.complete && bytes > 0;
  const parts = [
    { text: `${formatCount(doneFiles)}/${formatCount(files)} files`, style: style.bold },
    { text: known ? percent(doneBytes / bytes) : "", style: plain },
    { text: bytesOf(doneBytes, bytes), style: plain },
    { text: rate > 0 ? rateText(rate) : "", style: plain },
    { text: known && rate > 0 ? `ETA ${etaText(bytes - doneBytes, rate)}` : "", style: plain },
    { text: state.failedFiles > 0 ? `${formatCount(state.failedFiles)} failed` : "", style: style.red },
    { text: hooks, style: state.hooks.failed > 0 ? style.yellow : plain },
    { text: listing && columns < 100 ? "listing…" : listing.toLowerCase(), style: style.dim },
  ].filter((part) => part.text !== "");
  const room = columns - parts.reduce((sum, part) => sum + displayWidth(part.text) + 2, 0) - 2;
  const joined = joinFitting(parts, columns);
  return known && room >= 12 ? `${bar(doneBytes / bytes, Math.min(room, 30), style)}  ${joined}` : joined;
}

/** `hooks 12 done, 2 active, 1 failed`, with how far the first of the active is; `""` where none was called. */
export function hooksText({ hooks }: ProgressState): string {
  if (hooks.completed + hooks.failed + hooks.active.size === 0) return "";
  const [fraction] = hooks.active.values();
  const far = fraction === undefined || fraction === 0 ? "" : ` (${percent(fraction)})`;
  const failed = hooks.failed > 0 ? `, ${formatCount(hooks.failed)} failed` : "";
  return `hooks ${formatCount(hooks.completed)} done, ${hooks.active.size} active${far}${failed}`;
}

function plain(text: string): string {
  return text;
}

function joinFitting(
  parts: readonly { readonly text: string; readonly style: (text: string) => string }[],
  columns: number,
): string {
  let line = "";
  let left = columns;
  for (const [index, part] of parts.entries()) {
    const gap = index === 0 ? "" : "  ";
    const text = index === 0 ? truncateEnd(part.text, left) : part.text;
    if (gap.length + displayWidth(text) > left) break;
    line += gap + part.style(text);
    left -= gap.length + displayWidth(text);
  }
  return line;
}

/** `Listing… 12 users, 340 meetings, 1,156 files`. */
export function listingText({ listing }: ProgressState): string {
  const counts = [[listing.users, "user"], [listing.meetings, "meeting"], [listing.files, "file"]] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, noun]) => countOf(count, noun));
  return `Listing…${told.length > 0 ? ` ${told.join(", ")}` : ""}`;
}

/** `1 file`, `1,156 files`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `12.3 / 45.6 MiB`: the unit once where both share it. */
export function bytesOf(done: number, sizeBytes: number | undefined): string {
  if (sizeBytes === undefined || sizeBytes <= 0) return formatBytes(done);
  const whole = formatBytes(sizeBytes);
  const part = formatBytes(done);
  const [amount, unit] = part.split(" ");
  return whole.endsWith(` ${unit}`) ? `${amount}/${whole}` : `${part}/${whole}`;
}

function rateText(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** Rounds down: 100% means all of it. */
export function percent(share: number): string {
  return `${Math.floor(Math.min(1, share) * 100)}%`;
}

/** Time left, or `""` where it cannot be told. */
export function etaText(leftBytes: number, bytesPerSecond: number): string {
  if (bytesPerSecond <= 0 || leftBytes <= 0) return "";
  const seconds = leftBytes / bytesPerSecond;
  return seconds > 99 * 86_400
    ? ""
    : formatDuration(Math.max(1, Math.ceil(seconds)) * 1000).replace(".0s", "s");
}
