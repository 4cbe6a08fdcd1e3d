import { normalizeRecordingType } from "../../core/recording.ts";
import type { SheetRow } from "../../inventory/adopt/mod.ts";
import type { KindClue, TimeClue } from "./name.ts";

/** What speaks for a match; a stronger proof beats a weaker one, two equal ones cancel each other out. */
export const tiers = {
  /** Start time and size. */
  time: 1,
  /** Start time, kind and size. */
  kind: 2,
  /** Zoom's id of the file in the name, and size. */
  id: 3,
  /** Key and digest in the `meta.json` of a former archive. */
  archive: 4,
} as const;

/** Zoom's start and the time in the name may differ by so much where both tell seconds. */
const toleranceS = 2;

/** The seconds since the epoch between which a recording can start for which a name says `clue`, whatever the zone. */
export function windowOf({ wallS, zone, spanS }: TimeClue): { fromS: number; toS: number } {
  const [earliest, latest] = zone === "unknown" ? [14 * 3600, -12 * 3600] : [zone, zone];
  const slackS = spanS === 1 ? toleranceS : 0;
  return { fromS: wallS - earliest - slackS, toS: wallS - latest + spanS - 1 + slackS };
}

/**
 * Tells whether a recording, or its meeting, starts when the name says: in the zone that the name states, else in UTC, the
 * meeting's zone or the one of this machine.
 */
export function startsWhen(clue: TimeClue, row: SheetRow, localZone: string): boolean {
  return [row.recording_start, row.meeting_start].some((iso) => {
    const startS = Date.parse(iso) / 1000;
    if (Number.isNaN(startS)) return false;
    const offsets = clue.zone === "unknown"
      ? [0, offsetS(row.timezone, startS), offsetS(localZone, startS)]
      : [clue.zone];
    return offsets.some((offset) => offset !== undefined && fits(clue, startS + offset));
  });
}

function fits({ wallS, spanS }: TimeClue, startWallS: number): boolean {
  const differenceS = startWallS - wallS;
  return spanS === 1 ? Math.abs(differenceS) <= toleranceS : differenceS >= 0 && differenceS < spanS;
}

/** Seconds east of UTC at that moment; undefined where the zone is not known here. */
function offsetS(zone: string, atS: number): number | undefined {
  if (zone === "") return undefined;
  try {
    const instant = Temporal.Instant.fromEpochMilliseconds(atS * 1000);
    return instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1e9;
  } catch {
    return undefined;
  }
}

/** What the kind in the name says of a recording: nothing, that it can be it, or that it cannot. */
export function kindFits(clue: KindClue, row: SheetRow): "unsaid" | "yes" | "no" {
  const { fileTypes, recordingTypes } = clue;
  const type = normalizeRecordingType(row.recording_type);
  if (fileTypes) return fileTypes.includes(row.file_type.toUpperCase()) ? "yes" : "no";
  if (!recordingTypes || type === "") return "unsaid";
  return recordingTypes.includes(type) ? "yes" : "no";
}

/**
 * How the size on disk stands to Zoom's `file_size`, which is only about right and may be missing: Zoom's storage has the
 * last word on what is not exactly equal.
 */
export function compareSize(
  sizeBytes: number,
  listed: number | null,
): "exact" | "unknown" | "near" | "wrong" {
  if (listed === null || listed === 0) return "unknown";
  if (sizeBytes === listed) return "exact";
  return Math.abs(sizeBytes - listed) <= slackFor(sizeBytes) ? "near" : "wrong";
}

/** Bytes by which a listed size may be off and still be worth a question. */
export function slackFor(sizeBytes: number): number {
  return Math.max(4096, Math.min(1024 ** 2, Math.floor(sizeBytes / 10)));
}

/** Why a recording that a file fits cannot be taken over, or undefined where it can. */
export function unusable({ status, reason, path }: SheetRow): string | undefined {
  switch (status) {
    case "skipped":
      return `its recording is left out by "${reason ?? "a filter"}"`;
    case "not_ready":
      return "Zoom still processes its recording";
    case "in_trash":
      return "its recording is in the trash of Zoom";
    default:
      return path === null ? "its recording has no place in the archive yet" : undefined;
  }
}
