import { addDays, type DateRange } from "../core/date_range.ts";
import type { WindowProof } from "../core/events.ts";
import type { Database } from "./database.ts";

/** What a proof is worth: whose account was listed, and whether participant audio was asked for. */
export interface ProofBasis {
  /** Tells accounts apart. */
  readonly account: string;
  readonly participantAudio: boolean;
}

const plain: ProofBasis = { account: "", participantAudio: false };

/** Without participant audio any proof of the account will do, with it only one that had it. */
const ofBasis =
  "scope = :scope AND account = :account AND participant_audio >= :audio AND proven_at IS NOT NULL";

/** The rows of the table `windows`: which days of which listing are proven complete, and since when. */
export class Windows {
  readonly #db: Database;
  readonly #now: () => string;

  constructor(db: Database, now: () => string) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * Stores how a window came out. A window that fails now does not lose the proof of an earlier run; one of which Zoom
   * gave no number is good for this run and listed again by the next.
   */
  save(proof: WindowProof, runId: string, basis: ProofBasis = plain): void {
    const now = this.#now();
    this.#db.prepare(
      `INSERT INTO windows (scope, account, participant_audio, asked_from, asked_to, echoed_from, echoed_to,
         total_records, seen, proven_at, reason, run_id, updated_at)
       VALUES (:scope, :account, :audio, :from, :to, :echoed_from, :echoed_to, :total, :seen, :proven_at, :reason, :run, :now)
       ON CONFLICT (scope, account, participant_audio, asked_from, asked_to) DO UPDATE SET echoed_from = :echoed_from, echoed_to = :echoed_to,
         total_records = :total, seen = :seen, proven_at = coalesce(:proven_at, proven_at), reason = :reason,
         run_id = :run, updated_at = :now`,
    ).run({
      ...bind(proof.scope, basis),
      from: proof.asked.from,
      to: proof.asked.to,
      echoed_from: proof.echoed?.from ?? null,
      echoed_to: proof.echoed?.to ?? null,
      total: proof.totalRecords ?? null,
      seen: proof.seen,
      proven_at: proof.proven && proof.totalRecords !== undefined ? now : null,
      reason: proof.reason ?? null,
      run: runId,
      now,
    });
  }

  /**
   * Days that need no listing: proven when they were older than `lookbackDays`, so that late transcripts were
   * there too. The day of the proof itself never counts: it was not over.
   */
  settled(scope: string, lookbackDays: number, basis: ProofBasis = plain): DateRange[] {
    const sql = `SELECT asked_from, asked_to, proven_at FROM windows WHERE ${ofBasis}`;
    return this.#db.prepare(sql).all(bind(scope, basis)).flatMap((row) => {
      const from = String(row["asked_from"]);
      const asked = String(row["asked_to"]);
      const oldEnough = addDays(String(row["proven_at"]).slice(0, 10), -lookbackDays - 1);
      const to = asked < oldEnough ? asked : oldEnough;
      return from !== "" && from <= to ? [{ from, to }] : [];
    });
  }

  /** Days proven by run `runId` itself, whatever their age: what a resumed run does not list again. */
  provenBy(scope: string, runId: string, basis: ProofBasis = plain): DateRange[] {
    const sql = `SELECT asked_from, asked_to FROM windows
      WHERE ${ofBasis} AND run_id = :run AND reason IS NULL AND asked_from <> ''`;
    return this.#db.prepare(sql).all({ ...bind(scope, basis), run: runId })
      .map((row) => ({ from: String(row["asked_from"]), to: String(row["asked_to"]) }));
  }

  /** How the windows of one run came out. */
  counts(runId: string): { proven: number; unproven: number } {
    const row = this.#db.prepare(
      `SELECT coalesce(sum(reason IS NULL), 0) AS proven, coalesce(sum(reason IS NOT NULL), 0) AS unproven
       FROM windows WHERE run_id = ?`,
    ).get(runId);
    return { proven: Number(row?.["proven"] ?? 0), unproven: Number(row?.["unproven"] ?? 0) };
  }
}

function bind(scope: string, { account, participantAudio }: ProofBasis): Record<string, string | number> {
  return { scope, account, audio: participantAudio ? 1 : 0 };
}
