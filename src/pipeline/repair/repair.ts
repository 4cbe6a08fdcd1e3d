import { join, relative, sep } from "node:path";
import type { Archive } from "../../archive/mod.ts";
import {
  createLook,
  type Finding,
  isIntact,
  verifyArchive,
  type VerifyParts,
} from "../../archive/verify/mod.ts";
import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import type { EventListener } from "../../core/events.ts";
import type { ZoomAccount } from "../../core/listing.ts";
import type { Receipt } from "../../core/sink.ts";
import { type FileRow, toInventoryError } from "../../inventory/mod.ts";
import { Aside, asideSink } from "../../storage/upkeep/mod.ts";
import { foldKey, keepOther } from "../../storage/mod.ts";
import { fetchQueue } from "../fetch_queue.ts";
import { Limits } from "../limits.ts";
import { TransferQueue } from "../queue.ts";
import { Sidecars } from "../sidecars.ts";
import type { TransferTally } from "../transfer_stage.ts";
import { UrlCache } from "../url_cache.ts";
import { planRepair } from "./plan_repair.ts";

/** What repairing an archive works with. */
export interface RepairParts {
  readonly config: Config;
  readonly runId: string;
  readonly archive: Archive;
  readonly account: Pick<ZoomAccount, "open">;
  /** How thoroughly to check. */
  readonly check: Pick<VerifyParts, "deep" | "subset" | "onBytes">;
  /** Findings, as they are made, before anything is done about them. */
  readonly onFindings: (findings: readonly Finding[]) => void;
  /** Checking is over: that many files are fetched. */
  readonly onFetch: (files: number) => void;
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly signal: AbortSignal;
}

/** How a repair came out. */
export interface RepairOutcome {
  /** Findings that are none any more. */
  readonly repaired: number;
  /** What stood in the place of folders, was not in the inventory, and lies aside now. */
  readonly movedAside: number;
  readonly receivedBytes: number;
  /** Zoom's daily limit kept a file from being asked for. */
  readonly dailyLimit: boolean;
}

/**
 * Checks an archive and fetches again what is missing or different.
 *
 * A file to fetch goes back to `pending`, with the reason in the journal, and then through the same transfer as in any
 * run; its path stays. The bad file stays where it is until the good one is whole and checked, and where no good one can
 * be had. Stopped between any two steps, the next repair goes on.
 *
 * @throws What ended it before its time, as a run does.
 */
export async function repairArchive(parts: RepairParts): Promise<RepairOutcome> {
  try {
    return await repair(parts);
  } catch (error) {
    throw toInventoryError(error);
  }
}

async function repair(parts: RepairParts): Promise<RepairOutcome> {
  const { archive, runId, signal, onFindings, check, config, clock } = parts;
  const { inventory, root } = archive;
  inventory.transaction(() => inventory.files.reopen(runId));
  const aside = new Aside(root, runId);
  await recover(aside, parts);
  let repaired = 0;
  for await (const findings of verifyArchive({ ...check, root, inventory, signal })) {
    onFindings(findings);
    for (const finding of findings) repaired += await planRepair(finding, { inventory, root, runId, aside });
    await archive.journal.flush();
  }
  const total = inventory.files.pendingTotal(runId);
  parts.onFetch(total.files);
  using limits = new Limits(config, clock);
  const sidecars = new Sidecars(inventory, async (path, text) => {
    await aside.clearWay(path);
    await archive.writeText(path, text);
  });
  const tally: TransferTally = { downloaded: 0, dailyLimit: false };
  if (total.files > 0) {
    parts.emit({ type: "queue", ...total, complete: true });
    await fetchAll(parts, { aside, limits, sidecars, tally });
  }
  await sidecars.drain();
  await archive.journal.flush();
  await tellKept(aside, parts);
  repaired += inventory.heldFiles.outcomes(runId).get("completed") ?? 0;
  return {
    repaired,
    movedAside: aside.obstacles,
    receivedBytes: limits.receivedBytes,
    dailyLimit: tally.dailyLimit,
  };
}

async function fetchAll(
  parts: RepairParts,
  { aside, limits, sidecars, tally }: {
    aside: Aside;
    limits: Limits;
    sidecars: Sidecars;
    tally: TransferTally;
  },
): Promise<void> {
  const { archive, runId, config, clock, emit } = parts;
  const { inventory } = archive;
  const signal = AbortSignal.any([parts.signal, limits.signal]);
  const queue = new TransferQueue(inventory.files, { runId, order: config.order });
  queue.close();
  await fetchQueue(queue, {
    config,
    runId,
    inventory,
    account: parts.account,
    sink: asideSink(archive.sink, aside),
    urls: new UrlCache(),
    limits,
    clock,
    emit,
    freeBytes: archive.freeBytes,
    makeWay: (row, receipt) => keepOtherVersion(row, { receipt, root: archive.root, emit }),
    // Plugins do not take part in a repair: what they made of the file before is due again for their next run.
    onDue: (key, hook) => {
      if (hook !== "afterTransfer") return;
      for (const plugin of inventory.heldFiles.makersOf(key)) inventory.hookRuns.enqueue(key, plugin, hook);
    },
    signal,
  }, {
    tally,
    onSettled: async (row) => {
      await settle(row, { aside, parts });
      await sidecars.settle(row.meeting_uuid);
      await archive.journal.flush();
    },
  });
}

/**
 * Where Zoom gives out another version than the one that was stored, the old file may be the one that is wanted: it gets
 * a name that nothing takes away. It has to have it before the receipt of the new version takes the place of the old
 * one's digest, as that is all by which a later repair could tell the two cases apart.
 */
async function keepOtherVersion(
  { path, sha256 }: FileRow,
  { receipt, root, emit }: { receipt: Receipt; root: string; emit: EventListener },
): Promise<void> {
  if (path === null || sha256 === receipt.sha256) return;
  const kept = await keepOther(join(root, ...path.split("/")), receipt);
  if (kept === undefined) return;
  emit({
    type: "notice",
    level: "warning",
    code: "other_version",
    message: `Zoom's file is another version than the one held before, which is kept: ` +
      `"${relative(root, kept).split(sep).join("/")}"`,
  });
}

/** The bad file goes once the good one is in place; where there is none, the row says what is kept. */
async function settle(
  row: FileRow,
  { aside, parts: { archive: { inventory, root }, runId, emit } }: { aside: Aside; parts: RepairParts },
): Promise<void> {
  const path = row.path ?? "";
  const now = inventory.files.get(row.file_key);
  if (now?.status === "completed") return await aside.settle(path.split("/"));
  const standing = await createLook(root)(path);
  if (!now || standing.kind !== "file") return;
  const kept = `the file at "${path}" is kept as it is`;
  inventory.files.setStatus(
    row.file_key,
    { status: now.status, error: `${now.error ?? ""}; ${kept}` },
    runId,
  );
  emit({
    type: "notice",
    level: "warning",
    code: "bad_file_kept",
    message: now.status === "gone"
      ? `Zoom no longer has it: ${kept}`
      : `No good copy could be fetched: ${kept}`,
  });
}

async function recover(aside: Aside, { archive, signal, emit }: RepairParts): Promise<void> {
  const { inventory, root } = archive;
  const { restored } = await aside.recover(async (path) => {
    const row = inventory.heldFiles.byPath(path, foldKey(path));
    return row !== undefined && await isIntact(row, { root, signal });
  });
  for (const path of restored) {
    emit({
      type: "notice",
      level: "info",
      code: "aside_restored",
      message: `An earlier repair was stopped: "${path}" is back in its place`,
    });
  }
}

/** Most of what lies aside that is named. */
const maxNamed = 20;

async function tellKept(aside: Aside, { archive, emit }: RepairParts): Promise<void> {
  let count = 0;
  for await (const path of aside.kept()) {
    if (++count > maxNamed) continue;
    emit({
      type: "notice",
      level: "warning",
      code: "kept_aside",
      message: `It stood in the way and is kept: "${join(archive.root, ...path.split("/"))}"`,
    });
  }
  if (count <= maxNamed) return;
  const message = `${count - maxNamed} more are kept in "${join(archive.root, "_metadata", "aside")}"`;
  emit({ type: "notice", level: "warning", code: "kept_aside", message });
}
