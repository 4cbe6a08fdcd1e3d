import type { Database } from "./database.ts";
import type { FileRow, FileStatus } from "./file_row.ts";
import { narrowed, type Narrowing } from "./narrowing.ts";

/** The columns that leave the archive: what concerns half-done transfers and comparisons of names stays. */
export const exportedColumns = [
  "file_key",
  "file_id",
  "user_email",
  "user_id",
  "meeting_uuid",
  "meeting_id",
  "meeting_topic",
  "meeting_start",
  "file_type",
  "recording_type",
  "file_extension",
  "recording_start",
  "recording_end",
  "file_name",
  "listed_size",
  "file_size",
  "sha256",
  "path",
  "status",
  "reason",
  "attempts",
  "error_code",
  "error",
  "auto_delete_date",
  "deleted_time",
  "run_id",
  "status_before",
  "first_seen_at",
  "updated_at",
  "completed_at",
  "replaced_by",
] as const satisfies readonly (keyof FileRow)[];

/** A row as it is exported. */
export type ExportedRow = Pick<FileRow, (typeof exportedColumns)[number]>;

/** Which rows are exported. */
export interface ExportChoice extends Narrowing {
  /** All where none is given. */
  readonly statuses?: readonly FileStatus[] | undefined;
}

/** Reads the table `inventory` and the folders of `meetings` from one end to the other. */
export class Exported {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * All rows in the order in which they became known, in batches. Between two batches nothing is held open: a
   * reader who takes hours keeps no run from tidying its database up.
   */
  *rows(choice: ExportChoice, batch = 500): Generator<ExportedRow[]> {
    const { sql, values } = narrowed(choice);
    const statuses = choice.statuses === undefined
      ? ""
      : " AND i.status IN (SELECT value FROM json_each(:statuses))";
    const bound = {
      ...values,
      ...(choice.statuses === undefined ? {} : { statuses: JSON.stringify(choice.statuses) }),
    };
    const statement = this.#db.prepare(
      `SELECT rowid AS row_number, ${exportedColumns.join(", ")} FROM inventory i
       WHERE rowid > :after${statuses}${sql} ORDER BY rowid LIMIT :batch`,
    );
    for (let after = 0;;) {
      const rows = statement.all({ ...bound, after, batch });
      const last = rows.at(-1);
      if (!last) return;
      after = Number(last["row_number"]);
      yield rows.map(({ row_number: _, ...row }) => row) as unknown as ExportedRow[];
    }
  }

  /** Folders of meetings that hold files, in batches. */
  *folders(narrowing: Narrowing, batch = 500): Generator<string[]> {
    const { sql, values } = narrowed(narrowing);
    const where = sql.replaceAll("i.user_id", "m.host_id").replaceAll("i.meeting_start", "m.start_time");
    const statement = this.#db.prepare(
      `SELECT uuid, folder FROM meetings m WHERE uuid > :after AND folder IS NOT NULL AND EXISTS
         (SELECT 1 FROM inventory i WHERE i.meeting_uuid = m.uuid AND i.status = 'completed')${where}
       ORDER BY uuid LIMIT :batch`,
    );
    for (let after = "";;) {
      const rows = statement.all({ ...values, after, batch });
      const last = rows.at(-1);
      if (!last) return;
      after = String(last["uuid"]);
      yield rows.map(({ folder }) => String(folder));
    }
  }
}
