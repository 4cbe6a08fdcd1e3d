import { addDays, type DateRange, daysIn, monthBefore } from "../core/date_range.ts";

/**
 * Most days in one window. Zoom narrows anything beyond a month without an error (Zoom API reference, "List
 * all recordings": "The maximum range can be a month").
 */
export const maxWindowDays = 30;

/**
 * Splits a range into windows of at most 30 days, inclusive, and around February of at most a month. Neighbours share
 * one day, as Zoom does not say whether `to` is inclusive; none reaches beyond the range.
 */
export function splitWindows(range: DateRange, options: { direction: "newest" | "oldest" }): DateRange[] {
  const windows: DateRange[] = [];
  let to = range.to;
  while (to >= range.from) {
    const [days, month] = [addDays(to, 1 - maxWindowDays), monthBefore(to)];
    const earliest = days > month ? days : month;
    const from = earliest < range.from ? range.from : earliest;
    windows.push({ from, to });
    if (from === range.from) break;
    to = from;
  }
  return options.direction === "newest" ? windows : windows.reverse();
}

/** Both halves of a window, sharing a day where they can; none for a single day. */
export function halve(window: DateRange): [] | [DateRange, DateRange] {
  const days = daysIn(window);
  if (days < 2) return [];
  const middle = addDays(window.from, Math.floor((days - 1) / 2));
  // With less than four days a shared day would make a half as long as the whole.
  const second = days < 4 ? addDays(middle, 1) : middle;
  return [{ from: window.from, to: middle }, { from: second, to: window.to }];
}

/**
 * The days of `asked` outside `answered`, each part reaching one day into it so that no edge is lost. A part is
 * always shorter than `asked`, unless the two have no day in common: then it is all of it.
 */
export function missingParts(asked: DateRange, answered: DateRange): DateRange[] {
  if (!haveCommonDay(asked, answered)) return [asked];
  const parts: DateRange[] = [];
  if (answered.from > asked.from) {
    const isWhole = answered.from === asked.to;
    parts.push({ from: asked.from, to: isWhole ? addDays(answered.from, -1) : answered.from });
  }
  if (answered.to < asked.to) {
    const isWhole = answered.to === asked.from;
    parts.push({ from: isWhole ? addDays(answered.to, 1) : answered.to, to: asked.to });
  }
  return parts;
}

/** Tells whether there is a day that both ranges have. */
export function haveCommonDay(a: DateRange, b: DateRange): boolean {
  return a.from <= b.to && b.from <= a.to;
}

/** The days both ranges have; they must overlap. */
export function intersection(a: DateRange, b: DateRange): DateRange {
  return { from: a.from > b.from ? a.from : b.from, to: a.to < b.to ? a.to : b.to };
}
