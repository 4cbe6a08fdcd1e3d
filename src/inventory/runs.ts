import type { DateRange } from "../core/date_range.ts";
import type { Database } from "./database.ts";

/** What a run was asked for, in the shape of `extraction_state.json`. */
export interface RunFilters {
  readonly users: readonly string[];
  readonly types: readonly string[];
  readonly exclude_types: readonly string[];
  readonly include_trash: boolean;
  readonly participant_audio: boolean;
}

/** How a run stands. */
export type RunStatus = "running" | "interrupted" | "completed" | "failed";

/** One row of the table `runs`. */
export interface RunRow {
  readonly runId: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly range: DateRange;
  readonly filters: RunFilters;
}

/** The rows of the table `runs`. */
export class Runs {
  readonly #db: Database;
  readonly #now: () => string;

  constructor(db: Database, now: () => string) {
    this.#db = db;
    this.#now = now;
  }

  /** Starts a run, or takes an interrupted one up again under its old id. */
  begin(run: { runId: string; range: DateRange; filters: RunFilters }): RunRow {
    const now = this.#now();
    this.#db.prepare(
      `INSERT INTO runs (run_id, status, started_at, updated_at, range_from, range_to, filters)
       VALUES (:id, 'running', :now, :now, :from, :to, :filters)
       ON CONFLICT (run_id) DO UPDATE SET status = 'running', updated_at = :now, finished_at = NULL`,
    ).run({
      id: run.runId,
      now,
      from: run.range.from,
      to: run.range.to,
      filters: JSON.stringify(run.filters),
    });
    return { ...run, status: "running", startedAt: this.get(run.runId)?.startedAt ?? now };
  }

  get(runId: string): RunRow | undefined {
    return toRun(this.#db.prepare("SELECT * FROM runs WHERE run_id = ?").get(runId));
  }

  /** The run that began last. */
  last(): RunRow | undefined {
    return toRun(this.#db.prepare("SELECT * FROM runs ORDER BY updated_at DESC, run_id DESC LIMIT 1").get());
  }

  finish(runId: string, outcome: { status: RunStatus; counts: unknown; exitCode: number }): void {
    this.#db.prepare(
      `UPDATE runs SET status = :status, counts = :counts, exit_code = :exit, finished_at = :now, updated_at = :now
       WHERE run_id = :id`,
    ).run({
      id: runId,
      status: outcome.status,
      counts: JSON.stringify(outcome.counts),
      exit: outcome.exitCode,
      now: this.#now(),
    });
  }

  /** Notes that a run has seen the list of all users whole: who is not in it has left. */
  markUsersListed(runId: string): void {
    this.#db.prepare("UPDATE runs SET users_listed = 1 WHERE run_id = ?").run(runId);
  }

  /** Runs that ended without saying so: their process died. They become `interrupted`. */
  markDead(): number {
    return Number(
      this.#db.prepare("UPDATE runs SET status = 'interrupted', updated_at = ? WHERE status = 'running'")
        .run(this.#now()).changes,
    );
  }
}

function toRun(row: Record<string, unknown> | undefined): RunRow | undefined {
  if (!row) return undefined;
  return {
    runId: String(row["run_id"]),
    status: row["status"] as RunStatus,
    startedAt: String(row["started_at"]),
    range: { from: String(row["range_from"]), to: String(row["range_to"]) },
    filters: JSON.parse(String(row["filters"])) as RunFilters,
  };
}
