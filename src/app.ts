/**
 * The composition root: a {@linkcode Config} in, a wired run out. The only file that constructs every part.
 *
 * @module
 */
import { heldElsewhere, heldSizesBelow, openArchive, openHeldInventory } from "./archive/mod.ts";
import type { ActiveNaming, OnReady } from "./core/active_plugins.ts";
import { pluginsOf } from "./app_plugins.ts";
import { systemClock } from "./core/clock.ts";
import type { Clock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { InventoryError, UsageError } from "./core/errors.ts";
import { isGranted } from "./core/grants.ts";
import type { EventListener, RunSummary } from "./core/events.ts";
import type { Inventory } from "./inventory/mod.ts";
import { createSelection, namingOf, resolveResume, runOnce } from "./pipeline/mod.ts";
import type { ListedFileState, PlanParts } from "./pipeline/plan/mod.ts";
import { rememberCredentials } from "./core/secret_values.ts";
import { runIdAt } from "./run_id.ts";
import { defaultNaming, freeBytes } from "./storage/mod.ts";
import { createZoomAccount } from "./zoom/mod.ts";

/** What a caller passes besides the configuration. */
export interface AppOptions {
  /** Stops the run in good order; it ends with the status `interrupted`. */
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
  readonly clock?: Clock;
  /** Time limit of an API call, and of the headers of a download. @default {60_000} */
  readonly requestTimeoutMs?: number;
  /** Told once everything is opened, before Zoom is asked, with what the plugins may still need. */
  readonly onReady?: OnReady | undefined;
}

/**
 * Brings every recording of the configured range into the archive.
 *
 * @throws {AuthError} When credentials or scopes are refused.
 * @throws {NetworkError} When Zoom cannot be reached.
 * @throws {LockedError} When another run holds the archive.
 * @throws {StorageError} When the archive cannot be written, or its disk is full.
 */
export async function runExtract(config: Config, options: AppOptions = {}): Promise<RunSummary> {
  const parts = partsOf(config, options);
  if (config.dryRun) {
    const { planRun } = await import("./pipeline/plan/mod.ts");
    await using plan = await openPlan(config, parts, options.onReady);
    return await planRun(plan.parts);
  }
  const { clock, emit, signal } = parts;
  const newRunId = runIdAt(clock.now());
  await using archive = await openArchive(config.outputDir, { runId: newRunId, clock });
  const state = await archive.findState();
  const resumed = resolveResume(config, archive.inventory, { newRunId, emit, state });
  await using plugins = await pluginsOf(config, { emit, makeDataDir: archive.makePrivateDir });
  options.onReady?.(plugins.permissions);
  const onAbort = () => plugins.stop();
  signal.addEventListener("abort", onAbort, { once: true });
  await using account = createZoomAccount({ config: resumed.config, clock, ...timeLimit(options) });
  return await runOnce({
    ...resumed,
    archive,
    account,
    plugins,
    select: createSelection(resumed.config, plugins),
    naming: plugins.naming ?? namingOf(defaultNaming),
    clock,
    emit,
    signal,
  });
}

/** Lists what Zoom has for the configured range, live, each file once, with what the archive knows of it. */
export async function* listFiles(config: Config, options: AppOptions = {}): AsyncGenerator<ListedFileState> {
  const parts = partsOf(config, options);
  const { listFiles } = await import("./pipeline/plan/mod.ts");
  await using plan = await openPlan(config, parts, options.onReady);
  yield* listFiles({ ...plan.parts, naming: plan.naming ?? namingOf(defaultNaming) });
}

function timeLimit({ requestTimeoutMs }: AppOptions): { timeoutMs?: number } {
  return requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs };
}

type Common = Pick<PlanParts, "clock" | "emit" | "signal">;

function partsOf(config: Config, options: AppOptions): Common {
  const { accountId, clientId, clientSecret } = config.credentials;
  if (accountId === "" || clientId === "" || clientSecret === "") {
    throw new UsageError("Cannot sign in to Zoom: a credential is empty", {
      hint: "account id, client id and client secret are on the app's credentials page",
    });
  }
  rememberCredentials(config.credentials);
  return {
    clock: options.clock ?? systemClock,
    emit: options.onEvent ?? (() => {}),
    signal: options.signal ?? new AbortController().signal,
  };
}

interface OpenPlan extends AsyncDisposable {
  readonly parts: PlanParts;
  /** Contributed by a plugin. */
  readonly naming: ActiveNaming | undefined;
}

async function openPlan(config: Config, common: Common, onReady?: OnReady): Promise<OpenPlan> {
  await using stack = new AsyncDisposableStack();
  const account = stack.use(createZoomAccount({ config, clock: common.clock }));
  const inventory = await openHeld(config.outputDir);
  if (inventory) stack.use(inventory);
  const plugins = stack.use(await pluginsOf(config, common));
  onReady?.(plugins.permissions);
  const resources = stack.move();
  const newRunId = runIdAt(common.clock.now());
  const { emit } = common;
  const resumed = resolveResume(config, inventory, { newRunId, emit });
  return {
    naming: plugins.naming,
    parts: {
      ...common,
      config: resumed.config,
      runId: resumed.run.runId,
      account,
      inventory,
      select: createSelection(resumed.config, plugins),
      heldSizes: config.trustInventory ? heldElsewhere : heldSizesBelow(config.outputDir),
      // The folder may still be to be made, and what lies around it out of bounds.
      freeBytes: () => freeBytes(config.outputDir, config.plugins.dirs),
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The inventory of an archive that exists, for reading; none while the first run is just making it. */
async function openHeld(outputDir: string): Promise<Inventory | undefined> {
  // `init` counts what Zoom has, and has no business in the archive.
  if (!isGranted({ kind: "read", value: outputDir })) return undefined;
  try {
    return await openHeldInventory(outputDir);
  } catch (error) {
    if (error instanceof InventoryError && error.code === "inventory_empty") return undefined;
    throw error;
  }
}

export { listPlugins, pluginCodePlaces, runHooks, tryPlugin } from "./app_plugins.ts";
export type { LoadedPlugin } from "./plugin_host/mod.ts";
