import { completeConfig } from "../../core/config.ts";
import { UsageError } from "../../core/errors.ts";
import { allowFlags, type Grant } from "../../core/grants.ts";
import type { CliContext } from "../context.ts";
import { buildPluginConfig } from "../plugin_config.ts";
import type { CommandName } from "../option_row.ts";
import { optionsOf } from "../options.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { entryFile, runLine, shellQuote } from "../rights/command_line.ts";
import { neededGrants } from "../rights/needed_grants.ts";
import { activePlugins, withoutCovered } from "../rights/plugin_needs.ts";
import { otherName } from "../rights/real_path.ts";
import { renderRights } from "../rights/render_rights.ts";
import { excessOf, missingOf } from "../rights/rights.ts";
import { demoGrants, simulationGrants } from "../rights/simulation_grants.ts";
import { situationOf } from "../rights/session_rights.ts";
import { type ResolvedOptions, resolveOptions } from "../resolve_options.ts";

const explained = [
  "extract",
  "list",
  "status",
  "verify",
  "rebuild",
  "hooks",
  "simulate",
  "demo",
] as const satisfies readonly CommandName[];

/** `permissions [COMMAND]`: the line with exactly the rights that the command needs, on stdout. */
export async function permissions(flags: ParsedFlags, context: CliContext): Promise<number> {
  const command = commandOf(flags.positionals[0]);
  const unseen: string[] = [];
  const options = await resolveOptions("permissions", flags.values, lookingOnly(context, unseen));
  const { grants, secrets } = await grantsOf(command, { options, context });
  const args = [...command.split(" "), ...flagsOf(flags, command, secrets)];
  const line = runLine(grants, { entry: entryFile(), args });
  const missing = missingOf(grants, context.rights);
  const excess = excessOf(grants, context.rights);
  if (options.on("json")) {
    const found = { command: line, grants, missing: allowFlags(missing), more_than_needed: excess, unseen };
    context.stdout.write(`${JSON.stringify(found)}\n`);
    return 0;
  }
  context.stdout.write(`${shellQuote(line)}\n`);
  const style = createStyle(wantsColor(context.stderr, context));
  const isBinary = Deno.build.standalone;
  context.stderr.write(`${renderRights({ grants, missing, excess, unseen, isBinary }, style)}\n`);
  return 0;
}

function commandOf(name: string | undefined): string {
  const found = explained.find((known) => known === (name ?? "extract"));
  if (found !== undefined) return found === "hooks" ? "hooks run" : found;
  throw new UsageError(`Cannot tell the rights of "${name}": no command that is explained`, {
    value: name ?? "",
    hint: `there are ${explained.join(", ")}`,
  });
}

/** Looks at what may be looked at, and notes the rest: the point is to find out what is missing. */
function lookingOnly(context: CliContext, unseen: string[]): CliContext {
  const mayRead = context.rights.has({ kind: "read", value: inFolder(context.cwd, ".env") });
  if (!mayRead && context.readsDotEnv) unseen.push(".env");
  return {
    ...context,
    readsDotEnv: context.readsDotEnv && mayRead,
    env(name) {
      if (context.rights.has({ kind: "env", value: name })) return context.env(name);
      unseen.push(name);
      return undefined;
    },
  };
}

async function grantsOf(
  command: string,
  { options, context }: { options: ResolvedOptions; context: CliContext },
): Promise<{ grants: Grant[]; secrets: readonly string[] }> {
  const { cwd, env, rights } = context;
  if (command === "simulate") return { grants: [...simulationGrants], secrets: [] };
  if (command === "demo") return { grants: demoGrants(cwd), secrets: [] };
  const seen = (name: string) => rights.has({ kind: "env", value: name }) ? env(name) : undefined;
  const config = completeConfig({
    credentials: { accountId: "", clientId: "", clientSecret: "" },
    apiUrl: options.text("api-url"),
    oauthUrl: options.text("oauth-url"),
    outputDir: inFolder(cwd, options.text("output-dir") ?? "./zoom_recordings"),
    dryRun: options.on("dry-run"),
    plugins: buildPluginConfig(options, { cwd, env: seen }),
  });
  const { needs, code, secrets, homeVariables, dirs } = await activePlugins(config, { cwd, rights });
  const name = command.split(" ")[0] as CommandName;
  const situation = situationOf(name, { options, config, cwd, plugins: needs, pluginCode: code });
  const realOutputDir = await otherName(config.outputDir, rights);
  const variables = [...situation.variables, ...homeVariables];
  const grants = neededGrants({ ...situation, realOutputDir, variables, pluginDirs: dirs });
  return { grants: withoutCovered(grants), secrets };
}

/** The flags as they were given, without the values of secret options of plugins. */
function flagsOf(flags: ParsedFlags, command: string, secrets: readonly string[]): string[] {
  const rows = optionsOf(command.split(" ")[0] as CommandName);
  return [...flags.values].flatMap(([long, text]) => {
    const row = rows.find((row) => row.long === long);
    if (long === "json" || row === undefined) return [];
    if (row.kind === "switch") return text === "true" ? [`--${long}`] : [`--no-${long}`];
    const values = row.kind === "texts" ? text.split("\n") : [text];
    return values.flatMap((value) => {
      const secret = secrets.find((name) => long === "plugin-option" && value.startsWith(`${name}=`));
      return [`--${long}`, secret === undefined ? value : `${secret}=…`];
    });
  });
}
