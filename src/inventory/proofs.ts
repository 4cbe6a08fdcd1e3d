import type { DateRange } from "../core/date_range.ts";
import type { Database } from "./database.ts";
import { hasLeft, wholeList } from "./departure.ts";
import type { RunStatus } from "./runs.ts";

/** A run in the table `runs`, with how it ended. */
export interface PastRun {
  readonly run_id: string;
  readonly status: RunStatus;
  readonly exit_code: number | null;
  readonly started_at: string;
  /** Of its last sign of life. */
  readonly updated_at: string;
  readonly finished_at: string | null;
  readonly from: string;
  readonly to: string;
  /** Its user filter. */
  readonly users: readonly string[];
}

/** A person of whom a list of users has told, and when. */
export interface ListedUser {
  readonly id: string;
  readonly email: string;
  readonly first_seen_at: string;
  /** When the last run ended whose list of users showed one who has left; `""` for the others. */
  readonly left_at: string;
}

/** Days that a listing was asked for without a proof. */
export interface UnprovenWindow extends DateRange {
  readonly scope: string;
  readonly reason: string;
}

/** The tables `runs`, `users` and `windows` for who asks what was asked for and what of it is proven. */
export class Proofs {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Up to `limit` runs, the last one first. */
  runs(limit: number): PastRun[] {
    const sql = `SELECT run_id, status, exit_code, started_at, updated_at, finished_at, range_from AS "from",
        range_to AS "to", coalesce(json_extract(filters, '$.users'), '[]') AS users
      FROM runs ORDER BY updated_at DESC, run_id DESC LIMIT ?`;
    return this.#db.prepare(sql).all(limit).map((row) => ({
      ...row,
      users: JSON.parse(String(row["users"])) as string[],
    })) as unknown as PastRun[];
  }

  /** Everybody of whom a list of users has told. Lazy. */
  *users(): Generator<ListedUser> {
    const sql = `WITH ${wholeList} SELECT u.id AS id, u.email AS email, u.first_seen_at AS first_seen_at,
        iif(${hasLeft}, coalesce(seen.updated_at, ''), '') AS left_at
      FROM users u LEFT JOIN runs seen ON seen.run_id = u.listed_run LEFT JOIN whole ON true
      WHERE u.status <> '' ORDER BY u.id`;
    yield* this.#db.prepare(sql).iterate() as unknown as Iterable<ListedUser>;
  }

  /** Days of one listing that are proven, in the order of their first day. */
  proven(scope: string): DateRange[] {
    const sql = `SELECT asked_from AS "from", asked_to AS "to" FROM windows
      WHERE scope = ? AND proven_at IS NOT NULL AND asked_from <> '' ORDER BY asked_from`;
    return this.#db.prepare(sql).all(scope) as unknown as DateRange[];
  }

  /** Windows that were never proven, days that other windows may have proven since included. */
  unproven(limit: number): UnprovenWindow[] {
    const sql =
      `SELECT scope, asked_from AS "from", asked_to AS "to", coalesce(reason, '') AS reason FROM windows
      WHERE proven_at IS NULL AND asked_from <> '' ORDER BY asked_from, scope LIMIT ?`;
    return this.#db.prepare(sql).all(limit).map((row) => ({ ...row })) as unknown as UnprovenWindow[];
  }

  /** Listings of the trash by run `runId` that were not complete. */
  unprovenTrash(runId: string): number {
    const sql =
      "SELECT count(*) AS windows FROM windows WHERE run_id = ? AND asked_from = '' AND reason IS NOT NULL";
    return Number(this.#db.prepare(sql).get(runId)?.["windows"] ?? 0);
  }

  /** Windows with a proof, those that run `runId` did not make itself, and the days of the oldest and the newest. */
  totals(runId: string): { proven: number; remembered: number; oldest: string; newest: string } {
    const row = this.#db.prepare(
      `SELECT count(*) AS proven, coalesce(sum(run_id <> ?), 0) AS remembered, coalesce(min(proven_at), '') AS oldest,
         coalesce(max(proven_at), '') AS newest
       FROM windows WHERE proven_at IS NOT NULL AND asked_from <> ''`,
    ).get(runId) ?? {};
    return {
      proven: Number(row["proven"] ?? 0),
      remembered: Number(row["remembered"] ?? 0),
      oldest: String(row["oldest"] ?? ""),
      newest: String(row["newest"] ?? ""),
    };
  }
}
