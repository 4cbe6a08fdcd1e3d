import { toCsv } from "../../core/csv.ts";
import { type ExportChoice, exportedColumns, type ExportedRow, type Inventory } from "../../inventory/mod.ts";

/** Formats that are one text. */
export type TextFormat = "csv" | "jsonl" | "sha256sums";

/** What was written, and what could not be. */
export interface ExportTally {
  files: number;
  /** Held files without a checksum of their own: a plugin has put another file in their place. */
  withoutChecksum: number;
}

/** The inventory as text, piece by piece. Memory stays flat; `tally` counts along. */
export function* exportText(
  inventory: Inventory,
  { format, choice, tally }: { format: TextFormat; choice: ExportChoice; tally: ExportTally },
): Generator<string> {
  if (format === "csv") yield toCsv([exportedColumns]);
  const chosen = format === "sha256sums" ? { ...choice, statuses: ["completed" as const] } : choice;
  for (const rows of inventory.exported.rows(chosen)) {
    if (format !== "sha256sums") tally.files += rows.length;
    yield format === "csv"
      ? toCsv(rows.map((row) => exportedColumns.map((name) => row[name])))
      : format === "jsonl"
      ? rows.map((row) => `${JSON.stringify(row)}\n`).join("")
      : checksumLines(rows, tally);
  }
}

function checksumLines(rows: readonly ExportedRow[], tally: ExportTally): string {
  let text = "";
  for (const { path, sha256, replaced_by } of rows) {
    if (path === null || sha256 === null || replaced_by !== null) tally.withoutChecksum++;
    else {
      tally.files++;
      text += checksumLine(sha256, path);
    }
  }
  return text;
}

/**
 * A line that `sha256sum -c` reads. A name with a backslash or a line break is escaped, and the line then begins with a
 * backslash (GNU coreutils manual, "cksum output modes").
 */
export function checksumLine(sha256: string, path: string): string {
  const isOdd = /[\\\n\r]/.test(path);
  const name = isOdd ? path.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r") : path;
  return `${isOdd ? "\\" : ""}${sha256}  ${name}\n`;
}
