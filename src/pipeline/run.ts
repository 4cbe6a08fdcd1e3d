import type { ActivePlugins } from "../core/active_plugins.ts";
import { type Clock, isoDay } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { isCancellation } from "../core/errors.ts";
import type { EventListener, RunSummary } from "../core/events.ts";
import type { ZoomAccount } from "../core/listing.ts";
import type { FileHook } from "../core/plugin.ts";
import { roomLogger } from "../core/log.ts";
import { compileUserFilter } from "../core/user_filter.ts";
import { type RunRow, type RunScope, toInventoryError } from "../inventory/mod.ts";
import { type Archive, ownersMeant, readReconciliation } from "../archive/mod.ts";
import { discardAbandoned } from "./abandoned.ts";
import { confirmHeld } from "./confirm_held.ts";
import type { FetchContext } from "./fetch_file.ts";
import { fetchQueue } from "./fetch_queue.ts";
import { type IngestContext, ingestPage, ingestTrash } from "./ingest.ts";
import { callRunHooks, HookStage } from "./hook_stage.ts";
import { LimitReached, Limits } from "./limits.ts";
import { type ListingOutcome, listRequest, proofBasis, runListing } from "./listing_stage.ts";
import type { Naming } from "./naming.ts";
import { TransferQueue } from "./queue.ts";
import { countFiles, ListingTally, reconcile, type RunOutcome } from "./reconcile.ts";
import { reportRetention } from "./retention.ts";
import type { Selection } from "./select.ts";
import { Sidecars } from "./sidecars.ts";
import { StateFile } from "../archive/mod.ts";
import { reopenUndelivered, takeUp } from "./take_up.ts";
import type { TransferTally } from "./transfer_stage.ts";
import { UrlCache } from "./url_cache.ts";

const log = roomLogger("pipeline");

/** What one run works with. Everything is made, and disposed of, by the caller. */
export interface RunParts {
  /** With the range and filters of the run taken up, where there is one. */
  readonly config: Config;
  readonly run: Pick<RunRow, "runId" | "range" | "filters">;
  readonly archive: Archive;
  readonly account: ZoomAccount;
  readonly select: Selection;
  readonly naming: Naming;
  readonly plugins: Pick<ActivePlugins, "hooks" | "callHook">;
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly signal: AbortSignal;
}

/**
 * One run over one archive: list, choose and name, transfer, sidecars, reconciliation.
 *
 * The listing fills the inventory while the transfers already empty its queue. Whatever ends the run, the
 * state is written and a `run_finished` event tells how it stands.
 *
 * @throws What ended the run before its time, interruption and limits apart: those are outcomes.
 */
export async function runOnce(parts: RunParts): Promise<RunSummary> {
  try {
    return await runToEnd(parts);
  } catch (error) {
    throw toInventoryError(error);
  }
}

/** Time for what is left to write after a run was told to stop: it has to be gone within five seconds. */
const farewellMs = 2_000;

async function runToEnd(parts: RunParts): Promise<RunSummary> {
  const { config, archive, clock, emit } = parts;
  const { inventory } = archive;
  const startedMs = clock.now();
  const userFilter = compileUserFilter(config.userFilter);
  inventory.setUserFilter(userFilter);
  if (inventory.runs.markDead() > 0) log.info("A former run ended without saying so");
  const run = inventory.runs.begin(parts.run);
  inventory.transaction(() => inventory.files.reopen(run.runId));
  emit({ type: "run_started", runId: run.runId, outputDir: archive.root, range: config.range });

  using limits = new Limits(config, clock);
  const tally = new ListingTally((id) => inventory.meetings.user(id)?.email);
  const transfers: TransferTally = { downloaded: 0, dailyLimit: false };
  const scope: RunScope = { runId: run.runId, range: config.range };
  const state = new StateFile(run, { clock, write: archive.writeState });
  const sidecars = new Sidecars(inventory, archive.writeText);
  const details = () => ({
    counts: { ...countFiles({ inventory, scope, downloaded: transfers.downloaded }) },
    windows: { proven: tally.proven, unproven: tally.unproven },
  });

  const hookNames = parts.plugins.hooks.map(({ plugin }) => plugin);
  let listing: ListingOutcome = { dailyLimit: false };
  let stopped: RunOutcome["stopped"];
  try {
    await state.write("running", details());
    const info = { runId: run.runId, range: config.range, outputDir: archive.root };
    await callRunHooks("beforeRun", info, {
      ...parts,
      signal: AbortSignal.any([parts.signal, limits.signal]),
    });
    if (config.trustInventory) {
      const { heldSizes } = archive;
      await reopenUndelivered(scope, { inventory, runId: run.runId, heldSizes, emit, signal: parts.signal });
    }
    listing = await listAndTransfer({ ...parts, scope, tally, transfers, limits, sidecars, state, details });
    await discardAbandoned(archive);
    if (transfers.downloaded > 0 || config.resume) {
      await confirmHeld({ ...parts, ...archive, runId: run.runId, emit });
    }
    await sidecars.drain();
  } catch (error) {
    stopped = stopOf(error, parts.signal);
    const endMs = clock.now() + farewellMs;
    await sidecars.drain(() => clock.now() >= endMs).catch((cause) =>
      log.warn("Sidecars are left for the next run: {cause}", { cause })
    );
  }
  if (stopped === undefined || stopped.kind === "limit") reportRetention(inventory, scope, { clock, emit });
  const reconciled = reconcile({
    runId: run.runId,
    scope,
    inventory,
    tally,
    downloaded: transfers.downloaded,
    receivedBytes: limits.receivedBytes,
    seconds: (clock.now() - startedMs) / 1000,
    apiRequests: parts.account.requestCount,
    stopped,
    dailyLimit: listing.dailyLimit || transfers.dailyLimit,
  });
  const hooks = hookNames.length === 0 ? {} : { hooks: inventory.hookRuns.counts(hookNames, run.runId) };
  const { owners, userIds } = ownersMeant(inventory, userFilter);
  const reconciliation = readReconciliation(inventory, {
    narrowing: { userIds, range: config.range },
    runId: run.runId,
    today: isoDay(clock.now()),
    owners,
  });
  const summary: RunSummary = { ...reconciled, ...hooks, reconciliation };
  inventory.runs.finish(run.runId, {
    status: summary.status,
    counts: summary.files,
    exitCode: summary.exit_code,
  });
  await finishFiles(archive, () => state.write(summary.status, details()), stopped?.kind === "error");
  // Whoever waits for the end of a run that was told to stop does not wait long.
  const patience = stopped?.kind === "interrupted"
    ? AbortSignal.timeout(farewellMs)
    : new AbortController().signal;
  await callRunHooks("afterRun", summary, { ...parts, signal: patience });
  emit({ type: "run_finished", summary });
  if (stopped?.kind === "error") throw stopped.error;
  return summary;
}

/** State and journal; after an error, such as a full disk, a failure here must not hide that error. */
async function finishFiles(
  archive: Archive,
  writeState: () => Promise<void>,
  lenient: boolean,
): Promise<void> {
  const results = await Promise.allSettled([writeState(), archive.journal.flush()]);
  for (const result of results) {
    if (result.status === "fulfilled") continue;
    if (!lenient) throw result.reason;
    log.warn("State is left as it was: {cause}", { cause: result.reason });
  }
}

function stopOf(error: unknown, signal: AbortSignal): RunOutcome["stopped"] {
  if (error instanceof LimitReached) return { kind: "limit" };
  if (isCancellation(error, signal)) return { kind: "interrupted" };
  return { kind: "error", error: toInventoryError(error) };
}

interface Stages extends RunParts {
  readonly scope: RunScope;
  readonly tally: ListingTally;
  readonly transfers: TransferTally;
  readonly limits: Limits;
  readonly sidecars: Sidecars;
  readonly state: StateFile;
  readonly details: () => Parameters<StateFile["write"]>[1];
}

/** Both stages at once; the first that fails stops the other. */
async function listAndTransfer(stages: Stages): Promise<ListingOutcome> {
  const { config, archive, run, limits } = stages;
  const failure = new AbortController();
  const signal = AbortSignal.any([stages.signal, limits.signal, failure.signal]);
  const urls = new UrlCache();
  const onDue = (key: string, hook: FileHook) => hooks.enqueue(key, hook);
  const ingest: IngestContext = {
    onDue,
    inventory: archive.inventory,
    runId: run.runId,
    select: stages.select,
    naming: stages.naming,
    urls,
  };
  const queue = new TransferQueue(archive.inventory.files, { runId: run.runId, order: config.order });
  const hooks = new HookStage({
    plugins: stages.plugins,
    inventory: archive.inventory,
    runId: run.runId,
    root: archive.root,
    concurrency: config.plugins.hookConcurrency,
    emit: stages.emit,
    signal,
  });
  const stop = (error: unknown): never => {
    failure.abort(error);
    throw error;
  };
  const listed = list(stages, { ingest, queue, signal }).catch(stop);
  const fetched = transfer(stages, { urls, queue, signal, onDue }).catch(stop);
  const hooked = hooks.run().catch(stop);
  const results = await Promise.allSettled([listed, fetched]);
  hooks.close();
  const [third] = await Promise.allSettled([hooked]);
  const [first, second] = results;
  // A limit that was reached with the last file leaves nothing to do.
  const isDone = first.status === "fulfilled" && second.status === "fulfilled" &&
    third.status === "fulfilled" &&
    !stages.signal.aborted;
  if (isDone) return first.value;
  // The reason of the combined signal is the first that came: an interruption, a limit, or the failure itself.
  signal.throwIfAborted();
  if (first.status === "rejected") throw first.reason;
  return first.value;
}

async function list(
  stages: Stages,
  { ingest, queue, signal }: { ingest: IngestContext; queue: TransferQueue; signal: AbortSignal },
): Promise<ListingOutcome> {
  const { config, archive: { inventory, journal }, run, tally, emit, account, scope } = stages;
  const { clock } = stages;
  let nextReportMs = -Infinity;
  // Counting costs more the more is waiting: often enough for people, and a twentieth of the time, is enough.
  const reportQueue = (complete: boolean) => {
    const startedMs = clock.now();
    if (!complete && startedMs < nextReportMs) return;
    const total = inventory.files.pendingTotal(run.runId);
    nextReportMs = clock.now() + Math.max(500, 20 * (clock.now() - startedMs));
    emit({ type: "queue", ...total, complete });
  };
  const userFilter = compileUserFilter(config.userFilter);
  const request = listRequest(config, { userFilter, inventory, runId: run.runId, tally, signal });
  const outcome = await runListing(account, request, {
    emit,
    tally,
    onUsers: ({ users }) =>
      inventory.transaction(() => {
        for (const user of users) inventory.meetings.saveUser(user);
        // The account list tells of hosts without saying how they stand.
        const listed = users.filter(({ status }) => status !== "");
        inventory.meetings.markListed(listed.map(({ id }) => id), run.runId);
      }),
    onWindow: ({ proof }) => inventory.windows.save(proof, run.runId, proofBasis(config)),
    onMeetings: async (listed) => {
      const files = listed.type === "trash"
        ? ingestTrash(listed.meetings, ingest)
        : await ingestPage(listed.meetings, ingest);
      queue.notify();
      reportQueue(false);
      await journal.flush();
      return files;
    },
  });
  const isComplete = tally.failures.length === 0;
  if (isComplete && userFilter.matchesAll && outcome.mode === "users") {
    inventory.runs.markUsersListed(run.runId);
  }
  const { heldSizes } = stages.archive;
  const { trustInventory } = config;
  await takeUp(scope, { ...ingest, heldSizes, trustInventory, clock, emit, isComplete, signal });
  queue.close();
  reportQueue(true);
  return outcome;
}

async function transfer(
  stages: Stages,
  { urls, queue, signal, onDue }: {
    urls: UrlCache;
    queue: TransferQueue;
    signal: AbortSignal;
    onDue: FetchContext["onDue"];
  },
): Promise<void> {
  const { config, archive, run, limits, clock, emit, account, sidecars, state, details } = stages;
  await fetchQueue(queue, {
    config,
    runId: run.runId,
    inventory: archive.inventory,
    account,
    sink: archive.sink,
    urls,
    limits,
    clock,
    emit,
    freeBytes: archive.freeBytes,
    onDue,
    signal,
  }, {
    tally: stages.transfers,
    onSettled: async (row) => {
      await sidecars.settle(row.meeting_uuid);
      await archive.journal.keepUp();
      await state.update(details);
    },
  });
}
