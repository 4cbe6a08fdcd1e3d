import { isoSeconds } from "../core/clock.ts";

const dateTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;
const zone = /(Z|[+-]\d{2}:?\d{2})$/i;

/** A time of Zoom's as `YYYY-MM-DDTHH:MM:SSZ`; `""` when it is none. One without a zone is UTC. */
export function parseTime(text: string): string {
  const trimmed = text.trim();
  if (!dateTime.test(trimmed)) return "";
  const stated = trimmed.replace(" ", "T");
  const atMs = Date.parse(zone.test(stated.slice(11)) ? stated : `${stated}Z`);
  return Number.isNaN(atMs) ? "" : isoSeconds(atMs);
}

/** The calendar day at the start of a text, `YYYY-MM-DD`; `undefined` when there is none. */
export function leadingDay(text: string): string | undefined {
  const day = /^\d{4}-\d{2}-\d{2}(?![0-9])/.exec(text.trim())?.[0];
  return day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`)) ? undefined : day;
}
