import { type Answer, invalidField, type SimRequest } from "./_answer.ts";
import type { World } from "./_world.ts";

/** Days of UTC, `YYYY-MM-DD`, as the answer echoes them. */
export interface DateWindow {
  readonly from: string;
  readonly to: string;
  /** True for a start time inside. */
  contains(start: string): boolean;
}

const dayMs = 86_400_000;

/**
 * The window that really applies: a day by default, and no error when it is too long but a later `from`, one
 * month before `to` (Zoom API reference, list all recordings: "The maximum range can be a month").
 */
export function resolveWindow(world: World, request: SimRequest): DateWindow | Answer {
  const { now, quirks } = world.settings;
  const asked = { from: request.query.get("from"), to: request.query.get("to") };
  for (const [field, value] of Object.entries(asked)) {
    if (value !== null && !isDay(value)) return invalidField(field, "Invalid Date.");
  }
  const today = dayOf(now());
  const from = asked.from ?? (asked.to === null ? today : dayOf(Date.parse(asked.to) - dayMs));
  const to = asked.to ?? dayOf(Date.parse(from) + dayMs);
  if (from > to) return invalidField("from", "The from date must not be later than the to date.");
  const earliest = quirks.narrowDays > 0
    ? dayOf(Date.parse(to) - (quirks.narrowDays - 1) * dayMs)
    : monthBefore(to);
  const used = from < earliest ? earliest : from;
  return {
    from: used,
    to,
    contains(start) {
      const day = start.slice(0, 10);
      return day >= used && (day < to || (day === to && !quirks.toIsExclusive));
    },
  };
}

/** True for a {@linkcode DateWindow}, false for the error answer in its place. */
export function isWindow(window: DateWindow | Answer): window is DateWindow {
  return "contains" in window;
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) &&
    dayOf(Date.parse(value)) === value;
}

/** The same day one month earlier, or that month's last day. */
function monthBefore(day: string): string {
  return Temporal.PlainDate.from(day).subtract({ months: 1 }).toString();
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
