import { type Clock, isoDay } from "../core/clock.ts";
import { addDays } from "../core/date_range.ts";
import type { EventListener } from "../core/events.ts";
import { trashDays } from "../core/retention.ts";
import { formatCount } from "../core/units.ts";
import { type FileRow, type RunScope, toCandidate } from "../inventory/mod.ts";
import type { Choice, Named } from "../core/active_plugins.ts";
import { type Classification, classify, onPremise, unplanned } from "./classify.ts";
import { type HeldSizes, isHeld } from "../archive/mod.ts";
import { type IngestContext, tellDue } from "./ingest.ts";
import { placeMeeting } from "./place_meeting.ts";
import { askAbout } from "./select.ts";

/** What taking up needs. */
export interface TakeUpContext
  extends Pick<IngestContext, "inventory" | "runId" | "select" | "naming" | "onDue"> {
  readonly heldSizes: HeldSizes;
  /** True when held files may be elsewhere, so that not finding them says nothing. */
  readonly trustInventory: boolean;
  readonly clock: Clock;
  readonly emit: EventListener;
  /** True when every window and trash that was to be listed is proven. */
  readonly isComplete: boolean;
  readonly signal: AbortSignal;
}

const batch = 500;

/** Days after which Zoom's "no recording" no longer means "not yet". */
const processingDays = 2;

/** What becomes, by `today`, of a file whose meeting no list shows although all are complete. */
export function whenUnshown(row: FileRow, today: string): FileRow["status"] | "never was" {
  const { status, meeting_start: start } = row;
  if (status === "in_trash") {
    return (row.deleted_time ?? row.updated_at) < lastPurged(today) ? "gone" : status;
  }
  if (status !== "not_ready" || start === "" || start >= addDays(today, -processingDays)) return status;
  return row.path === null ? "never was" : "pending";
}

/** Zoom purges within a day after the time in the trash is over. */
function lastPurged(today: string): string {
  return addDays(today, -trashDays - 1);
}

/**
 * Takes up what the listing has not shown, once it has ended: held files that are no longer on disk, files that
 * earlier runs left open in windows which need no listing, and files that have left Zoom.
 */
export async function takeUp(scope: RunScope, context: TakeUpContext): Promise<void> {
  if (!context.trustInventory) await reopenLost(scope, context);
  if (context.isComplete) await settleUnshown(scope, context);
  await reopenLeftOver(scope, context);
}

/** A held file that somebody removed or changed is not held: it is fetched again. */
async function reopenLost(scope: RunScope, context: ReopenContext): Promise<void> {
  const { count, first } = await reopenMissing(scope, context, false);
  if (count === 0) return;
  context.emit({
    type: "notice",
    level: "warning",
    code: "lost",
    message: `${
      filesText(count)
    } held before are missing or changed on disk and fetched again, the first: ${first}`,
  });
}

/**
 * Where the inventory is trusted, held files are expected elsewhere: brought there by a hook. One that a hook is
 * still due for never got there; if it is not on disk either, it is fetched again. Call it before hooks run.
 */
export async function reopenUndelivered(scope: RunScope, context: ReopenContext): Promise<void> {
  const { count, first } = await reopenMissing(scope, context, true);
  if (count === 0) return;
  context.emit({
    type: "notice",
    level: "warning",
    code: "undelivered",
    message: `${filesText(count)} held before are not on disk and a plugin is still due for them: ` +
      `fetched again, the first: ${first}`,
  });
}

/** What opening lost files again needs. */
export type ReopenContext = Pick<TakeUpContext, "inventory" | "runId" | "heldSizes" | "emit" | "signal">;

function filesText(count: number): string {
  return count === 1 ? "1 file" : `${formatCount(count)} files`;
}

async function reopenMissing(
  scope: RunScope,
  context: ReopenContext,
  onlyDue: boolean,
): Promise<{ count: number; first: string }> {
  const { inventory, runId, heldSizes } = context;
  let lost = 0;
  let first = "";
  const query = (after: string) => inventory.files.heldBefore(scope, { after, limit: batch, onlyDue });
  await inBatches(context, query, async (rows) => {
    const sizes = await heldSizes(rows.map(({ path }) => path ?? ""));
    inventory.transaction(() => {
      rows.forEach((row, i) => {
        if (isHeld(row, sizes[i])) return;
        if (lost++ === 0) first = row.path ?? "";
        // What is known of it stays: it is missed until it is there again, and proven by its digest when it is.
        inventory.files.setStatus(row.file_key, { status: "pending" }, runId);
      });
    });
  });
  return { count: lost, first };
}

/**
 * Trashed files whose time is over and that no listing shows any more are gone. Files that were being processed
 * when their meeting disappeared are asked for: Zoom says whether it still has them.
 */
async function settleUnshown(scope: RunScope, context: TakeUpContext): Promise<void> {
  const { inventory, runId, clock } = context;
  const today = isoDay(clock.now());
  inventory.transaction(() => {
    for (const key of inventory.files.purged(scope, lastPurged(today))) {
      inventory.files.setStatus(key, { status: "gone" }, runId);
    }
  });
  const query = { status: "not_ready", day: addDays(today, -processingDays), limit: batch } as const;
  await inBatches(context, (after) => inventory.files.unshown(scope, { ...query, after }), async (rows) => {
    const pending = rows.map((row) => ({ ...row, status: "pending" as const }));
    const choices = await context.select(askAbout(pending, inventory));
    inventory.transaction(() => {
      rows.forEach((row, i) => {
        // The entry of a running recording never was a file.
        if (whenUnshown(row, today) === "never was") inventory.files.remove(row.file_key);
        else inventory.files.setStatus(row.file_key, nextOf(row, choices[i]), runId);
      });
    });
  });
}

/** Failed and pending files are tried again, filters are asked anew. */
async function reopenLeftOver(scope: RunScope, context: TakeUpContext): Promise<void> {
  const { inventory, runId, select, naming } = context;
  await inBatches(context, (after) => inventory.files.leftOver(scope, after, batch), async (rows) => {
    const choices = await select(askAbout(rows, inventory));
    // A naming that gave no answer left them without a path: it is asked once more.
    const nameless = rows.filter(({ path, file_type: type }) => path === null && type !== "");
    const names = await naming.name(nameless.map(toCandidate));
    const named = new Map(nameless.map((row, i) => [row, names[i]]));
    inventory.transaction(() => {
      for (const [row, name] of named) placeRow(row, name, context);
      rows.forEach((row, i) => {
        const next = nextOf(row, choices[i], named.get(row));
        const isSettled = next.status === "skipped" && row.status === "skipped" && next.reason === row.reason;
        const isPlaced = row.path !== null || named.has(row);
        if (isSettled || !isPlaced) return;
        inventory.files.setStatus(row.file_key, next, runId);
        if (row.status !== next.status) tellDue(row.file_key, next, context);
      });
    });
  });
}

function placeRow(row: FileRow, named: Named | undefined, { inventory, naming }: TakeUpContext): void {
  const meeting = inventory.meetings.get(row.meeting_uuid);
  if (!meeting) return;
  const entry = {
    candidate: toCandidate(row),
    before: row,
    downloadUrl: undefined,
    isOnPremise: false,
    choice: { reason: undefined },
    named,
  };
  placeMeeting(meeting, [entry], { inventory, sharesFolders: naming.sharesFolders });
}

function nextOf(row: FileRow, choice: Choice = { reason: undefined }, named?: Named): Classification {
  const file = { fileType: row.file_type, status: "completed" };
  const next = classify(file, row.status, row.reason === onPremise ? { reason: onPremise } : choice);
  return next.status === "pending" && named && "error" in named ? unplanned(named.error) : next;
}

async function inBatches<R extends { readonly file_key: string }>(
  { signal }: Pick<TakeUpContext, "signal">,
  query: (after: string) => R[],
  take: (rows: R[]) => Promise<void>,
): Promise<void> {
  for (let after = "";;) {
    signal.throwIfAborted();
    const rows = query(after);
    const last = rows.at(-1);
    if (!last) return;
    after = last.file_key;
    await take(rows);
  }
}
