import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Config } from "../../core/config.ts";
import type { Grant } from "../../core/grants.ts";
import type { PluginNeeds } from "./needed_grants.ts";
import type { Rights } from "./rights.ts";

/** What the plugins of a configuration mean for the rights of the program. */
export interface ActivePlugins {
  readonly needs: readonly PluginNeeds[];
  /** Files and folders that dropped-in plugins load their code from. */
  readonly code: readonly string[];
  /** `plugin.option` of those that are secret. */
  readonly secrets: readonly string[];
  /** Folders to look for plugins in. */
  readonly dirs: readonly string[];
  /** Variables that lead to a person's own folder of plugins, where there is one. */
  readonly homeVariables: readonly string[];
}

/** Reads the manifests of the plugins that would take part. Nothing of them is set up. */
export async function activePlugins(
  config: Pick<Config, "outputDir" | "plugins">,
  { cwd, rights }: { cwd: string; rights: Rights },
): Promise<ActivePlugins> {
  const { listPlugins, pluginCodePlaces } = await import("../../app.ts");
  const { dirs, homeVariables } = await foldersOf(config.plugins.dirs, { cwd, rights });
  const seen = dirs.filter((dir) => rights.has({ kind: "read", value: dir }));
  const wanted = { ...config, plugins: { ...config.plugins, dirs: seen } };
  const plugins = (await listPlugins(wanted, { ignoreGrants: true }))
    .filter(({ open, origin }) => open !== undefined || origin === "drop-in");
  const active = plugins.filter(({ open }) => open !== undefined);
  const dropIns = plugins.filter(({ origin }) => origin === "drop-in");
  return {
    dirs,
    homeVariables,
    needs: active.map(({ manifest: { name }, needs }) => ({ name, permissions: needs })),
    code: [...new Set((await Promise.all(dropIns.map(({ file }) => pluginCodePlaces(file)))).flat())]
      .filter((place) => !seen.some((dir) => isBelow(place, dir))),
    secrets: active.flatMap(({ manifest: { name, options } }) =>
      Object.entries(options).flatMap(([option, { secret }]) => secret ? [`${name}.${option}`] : [])
    ),
  };
}

/** A folder of the person's own counts where it is there: else the variables that lead to it need not be read. */
async function foldersOf(
  dirs: readonly string[],
  { cwd, rights }: { cwd: string; rights: Rights },
): Promise<Pick<ActivePlugins, "dirs" | "homeVariables">> {
  const kept: string[] = [];
  const homeVariables: string[] = [];
  for (const dir of dirs) {
    const isOwn = isAbsolute(dir) && /[\\/]zoom-extract[\\/]plugins$/.test(dir) && dirname(dir) !== cwd;
    const mayLook = rights.has({ kind: "read", value: dir });
    const info = mayLook ? await Deno.stat(dir).catch(() => undefined) : undefined;
    if (isOwn && !info?.isDirectory) continue;
    if (isOwn) {
      homeVariables.push(...(Deno.build.os === "windows" ? ["APPDATA"] : ["XDG_CONFIG_HOME", "HOME"]));
    }
    kept.push(dir);
  }
  return { dirs: kept, homeVariables };
}

/** Leaves out paths that lie in another one: plugins name the archive absolutely. */
export function withoutCovered(grants: readonly Grant[]): Grant[] {
  const place = ({ kind, value }: Grant) =>
    kind === "read" || kind === "write" ? resolve(value ?? "/") : undefined;
  return grants.filter((grant, i) => {
    const mine = place(grant);
    if (mine === undefined) return true;
    return !grants.some((other, j) => {
      const theirs = other.kind === grant.kind ? place(other) : undefined;
      return theirs !== undefined && isBelow(mine, theirs) && (mine !== theirs || j < i);
    });
  });
}

function isBelow(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below === "" || (!below.startsWith("..") && !isAbsolute(below));
}
