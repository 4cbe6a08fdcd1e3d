import type { Candidate } from "zoom-extract";
import { nearest } from "../_nearest.ts";

/**
 * Which zone the times of a candidate are written in: the first of `wanted` that is known, else UTC.
 *
 * @param wanted `meeting`, `host` (of the person, where Zoom says it, else what it says with the meeting), or names
 * @throws For a zone that there is not.
 */
export function zoneChooser(wanted: readonly string[]): (candidate: Candidate) => string {
  for (const zone of wanted) {
    if (zone === "meeting" || zone === "host" || isZone(zone)) continue;
    const meant = nearest(zone, ["meeting", "host", ...Intl.supportedValuesOf("timeZone")]);
    const hint = meant === undefined ? ";" : `, did you mean ${meant}?`;
    const accepted = "there are meeting, host, UTC and names such as Europe/Ljubljana";
    throw new Error(`Cannot use template.timezone "${zone}": there is no such zone${hint} ${accepted}`);
  }
  return (candidate) => wanted.map((zone) => resolveZone(zone, candidate)).find(isZone) ?? "UTC";
}

function resolveZone(zone: string, { user, meeting }: Candidate): string {
  if (zone === "meeting") return meeting.timezone;
  if (zone !== "host") return zone;
  return "timezone" in user && typeof user.timezone === "string" && user.timezone !== ""
    ? user.timezone
    : meeting.timezone;
}

const known = new Set<string>();

/** Zoom's own names are not trusted to exist. */
function isZone(zone: string): boolean {
  if (known.has(zone)) return true;
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    return false;
  }
  known.add(zone);
  return true;
}
