import type { Config } from "../core/config.ts";
import { addDays, type DateRange, daysIn, subtractRanges } from "../core/date_range.ts";
import { DailyLimitError } from "../core/errors.ts";
import type { EventListener, WindowProof } from "../core/events.ts";
import type { Listed, ListRequest, ZoomAccount } from "../core/listing.ts";
import { redactText } from "../core/redact.ts";
import { shortHash } from "../core/recording.ts";
import type { UserFilter } from "../core/user_filter.ts";
import type { Inventory, ProofBasis } from "../inventory/mod.ts";
import { type ListingTally, windowDays } from "./reconcile.ts";

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
      const { lookbackDays } = config;
      const days = uncoveredDays(inventory, { scope, range, lookbackDays, runId, basis: proofBasis(config) });
      const rememberedDays = daysIn(range) - days.reduce((sum, asked) => sum + daysIn(asked), 0);
      tally.remembered += Math.ceil(Math.max(0, rememberedDays) / windowDays);
      return days;
    },
    signal,
  };
}

/** What the proofs of a run are good for. */
export function proofBasis({ credentials, participantAudio }: Config): ProofBasis {
  return { account: shortHash([credentials.accountId], 8), participantAudio };
}

/**
 * The days of `range` that `scope` has to list: not proven by an earlier run, too young then, or holding files
 * that were still being processed or lay in the trash. What the whole account has proven holds for each of its users.
 */
export function uncoveredDays(
  inventory: Inventory,
  { scope, range, lookbackDays, runId, basis }: {
    scope: string;
    range: DateRange;
    lookbackDays: number;
    runId: string | undefined;
    basis: ProofBasis;
  },
): DateRange[] {
  const userId = scope.startsWith("user:") ? scope.slice("user:".length) : undefined;
  const unready = inventory.files.unsettledDays(userId).map((day) => ({ from: day, to: day }));
  const proofs = [...new Set([scope, "account"])].flatMap((proofScope) => [
    ...inventory.windows.settled(proofScope, lookbackDays, basis)
      .flatMap((days) => subtractRanges(days, unready)),
    ...(runId === undefined ? [] : inventory.windows.provenBy(proofScope, runId, basis)),
  ]);
  return toAsk(subtractRanges(range, proofs), range);
}

/**
 * Gaps between proofs as they are asked: one day into what is proven, as Zoom does not say whether `to` is
 * inclusive, and several that fit into one window as one.
 */
function toAsk(gaps: readonly DateRange[], range: DateRange): DateRange[] {
  const asked: DateRange[] = [];
  for (const gap of gaps) {
    const from = gap.from > range.from ? addDays(gap.from, -1) : gap.from;
    const to = gap.to < range.to ? addDays(gap.to, 1) : gap.to;
    const last = asked.at(-1);
    const isNear = last && (from <= last.to || daysIn({ from: last.from, to }) <= windowDays);
    if (isNear) asked[asked.length - 1] = { from: last.from, to };
    else asked.push({ from, to });
  }
  return asked;
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
  /** Which listing it came down to; the one by users has seen the list of users. */
  readonly mode?: "account" | "users" | undefined;
}

/** Runs the listing to its end, handing everything on as it becomes known. */
export async function runListing(
  account: ZoomAccount,
  request: ListRequest,
  sink: ListingSink,
): Promise<ListingOutcome> {
  const { emit, tally } = sink;
  const progress = { users: 0, windows: 0, meetings: 0, files: 0 };
  const people = new Set<string>();
  let dailyLimit = false;
  let mode: ListingOutcome["mode"];
  const consume = async (listed: Listed): Promise<void> => {
    switch (listed.type) {
      case "discovery":
        mode = listed.mode;
        return emit(listed);
      case "users":
        // The trash and the recordings each announce whom they are about to list.
        for (const { id } of listed.users) people.add(id);
        tally.users = progress.users = people.size;
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
        tally.lost(listed.scope, listed.range, listed.error);
        if (listed.range.from !== "") sink.onWindow({ type: "window", proof: lostWindow(listed) });
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
  return { dailyLimit, mode };
}

/** A listing that failed, as the window that it leaves unproven. */
function lostWindow({ scope, range, error }: Extract<Listed, { type: "failed" }>): WindowProof {
  return { scope, asked: range, seen: 0, proven: false, reason: redactText(error.message) };
}
