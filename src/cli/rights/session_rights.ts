import { dirname, relative, resolve } from "node:path";
import type { Config } from "../../core/config.ts";
import type { Grant } from "../../core/grants.ts";
import type { PluginPermissions } from "../../core/plugin.ts";
import { noPlugins } from "../../core/plugin_config.ts";
import { zoomDomains } from "../../core/zoom_domains.ts";
import type { CliContext } from "../context.ts";
import type { CommandName } from "../option_row.ts";
import { accountSwitches, optionsOf } from "../options.ts";
import { inFolder } from "../paths.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { ownGrants } from "./own_places.ts";
import { neededGrants, type PluginNeeds, type Situation, terminalVariables } from "./needed_grants.ts";
import { refuseWayOut, requireFile } from "./file_rights.ts";
import { otherName } from "./real_path.ts";
import { requireRights } from "./require_rights.ts";
import type { Rights } from "./rights.ts";

/** Commands that leave an archive as it is. */
const readers: readonly CommandName[] = ["list", "status", "export"];

/** Commands that know where an archive is, and do not go there. */
const strangers: readonly CommandName[] = ["init", "plugins"];

/** Whether a command goes through the folders of plugins; one that begins a plugin writes there only. */
export function looksForPlugins(command: CommandName, [verb]: readonly string[]): boolean {
  const isNew = command === "plugins" && verb === "new";
  return !isNew && optionsOf(command).some((row) => row.long === "plugins-dir");
}

/** What a command does, as far as its rights are concerned. */
export function situationOf(
  command: CommandName,
  { options, config, cwd, positionals = [], plugins = [], pluginCode = [] }: {
    options: ResolvedOptions;
    /** Words after the command. */
    positionals?: readonly string[];
    config: Pick<Config, "apiUrl" | "oauthUrl" | "outputDir" | "plugins" | "dryRun">;
    cwd: string;
    plugins?: readonly PluginNeeds[];
    pluginCode?: readonly string[];
  },
): Situation {
  const rows = optionsOf(command);
  const has = (long: string) => rows.some((row) => row.long === long);
  const path = (long: string) => {
    const value = has(long) ? options.text(long) : undefined;
    return value === undefined ? undefined : inFolder(cwd, value);
  };
  // Without its switch such a command looks at the archive only.
  const accountSwitch = accountSwitches[command];
  const isOffline = accountSwitch !== undefined && !options.on(accountSwitch);
  const isReport = command === "adopt" && options.text("by") === undefined;
  return {
    outputDir: has("output-dir") && !strangers.includes(command) ? config.outputDir : undefined,
    writes: !readers.includes(command) && !isOffline && !isReport && !config.dryRun,
    measuresSpace: has("min-free-space") && !isOffline,
    own: ownGrants(command, { options, positionals, cwd, outputDir: config.outputDir }),
    zoomUrls: has("api-url") && !isOffline && !options.on("no-check") ? [config.apiUrl, config.oauthUrl] : [],
    logFile: path("log-file"),
    configFile: path("config"),
    dotEnv: inFolder(cwd, ".env"),
    variables: rows.flatMap((row) => row.env && !options.isFlag(row.long) ? [row.env] : []),
    pluginDirs: looksForPlugins(command, positionals) ? config.plugins.dirs : [],
    pluginCode,
    plugins,
    zoomDomains,
  };
}

/**
 * Refuses to begin without the rights that are known to be needed, whatever plugins may need besides.
 *
 * @throws {UsageError}
 */
export async function requireSessionRights(
  command: CommandName,
  { options, config, context, positionals = [] }: {
    options: ResolvedOptions;
    config: Config;
    context: CliContext;
    positionals?: readonly string[];
  },
): Promise<void> {
  const { rights, cwd } = context;
  const plain = situationOf(command, { options, config, cwd, positionals });
  const situation = { ...plain, realOutputDir: await otherName(config.outputDir, rights) };
  requireRights(command, requiredGrants(situation), rights);
  for (const dir of situation.pluginDirs) {
    await refuseWayOut(dir, { kind: "read", label: `the folder of plugins "${dir}"`, context });
  }
  if (situation.logFile !== undefined) {
    const label = `--log-file ${JSON.stringify(options.text("log-file"))}`;
    await requireFile(situation.logFile, { kind: "write", label, context });
  }
}

/** Rights without which a command does not begin. What options are read from was read by then, or refused. */
export function requiredGrants(situation: Situation): Grant[] {
  return neededGrants({ ...situation, variables: [], dotEnv: undefined })
    .filter((grant) =>
      isNoLook(grant) && !(grant.kind === "write" && !situation.writes && isInventory(grant))
    );
}

/**
 * The same for `init`, which has no session: what it reads its options from was read by now.
 *
 * @throws {UsageError}
 */
export function requireInitRights(options: ResolvedOptions, { rights, cwd }: CliContext): void {
  const config = {
    apiUrl: options.text("api-url") ?? "",
    oauthUrl: options.text("oauth-url") ?? "",
    outputDir: "",
    dryRun: false,
    plugins: noPlugins,
  };
  const situation = situationOf("init", { options, config, cwd });
  requireRights("init", requiredGrants(situation), rights);
}

/** Whoever only reads can do without taking SQLite's helper files away, as on a disk that forbids writing. */
function isInventory({ value = "" }: Grant): boolean {
  return value.replaceAll("\\", "/").endsWith("_logs/inventory.db");
}

/** How a terminal looks is no reason to refuse. */
function isNoLook({ kind, value = "" }: Grant): boolean {
  return kind !== "env" || !terminalVariables.includes(value);
}

/** Gives up what was needed to read options: no plugin of the run gets to the files that hold credentials. */
export function dropOptionFiles(config: Config, rights: Rights): void {
  for (const file of config.plugins.secretFiles) {
    if (isKept(file, config)) continue;
    rights.drop({ kind: "read", value: file });
  }
}

/** Giving up a file gives up what lies below it, too: never more than the file itself. */
function isKept(file: string, { outputDir }: Config): boolean {
  const below = relative(file, outputDir);
  return below === "" || !below.startsWith("..") || dirname(file) === file;
}

/**
 * Gives up variables and programs once no plugin needs them. Folders of the system, such as `/dev/shm`, the runtime opens
 * only to whoever holds all rights: an archive in one of them keeps them.
 */
export function dropAfterStart(
  permissions: Required<PluginPermissions>,
  rights: Rights,
  { outputDir }: Pick<Config, "outputDir">,
): void {
  if (permissions.run.length > 0 || /^\/(?:dev|proc|sys)\//.test(resolve(outputDir))) return;
  rights.drop({ kind: "run" });
  if (permissions.env.length === 0) rights.drop({ kind: "env" });
}
