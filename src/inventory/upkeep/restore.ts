import { type Clock, isoSeconds } from "../../core/clock.ts";
import { Database } from "../database.ts";
import type { FileRow } from "../file_row.ts";
import type { MeetingRow } from "../meetings.ts";
import { type RunRow, Runs } from "../runs.ts";
import type { JournalLine } from "./read_journal.ts";
import { type StagedFile, stagedFile, stagingLine, stagingSchema } from "./staging.ts";

export type { StagedFile };

/** A meeting with what is known besides its row. */
export interface RestoredMeeting extends Omit<MeetingRow, "seen_run" | "folder"> {
  readonly folder: string | null;
  readonly folder_key: string | null;
  /** False where its sidecars say what the inventory says. */
  readonly sidecarsDue: boolean;
}

type Value = string | number | null;

/**
 * A new inventory in the making, filled from what an archive holds. It stages the journal in itself, so that memory
 * stays flat, and writes no journal lines: nothing changes, it is only known again.
 */
export class Restore implements Disposable {
  readonly #db: Database;
  readonly #now: string;
  readonly runId: string;

  /** @param path where no database is yet */
  constructor(path: string, options: { clock: Clock; runId: string }) {
    this.#db = new Database(path);
    this.#now = isoSeconds(options.clock.now());
    this.runId = options.runId;
    // Until it has its final name nothing depends on it.
    this.#db.exec(`PRAGMA synchronous = OFF; ${stagingSchema}`);
  }

  transaction<T>(body: () => T): T {
    return this.#db.transaction(body);
  }

  /** Takes a line of the journal in; false for one that says nothing of a file. */
  stage(line: JournalLine): boolean {
    const staged = stagingLine(line);
    if (!staged) return false;
    const { sql, values } = staged;
    this.#db.prepare(sql).run(values);
    return true;
  }

  /** What the journal says of a file. */
  staged(key: string): StagedFile | undefined {
    const row = this.#db.prepare("SELECT * FROM staged WHERE file_key = ?").get(key);
    return row && stagedFile(row);
  }

  /** Up to `limit` files after key `after` that the journal says were held and that nothing else knows. */
  stagedAlone(after: string, limit: number): StagedFile[] {
    const sql = `SELECT s.* FROM staged s LEFT JOIN inventory i ON i.file_key = s.file_key
      WHERE s.file_key > ? AND s.sha256 IS NOT NULL AND i.file_key IS NULL ORDER BY s.file_key LIMIT ?`;
    return this.#db.prepare(sql).all(after, limit).map(stagedFile);
  }

  /** Adds a person, or the folder of one who is known without; a folder that another has stays his. */
  addUser(
    { id, email, folder, folderKey }: { id: string; email: string; folder?: string; folderKey?: string },
  ): void {
    const isTaken = folderKey !== undefined &&
      this.#db.prepare("SELECT 1 FROM users WHERE folder_key = ?").get(folderKey) !== undefined;
    const own = isTaken ? { folder: null, key: null } : { folder: folder ?? null, key: folderKey ?? null };
    this.#db.prepare(
      `INSERT INTO users (id, email, display_name, status, folder, folder_key, first_seen_at, updated_at)
       VALUES (:id, :email, '', '', :folder, :key, :now, :now)
       ON CONFLICT (id) DO UPDATE SET email = iif(email = '', :email, email), folder = coalesce(folder, :folder),
         folder_key = coalesce(folder_key, :key)`,
    ).run({ id, email, ...own, now: this.#now });
  }

  /** Adds a meeting; false where one with this uuid is there already. */
  addMeeting({ sidecarsDue, ...meeting }: RestoredMeeting): boolean {
    const row = {
      ...meeting,
      seen_run: this.runId,
      sidecars_due: sidecarsDue ? 1 : 0,
      first_seen_at: this.#now,
      updated_at: this.#now,
    };
    return this.#insert("meetings", row, "ON CONFLICT (uuid) DO NOTHING");
  }

  hasMeeting(uuid: string): boolean {
    return this.#db.prepare("SELECT 1 FROM meetings WHERE uuid = ?").get(uuid) !== undefined;
  }

  /** Tells whether a meeting has this folder, folded for comparison. */
  isFolderTaken(folderKey: string): boolean {
    return this.#db.prepare("SELECT 1 FROM meetings WHERE folder_key = ?").get(folderKey) !== undefined;
  }

  /** Says whose a file key is. */
  meetingOf(key: string): string | undefined {
    const row = this.#db.prepare("SELECT meeting_uuid FROM inventory WHERE file_key = ?").get(key);
    return row === undefined ? undefined : String(row["meeting_uuid"]);
  }

  /** Tells whether a file, or what a hook made, has this path, folded for comparison. */
  isPathKnown(pathKey: string): boolean {
    return this.#db.prepare("SELECT 1 FROM inventory WHERE path_key = ?").get(pathKey) !== undefined ||
      this.#db.prepare("SELECT 1 FROM claimed WHERE path_key = ?").get(pathKey) !== undefined;
  }

  /** Adds a file whose key and path are free. */
  addFile(
    row: Omit<
      FileRow,
      "remote_size" | "remote_validator" | "partial_ranges" | "status_before" | "updated_at"
    >,
  ): void {
    this.#insert("inventory", { ...row, updated_at: this.#now });
  }

  /** Notes a path that is a hook's, not a recording's. */
  claim(pathKey: string): void {
    this.#db.prepare("INSERT OR IGNORE INTO claimed (path_key) VALUES (?)").run(pathKey);
  }

  addMade({ path, fileKey, plugin }: { path: string; fileKey: string; plugin: string }): void {
    this.#insert(
      "made_files",
      { path, file_key: fileKey, plugin, made_at: this.#now },
      "ON CONFLICT (path) DO NOTHING",
    );
  }

  /** Sidecars that no longer say what the inventory says are written by the next run. */
  setSidecarsDue(uuid: string): void {
    this.#db.prepare("UPDATE meetings SET sidecars_due = 1 WHERE uuid = ?").run(uuid);
  }

  /** The run that `extraction_state.json` tells of. */
  addRun(run: RunRow): void {
    const runs = new Runs(this.#db, () => this.#now);
    runs.begin(run);
    runs.finish(run.runId, { status: run.status, counts: {}, exitCode: 0 });
    this.#db.prepare("UPDATE runs SET exit_code = NULL, started_at = ? WHERE run_id = ?")
      .run(run.startedAt, run.runId);
  }

  /** Meetings, and files and bytes by status. */
  totals(): { meetings: number; statuses: { status: FileRow["status"]; files: number; bytes: number }[] } {
    const meetings = Number(this.#db.prepare("SELECT count(*) AS n FROM meetings").get()?.["n"]);
    const sql = `SELECT status, count(*) AS files, coalesce(sum(file_size), 0) AS bytes FROM inventory
      GROUP BY status ORDER BY status`;
    return { meetings, statuses: this.#db.prepare(sql).all() as ReturnType<Restore["totals"]>["statuses"] };
  }

  /** Takes the scaffolding down; the database is whole once this object is disposed of. */
  finish(): void {
    this.#db.exec("DROP TABLE staged; DROP TABLE claimed;");
  }

  [Symbol.dispose](): void {
    this.#db[Symbol.dispose]();
  }

  #insert(table: string, row: object, onConflict = ""): boolean {
    const names = Object.keys(row);
    const sql = `INSERT INTO ${table} (${names.join(", ")}) VALUES (${
      names.map((name) => `:${name}`).join(", ")
    }) ${onConflict}`;
    return Number(this.#db.prepare(sql).run(row as Record<string, Value>).changes) === 1;
  }
}
