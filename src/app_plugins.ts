/**
 * The part of the composition root that is about plugins.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledPlugins } from "../plugins/mod.ts";
import type { ActivePlugins, OnReady } from "./core/active_plugins.ts";
import { systemClock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { UsageError } from "./core/errors.ts";
import { isGranted } from "./core/grants.ts";
import type { EventListener } from "./core/events.ts";
import { pluginLogger } from "./core/log.ts";
import { redactText } from "./core/redact.ts";
import type { Again } from "./inventory/mod.ts";
import { openArchive } from "./archive/mod.ts";
import { runHeldHooks } from "./pipeline/mod.ts";
import type { HostOptions, LoadedPlugin, Manifest, TriedPlugin } from "./plugin_host/mod.ts";
import { runIdAt } from "./run_id.ts";

/** A run without plugins. */
const noActivePlugins: ActivePlugins = {
  choose: (asked) => Promise.resolve(asked.map(() => ({ reason: undefined }))),
  naming: undefined,
  permissions: { net: [], read: [], write: [], env: [], run: [] },
  hooks: [],
  callHook: () => Promise.reject(new TypeError("No plugin is active")),
  stop: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Where the plugins that the program ships lie, in a checkout. */
const bundledDir = import.meta.url.endsWith("/src/app_plugins.ts") && !Deno.build.standalone
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

/** True when there is anything to load: most runs have no plugin at all, and need no host. */
async function mayHavePlugins({ plugins }: Pick<Config, "plugins">): Promise<boolean> {
  const { dirs, settings, given, naming } = plugins;
  if (Object.keys(settings).length > 0 || given.length > 0 || naming !== undefined) return true;
  for (const dir of dirs) {
    // The host says what is missing.
    if (!isGranted({ kind: "read", value: dir })) return true;
    const info = await Deno.stat(dir).catch(() => undefined);
    if (info?.isDirectory) return true;
  }
  return false;
}

/** The plugins of a run, set up. Without any, nothing of the host is loaded. */
export async function pluginsOf(
  config: Pick<Config, "outputDir" | "plugins">,
  { emit, makeDataDir }: { emit: EventListener; makeDataDir?: (path: string) => Promise<void> },
): Promise<ActivePlugins> {
  if (!await mayHavePlugins(config)) return noActivePlugins;
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

/**
 * All plugins there are, active or not. Nothing of them is set up.
 *
 * @param options `ignoreGrants` leaves unasked whether the program has what they need
 */
export async function listPlugins(
  config: Pick<Config, "outputDir" | "plugins">,
  options: { ignoreGrants?: boolean } = {},
): Promise<LoadedPlugin[]> {
  const { loadPlugins } = await import("./plugin_host/mod.ts");
  return await loadPlugins(config.plugins, { ...pluginHostOptions(config), ...options }, "all");
}

/**
 * Tries one plugin file: what it imports, what it says about itself, and a call of each filter and naming on a sample.
 *
 * @throws {PluginError} For the first thing that is wrong.
 */
export async function tryPlugin(
  file: string,
  config: Pick<Config, "outputDir" | "plugins">,
): Promise<{ manifest: Manifest; tried: TriedPlugin }> {
  const { readDropIn, tryDropIn } = await import("./plugin_host/mod.ts");
  const manifest = await readDropIn(file);
  const options = config.plugins.settings[manifest.name]?.options ?? {};
  return { manifest, tried: await tryDropIn(file, { ...pluginHostOptions(config), options }) };
}

/** How hooks are called for what an archive holds already. */
export interface HeldHooksOptions {
  /** The only plugin to call; all active ones when absent. */
  readonly plugin?: string;
  readonly again: Again;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
  /** Told once the plugins are set up, with what they may still need. */
  readonly onReady?: OnReady | undefined;
}

/**
 * Calls `afterTransfer` of the active plugins for files that the archive holds: no Zoom, no download.
 *
 * @throws {UsageError} When the plugin asked for is not active, or no active one has the hook.
 * @throws {LockedError} When a run holds the archive.
 */
export async function runHooks(
  config: Pick<Config, "outputDir" | "plugins">,
  { plugin, again, signal, onEvent, onReady }: HeldHooksOptions,
): Promise<{ completed: number; failed: number; pending: number }> {
  await requireArchive(config.outputDir);
  const runId = runIdAt(systemClock.now());
  await using archive = await openArchive(config.outputDir, { runId, clock: systemClock });
  await using plugins = await pluginsOf(config, { emit: onEvent, makeDataDir: archive.makePrivateDir });
  onReady?.(plugins.permissions);
  const able = plugins.hooks.filter(({ moments }) => moments.includes("afterTransfer"));
  const chosen = able.filter((each) => plugin === undefined || each.plugin === plugin);
  if (chosen.length === 0) {
    const names = able.map((each) => each.plugin).join(", ");
    throw new UsageError(
      plugin === undefined
        ? "Cannot run hooks: no active plugin has the hook afterTransfer"
        : `Cannot run hooks of "${plugin}": no active plugin of that name has the hook afterTransfer`,
      { option: "plugin", hint: names === "" ? "name one with --plugin" : `there are ${names}` },
    );
  }
  const onAbort = () => plugins.stop();
  signal.addEventListener("abort", onAbort, { once: true });
  return await runHeldHooks({
    plugins: { hooks: chosen, callHook: plugins.callHook },
    inventory: archive.inventory,
    runId,
    root: archive.root,
    writeText: archive.writeText,
    concurrency: config.plugins.hookConcurrency,
    emit: onEvent,
    signal,
    again,
  });
}

async function requireArchive(outputDir: string): Promise<void> {
  const info = await Deno.stat(resolve(outputDir, "_logs", "inventory.db")).catch(() => undefined);
  if (info?.isFile) return;
  throw new UsageError(`Cannot run hooks in "${outputDir}": there is no archive`, {
    option: "output-dir",
    value: outputDir,
    hint: "name the folder of an archive with --output-dir",
  });
}

/** Files and folders that a dropped-in plugin's worker loads code from. */
export async function pluginCodePlaces(file: string): Promise<string[]> {
  const { codePlaces } = await import("./plugin_host/mod.ts");
  return codePlaces(file);
}
