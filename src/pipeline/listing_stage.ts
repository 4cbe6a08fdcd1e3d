import type { Config } from "../core/config.ts";
import { type DateRange, subtractRanges } from "../core/date_range.ts";
import { DailyLimitError } from "../core/errors.ts";
import type { EventListener } from "../core/events.ts";
import type { Listed, ListRequest, ZoomAccount } from "../core/listing.ts";
import type { UserFilter } from "../core/user_filter.ts";
import type { Inventory } from "../inventory/mod.ts";
import type { ListingTally } from "./reconcile.ts";

/** What the listing is asked, with the days that earlier runs have proven left out. */
export function listRequest(
  config: Config,
  { userFilter, inventory, runId, tally, signal }: {
    userFilter: UserFilter;
    inventory: Inventory | undefined;
    /** The run whose own proofs count as well: a resumed one. */
    runId: string | undefined;
    tally: ListingTally;
    signal: AbortSignal;
  },
): ListRequest {
  return {
    range: config.range,
    discovery: config.discovery,
    userFilter,
    includeTrash: config.includeTrash,
    participantAudio: config.participantAudio,
    direction: config.order === "oldest" ? "oldest" : "newest",
    uncovered: (scope, range) => {
      if (config.relist || !inventory) return [range];
      const days = uncoveredDays(inventory, { scope, range, lookbackDays: config.lookbackDays, runId });
      if (days.length === 0) tally.remembered++;
      return days;
    },
    signal,
  };
}

/**
 * The days of `range` that `scope` has to list: not proven by an earlier run, too young then, or holding files
 * that were still being processed. What the whole account has proven holds for each of its users.
 */
export function uncoveredDays(
  inventory: Inventory,
  { scope, range, lookbackDays, runId }: {
    scope: string;
    range: DateRange;
    lookbackDays: number;
    runId: string | undefined;
  },
): DateRange[] {
  const userId = scope.startsWith("user:") ? scope.slice("user:".length) : undefined;
  const unready = inventory.files.notReadyDays(userId).map((day) => ({ from: day, to: day }));
  const proofs = [...new Set([scope, "account"])].flatMap((proofScope) => [
    ...inventory.windows.settled(proofScope, lookbackDays).flatMap((days) => subtractRanges(days, unready)),
    ...(runId === undefined ? [] : inventory.windows.provenBy(proofScope, runId)),
  ]);
  return subtractRanges(range, proofs);
}

/** What a listing stage does with what it is told. */
export interface ListingSink {
  readonly emit: EventListener;
  readonly tally: ListingTally;
  onMeetings(listed: Extract<Listed, { type: "meetings" | "trash" }>): Promise<number>;
  onUsers(listed: Extract<Listed, { type: "users" }>): void;
  onWindow(listed: Extract<Listed, { type: "window" }>): void;
}

/** How a listing ended. */
export interface ListingOutcome {
  /** True when Zoom's daily limit cut it short. */
  readonly dailyLimit: boolean;
}

/** Runs the listing to its end, handing everything on as it becomes known. */
export async function runListing(
  account: ZoomAccount,
  request: ListRequest,
  sink: ListingSink,
): Promise<ListingOutcome> {
  const { emit, tally } = sink;
  const progress = { users: 0, windows: 0, meetings: 0, files: 0 };
  let dailyLimit = false;
  const consume = async (listed: Listed): Promise<void> => {
    switch (listed.type) {
      case "discovery":
        return emit(listed);
      case "users":
        progress.users += listed.users.length;
        tally.users = progress.users;
        return sink.onUsers(listed);
      case "meetings":
      case "trash":
        progress.meetings += listed.meetings.length;
        progress.files += await sink.onMeetings(listed);
        return emit({ type: "listing", ...progress, done: false });
      case "window":
        progress.windows++;
        tally.window(listed.proof);
        sink.onWindow(listed);
        return emit({ type: "window", proof: listed.proof });
      case "failed":
        dailyLimit ||= listed.error instanceof DailyLimitError;
        tally.failed(listed.scope, listed.range, listed.error);
        return emit({
          type: "notice",
          level: "error",
          code: listed.error.code,
          message: `Cannot list ${listed.scope}: ${listed.error.message}`,
          hint: listed.error.hint,
        });
      case "warning":
        return emit({ ...listed, type: "notice", level: "warning" });
    }
  };
  await ReadableStream.from(account.list(request))
    .pipeTo(new WritableStream({ write: consume }), { signal: request.signal });
  emit({ type: "listing", ...progress, done: true });
  return { dailyLimit };
}
