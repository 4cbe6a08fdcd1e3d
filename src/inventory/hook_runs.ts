import type { FileHook } from "../core/plugin.ts";
import type { Database } from "./database.ts";

/** One hook of one plugin for one file. */
export interface HookRun {
  readonly file_key: string;
  readonly plugin: string;
  readonly hook: FileHook;
  readonly status: "pending" | "completed" | "failed";
  readonly attempts: number;
  readonly error: string | null;
}

/** A file that a hook made. */
export interface MadeFile {
  readonly file_key: string;
  readonly plugin: string;
  /** Below the archive, `/`-separated. */
  readonly path: string;
}

/** Which files of the archive hooks are called for once more: those never done, those that failed, or all. */
export type Again = "missing" | "failed" | "all";

/** The rows of the tables `hook_runs` and `made_files`. */
export class HookRuns {
  readonly #db: Database;
  readonly #now: () => string;

  constructor(db: Database, now: () => string) {
    this.#db = db;
    this.#now = now;
  }

  /** Notes that a hook is due; call it in the transaction of the change that it is due for. */
  enqueue(key: string, plugin: string, hook: FileHook): void {
    this.#db.prepare(
      `INSERT INTO hook_runs (file_key, plugin, hook, status, updated_at) VALUES (?, ?, ?, 'pending', ?)
       ON CONFLICT (file_key, plugin, hook) DO UPDATE SET status = 'pending', updated_at = excluded.updated_at`,
    ).run(key, plugin, hook, this.#now());
  }

  /** Notes that `afterTransfer` is due for held files; returns for how many. */
  enqueueHeld(plugin: string, again: Again): number {
    const result = this.#db.prepare(
      `INSERT INTO hook_runs (file_key, plugin, hook, status, updated_at)
       SELECT i.file_key, :plugin, 'afterTransfer', 'pending', :now FROM inventory i
       LEFT JOIN hook_runs h ON h.file_key = i.file_key AND h.plugin = :plugin AND h.hook = 'afterTransfer'
       WHERE i.status = 'completed' AND i.replaced_by IS NULL AND CASE :again WHEN 'all' THEN 1
         WHEN 'failed' THEN h.status = 'failed' ELSE h.status IS NULL OR h.status <> 'completed' END
       ON CONFLICT (file_key, plugin, hook) DO UPDATE SET status = 'pending', updated_at = excluded.updated_at`,
    ).run({ plugin, again, now: this.#now() });
    return Number(result.changes);
  }

  /** Up to `limit` hooks of these plugins that are due: new ones, and those that failed in other runs than `runId`. */
  due(plugins: readonly string[], runId: string, limit: number): HookRun[] {
    const marks = plugins.map(() => "?").join(", ");
    const sql = `SELECT * FROM hook_runs WHERE status <> 'completed' AND plugin IN (${marks})
      AND (status = 'pending' OR run_id <> ?) ORDER BY status DESC, file_key, plugin LIMIT ?`;
    return this.#db.prepare(sql).all(...plugins, runId, limit) as unknown as HookRun[];
  }

  /** Records how a call came out. */
  finish(
    { file_key, plugin, hook }: Pick<HookRun, "file_key" | "plugin" | "hook">,
    { status, error, runId }: { status: "completed" | "failed"; error?: string; runId: string },
  ): void {
    this.#db.prepare(
      `UPDATE hook_runs SET status = ?, error = ?, run_id = ?, attempts = attempts + 1, updated_at = ?
       WHERE file_key = ? AND plugin = ? AND hook = ?`,
    ).run(status, error ?? null, runId, this.#now(), file_key, plugin, hook);
  }

  /** Records files that a hook made of `key`. */
  addMade(key: string, plugin: string, paths: readonly string[]): void {
    for (const path of paths) {
      this.#db.prepare(
        `INSERT INTO made_files (path, file_key, plugin, made_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (path) DO UPDATE SET file_key = min(file_key, excluded.file_key), plugin = excluded.plugin,
           made_at = excluded.made_at`,
      ).run(path, key, plugin, this.#now());
    }
    if (paths.length === 0) return;
    this.#db.prepare(
      `UPDATE meetings SET sidecars_due = 1
       WHERE uuid = (SELECT meeting_uuid FROM inventory WHERE file_key = ?) AND sidecars_due = 0`,
    ).run(key);
  }

  /** Files that hooks made of the files of a meeting: file key, plugin and path, in order. */
  madeOf(meetingUuid: string): MadeFile[] {
    const sql =
      `SELECT m.file_key, m.plugin, m.path FROM inventory i JOIN made_files m ON m.file_key = i.file_key
      WHERE i.meeting_uuid = ? ORDER BY m.path`;
    return this.#db.prepare(sql).all(meetingUuid) as unknown as MadeFile[];
  }

  /** How the calls made by a run came out, and how many are still due for these plugins. */
  counts(plugins: readonly string[], runId: string): { completed: number; failed: number; pending: number } {
    const marks = plugins.map(() => "?").join(", ");
    const row = this.#db.prepare(
      `SELECT coalesce(sum(status = 'completed' AND run_id = ?), 0) AS completed,
         coalesce(sum(status = 'failed'), 0) AS failed, coalesce(sum(status = 'pending'), 0) AS pending
       FROM hook_runs WHERE plugin IN (${marks})`,
    ).get(runId, ...plugins) ?? {};
    return {
      completed: Number(row["completed"] ?? 0),
      failed: Number(row["failed"] ?? 0),
      pending: Number(row["pending"] ?? 0),
    };
  }
}
