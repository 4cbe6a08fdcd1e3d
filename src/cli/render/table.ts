import { displayWidth } from "./display_width.ts";
import type { Style } from "./style.ts";
import { pad, truncateEnd, truncateMiddle } from "./text.ts";

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** The column that gives way in a narrow window. */
  readonly flexible?: boolean;
  /** A narrow window loses the columns with the highest numbers first. @default {0} never lost */
  readonly spare?: number;
}

/** Columns that the flexible one keeps as long as there is another to be lost. */
const flexibleColumns = 16;

/**
 * A table as lines, at most `columns` wide: its flexible column gives way, and where that is not enough, the
 * columns that can be spared are left out.
 */
export function renderTable(
  head: readonly Column[],
  rows: readonly (readonly string[])[],
  { columns, style }: { columns: number; style: Style },
): string[] {
  const widths = head.map((column, index) => {
    return Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? "")));
  });
  const spared = leastNeeded(head, widths, columns);
  if (spared !== undefined) {
    const kept = (_: unknown, index: number) => index !== spared;
    return renderTable(head.filter(kept), rows.map((row) => row.filter(kept)), { columns, style });
  }
  const excess = widths.reduce((sum, width) => sum + width, 2 * (head.length - 1)) - columns;
  const flexible = head.findIndex((column) => column.flexible);
  const width = widths[flexible];
  if (excess > 0 && width !== undefined) widths[flexible] = Math.max(8, width - excess);
  const lines = [style.bold(renderRow(head.map((column) => column.title), { head, widths }))];
  return [...lines, ...rows.map((row) => renderRow(row, { head, widths }))];
}

/** The column to leave out next, if the table does not fit otherwise. */
function leastNeeded(
  head: readonly Column[],
  widths: readonly number[],
  columns: number,
): number | undefined {
  const needed = head.reduce((sum, column, index) => {
    const width = widths[index] ?? 0;
    return sum + (column.flexible ? Math.min(width, flexibleColumns) : width);
  }, 2 * (head.length - 1));
  const most = Math.max(0, ...head.map((column) => column.spare ?? 0));
  return needed > columns && most > 0 ? head.findIndex((column) => column.spare === most) : undefined;
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
