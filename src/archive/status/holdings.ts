import type { Holding, MonthHolding } from "../../core/archive_status.ts";
import { addDays, type DateRange } from "../../core/date_range.ts";
import type { Inventory, MonthTotal, Narrowing, Owner } from "../../inventory/mod.ts";
import { commonDays, countDays, type Coverage } from "./coverage.ts";

type Counts = Omit<MonthHolding, "user_email" | "user_id" | "month">;

const nothing: Counts = {
  known_files: 0,
  known_bytes: 0,
  held_files: 0,
  held_bytes: 0,
  failed: 0,
  pending: 0,
  not_ready: 0,
  in_trash: 0,
  gone: 0,
  skipped: 0,
  asked_days: 0,
  proven_days: 0,
};

/** What is known and held of each person and month, by person and month. Lazy: one person at a time. */
export function* monthHoldings(
  inventory: Inventory,
  { owners, coverage, range }: { owners: readonly Owner[]; coverage: Coverage } & Pick<Narrowing, "range">,
): Generator<MonthHolding> {
  for (const owner of owners) {
    const months = Map.groupBy(inventory.holdings.months(owner.id, { range }), ({ month }) => month);
    if (months.size === 0) continue;
    const asked = coverage.askedOf(owner);
    const proven = commonDays(asked, coverage.provenOf(owner));
    const name = { user_email: owner.email || owner.id, user_id: owner.id };
    for (const [month, totals] of months) {
      const days = daysOfMonth(month, range);
      yield {
        ...name,
        month,
        ...totals.reduce(add, nothing),
        asked_days: days ? countDays(days, asked) : 0,
        proven_days: days ? countDays(days, proven) : 0,
      };
    }
  }
}

/** Months of one person after the other as that person's sums. */
export function* sumByUser(months: Iterable<MonthHolding>): Generator<Holding> {
  let sum: Holding | undefined;
  for (const { month: _, ...holding } of months) {
    if (sum && sum.user_id !== holding.user_id) yield sum;
    sum = sum?.user_id === holding.user_id ? sumOf(sum, holding) : holding;
  }
  if (sum) yield sum;
}

/** `a` with the figures of `b` added. */
export function sumOf<T extends Counts>(a: T, b: Counts): T {
  const names = Object.keys(nothing) as (keyof Counts)[];
  return { ...a, ...Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) };
}

/** Sums that begin with nothing. */
export function noHoldings(): Counts {
  return nothing;
}

function add(sum: Counts, { status, files, knownBytes, heldBytes }: MonthTotal): Counts {
  const all = { ...sum, known_files: sum.known_files + files, known_bytes: sum.known_bytes + knownBytes };
  if (status === "completed") {
    return { ...all, held_files: sum.held_files + files, held_bytes: sum.held_bytes + heldBytes };
  }
  const name = status === "active" ? "pending" : status;
  return { ...all, [name]: sum[name] + files };
}

/** The days of `YYYY-MM` within `range`; none where there is no date. */
function daysOfMonth(month: string, range: DateRange | undefined): DateRange | undefined {
  if (!/^\d{4}-\d{2}$/.test(month)) return undefined;
  const from = `${month}-01`;
  const to = addDays(`${addDays(from, 31).slice(0, 7)}-01`, -1);
  return {
    from: range && range.from > from ? range.from : from,
    to: range && range.to < to ? range.to : to,
  };
}
