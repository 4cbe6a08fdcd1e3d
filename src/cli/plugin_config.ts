import { isAbsolute, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { noPlugins, type PluginConfig, type PluginSettings } from "../core/plugin_config.ts";
import type { CliContext } from "./context.ts";
import { inFolder } from "./paths.ts";
import { besideSet } from "./rights/beside_set.ts";
import { systemRights } from "./rights/rights.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/** Where plugins are looked for from. */
export type PluginPlace = Pick<CliContext, "cwd" | "env">;

type Settings = Record<string, PluginSettings>;

/**
 * Which plugins take part: what the configuration file says, then what the flags say. Naming a plugin anywhere makes
 * a bundled one take part.
 *
 * @throws {UsageError} When a folder is missing, or a setting is not of its form.
 */
export function buildPluginConfig(options: ResolvedOptions, place: PluginPlace): PluginConfig {
  if (options.on("no-plugins")) return noPlugins;
  const settings = readSettings(options.pluginSettings);
  for (const name of options.list("plugin") ?? []) change(settings, name, {});
  for (const name of options.list("grant") ?? []) change(settings, name, { grant: true });
  for (const text of options.list("plugin-option") ?? []) {
    const { name, key, value } = splitOption(text);
    change(settings, name, { options: { ...settings[name]?.options, [key]: value } });
  }
  const config = options.text("config");
  const naming = options.text("naming");
  return {
    ...noPlugins,
    dirs: pluginDirs(options, place),
    settings,
    secretFiles: [".env", ...(config === undefined ? [] : [config])].map((file) => inFolder(place.cwd, file)),
    ...(naming === undefined ? {} : { naming }),
    callTimeoutMs: options.number("plugin-timeout") ?? noPlugins.callTimeoutMs,
    hookTimeoutMs: options.number("hook-timeout") ?? noPlugins.hookTimeoutMs,
    hookConcurrency: options.number("hook-concurrency") ?? noPlugins.hookConcurrency,
  };
}

function change(settings: Settings, name: string, change: PluginSettings): void {
  settings[name] = { ...settings[name], ...change };
}

/** `./plugins`, then the person's own, then those that are named. */
function pluginDirs(options: ResolvedOptions, { cwd, env }: PluginPlace): string[] {
  const home = env("HOME");
  const base = env("XDG_CONFIG_HOME") ?? env("APPDATA") ?? (home ? join(home, ".config") : undefined);
  const own = (base !== undefined && isAbsolute(base) ? [join(base, "zoom-extract", "plugins")] : [])
    // Whoever named the folders that may be read left this one out: like a HOME that may not be seen.
    .filter((value) => systemRights.has({ kind: "read", value }));
  const named = (options.list("plugins-dir") ?? []).map((dir) => {
    const path = inFolder(cwd, dir);
    if (isFolder(path)) return path;
    throw new UsageError(`Cannot use --plugins-dir "${dir}": no such folder`, {
      option: "plugins-dir",
      value: dir,
      hint: "give a folder with plugin files in it",
    });
  });
  return [inFolder(cwd, "plugins"), ...own, ...named];
}

function isFolder(path: string): boolean {
  if (!systemRights.has({ kind: "read", value: path })) {
    throw new UsageError(`Cannot use --plugins-dir "${path}": the program was started without this right`, {
      option: "plugins-dir",
      value: path,
      hint: `add --allow-read=${path}; ${besideSet()}`,
    });
  }
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function splitOption(text: string): { name: string; key: string; value: string } {
  const match = /^([a-z][a-z0-9-]*)\.([A-Za-z][A-Za-z0-9_]*)=([\s\S]*)$/.exec(text);
  if (match) return { name: match[1] ?? "", key: match[2] ?? "", value: match[3] ?? "" };
  const shown = text.replace(/=[\s\S]*$/, "=…");
  throw new UsageError(`Cannot use --plugin-option "${shown}": not NAME.KEY=VALUE`, {
    option: "plugin-option",
    value: shown,
    hint: "for example --plugin-option checksum.scope=archive",
  });
}

const switches = ["active", "grant", "trust"] as const;

/** `{ "name": { "grant": true, "key": value } }` */
function readSettings(given: unknown): Settings {
  const settings: Settings = {};
  for (const [name, entry] of Object.entries(record(given ?? {}, "plugins"))) {
    const { active, grant, trust, ...options } = record(entry, `plugins.${name}`);
    const flags = { active, grant, trust };
    for (const key of switches) {
      const value = flags[key];
      if (value === undefined || typeof value === "boolean") continue;
      throw settingError(`plugins.${name}.${key}`, value, "neither true nor false");
    }
    const stated = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
    settings[name] = { ...stated, options };
  }
  return settings;
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw settingError(name, value, "not an object");
}

function settingError(name: string, value: unknown, state: string): UsageError {
  const shown = JSON.stringify(value);
  return new UsageError(`Cannot use "${name}" ${shown} in the configuration file: ${state}`, {
    option: name,
    value: shown,
    hint: 'for example "plugins": { "checksum": { "scope": "archive" } }',
  });
}
