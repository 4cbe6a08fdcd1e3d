import type { ArchiveStatus, Incompleteness, MonthHolding, RunEnd } from "../../core/archive_status.ts";
import { type Clock, isoDay, isoSeconds } from "../../core/clock.ts";
import type { DateRange } from "../../core/date_range.ts";
import { compileUserFilter } from "../../core/user_filter.ts";
import type { Inventory, Owner, PastRun } from "../../inventory/mod.ts";
import { ownersMeant, readReconciliation } from "../reconciliation.ts";
import { Coverage } from "./coverage.ts";
import { monthHoldings, noHoldings, sumByUser, sumOf } from "./holdings.ts";
import type { RunningRun } from "./running.ts";

/** What a status is about. */
export interface StatusRequest {
  /** Absolute path of the archive. */
  readonly root: string;
  readonly userFilter: readonly string[];
  /** Bounds of the days, either of which may be absent. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Also per month. */
  readonly withMonths: boolean;
  /** The run that holds the archive. */
  readonly running: RunningRun | undefined;
  readonly clock: Clock;
}

/** Runs told of. */
const toldRuns = 5;

/** Reads how an archive stands, all of it of one moment, whatever a run writes meanwhile. */
export function readStatus(inventory: Inventory, request: StatusRequest): ArchiveStatus {
  return inventory.snapshot(() => {
    const nowMs = request.clock.now();
    const filter = compileUserFilter(request.userFilter);
    const range = rangeOf(request);
    const { owners, userIds } = ownersMeant(inventory, filter);
    const runs = inventory.proofs.runs(toldRuns);
    const last = runs[0];
    const coverage = new Coverage(inventory.proofs, request.running?.run_id);
    const months = monthHoldings(inventory, { owners, coverage, range });
    const kept: MonthHolding[] = [];
    const users = [...sumByUser(request.withMonths ? keep(months, kept) : months)];
    const { asked_days: _asked, proven_days: _proven, ...sums } = users.reduce(sumOf, noHoldings());
    const { first, last: lastMeeting, meetings } = inventory.holdings.meetings({ userIds, range });
    const narrowing = { userIds, range };
    const today = isoDay(nowMs);
    const reconciled = readReconciliation(inventory, { narrowing, runId: last?.run_id, today, owners });
    const windows = windowsOf(inventory, coverage, { last: last?.run_id, range, isMeant: filter.matches });
    const incomplete = incompleteness({
      last: runs.find(({ run_id }) => run_id !== request.running?.run_id),
      meansNobody: !filter.matchesAll && owners.length === 0 &&
        !inventory.holdings.people().some(filter.matches),
      sums,
      windows,
    });
    return {
      version: 1,
      generated_at: isoSeconds(nowMs),
      archive: request.root,
      narrowed: { from: request.from ?? null, to: request.to ?? null, users: request.userFilter },
      complete: incomplete.length === 0,
      incomplete,
      running: request.running ?? null,
      runs: runs.map(toRunEnd),
      totals: {
        people: users.length,
        meetings,
        first_meeting: first,
        last_meeting: lastMeeting,
        ...sums,
      },
      windows,
      users,
      ...(request.withMonths ? { months: kept } : {}),
      missing: reconciled.missing,
      changes: reconciled.changes ?? null,
      departed: reconciled.departed ?? null,
      expiring: reconciled.expiring,
    };
  });
}

function windowsOf(
  { proofs }: Inventory,
  coverage: Coverage,
  { last, range, isMeant }: {
    last: string | undefined;
    range: DateRange | undefined;
    isMeant: (user: { id: string; email: string }) => boolean;
  },
): ArchiveStatus["windows"] {
  const { proven, remembered, oldest, newest } = proofs.totals(last ?? "");
  return {
    proven,
    remembered,
    unproven: coverage.unproven(range).length,
    unproven_trash: last === undefined ? 0 : proofs.unprovenTrash(last),
    oldest_proof: oldest,
    newest_proof: newest,
    gaps: coverage.gaps(isMeant, range),
  };
}

/**
 * The table per person and month, one row at a time: nothing is held open between two people, so that a reader who
 * takes hours keeps no run from tidying its database up.
 */
export function* readMonths(
  inventory: Inventory,
  request: Pick<StatusRequest, "userFilter" | "from" | "to" | "running">,
): Generator<MonthHolding> {
  const owners: readonly Owner[] = ownersMeant(inventory, compileUserFilter(request.userFilter)).owners;
  const coverage = new Coverage(inventory.proofs, request.running?.run_id);
  yield* monthHoldings(inventory, { owners, coverage, range: rangeOf(request) });
}

/** What keeps an archive from being complete; files that are not to be had now, or left out on purpose, do not. */
function incompleteness({ last, meansNobody, sums, windows }: {
  /** The last run that is over. */
  last: PastRun | undefined;
  /** The user filter means none of the people whom runs have seen: nothing is known of those it does mean. */
  meansNobody: boolean;
  sums: { failed: number; pending: number };
  windows: Pick<ArchiveStatus["windows"], "gaps" | "unproven" | "unproven_trash">;
}): Incompleteness[] {
  const isUnproven = windows.gaps.length > 0 || windows.unproven > 0 || windows.unproven_trash > 0;
  return [
    ...(last === undefined ? ["no_run" as const] : []),
    ...(last !== undefined && last.status !== "completed" ? ["last_run" as const] : []),
    ...(meansNobody ? ["nobody" as const] : []),
    ...(sums.failed > 0 ? ["failed" as const] : []),
    ...(sums.pending > 0 ? ["pending" as const] : []),
    ...(isUnproven ? ["windows" as const] : []),
  ];
}

function rangeOf({ from, to }: Pick<StatusRequest, "from" | "to">): DateRange | undefined {
  if (from === undefined && to === undefined) return undefined;
  return { from: from ?? "0000-01-01", to: to ?? "9999-12-31" };
}

function toRunEnd({ run_id, status, exit_code, started_at, finished_at, from, to, users }: PastRun): RunEnd {
  return { run_id, status, exit_code, started_at, finished_at, from, to, users };
}

function* keep<T>(items: Iterable<T>, kept: T[]): Generator<T> {
  for (const item of items) {
    kept.push(item);
    yield item;
  }
}
