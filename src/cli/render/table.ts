import { displayWidth } from "./display_width.ts";
import type { Style } from "./style.ts";
import { pad, truncateEnd, truncateMiddle } from "./text.ts";

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** The column that gives way in a narrow window. */
  readonly flexible?: boolean;
}

/** A table as lines, at most `columns` wide if its flexible column can give way. */
export function renderTable(
  head: readonly Column[],
  rows: readonly (readonly string[])[],
  { columns, style }: { columns: number; style: Style },
): string[] {
  const widths = head.map((column, index) => {
    return Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? "")));
  });
  const excess = widths.reduce((sum, width) => sum + width, 2 * (head.length - 1)) - columns;
  const flexible = head.findIndex((column) => column.flexible);
  const width = widths[flexible];
  if (excess > 0 && width !== undefined) widths[flexible] = Math.max(8, width - excess);
  const lines = [style.bold(renderRow(head.map((column) => column.title), { head, widths }))];
  return [...lines, ...rows.map((row) => renderRow(row, { head, widths }))];
}

/** One line of a table whose widths are known: cells too wide are shortened, the last one is not filled up. */
export function renderRow(
  cells: readonly string[],
  { head, widths }: { head: readonly Column[]; widths: readonly number[] },
): string {
  return head.map((column, index) => {
    const width = widths[index] ?? 0;
    const cell = (column.flexible ? truncateMiddle : truncateEnd)(cells[index] ?? "", width);
    const last = index === head.length - 1 && column.align !== "right";
    return last ? cell : pad(cell, width, column.align === "right" ? "left" : "right");
  }).join("  ").trimEnd();
}
