import { DatabaseSync } from "node:sqlite";
import { formatCount } from "../../core/units.ts";
import type { Style } from "../render/style.ts";
import { type Column, renderTable } from "../render/table.ts";
import { printable, wrap } from "../render/text.ts";

const head: readonly Column[] = [
  { title: "file_type" },
  { title: "recording_start", spare: 2 },
  { title: "file_size", align: "right", spare: 1 },
  { title: "status" },
  { title: "path", flexible: true },
];

const shownRows = 3;

/** Three questions to the inventory, as SQL, with the beginning of their answers. */
export function showQueries(
  archive: string,
  options: { userEmail: string; columns: number; style: Style },
): string[] {
  using database = new DatabaseSync(`${archive}/_logs/inventory.db`, { readOnly: true });
  const queries = [
    `SELECT * FROM inventory WHERE user_email = '${options.userEmail.replaceAll("'", "''")}';`,
    "SELECT * FROM inventory WHERE status = 'failed';",
    "SELECT * FROM inventory WHERE file_type = 'mp4';",
  ];
  return queries.flatMap((sql) => {
    const rows = database.prepare(sql).all();
    const lines = wrap(`sql> ${sql}`, options.columns).map((line, index) =>
      index > 0 ? `     ${line}` : line
    );
    return [...lines.map(options.style.cyan), ...answer(rows, options), ""];
  });
}

function answer(
  rows: readonly Record<string, unknown>[],
  options: { columns: number; style: Style },
): string[] {
  if (rows.length === 0) return [options.style.dim("no rows")];
  const cells = rows.slice(0, shownRows).map((row) => {
    return head.map((column) => printable(String(row[column.title] ?? "")));
  });
  const total = `${formatCount(rows.length)} rows of ${Object.keys(rows[0] ?? {}).length} columns`;
  return [
    ...renderTable(head, cells, options),
    options.style.dim(rows.length > shownRows ? `… ${total}` : total),
  ];
}
