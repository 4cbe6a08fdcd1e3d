import { UsageError } from "./errors.ts";

/** Days from `from` to `to`, both inclusive, `YYYY-MM-DD` in UTC. */
export interface DateRange {
  /** First day, `YYYY-MM-DD`. */
  readonly from: string;
  /** Last day, `YYYY-MM-DD`. */
  readonly to: string;
}

const dayMs = 86_400_000;

/** `YYYY-MM-DD` plus `days`, which may be negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** The same day of the month before, or that month's last day. */
export function monthBefore(day: string): string {
  return Temporal.PlainDate.from(day).subtract({ months: 1 }).toString();
}

/** Days in an inclusive range: 1 when `from` equals `to`. */
export function daysIn(range: DateRange): number {
  return Math.round((Date.parse(range.to) - Date.parse(range.from)) / dayMs) + 1;
}

/**
 * Checks a calendar day.
 *
 * @throws {UsageError} When `value` is not an existing day written `YYYY-MM-DD`.
 */
export function parseDay(value: string, option: string): string {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : NaN;
  if (Number.isNaN(parsed) || new Date(parsed).toISOString().slice(0, 10) !== value) {
    throw new UsageError(`Cannot use ${option} "${value}": not a day written YYYY-MM-DD`, {
      option,
      value,
      hint: `for example ${option} 2024-01-31`,
    });
  }
  return value;
}

/** The days of `range` that no range in `covered` contains, as few ranges as possible, ascending. */
export function subtractRanges(range: DateRange, covered: readonly DateRange[]): DateRange[] {
  const sorted = [...covered].sort((a, b) => a.from < b.from ? -1 : a.from > b.from ? 1 : 0);
  const gaps: DateRange[] = [];
  let next = range.from;
  for (const { from, to } of sorted) {
    if (to < next) continue;
    if (from > range.to) break;
    if (from > next) gaps.push({ from: next, to: addDays(from, -1) });
    next = addDays(to, 1);
    if (next > range.to) break;
  }
  if (next <= range.to) gaps.push({ from: next, to: range.to });
  return gaps;
}

/** As few ranges as possible with the days of all of `ranges`, ascending. */
export function mergeRanges(ranges: readonly DateRange[]): DateRange[] {
  const merged: DateRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from < b.from ? -1 : a.from > b.from ? 1 : 0)) {
    const last = merged.at(-1);
    if (last === undefined || range.from > addDays(last.to, 1)) merged.push(range);
    else if (range.to > last.to) merged[merged.length - 1] = { from: last.from, to: range.to };
  }
  return merged;
}
