import { isAbsolute, resolve } from "node:path";
import { completeConfig } from "../../core/config.ts";
import { UsageError } from "../../core/errors.ts";
import { allowFlags, type Grant } from "../../core/grants.ts";
import type { CliContext } from "../context.ts";
import { commands, findCommand } from "../commands.ts";
import { buildPluginConfig } from "../plugin_config.ts";
import type { CommandName } from "../option_row.ts";
import { optionsOf } from "../options.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { anywhere, entryFile, runLine, shellQuote } from "../rights/command_line.ts";
import { ownGrants } from "../rights/own_places.ts";
import { neededGrants } from "../rights/needed_grants.ts";
import { withoutCovered } from "../rights/plugin_needs.ts";
import { renderRights } from "../rights/render_rights.ts";
import { excessOf, missingOf } from "../rights/rights.ts";
import { runnerGrants } from "../rights/runner_grants.ts";
import { demoGrants, simulationGrants } from "../rights/simulation_grants.ts";
import { wholeSituation } from "../rights/whole_situation.ts";
import { type ResolvedOptions, resolveOptions } from "../resolve_options.ts";

/** `permissions [COMMAND]`: the line with exactly the rights that the command needs, on stdout. */
export async function permissions(flags: ParsedFlags, context: CliContext): Promise<number> {
  const line = lineOf(flags);
  const unseen: string[] = [];
  const looking = lookingOnly(context, unseen);
  const options = await resolveOptions(line.command, line.values, looking);
  const { grants, secrets } = await grantsOf(line, { options, context });
  // Where it lies says which folder's .gitignore is written to.
  const git = inFolder(context.cwd, ".git");
  if (line.command === "init" && !context.rights.has({ kind: "read", value: git })) unseen.push(".git");
  const args = [line.command, ...line.positionals, ...flagsOf(line, secrets)];
  const plain = runLine(grants, { entry: entryFile(), args });
  const isAnywhere = flags.values.get("anywhere") === "true";
  const words = isAnywhere ? anywhere(plain) : plain;
  const place = isAnywhere ? placeOf(grants, looking) : {};
  const missing = missingOf(grants, context.rights);
  const excess = excessOf(grants, context.rights);
  if (flags.values.get("json") === "true") {
    const found = {
      ...place,
      command: words,
      grants,
      missing: allowFlags(missing),
      more_than_needed: excess,
      unseen,
    };
    context.stdout.write(`${JSON.stringify(found)}\n`);
    return 0;
  }
  context.stdout.write(`${goThere(place)}${shellQuote(words)}\n`);
  const style = createStyle(wantsColor(context.stderr, context));
  const isBinary = Deno.build.standalone;
  context.stderr.write(`${renderRights({ grants, missing, excess, unseen, isBinary }, style)}\n`);
  return 0;
}

/** Where a line has to be started. */
interface Place {
  readonly cwd?: string;
  /** `PATH`, where programs are found by it. */
  readonly path?: string;
}

/** The place for a line that is started from anywhere: a scheduler's own `PATH` leads to little. */
function placeOf(grants: readonly Grant[], { cwd, env }: Pick<CliContext, "cwd" | "env">): Place {
  const finds = grants.some(({ kind, value = "" }) => kind === "run" && !isAbsolute(value));
  const path = finds ? env("PATH") : undefined;
  return { cwd: resolve(cwd), ...path === undefined ? {} : { path } };
}

/** What a POSIX shell does before the line itself. */
function goThere({ cwd, path }: Place): string {
  const goes = cwd === undefined ? "" : `cd ${shellQuote([cwd])} && `;
  return path === undefined ? goes : `${goes}PATH=${shellQuote([path])} `;
}

/** Flags that are about the line, and no part of it. */
const own: readonly string[] = ["json", "anywhere"];

/** The command line that is asked about. */
interface AskedLine {
  readonly command: CommandName;
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Takes the line apart: the command that is named first, or `extract`.
 *
 * @throws {UsageError} For a command that there is not, and for what it does not take.
 */
function lineOf({ positionals: [name = "extract", ...words], values }: ParsedFlags): AskedLine {
  const found = findCommand(name);
  if (found === undefined || found.name === "permissions") {
    const known = commands.map((each) => each.name).filter((each) => each !== "permissions");
    throw new UsageError(`Cannot tell the rights of "${name}": no command that is explained`, {
      value: name,
      hint: `there are ${known.join(", ")}`,
    });
  }
  const positionals = found.name === "hooks" && words.length === 0 ? ["run"] : words;
  const extra = positionals[found.positionals ?? 0];
  if (extra !== undefined) {
    throw new UsageError(`Cannot use "${extra}": zoom-extract ${found.name} takes fewer words`, {
      value: extra,
      hint: `see zoom-extract ${found.name} --help`,
    });
  }
  const rows = optionsOf(found.name);
  const foreign = [...values.keys()].find((long) =>
    !own.includes(long) && !rows.some((row) => row.long === long)
  );
  if (foreign !== undefined) {
    throw new UsageError(`Cannot use --${foreign}: zoom-extract ${found.name} has no such option`, {
      option: foreign,
      hint: `see zoom-extract ${found.name} --help`,
    });
  }
  const theirs = new Map([...values].filter(([long]) => !own.includes(long)));
  return { command: found.name, positionals, values: theirs };
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

/** Commands that only print. */
const silent: readonly CommandName[] = ["completions", "man", "help"];

async function grantsOf(
  { command, positionals }: AskedLine,
  { options, context }: { options: ResolvedOptions; context: CliContext },
): Promise<{ grants: Grant[]; secrets: readonly string[] }> {
  const { cwd, env, rights } = context;
  if (silent.includes(command)) return { grants: [], secrets: [] };
  if (command === "demo") return { grants: demoGrants(cwd), secrets: [] };
  if (command === "simulate") {
    const places = ownGrants(command, { options, positionals, cwd, outputDir: "" });
    return { grants: [...places, ...simulationGrants], secrets: [] };
  }
  const seen = (name: string) => rights.has({ kind: "env", value: name }) ? env(name) : undefined;
  const config = completeConfig({
    credentials: { accountId: "", clientId: "", clientSecret: "" },
    apiUrl: options.text("api-url"),
    oauthUrl: options.text("oauth-url"),
    outputDir: inFolder(cwd, options.text("output-dir") ?? "./zoom_recordings"),
    dryRun: options.on("dry-run"),
    plugins: buildPluginConfig(options, { cwd, env: seen }),
  });
  const place = { options, config, cwd, positionals, rights };
  const { situation, secrets } = await wholeSituation(command, place);
  const grants = neededGrants(situation);
  const tells = context.ci && optionsOf(command).some((row) => row.long === "ci");
  return { grants: withoutCovered([...grants, ...tells ? runnerGrants(seen) : []]), secrets };
}

/** The flags as they were given, without the values of secret options of plugins. */
function flagsOf({ command, values }: AskedLine, secrets: readonly string[]): string[] {
  const rows = optionsOf(command);
  return [...values].flatMap(([long, text]) => {
    const row = rows.find((row) => row.long === long);
    if (row === undefined) return [];
    if (row.kind === "switch") return text === "true" ? [`--${long}`] : [`--no-${long}`];
    const each = row.kind === "texts" ? text.split("\n") : [text];
    return each.flatMap((value) => {
      const secret = secrets.find((name) => long === "plugin-option" && value.startsWith(`${name}=`));
      return [`--${long}`, secret === undefined ? value : `${secret}=…`];
    });
  });
}
