import { printable, truncateEnd } from "../render/text.ts";

const cellColumns = 200;
const encoder = new TextEncoder();

/**
 * `text` as one table cell that shows just these characters: neither Markdown nor HTML, no link, no line break.
 * Whatever could mean something is written as a numeric reference, which Markdown takes for plain text.
 */
export function cell(text: string): string {
  return truncateEnd(printable(text), cellColumns)
    .replace(/[!-+/:-@[-`{-~]/g, (char) => `&#${char.codePointAt(0)};`)
    .replace(/www\./gi, (start) => start.replace(".", "&#46;"));
}

/** A column: its head, and the safe cell of a row. */
export interface Column<Row> {
  readonly head: string;
  /** True for numbers, which stand on the right. */
  readonly isNumber?: boolean;
  readonly cellOf: (row: Row) => string;
}

/**
 * A Markdown table, cut to what fits.
 *
 * @returns its lines, and how many rows were left out
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  limits: { readonly rows: number; readonly bytes: number },
): { text: string; left: number } {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  let text = line(columns.map(({ head }) => head)) +
    line(columns.map(({ isNumber }) => isNumber ? "---:" : "---"));
  let bytes = sizeOf(text);
  let taken = 0;
  for (const row of rows.slice(0, limits.rows)) {
    const next = line(columns.map(({ cellOf }) => cellOf(row)));
    bytes += sizeOf(next);
    if (bytes > limits.bytes) break;
    text += next;
    taken++;
  }
  return { text, left: rows.length - taken };
}

/** Bytes of `text` in UTF-8. */
export function sizeOf(text: string): number {
  return encoder.encode(text).length;
}
