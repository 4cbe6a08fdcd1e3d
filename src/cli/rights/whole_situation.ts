import type { Config } from "../../core/config.ts";
import type { CommandName } from "../option_row.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import type { Situation } from "./needed_grants.ts";
import { type ActivePlugins, activePlugins } from "./plugin_needs.ts";
import { otherName } from "./real_path.ts";
import type { Rights } from "./rights.ts";
import { looksForPlugins, situationOf } from "./session_rights.ts";

const without: ActivePlugins = { needs: [], code: [], secrets: [], homeVariables: [], dirs: [] };

/**
 * What a command does, with what its plugins declare and where the names of folders lead, as far as one may look.
 *
 * @returns also `plugin.option` of the options whose values are secret
 * @throws {PluginError} When a plugin cannot be read, or a name is nobody's.
 */
export async function wholeSituation(
  command: CommandName,
  { options, config, cwd, positionals, rights }: {
    options: ResolvedOptions;
    config: Pick<Config, "apiUrl" | "oauthUrl" | "outputDir" | "plugins" | "dryRun">;
    cwd: string;
    positionals: readonly string[];
    rights: Rights;
  },
): Promise<{ situation: Situation; secrets: readonly string[] }> {
  const { needs, code, secrets, homeVariables, dirs } = looksForPlugins(command, positionals)
    ? await activePlugins(config, { cwd, rights })
    : without;
  const plain = situationOf(command, {
    options,
    config,
    cwd,
    positionals,
    plugins: needs,
    pluginCode: code,
  });
  const realOutputDir = plain.outputDir === undefined ? undefined : await otherName(config.outputDir, rights);
  const variables = [...plain.variables, ...homeVariables];
  return { situation: { ...plain, realOutputDir, variables, pluginDirs: dirs }, secrets };
}
