import type { Config } from "../../core/config.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { type Finding, finding } from "../../core/finding.ts";
import { allowFlags, type Grant } from "../../core/grants.ts";
import { PluginError } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { withoutCovered } from "./plugin_needs.ts";
import { missingOf } from "./rights.ts";
import { requiredGrants, situationOf } from "./session_rights.ts";
import { wholeSituation } from "./whole_situation.ts";

/**
 * What this process lacks of the rights that `permissions doctor` prints for this configuration, one finding each: a run
 * that lacks one does not begin.
 */
export async function rightsFindings(
  { config, options }: { config: Config; options: ResolvedOptions },
  { cwd, rights }: Pick<CliContext, "cwd" | "rights">,
): Promise<Finding[]> {
  const place = { options, config, cwd, positionals: [], rights };
  const { situation } = await wholeSituation("doctor", place).catch((error) => {
    // The look at the plugins says which, and what to do.
    if (error instanceof PluginError) return { situation: situationOf("doctor", place) };
    throw error;
  });
  // It was read by now, and given up.
  const grants = withoutCovered(requiredGrants({ ...situation, configFile: undefined }));
  const missing = missingOf(grants, rights);
  if (missing.length === 0) return [finding("permissions", "ok", "all that this configuration needs")];
  const forPlugins = new Set(situation.plugins.map(({ name }) => `plugin ${name}`));
  return missing.map((grant) => lackOf(grant, forPlugins.has(grant.why) ? ExitCode.plugin : ExitCode.usage));
}

function lackOf(grant: Grant, exitCode: number): Finding {
  const [flag = ""] = allowFlags([grant]);
  // The runtime passes over a program that it does not find.
  const install = grant.kind === "run" ? "see that it is installed, else no flag gives it; " : "";
  return {
    check: "permissions",
    level: "error",
    message: `${flag} is not granted (${grant.why}): a run would not begin`,
    remedy: `${install}start it with ${flag}, with what zoom-extract permissions prints, or with -A`,
    exitCode,
  };
}
