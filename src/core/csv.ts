import { stringify } from "csv-stringify/sync";

/**
 * Rows as CSV, the way RFC 4180 has it; a cell that a spreadsheet would run as a formula is preceded by `'`.
 *
 * @param rows cells as they are; nothing where there is no value
 */
export function toCsv(rows: readonly (readonly unknown[])[]): string {
  return stringify(rows.map((row) => row.map((cell) => cell ?? "")), {
    escape_formulas: true,
    record_delimiter: "\r\n",
    // Where a semicolon or a tab separates cells, a formula could begin behind one.
    quoted_match: /[\r\n;\t]/,
  });
}
