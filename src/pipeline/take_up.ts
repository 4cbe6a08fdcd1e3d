import { type Clock, isoDay } from "../core/clock.ts";
import { addDays } from "../core/date_range.ts";
import type { EventListener } from "../core/events.ts";
import { formatCount } from "../core/units.ts";
import { type FileRow, type RunScope, toCandidate } from "../inventory/mod.ts";
import { classify, onPremise } from "./classify.ts";
import { type HeldSizes, isHeld } from "./held.ts";
import type { IngestContext } from "./ingest.ts";
import { trashDays } from "./retention.ts";

/** What taking up needs. */
export interface TakeUpContext extends Pick<IngestContext, "inventory" | "runId" | "select"> {
  readonly heldSizes: HeldSizes;
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
  await reopenLost(scope, context);
  if (context.isComplete) await settleUnshown(scope, context);
  await reopenLeftOver(scope, context);
}

/** A held file that somebody removed or changed is not held: it is fetched again. */
async function reopenLost(scope: RunScope, context: TakeUpContext): Promise<void> {
  const { inventory, runId, heldSizes, emit } = context;
  let lost = 0;
  let first = "";
  await inBatches(context, (after) => inventory.files.heldBefore(scope, after, batch), async (rows) => {
    const sizes = await heldSizes(rows.map(({ path }) => path ?? ""));
    inventory.transaction(() => {
      rows.forEach((row, i) => {
        if (isHeld(row, sizes[i])) return;
        if (lost++ === 0) first = row.path ?? "";
        const change = { status: "pending", file_size: null, sha256: null, completed_at: null } as const;
        inventory.files.setStatus(row.file_key, change, runId);
      });
    });
  });
  if (lost === 0) return;
  const files = lost === 1 ? "1 file" : `${formatCount(lost)} files`;
  emit({
    type: "notice",
    level: "warning",
    code: "lost",
    message: `${files} held before are missing or changed on disk and fetched again, the first: ${first}`,
  });
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
    const reasons = await context.select(rows.map((row) => toCandidate({ ...row, status: "pending" })));
    inventory.transaction(() => {
      rows.forEach((row, i) => {
        // The entry of a running recording never was a file.
        if (whenUnshown(row, today) === "never was") inventory.files.remove(row.file_key);
        else inventory.files.setStatus(row.file_key, nextOf(row, reasons[i]), runId);
      });
    });
  });
}

/** Failed and pending files are tried again, filters are asked anew. */
async function reopenLeftOver(scope: RunScope, context: TakeUpContext): Promise<void> {
  const { inventory, runId, select } = context;
  await inBatches(context, (after) => inventory.files.leftOver(scope, after, batch), async (rows) => {
    const reasons = await select(rows.map(toCandidate));
    inventory.transaction(() => {
      rows.forEach((row, i) => {
        const next = nextOf(row, reasons[i]);
        const isSettled = next.status === "skipped" && row.status === "skipped" && next.reason === row.reason;
        if (!isSettled && row.path !== null) inventory.files.setStatus(row.file_key, next, runId);
      });
    });
  });
}

function nextOf(row: FileRow, reason: string | undefined): ReturnType<typeof classify> {
  const file = { fileType: row.file_type, status: "completed" };
  return classify(file, row.status, row.reason === onPremise ? onPremise : reason);
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
