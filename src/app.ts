/**
 * The composition root: a {@linkcode Config} in, a wired run out. The only file that constructs every part.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledPlugins } from "../plugins/mod.ts";
import type { ActivePlugins } from "./core/active_plugins.ts";
import { systemClock } from "./core/clock.ts";
import type { Clock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { UsageError } from "./core/errors.ts";
import type { EventListener, RunSummary } from "./core/events.ts";
import { pluginLogger } from "./core/log.ts";
import { redactText } from "./core/redact.ts";
import type { HostOptions } from "./plugin_host/mod.ts";
import { type Inventory, openInventory } from "./inventory/mod.ts";
import {
  createSelection,
  heldSizesBelow,
  inventoryPath,
  type ListedFileState,
  listFiles as listFilesOf,
  namingOf,
  openArchive,
  type PlanParts,
  planRun,
  resolveResume,
  runOnce,
} from "./pipeline/mod.ts";
import { defaultNaming, freeBytes } from "./storage/mod.ts";
import { createZoomAccount } from "./zoom/mod.ts";

/** What a caller passes besides the configuration. */
export interface AppOptions {
  /** Stops the run in good order; it ends with the status `interrupted`. */
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
  readonly clock?: Clock;
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
    await using plan = await openPlan(config, parts);
    return await planRun(plan.parts);
  }
  const { clock, emit, signal } = parts;
  const newRunId = runIdAt(clock.now());
  await using archive = await openArchive(config.outputDir, { runId: newRunId, clock });
  const state = await archive.findState();
  const resumed = resolveResume(config, archive.inventory, { newRunId, emit, state });
  await using plugins = await pluginsOf(config, { emit, makeDataDir: archive.makePrivateDir });
  const onAbort = () => plugins.stop();
  signal.addEventListener("abort", onAbort, { once: true });
  await using account = createZoomAccount({ config: resumed.config, clock });
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
  await using plan = await openPlan(config, partsOf(config, options));
  yield* listFilesOf(plan.parts);
}

type Common = Pick<PlanParts, "clock" | "emit" | "signal">;

function partsOf(config: Config, options: AppOptions): Common {
  const { accountId, clientId, clientSecret } = config.credentials;
  if (accountId === "" || clientId === "" || clientSecret === "") {
    throw new UsageError("Cannot sign in to Zoom: a credential is empty", {
      hint: "account id, client id and client secret are on the app's credentials page",
    });
  }
  return {
    clock: options.clock ?? systemClock,
    emit: options.onEvent ?? (() => {}),
    signal: options.signal ?? new AbortController().signal,
  };
}

async function openPlan(config: Config, common: Common): Promise<AsyncDisposable & { parts: PlanParts }> {
  await using stack = new AsyncDisposableStack();
  const account = stack.use(createZoomAccount({ config, clock: common.clock }));
  const inventory = await openHeld(config.outputDir);
  if (inventory) stack.use(inventory);
  const plugins = stack.use(await pluginsOf(config, common));
  const resources = stack.move();
  const newRunId = runIdAt(common.clock.now());
  const { emit } = common;
  const resumed = resolveResume(config, inventory, { newRunId, emit });
  return {
    parts: {
      ...common,
      config: resumed.config,
      runId: resumed.run.runId,
      account,
      inventory,
      select: createSelection(resumed.config, plugins),
      heldSizes: heldSizesBelow(config.outputDir),
      freeBytes: () => freeBytes(config.outputDir),
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** A run without plugins. */
const noActivePlugins: ActivePlugins = {
  choose: (asked) => Promise.resolve(asked.map(() => ({ reason: undefined }))),
  naming: undefined,
  hooks: [],
  callHook: () => Promise.reject(new TypeError("No plugin is active")),
  stop: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Where the plugins that the program ships lie, in a checkout. */
const bundledDir = import.meta.url.startsWith("file:")
  ? fileURLToPath(new URL("../plugins", import.meta.url))
  : undefined;

/** Variables that hold the credentials of Zoom. */
const secretVariables: readonly string[] = ["ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"];

/** What finding and running plugins needs to know of the program. */
export function pluginHostOptions(config: Pick<Config, "outputDir" | "plugins">): HostOptions {
  return {
    bundled: bundledPlugins,
    bundledDir,
    outputDir: resolve(config.outputDir),
    secrets: { files: config.plugins.secretFiles, variables: secretVariables },
    onLog: (plugin, level, message) =>
      pluginLogger(plugin)[level]("{message}", { message: redactText(message) }),
  };
}

/** The plugins of a run, set up. Without any, nothing of the host is loaded. */
async function pluginsOf(
  config: Config,
  { emit, makeDataDir }: { emit: EventListener; makeDataDir?: (path: string) => Promise<void> },
): Promise<ActivePlugins> {
  const { dirs, settings, given } = config.plugins;
  if (dirs.length === 0 && Object.keys(settings).length === 0 && given.length === 0) return noActivePlugins;
  const { openPlugins } = await import("./plugin_host/mod.ts");
  return await openPlugins(config.plugins, {
    ...pluginHostOptions(config),
    ...(makeDataDir ? { makeDataDir } : {}),
    onLeftOut: ({ manifest: { name }, file, origin, why }) => {
      if (origin !== "drop-in" || config.plugins.settings[name]?.active === false) return;
      emit({
        type: "notice",
        level: "warning",
        code: "plugin_left_out",
        message: `Plugin "${name}" (${file}) is left out: it ${why}`,
        hint: `--grant ${name} gives it that`,
      });
    },
  });
}

/** The inventory of an archive that exists, for reading. */
async function openHeld(outputDir: string): Promise<Inventory | undefined> {
  const path = inventoryPath(outputDir);
  try {
    await Deno.stat(path);
  } catch {
    return undefined;
  }
  return openInventory(path, { readOnly: true });
}

/** `20261124T041000Z-9f3a`: sorts by time, unique enough for one archive. */
function runIdAt(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${time}-${crypto.randomUUID().slice(0, 4)}`;
}
