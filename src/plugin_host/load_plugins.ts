import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PluginError } from "../core/errors.ts";
import type { Plugin } from "../core/plugin.ts";
import type { PluginConfig, PluginSettings } from "../core/plugin_config.ts";
import { suggest } from "../core/suggest.ts";
import { mainThreadChannel, type OpenChannel, workerChannel, type WorkerPermissions } from "./channel.ts";
import { codePlaces } from "./code_places.ts";
import { checkImports } from "./check_imports.ts";
import { findDropIns, type Origin } from "./discover.ts";
import { CallFailure, Line } from "./line.ts";
import { checkManifest, type Manifest } from "./manifest.ts";
import {
  asksForPermissions,
  describePermissions,
  expandPermissions,
  narrowPermissions,
  requireGrants,
  type SecretPlaces,
  workerPermissions,
} from "./permissions.ts";
import { describe } from "./running_plugin.ts";

/** Plugins that the program ships, by name; each is imported when it is needed. */
export type BundledPlugins = Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;

/** What loading plugins needs besides their configuration. */
export interface HostOptions {
  readonly bundled: BundledPlugins;
  /** Folder of the bundled plugins where they lie on disk: what else lies there is a drop-in. */
  readonly bundledDir?: string | undefined;
  /** Absolute path of the archive. */
  readonly outputDir: string;
  readonly secrets: SecretPlaces;
  /** Leaves unasked whether the program itself has what plugins need. @default {false} */
  readonly ignoreGrants?: boolean;
  /** A plugin's own log lines, and what the host has to say about it. */
  onLog(plugin: string, level: "debug" | "info" | "warn" | "error", message: string): void;
}

/** A plugin that was found, and whether it takes part. */
export interface LoadedPlugin {
  readonly manifest: Manifest;
  readonly origin: Origin;
  /** Its file; `bundled` or `given` where it has none. */
  readonly file: string;
  readonly url: string;
  /** Opens a copy of it; absent when it does not take part. */
  readonly open?: OpenChannel;
  /** Why it does, or does not, take part. */
  readonly why: string;
  /** What it declares, with paths and with the hosts and programs that its options name. */
  readonly needs: WorkerPermissions;
  /** True where it runs as a part of the program, whatever it declares. */
  readonly isTrusted?: true;
  /** Folder of its own in the archive. */
  readonly dataDir: string;
}

/** Time a plugin gets to be read. */
const loadTimeoutMs = 20_000;

/**
 * Finds all plugins, reads what they say about themselves, and decides which take part, in their order:
 * as configured, then by name.
 *
 * @param scope `wanted`: only bundled ones that are named; `all` for lists
 * @throws {PluginError} When one cannot be read, two share a name, or a name in the configuration is nobody's.
 */
export async function loadPlugins(
  config: PluginConfig,
  options: HostOptions,
  scope: "wanted" | "all" = "wanted",
): Promise<LoadedPlugin[]> {
  const { settings } = config;
  const bundledNames = Object.keys(options.bundled).filter((name) =>
    scope === "all" || Object.hasOwn(settings, name)
  );
  const loaded: LoadedPlugin[] = [];
  for (const plugin of config.given) loaded.push(await loadGiven(plugin, options));
  for (const name of bundledNames) loaded.push(await loadBundled(name, settings[name], options));
  for (const file of await dropIns(config, options)) loaded.push(await loadDropIn(file, settings, options));
  refuseTwins(loaded);
  refuseUnknown(loaded, config, options);
  const order = Object.keys(settings);
  const rank = ({ manifest: { name } }: LoadedPlugin) =>
    order.includes(name) ? order.indexOf(name) : order.length;
  return loaded.sort((a, b) => rank(a) - rank(b) || compare(a.manifest.name, b.manifest.name));
}

/**
 * Reads one plugin file without letting it do anything: what it imports is looked at first, then it is loaded in a worker
 * without permissions.
 *
 * @param file absolute path
 * @throws {PluginError}
 */
export async function readDropIn(file: string): Promise<Manifest> {
  await checkImports(file);
  const nothing = { net: [], write: [], env: [], run: [], read: codePlaces(file) };
  await requireGrants(file, nothing);
  return await readManifest(workerChannel(nothing), pathToFileURL(file).href, file);
}

async function readManifest(open: OpenChannel, url: string, file: string): Promise<Manifest> {
  const line = new Line(open, () => {});
  try {
    return checkManifest(await line.call("load", { url }, { timeoutMs: loadTimeoutMs }), file);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    throw new PluginError(`Cannot load plugin "${file}": ${describe(error.fault)}`, {
      plugin: file,
      stage: "load",
    });
  } finally {
    line.end("it was only looked at");
  }
}

async function loadGiven(plugin: Plugin, options: HostOptions): Promise<LoadedPlugin> {
  const open = mainThreadChannel(() => Promise.resolve({ default: plugin }));
  const manifest = await readManifest(open, "given:", "given");
  const rest = { origin: "given", file: "given", url: "given:" } as const;
  const dataDir = dataDirOf(manifest, options);
  const needs = expandPermissions(manifest, { outputDir: options.outputDir, dataDir });
  return { manifest, ...rest, open, isTrusted: true, why: "given by the program", needs, dataDir };
}

async function loadBundled(
  name: string,
  settings: PluginSettings | undefined,
  options: HostOptions,
): Promise<LoadedPlugin> {
  const load = options.bundled[name];
  if (load === undefined) throw new TypeError(`No bundled plugin "${name}"`);
  const open = mainThreadChannel(async () => ({ default: (await load()).default }));
  const manifest = await readManifest(open, `bundled:${name}`, name);
  const isActive = settings !== undefined && settings.active !== false;
  const dataDir = dataDirOf(manifest, options);
  const declared = expandPermissions(manifest, { outputDir: options.outputDir, dataDir });
  const needs = narrowPermissions(declared, manifest, settings?.options ?? {});
  if (isActive && !options.ignoreGrants) await requireGrants(name, needs);
  return {
    manifest,
    origin: "bundled",
    file: "bundled",
    url: `bundled:${name}`,
    ...(isActive ? { open } : {}),
    why: isActive
      ? "named"
      : settings
      ? "switched off in the configuration"
      : `add --plugin ${name} to use it`,
    needs,
    dataDir,
  };
}

async function dropIns(config: PluginConfig, options: HostOptions): Promise<string[]> {
  const shipped = Object.keys(options.bundled).flatMap((name) => [name, `${name.replaceAll("-", "_")}.ts`]);
  const place = { ownDir: options.bundledDir, shipped: [...shipped, "mod.ts"] };
  const files: string[] = [];
  for (const dir of config.dirs) files.push(...await findDropIns(dir, place));
  return [...new Set(files)];
}

async function loadDropIn(
  file: string,
  settings: PluginConfig["settings"],
  options: HostOptions,
): Promise<LoadedPlugin> {
  const manifest = await readDropIn(file);
  const { name } = manifest;
  const dataDir = dataDirOf(manifest, options);
  const permissions = workerPermissions(manifest, {
    file,
    folders: { outputDir: options.outputDir, dataDir },
    secrets: options.secrets,
  });
  const needs = expandPermissions(manifest, { outputDir: options.outputDir, dataDir });
  const url = pathToFileURL(file).href;
  const base = { manifest, origin: "drop-in", file, url, dataDir, needs } as const;
  const mine = settings[name] ?? {};
  if (mine.active === false) return { ...base, why: "switched off in the configuration" };
  if (mine.trust) {
    return {
      ...base,
      isTrusted: true,
      open: mainThreadChannel((url) => import(url)),
      why: "trusted by name: runs with all rights",
    };
  }
  if (!asksForPermissions(manifest)) {
    return { ...base, open: workerChannel(permissions), why: "asks for nothing" };
  }
  if (!mine.grant) {
    return { ...base, why: `asks for more than it has: ${describePermissions(manifest.permissions)}` };
  }
  if (!options.ignoreGrants) await requireGrants(name, permissions);
  return { ...base, open: workerChannel(permissions), why: "granted" };
}

function refuseTwins(loaded: readonly LoadedPlugin[]): void {
  const files = new Map<string, string>();
  for (const { manifest: { name }, file } of loaded) {
    const other = files.get(name);
    if (other !== undefined) {
      throw new PluginError(`Cannot use two plugins named "${name}": "${other}" and "${file}"`, {
        plugin: name,
        stage: "load",
        hint: "rename one, or take it out of the folder",
      });
    }
    files.set(name, file);
  }
}

function refuseUnknown(loaded: readonly LoadedPlugin[], config: PluginConfig, options: HostOptions): void {
  const known = new Set([...Object.keys(options.bundled), ...loaded.map(({ manifest }) => manifest.name)]);
  for (const name of Object.keys(config.settings)) {
    if (known.has(name)) continue;
    const names = [...known].sort();
    const meant = suggest(name, names);
    throw new PluginError(`Cannot use plugin "${name}": there is none of that name`, {
      plugin: name,
      stage: "load",
      hint: meant
        ? `did you mean ${meant}?`
        : names.length === 0
        ? "no plugin was found"
        : `there are ${names.join(", ")}`,
    });
  }
}

function dataDirOf({ name }: Manifest, { outputDir }: HostOptions): string {
  return join(outputDir, "_metadata", "plugins", name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
