import type { MissingFile, MissingGroup, RunChanges } from "../core/reconciliation.ts";
import type { Database } from "./database.ts";
import { hasLeft, wholeList } from "./departure.ts";
import type { FileStatus } from "./file_row.ts";
import { narrowed, type Narrowing } from "./narrowing.ts";

/** A person who owns recordings, as the list of users and the recordings themselves have it. */
export interface Owner {
  readonly id: string;
  readonly email: string;
  /** What the last list of users that showed this person says; `""` where none did. */
  readonly status: string;
  /** True where the last whole list of users did not show this person any more. */
  readonly hasLeft: boolean;
  /** When a run first learnt of this person; `""` where that is not known. */
  readonly first_seen_at: string;
  /** When the last run ended whose list still showed one who has left; `""` where that is not known. */
  readonly left_at: string;
}

/** One person's files of one month with one status. */
export interface MonthTotal {
  /** `YYYY-MM`, or `""` where Zoom states no date. */
  readonly month: string;
  readonly status: FileStatus;
  readonly files: number;
  /** What the listing says; where it says nothing, bytes on disk. */
  readonly knownBytes: number;
  readonly heldBytes: number;
}

/** Files of one day on which Zoom deletes them. */
export interface DayTotal {
  readonly day: string;
  readonly files: number;
  readonly bytes: number;
  readonly held: number;
}

/** Why a file is missing, beyond its status. Word for word the expression of the index `inventory_missing`. */
const why =
  "CASE status WHEN 'failed' THEN coalesce(error_code, '') WHEN 'skipped' THEN coalesce(reason, '') ELSE '' END";

/** Groups of missing files that are told apart, at most. */
const maxGroups = 500;

/**
 * What the inventory holds as a whole, in sums. Every question is answered from an index alone, however many rows
 * there are; {@linkcode Narrowing} to people and days costs a look at each row it leaves.
 */
export class Holdings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Everybody who owns recordings, by address. */
  owners(): Owner[] {
    const sql = `WITH RECURSIVE ids (id) AS (
        SELECT min(user_id) FROM inventory
        UNION ALL
        SELECT (SELECT min(user_id) FROM inventory WHERE user_id > ids.id) FROM ids WHERE ids.id IS NOT NULL
      ), ${wholeList}
      SELECT ids.id AS id, coalesce(u.status, '') AS status,
        coalesce(nullif(u.email, ''), (SELECT user_email FROM inventory WHERE user_id = ids.id LIMIT 1), '') AS address,
        coalesce(u.first_seen_at, '') AS first_seen_at, ${hasLeft} AS has_left,
        iif(${hasLeft}, coalesce(seen.updated_at, ''), '') AS left_at
      FROM ids LEFT JOIN users u ON u.id = ids.id LEFT JOIN runs seen ON seen.run_id = u.listed_run
        LEFT JOIN whole ON true
      WHERE ids.id IS NOT NULL ORDER BY lower(address), ids.id`;
    return this.#db.prepare(sql).all().map((row) => ({
      id: String(row["id"]),
      email: String(row["address"]),
      status: String(row["status"]),
      hasLeft: Number(row["has_left"]) === 1,
      first_seen_at: String(row["first_seen_at"]),
      left_at: String(row["left_at"]),
    }));
  }

  /** Everybody whom runs have seen, also those of whom nothing is known to be recorded. */
  people(): { id: string; email: string }[] {
    return this.#db.prepare("SELECT id, email FROM users").all()
      .map((row) => ({ id: String(row["id"]), email: String(row["email"]) }));
  }

  /** Tells whether any run has learnt from the list of users how somebody stands. */
  knowsUsers(): boolean {
    return this.#db.prepare("SELECT 1 FROM users WHERE status <> '' LIMIT 1").get() !== undefined;
  }

  /** One person's files by month and status, the first month first. */
  months(userId: string, { range }: Pick<Narrowing, "range">): MonthTotal[] {
    const { sql, values } = narrowed({ range });
    return this.#db.prepare(
      `SELECT substr(meeting_start, 1, 7) AS month, status, count(*) AS files,
         coalesce(sum(coalesce(listed_size, file_size)), 0) AS knownBytes, coalesce(sum(file_size), 0) AS heldBytes
       FROM inventory i WHERE user_id = :user${sql} GROUP BY substr(meeting_start, 1, 7), status`,
    ).all({ ...values, user: userId }) as unknown as MonthTotal[];
  }

  /** Meetings, and the days of the first and the last one; `""` where there is none. */
  meetings({ userIds, range }: Narrowing): { meetings: number; first: string; last: string } {
    const { sql, values } = narrowed({ userIds, range });
    const where = sql.replaceAll("i.user_id", "host_id").replaceAll("i.meeting_start", "start_time");
    const row = this.#db.prepare(
      `SELECT count(*) AS meetings, min(nullif(start_time, '')) AS first, max(start_time) AS last
       FROM meetings WHERE true${where}`,
    ).get(values) ?? {};
    return {
      meetings: Number(row["meetings"] ?? 0),
      first: String(row["first"] ?? "").slice(0, 10),
      last: String(row["last"] ?? "").slice(0, 10),
    };
  }

  /** What is known and not held, by status and reason. */
  missing(narrowing: Narrowing, firstFiles: number): MissingGroup[] {
    const { sql, values } = narrowed(narrowing);
    const groups = this.#db.prepare(
      `SELECT status, ${why} AS why, count(*) AS files, coalesce(sum(listed_size), 0) AS bytes
       FROM inventory i WHERE status <> 'completed'${sql} GROUP BY status, ${why} LIMIT ${maxGroups}`,
    ).all(values) as unknown as Omit<MissingGroup, "first">[];
    return groups.map((group) => ({ ...group, first: this.#firstOf(group, narrowing, firstFiles) }));
  }

  /** What a run changed: before it came, since, and for how many files. */
  changes(runId: string, narrowing: Narrowing): RunChanges {
    const { sql, values } = narrowed(narrowing);
    const rows = this.#db.prepare(
      `SELECT status_before AS before, status, count(*) AS files FROM inventory i
       WHERE run_id = :run AND (status_before IS NULL OR status_before NOT IN ('unknown', status))${sql}
       GROUP BY status_before, status`,
    ).all({ ...values, run: runId });
    const count = (isMeant: (before: string | null, status: string) => boolean) =>
      rows.reduce((sum, { before, status, files }) => {
        return sum + (isMeant(before === null ? null : String(before), String(status)) ? Number(files) : 0);
      }, 0);
    const to = (status: FileStatus) => count((_, after) => after === status);
    return {
      run_id: runId,
      new: count((before) => before === null),
      held: to("completed"),
      failed: to("failed"),
      gone: to("gone"),
      in_trash: to("in_trash"),
      not_ready: to("not_ready"),
      skipped: to("skipped"),
      pending: to("pending") + to("active"),
    };
  }

  /** Files that Zoom deletes by itself from `since` to `until`; those before `today` only where they are not held. */
  autoDeleted(
    { since, today, until }: { since: string; today: string; until: string },
    narrowing: Narrowing,
  ): DayTotal[] {
    const { sql, values } = narrowed(narrowing);
    return this.#db.prepare(
      `SELECT auto_delete_date AS day, sum(status <> 'completed') AS files, sum(status = 'completed') AS held,
         coalesce(sum(iif(status = 'completed', 0, listed_size)), 0) AS bytes
       FROM inventory i WHERE auto_delete_date BETWEEN :since AND :last AND status NOT IN ('gone', 'in_trash')
         AND (auto_delete_date >= :today OR status <> 'completed')${sql} GROUP BY auto_delete_date`,
    ).all({ ...values, since, today, last: until }) as unknown as DayTotal[];
  }

  /** Files by the day on which they went to the trash, those of which it is known. */
  trashed(narrowing: Narrowing): DayTotal[] {
    const { sql, values } = narrowed(narrowing);
    return this.#db.prepare(
      `SELECT substr(deleted_time, 1, 10) AS day, count(*) AS files, coalesce(sum(listed_size), 0) AS bytes, 0 AS held
       FROM inventory i WHERE status = 'in_trash' AND status <> 'completed' AND deleted_time IS NOT NULL${sql}
       GROUP BY day ORDER BY day`,
    ).all(values) as unknown as DayTotal[];
  }

  #firstOf(group: Omit<MissingGroup, "first">, narrowing: Narrowing, limit: number): MissingFile[] {
    const { sql, values } = narrowed(narrowing);
    return this.#db.prepare(
      `SELECT coalesce(path, '') AS path, coalesce(nullif(user_email, ''), user_id) AS user_email, meeting_topic,
         meeting_start, file_type, iif(status = 'failed', coalesce(error, ''), '') AS error
       FROM inventory i WHERE status = :status AND status <> 'completed' AND ${why} = :why${sql} LIMIT :limit`,
    ).all({ ...values, status: group.status, why: group.why, limit }).map((row) => ({
      ...row,
    })) as unknown as MissingFile[];
  }
}
