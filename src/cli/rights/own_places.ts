import { dirname, join, resolve } from "node:path";
import { type Grant, type GrantKind, isGranted } from "../../core/grants.ts";
import type { CommandName } from "../option_row.ts";
import { inFolder } from "../paths.ts";
import type { ResolvedOptions } from "../resolve_options.ts";

/** What a command is about, as far as its own places go. */
export interface OwnPlaces {
  readonly options: ResolvedOptions;
  /** Words after the command. */
  readonly positionals: readonly string[];
  readonly cwd: string;
  /** Folder of the archive. */
  readonly outputDir: string;
}

/** Rights to places that only this command goes to. */
export function ownGrants(command: CommandName, places: OwnPlaces): Grant[] {
  switch (command) {
    case "init":
      return initGrants(places);
    case "export":
      return exportGrants(places);
    case "adopt":
      return adoptGrants(places);
    case "plugins":
      return pluginGrants(places);
    case "simulate":
      return simulateGrants(places);
    default:
      return [];
  }
}

/** `.env` and `.gitignore` are replaced in one step, so that each has a second name for a moment. */
function initGrants({ cwd }: OwnPlaces): Grant[] {
  const settings = [".env", ".env.tmp"].map((name) => inFolder(cwd, name));
  const git = "keeping git from taking .env";
  return [
    ...grantsOf(["read", "write"], settings, "the settings"),
    ...repositoryFolders(cwd).flatMap((at) => [
      ...grantsOf(["read", "write"], [".gitignore", ".gitignore.tmp"].map(at), git),
      ...grantsOf(["read"], [at(".git")], git),
    ]),
  ];
}

/** The working folder, and those above it up to the root of its repository, as far as one may look. */
function repositoryFolders(cwd: string): ((name: string) => string)[] {
  const here = (name: string) => inFolder(cwd, name);
  const above: ((name: string) => string)[] = [];
  for (let place = resolve(here(".")); !isThere(join(place, ".git")); place = dirname(place)) {
    const parent = dirname(place);
    if (parent === place) return [here];
    above.push((name) => join(parent, name));
  }
  return [here, ...above];
}

function isThere(path: string): boolean {
  if (!isGranted({ kind: "read", value: path })) return false;
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What an export writes to: a file, or the folder of a bag, each under another name until it is whole. */
function exportGrants({ options, cwd, outputDir }: OwnPlaces): Grant[] {
  const output = options.text("output");
  if (output === undefined) return [];
  const target = inFolder(cwd, output);
  if (options.text("format") !== "bagit") {
    return grantsOf(["read", "write"], [target, `${target}.tmp`], "--output");
  }
  const bag = grantsOf(["read", "write"], [target, `${target}.part`], "the bag");
  const links: Grant = {
    kind: "write",
    value: outputDir,
    why: "hard links of its files (--copy: not needed)",
  };
  return options.on("copy") ? bag : [...bag, links];
}

/** A link is a right to write to both of its names, and a move takes the first one away. */
function adoptGrants({ options, positionals: [dir], cwd }: OwnPlaces): Grant[] {
  if (dir === undefined) return [];
  const folder = inFolder(cwd, dir);
  const by = options.text("by");
  const kinds: GrantKind[] = by === "link" || by === "move" ? ["read", "write"] : ["read"];
  return grantsOf(kinds, [folder, ...realName(folder)], "the files to adopt");
}

/** Where a folder's name leads, when that is elsewhere: the runtime compares names, so that both are needed. */
function realName(folder: string): string[] {
  if (!isGranted({ kind: "read", value: folder })) return [];
  try {
    const real = Deno.realPathSync(folder);
    return real === resolve(folder) ? [] : [real];
  } catch {
    return [];
  }
}

function pluginGrants({ positionals: [verb, subject], cwd }: OwnPlaces): Grant[] {
  const folder = inFolder(cwd, "plugins");
  if (verb === "new") return grantsOf(["write"], [folder], "the new plugin and its test");
  if (verb !== "check" || subject === undefined) return [];
  return [
    ...grantsOf(["read"], [dirname(resolve(inFolder(cwd, subject)))], "the plugin, and what it imports"),
    { kind: "run", value: Deno.execPath(), why: "deno check of its types" },
  ];
}

function simulateGrants({ options, cwd }: OwnPlaces): Grant[] {
  return ["faults", "media"].flatMap((long) => {
    const path = options.text(long);
    return path === undefined ? [] : grantsOf(["read"], [inFolder(cwd, path)], `--${long}`);
  });
}

function grantsOf(kinds: readonly GrantKind[], values: readonly string[], why: string): Grant[] {
  return kinds.flatMap((kind) => values.map((value) => ({ kind, value, why })));
}
