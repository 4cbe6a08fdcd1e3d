import { type DateRange, mergeRanges } from "../core/date_range.ts";
import type { Listed } from "../core/listing.ts";
import type { ZoomApi } from "./api.ts";
import { type AccessJudge, asAppError, failureReach } from "./list_failure.ts";
import { listWindow } from "./list_window.ts";
import type { RecordingList } from "./recording_list.ts";
import { splitWindows } from "./windows.ts";

/** What listing several ranges needs besides the list. */
export interface RangesOptions {
  readonly ranges: readonly DateRange[];
  readonly direction: "newest" | "oldest";
  readonly today: string;
  readonly judge: AccessJudge;
  readonly signal: AbortSignal;
}

/**
 * Lists the windows of some ranges one after the other and yields a proof or a failure for each day.
 *
 * @returns true when Zoom's daily limit ended it
 */
export async function* listRanges(
  api: ZoomApi,
  list: RecordingList,
  options: RangesOptions,
): AsyncGenerator<Listed, boolean> {
  const { direction, today, judge, signal } = options;
  const windows = windowsOf(options.ranges, direction);
  for (const [index, window] of windows.entries()) {
    try {
      for (const { parts } of yield* listWindow(api, list, { window, today, signal })) {
        for (const proof of parts) yield { type: "window", proof };
      }
    } catch (error) {
      signal.throwIfAborted();
      judge.judge(error, list.scope);
      const reach = failureReach(error, api);
      const lost = reach === "window" ? [window] : mergeRanges(windows.slice(index));
      for (const range of lost) yield { type: "failed", scope: list.scope, range, error: asAppError(error) };
      if (reach !== "window") return reach === "end";
    }
  }
  return false;
}

/** The windows of some ranges, in the order in which they are listed. */
export function windowsOf(ranges: readonly DateRange[], direction: "newest" | "oldest"): DateRange[] {
  const ordered = mergeRanges(ranges);
  if (direction === "newest") ordered.reverse();
  return ordered.flatMap((range) => splitWindows(range, { direction }));
}
