import type { Database } from "./database.ts";
import type { FileRow, FileStatus } from "./file_row.ts";

/** A file that the archive has to hold, as far as checking it needs. */
export interface HeldRow extends
  Pick<
    FileRow,
    "file_key" | "meeting_uuid" | "status" | "file_size" | "sha256" | "replaced_by" | "reason"
  > {
  readonly path: string;
  readonly path_key: string;
}

/** What a path of the archive is for. */
export interface KnownPath {
  /** As the inventory writes it: may differ in case or Unicode form from what was asked for. */
  readonly path: string;
  readonly status: FileStatus | "made" | "folder";
}

/** A meeting whose sidecars have to be there. */
export interface SidecarOwner {
  readonly uuid: string;
  readonly folder: string;
  /** True while they wait to be written. */
  readonly isDue: boolean;
}

/**
 * Held, or held once: a file that was lost and could not be fetched again is still missed. What a filter leaves out by
 * now is not.
 */
const mustBeHeld = `(status = 'completed' OR (completed_at IS NOT NULL AND status <> 'skipped'))`;

const heldColumns = "file_key, meeting_uuid, status, file_size, sha256, replaced_by, reason, path, path_key";

/** Questions about what the archive has to hold, asked for many files at once. */
export class HeldFiles {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Up to `limit` files that have to be there, in the order of their folded paths, after `after`. */
  page(after: string, limit: number): HeldRow[] {
    const sql = `SELECT ${heldColumns} FROM inventory
      WHERE path_key > ? AND path IS NOT NULL AND ${mustBeHeld} ORDER BY path_key LIMIT ?`;
    return this.#db.prepare(sql).all(after, limit) as unknown as HeldRow[];
  }

  /** The same file now; `undefined` once it need not be there any more. */
  get(key: string): HeldRow | undefined {
    const sql =
      `SELECT ${heldColumns} FROM inventory WHERE file_key = ? AND path IS NOT NULL AND ${mustBeHeld}`;
    return this.#db.prepare(sql).get(key) as HeldRow | undefined;
  }

  /** The file that has this path and has to be there. */
  byPath(path: string, pathKey: string): HeldRow | undefined {
    const sql = `SELECT ${heldColumns} FROM inventory WHERE path_key = ? AND path = ? AND ${mustBeHeld}`;
    return this.#db.prepare(sql).get(pathKey, path) as HeldRow | undefined;
  }

  /** How the files came out that `runId` has taken up, by status. */
  outcomes(runId: string): Map<FileStatus, number> {
    // What is completed is in no index by run; it is counted once, at the end.
    const sql = "SELECT status, count(*) AS files FROM inventory WHERE run_id = ? GROUP BY status";
    const rows = this.#db.prepare(sql).all(runId) as unknown as { status: FileStatus; files: number }[];
    return new Map(rows.map(({ status, files }) => [status, files]));
  }

  /** How many files have to be there. */
  count(): number {
    const sql = `SELECT count(*) AS files FROM inventory WHERE path IS NOT NULL AND ${mustBeHeld}`;
    return Number(this.#db.prepare(sql).get()?.["files"] ?? 0);
  }

  /** Files that are not held, by status. */
  notHeld(): { status: FileStatus; files: number }[] {
    const sql = `SELECT status, count(*) AS files FROM inventory WHERE status <> 'completed'
      GROUP BY status ORDER BY status`;
    return this.#db.prepare(sql).all() as unknown as { status: FileStatus; files: number }[];
  }

  /** Files of recordings among these folded paths, by folded path. */
  filesAmong(pathKeys: readonly string[]): Map<string, KnownPath> {
    const sql = `SELECT path_key AS key, path, status FROM inventory
      WHERE path_key IN (SELECT value FROM json_each(?))`;
    return this.#map(sql, pathKeys);
  }

  /** Files among these paths that hooks made. */
  madeAmong(paths: readonly string[]): Map<string, KnownPath> {
    const sql = `SELECT path AS key, path, 'made' AS status FROM made_files
      WHERE path IN (SELECT value FROM json_each(?))`;
    return this.#map(sql, paths);
  }

  /** Files that took the place of recordings without being noted as made. */
  unnotedReplacements(): Set<string> {
    const sql = `SELECT replaced_by AS path FROM inventory WHERE replaced_by IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM made_files m WHERE m.path = replaced_by)`;
    return new Set(this.#db.prepare(sql).all().map((row) => String(row["path"])));
  }

  /** Tells whether any hook is still to be called: a file may be in the making. */
  areHooksDue(): boolean {
    return this.#db.prepare("SELECT 1 FROM hook_runs WHERE status = 'pending' LIMIT 1").get() !== undefined;
  }

  /** Folders of meetings among these folded paths, by folded path. */
  foldersAmong(folderKeys: readonly string[]): Map<string, KnownPath> {
    const sql = `SELECT folder_key AS key, folder AS path, 'folder' AS status FROM meetings
      WHERE folder_key IN (SELECT value FROM json_each(?))`;
    return this.#map(sql, folderKeys);
  }

  /** Paths in a folder, and in those below it, of files that are still to come. */
  *openBelow(folderKey: string): Generator<string> {
    const sql = `SELECT path FROM inventory WHERE path_key > ? AND path_key < ? AND path IS NOT NULL
      AND status IN ('pending', 'active', 'failed')`;
    const [from, until] = folderKey === "" ? ["", "\u{10ffff}"] : [`${folderKey}/`, `${folderKey}0`];
    for (const row of this.#db.prepare(sql).all(from, until)) yield String(row["path"]);
  }

  /** Plugins whose hooks made files of a recording. */
  makersOf(key: string): string[] {
    return this.#db.prepare("SELECT DISTINCT plugin FROM made_files WHERE file_key = ? ORDER BY plugin")
      .all(key).map((row) => String(row["plugin"]));
  }

  /** Up to `limit` meetings, after uuid `after`, that hold files. */
  sidecarPage(after: string, limit: number): SidecarOwner[] {
    return this.#owners("m.uuid > ?", after, limit);
  }

  /** One of them now; `undefined` once none of its files is held. */
  sidecarOwner(uuid: string): SidecarOwner | undefined {
    return this.#owners("m.uuid = ?", uuid, 1)[0];
  }

  #owners(which: string, value: string, limit: number): SidecarOwner[] {
    const rows = this.#db.prepare(
      `SELECT uuid, folder, sidecars_due FROM meetings m WHERE ${which} AND folder IS NOT NULL AND EXISTS
         (SELECT 1 FROM inventory i WHERE i.meeting_uuid = m.uuid AND i.status = 'completed')
       ORDER BY uuid LIMIT ?`,
    ).all(value, limit);
    return rows.map((row) => ({
      uuid: String(row["uuid"]),
      folder: String(row["folder"]),
      isDue: row["sidecars_due"] === 1,
    }));
  }

  #map(sql: string, keys: readonly string[]): Map<string, KnownPath> {
    const rows = this.#db.prepare(sql).all(
      JSON.stringify(keys),
    ) as unknown as (KnownPath & { key: string })[];
    return new Map(rows.map(({ key, path, status }) => [key, { path, status }]));
  }
}
