import { addDays, type DateRange } from "../core/date_range.ts";
import { plainJson } from "../core/plain_json.ts";
import type { Order } from "../core/config.ts";
import type { Database } from "./database.ts";
import { sidecarsAreDue } from "./meetings.ts";
import {
  type FileRow,
  type FileStatus,
  fileStatuses,
  type ListedColumns,
  listedColumns,
} from "./file_row.ts";
import { journalFacts } from "./journal.ts";

/** What may change together with a status. Absent fields keep their value. */
export interface StatusChange {
  readonly status: FileStatus;
  readonly reason?: string | null;
  readonly attempts?: number;
  readonly error_code?: string | null;
  readonly error?: string | null;
  readonly file_size?: number | null;
  readonly sha256?: string | null;
  readonly completed_at?: string | null;
  readonly deleted_time?: string | null;
}

/** Which files a run is about. */
export interface RunScope {
  readonly runId: string;
  readonly range: DateRange;
}

/** Count of the files with one status. */
export interface StatusTotal {
  readonly status: FileStatus;
  readonly files: number;
}

/** A held file, as far as looking after it needs. */
export type HeldFile = Pick<FileRow, "file_key" | "path" | "file_size">;

/** Which held files are asked for. */
export interface HeldQuery {
  /** Key that comes before the first. */
  readonly after: string;
  readonly limit: number;
  /** Only those that a hook is still due for, whichever run brought them. @default {false} */
  readonly onlyDue?: boolean;
}

/** What a change of the status has to know of the file. */
type FileState = Pick<FileRow, "status" | "path" | "meeting_uuid">;

const orderBy: Readonly<Record<Order, string>> = {
  newest: "meeting_start DESC, recording_start, file_key",
  oldest: "meeting_start, recording_start, file_key",
  expiring: "coalesce(auto_delete_date, '9999'), meeting_start, recording_start, file_key",
  smallest: "coalesce(listed_size, 0), meeting_start, file_key",
};

/**
 * The condition of the index `inventory_open`. SQLite uses a partial index only where the query repeats its
 * condition word for word: that `status = 'pending'` implies it is beyond SQLite.
 */
const open = "status <> 'completed'";
const iOpen = `i.${open}`;

/**
 * In scope: seen by this run's listing, or inside its days and remembered from an earlier one. A meeting without
 * a date may belong to any day, so it belongs to every range: a file of it that failed is tried again. One that began
 * shortly before the range belongs to it as well when it was recorded in it, as Zoom lists it there.
 */
const meetingInScope = `(m.seen_run = :run OR m.start_time = ''
      OR (m.start_time >= :from AND m.start_time < :until)
      OR (m.start_time >= :early AND m.start_time < :from AND EXISTS (SELECT 1 FROM inventory f
        WHERE f.meeting_uuid = m.uuid AND f.recording_start >= :from AND f.recording_start < :until)))
    AND wanted_user(m.host_id, coalesce(nullif(m.host_email, ''),
      (SELECT email FROM users WHERE id = m.host_id), ''))`;
const inScope = `i.meeting_uuid IN (SELECT m.uuid FROM meetings m WHERE ${meetingInScope})`;
/** The same, for walks in small steps: asks for each row instead of collecting all meetings at each step. */
const rowInScope = `EXISTS (SELECT 1 FROM meetings m WHERE m.uuid = i.meeting_uuid AND ${meetingInScope})`;

const sidecarsDueOfFile = `UPDATE meetings SET sidecars_due = 1
  WHERE uuid = (SELECT meeting_uuid FROM inventory WHERE file_key = ?) AND sidecars_due = 0`;

/** The rows of the table `inventory`. */
export class Files {
  readonly #db: Database;
  readonly #now: () => string;

  constructor(db: Database, now: () => string) {
    this.#db = db;
    this.#now = now;
  }

  get(key: string): FileRow | undefined {
    return this.#db.prepare("SELECT * FROM inventory WHERE file_key = ?").get(key) as FileRow | undefined;
  }

  ofMeeting(uuid: string): FileRow[] {
    const sql =
      "SELECT * FROM inventory WHERE meeting_uuid = ? ORDER BY recording_start, file_type, file_key";
    return this.#db.prepare(sql).all(uuid) as unknown as FileRow[];
  }

  /** Adds a file that was not known. */
  insert(columns: ListedColumns, change: StatusChange, runId: string): void {
    const names = [
      "file_key",
      ...listedColumns,
      "status",
      "reason",
      "error_code",
      "error",
      "run_id",
      "status_before",
      "first_seen_at",
      "updated_at",
    ];
    const now = this.#now();
    const { status, reason = null, error_code = null, error = null } = change;
    const row = { ...columns, status, reason, error_code, error, run_id: runId, status_before: null };
    this.#db.transaction(() => {
      this.#db.prepare(
        `INSERT INTO inventory (${names.join(", ")}) VALUES (${names.map((n) => `:${n}`).join(", ")})`,
      ).run({ ...row, first_seen_at: now, updated_at: now });
      this.#journal(columns.file_key, undefined, change, runId);
    });
  }

  /** Takes over what a newer listing says, the folder and path apart. */
  refresh(columns: ListedColumns): void {
    this.#db.transaction(() => {
      this.#db.prepare(
        `UPDATE inventory SET ${listedColumns.map((n) => `${n} = :${n}`).join(", ")}, updated_at = :updated_at
         WHERE file_key = :file_key`,
      ).run({ ...columns, updated_at: this.#now() });
      this.#setSidecarsDue(columns.meeting_uuid);
    });
  }

  /** The sidecars of the meeting no longer say what the inventory says. */
  #setSidecarsDue(meetingUuid: string): void {
    if (this.#db.prepare(sidecarsAreDue).get(meetingUuid) !== undefined) return;
    this.#db.prepare("UPDATE meetings SET sidecars_due = 1 WHERE uuid = ? AND sidecars_due = 0").run(
      meetingUuid,
    );
  }

  /** Gives a file its path, for good. `pathKey` is the path folded for comparison. */
  setPath(key: string, path: string, pathKey: string): void {
    this.#db.prepare("UPDATE inventory SET path = ?, path_key = ? WHERE file_key = ? AND path IS NULL")
      .run(path, pathKey, key);
  }

  /** Notes that a hook has put another file in the place of this one, or that no other stands there any more. */
  setReplaced(key: string, path: string | null): void {
    this.#db.prepare("UPDATE inventory SET replaced_by = ?, updated_at = ? WHERE file_key = ?")
      .run(path, this.#now(), key);
    this.#db.prepare(sidecarsDueOfFile).run(key);
  }

  /** Tells whether a file has this path, folded for comparison. */
  isPathTaken(pathKey: string): boolean {
    return this.#db.prepare("SELECT 1 FROM inventory WHERE path_key = ?").get(pathKey) !== undefined;
  }

  /**
   * Changes the status and what goes with it; writes a journal line when the status really changes. All of it or
   * nothing: a change without its line would never get one.
   */
  setStatus(key: string, change: StatusChange, runId: string): void {
    const before = this.#state(key);
    if (!before) return;
    const fields = Object.entries(change).filter(([, value]) => value !== undefined);
    const sets = fields.map(([name]) => `${name} = :${name}`).join(", ");
    this.#db.transaction(() => {
      this.#db.prepare(
        `UPDATE inventory SET ${sets}, status_before = iif(run_id = :run_id, status_before, status),
           run_id = :run_id, updated_at = :now WHERE file_key = :key`,
      ).run({ ...Object.fromEntries(fields), run_id: runId, now: this.#now(), key });
      if (before.status !== change.status) this.#journal(key, before, change, runId);
      this.#setSidecarsDue(before.meeting_uuid);
    });
  }

  /** Stores the proof of received bytes ahead of the rename, so that a crash between the two loses nothing. */
  setReceipt(key: string, receipt: { sizeBytes: number; sha256: string }): void {
    this.#db.durableTransaction(() => {
      this.#db.prepare(
        `UPDATE inventory SET file_size = ?, sha256 = ?, partial_ranges = NULL, updated_at = ? WHERE file_key = ?`,
      )
        .run(receipt.sizeBytes, receipt.sha256, this.#now(), key);
    });
  }

  /** Remembers what a later attempt needs to go on with the partial. */
  setRemote(key: string, remote: { sizeBytes?: number | undefined; validator?: string | undefined }): void {
    this.#db.prepare("UPDATE inventory SET remote_size = ?, remote_validator = ? WHERE file_key = ?")
      .run(remote.sizeBytes ?? null, remote.validator ?? null, key);
  }

  /**
   * Remembers which bytes of a partial are there; `undefined` where it has no gaps. Durable when this returns: after a
   * power cut a hole must not be taken for bytes.
   */
  setRanges(key: string, ranges: readonly (readonly [start: number, end: number])[] | undefined): void {
    this.#db.durableTransaction(() => {
      this.#db.prepare("UPDATE inventory SET partial_ranges = ? WHERE file_key = ?")
        .run(ranges === undefined ? null : JSON.stringify(ranges), key);
    });
  }

  /** Forgets of which version a partial is, durably: what comes to lie there from now on is not Zoom's to go on with. */
  forgetPartial(key: string): void {
    this.#db.durableTransaction(() => {
      const sql = `UPDATE inventory SET remote_size = NULL, remote_validator = NULL, partial_ranges = NULL
        WHERE file_key = ?`;
      this.#db.prepare(sql).run(key);
    });
  }

  /** Up to `limit` files after key `after` of which a part was received and that nobody wants or has any more. */
  abandoned(after: string, limit: number): Pick<FileRow, "file_key" | "path">[] {
    const sql =
      `SELECT file_key, path FROM inventory WHERE status IN ('skipped', 'gone') AND ${open} AND attempts > 0 AND path IS NOT NULL
      AND (remote_size IS NOT NULL OR remote_validator IS NOT NULL OR partial_ranges IS NOT NULL) AND file_key > ?
      ORDER BY file_key LIMIT ?`;
    return this.#db.prepare(sql).all(after, limit) as unknown as Pick<FileRow, "file_key" | "path">[];
  }

  /** Forgets a file of which nothing was ever held. */
  remove(key: string): void {
    const before = this.get(key);
    if (!before || before.file_size !== null) return;
    this.#db.transaction(() => {
      this.#db.prepare("DELETE FROM inventory WHERE file_key = ?").run(key);
      this.#setSidecarsDue(before.meeting_uuid);
    });
  }

  /** Puts back what a dead or failed part of run `runId` left, and what any dead run left under way. */
  reopen(runId: string): void {
    const sql = `SELECT file_key FROM inventory
      WHERE status <> 'completed' AND (status = 'active' OR (status = 'failed' AND run_id = ?))`;
    for (const row of this.#db.prepare(sql).all(runId)) {
      const key = String(row["file_key"]);
      this.setStatus(key, { status: "pending" }, this.get(key)?.run_id ?? runId);
    }
  }

  /** Up to `limit` pending files of this run, in the given order; `size` bounds what the listing says of theirs. */
  nextPending(
    runId: string,
    order: Order,
    { limit, size }: { limit: number; size?: { belowBytes?: number; fromBytes?: number } },
  ): FileRow[] {
    // The plus sign keeps the index of the order in use.
    const ofSize = size
      ? "AND +coalesce(listed_size, 0) >= :from AND +coalesce(listed_size, 0) < :below"
      : "";
    const sql = `SELECT * FROM inventory WHERE status = 'pending' AND ${open} AND run_id = :run ${ofSize}
      ORDER BY ${orderBy[order]} LIMIT :limit`;
    const { fromBytes = 0, belowBytes = Number.MAX_SAFE_INTEGER } = size ?? {};
    const bounds = size ? { from: fromBytes, below: belowBytes } : {};
    return this.#db.prepare(sql).all({ run: runId, limit, ...bounds }) as unknown as FileRow[];
  }

  /** Number and listed bytes of the pending files of this run. */
  pendingTotal(runId: string): { files: number; bytes: number } {
    const row = this.#db.prepare(
      `SELECT count(*) AS files, coalesce(sum(listed_size), 0) AS bytes FROM inventory
       WHERE status = 'pending' AND ${open} AND run_id = ?`,
    ).get(runId);
    return { files: Number(row?.["files"] ?? 0), bytes: Number(row?.["bytes"] ?? 0) };
  }

  /**
   * Up to `limit` files in scope, after key `after`, that are neither held nor settled and that this run's
   * listing did not show: what a run takes up again from windows that need no listing.
   */
  leftOver(scope: RunScope, after: string, limit: number): FileRow[] {
    const sql = `SELECT i.* FROM inventory i
      WHERE i.status IN ('pending', 'failed', 'skipped') AND i.run_id <> :run AND i.file_key > :after AND ${rowInScope}
      ORDER BY i.file_key LIMIT :limit`;
    return this.#db.prepare(sql).all({ ...bind(scope), after, limit }) as unknown as FileRow[];
  }

  /** Up to `limit` held files in scope, after key `after`, that this run did not bring itself. */
  heldBefore(scope: RunScope, { after, limit, onlyDue = false }: HeldQuery): HeldFile[] {
    const isDue = `EXISTS (SELECT 1 FROM hook_runs h WHERE h.file_key = i.file_key
      AND h.hook = 'afterTransfer' AND h.status <> 'completed')`;
    const sql = `SELECT i.file_key, i.path, i.file_size FROM inventory i
      WHERE i.status = 'completed' AND i.replaced_by IS NULL AND ${onlyDue ? isDue : "i.run_id <> :run"}
        AND i.file_key > :after AND ${rowInScope}
      ORDER BY i.file_key LIMIT :limit`;
    return this.#db.prepare(sql).all({ ...bind(scope), after, limit }) as unknown as HeldFile[];
  }

  /** Up to `limit` held files, after key `after`, that this run brought itself. */
  heldNow(runId: string, after: string, limit: number): HeldFile[] {
    const sql = `SELECT file_key, path, file_size FROM inventory
      WHERE status = 'completed' AND replaced_by IS NULL AND run_id = ? AND file_key > ? ORDER BY file_key LIMIT ?`;
    return this.#db.prepare(sql).all(runId, after, limit) as unknown as HeldFile[];
  }

  /** Up to `limit` files in scope, after key `after`, of meetings dated before `day` that this run's listing did not show. */
  unshown(
    scope: RunScope,
    { status, day, after, limit }: { status: FileStatus; day: string; after: string; limit: number },
  ): FileRow[] {
    const sql = `SELECT i.* FROM inventory i
      WHERE i.status = :status AND ${iOpen} AND i.run_id <> :run AND i.meeting_start <> '' AND i.meeting_start < :day
        AND i.file_key > :after AND ${rowInScope}
        AND (SELECT seen_run FROM meetings WHERE uuid = i.meeting_uuid) <> :run
      ORDER BY i.file_key LIMIT :limit`;
    return this.#db.prepare(sql).all({ ...bind(scope), status, day, after, limit }) as unknown as FileRow[];
  }

  /** Number of files of a meeting that are still to come. */
  openCount(meetingUuid: string): number {
    const sql = `SELECT count(*) AS open FROM inventory
      WHERE meeting_uuid = ? AND status IN ('pending', 'active')`;
    return Number(this.#db.prepare(sql).get(meetingUuid)?.["open"] ?? 0);
  }

  /** People and meetings in scope, and how many of them have nothing open any more. */
  processed(scope: RunScope): { users: number; usersDone: number; meetings: number; meetingsDone: number } {
    const sql = `SELECT count(*) AS meetings, count(*) - coalesce(sum(open), 0) AS meetings_done,
        count(DISTINCT host) AS users, count(DISTINCT iif(open, host, NULL)) AS users_open
      FROM (SELECT m.host_id AS host, EXISTS (SELECT 1 FROM inventory o WHERE o.meeting_uuid = m.uuid
              AND o.status IN ('pending', 'active')) AS open
            FROM meetings m WHERE ${meetingInScope})`;
    const row = this.#db.prepare(sql).get(bind(scope)) ?? {};
    const users = Number(row["users"] ?? 0);
    return {
      users,
      usersDone: users - Number(row["users_open"] ?? 0),
      meetings: Number(row["meetings"] ?? 0),
      meetingsDone: Number(row["meetings_done"] ?? 0),
    };
  }

  /** Files not held that Zoom will delete by itself on or before `day`, soonest first. */
  expiring(scope: RunScope, day: string, limit: number): FileRow[] {
    const sql = `SELECT i.* FROM inventory i
      WHERE i.status IN ('pending', 'active', 'failed', 'skipped', 'not_ready') AND ${iOpen}
        AND i.auto_delete_date <= :day AND ${rowInScope} ORDER BY i.auto_delete_date, i.file_key LIMIT :limit`;
    return this.#db.prepare(sql).all({ ...bind(scope), day, limit }) as unknown as FileRow[];
  }

  /** The file in scope that has been in the trash for the longest time. */
  firstInTrash(scope: RunScope): FileRow | undefined {
    const sql = `SELECT i.* FROM inventory i WHERE i.status = 'in_trash' AND ${iOpen} AND ${rowInScope}
      ORDER BY coalesce(i.deleted_time, '9999'), i.file_key LIMIT 1`;
    return this.#db.prepare(sql).get(bind(scope)) as FileRow | undefined;
  }

  /** How many files in scope went to the trash on which day, the first day first; `""` where that is not known. */
  trashDays(scope: RunScope): { day: string; files: number }[] {
    const sql = `SELECT substr(coalesce(i.deleted_time, ''), 1, 10) AS day, count(*) AS files
      FROM inventory i WHERE i.status = 'in_trash' AND ${iOpen} AND ${rowInScope} GROUP BY day ORDER BY day = '', day`;
    return this.#db.prepare(sql).all(bind(scope)) as unknown as { day: string; files: number }[];
  }

  /** Keys of trashed files in scope that this run's listings did not show and whose trash time ended before `day`. */
  purged(scope: RunScope, day: string): string[] {
    const sql = `SELECT i.file_key FROM inventory i
      WHERE i.status = 'in_trash' AND ${iOpen} AND i.run_id <> :run AND coalesce(i.deleted_time, i.updated_at) < :day
        AND ${rowInScope}`;
    return this.#db.prepare(sql).all({ ...bind(scope), day }).map((row) => String(row["file_key"]));
  }

  /** Files in scope by status, those without any left out. */
  totals(scope: RunScope): StatusTotal[] {
    // GROUP BY would sort, and so hold, all rows: one pass counts each status by itself.
    const counts = fileStatuses.map((status) =>
      `count(*) FILTER (WHERE i.status = '${status}') AS ${status}`
    );
    // From the meetings on: the other way round SQLite would collect all of them in memory first.
    const sql = `SELECT ${counts.join(", ")}
      FROM meetings m CROSS JOIN inventory i ON i.meeting_uuid = m.uuid WHERE ${meetingInScope}`;
    const row = this.#db.prepare(sql).get(bind(scope)) ?? {};
    return fileStatuses
      .map((status) => ({ status, files: Number(row[status]) }))
      .filter(({ files }) => files > 0);
  }

  /** Every file in scope, in no order: sorting would hold all of them. Lazy. */
  *inScope(scope: RunScope): Generator<FileRow> {
    const sql = `SELECT i.* FROM inventory i WHERE ${inScope}`;
    yield* this.#db.prepare(sql).iterate(bind(scope)) as unknown as Iterable<FileRow>;
  }

  /** Up to `limit` files in scope that failed. */
  failed(scope: RunScope, limit: number): FileRow[] {
    const sql =
      `SELECT i.* FROM inventory i WHERE i.status = 'failed' AND ${iOpen} AND ${rowInScope} ORDER BY i.path LIMIT :limit`;
    return this.#db.prepare(sql).all({ ...bind(scope), limit }) as unknown as FileRow[];
  }

  /**
   * Days, `YYYY-MM-DD`, with files of `userId` (of everybody when absent) that are still being processed, or in the
   * trash, from which they may be recovered: only a listing tells.
   */
  unsettledDays(userId?: string): string[] {
    const sql = `SELECT DISTINCT substr(meeting_start, 1, 10) AS day FROM inventory
      WHERE status IN ('not_ready', 'in_trash') AND ${open} AND (:user IS NULL OR user_id = :user) AND meeting_start <> ''`;
    return this.#db.prepare(sql).all({ user: userId ?? null }).map((row) => String(row["day"]));
  }

  #state(key: string): FileState | undefined {
    const sql = "SELECT status, path, meeting_uuid FROM inventory WHERE file_key = ?";
    return this.#db.prepare(sql).get(key) as FileState | undefined;
  }

  #journal(key: string, before: FileState | undefined, change: StatusChange, runId: string): void {
    const held = change.status === "completed" ? this.get(key) : undefined;
    const line = {
      at: this.#now(),
      run_id: runId,
      file_key: key,
      from: before?.status ?? null,
      to: change.status,
      ...(before?.path ? { path: before.path } : {}),
      ...(change.reason ? { reason: change.reason } : {}),
      ...(change.file_size === undefined ? {} : { file_size: change.file_size }),
      ...(change.sha256 === undefined ? {} : { sha256: change.sha256 }),
      ...(change.error_code ? { error_code: change.error_code, error: change.error ?? "" } : {}),
      ...(held ? { file: journalFacts(held, this.#folderOf(held)) } : {}),
    };
    this.#db.prepare("INSERT INTO journal_outbox (line) VALUES (?)").run(plainJson(line));
  }

  #folderOf({ meeting_uuid: uuid }: FileRow): string | null {
    const row = this.#db.prepare("SELECT folder FROM meetings WHERE uuid = ?").get(uuid);
    return (row?.["folder"] ?? null) as string | null;
  }
}

function bind({ runId, range }: RunScope): Record<string, string> {
  return { run: runId, from: range.from, until: `${range.to}T99`, early: addDays(range.from, -2) };
}
