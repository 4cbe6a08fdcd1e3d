import { UsageError } from "../../core/errors.ts";
import { formatCount } from "../../core/units.ts";
import { type FaultRule, parseFaults, type Simulator, startSimulator } from "../../simulator/mod.ts";
import { fileState } from "../config_file.ts";
import type { CliContext } from "../context.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { createStyle, type Style, wantsColor } from "../render/style.ts";
import { type ResolvedOptions, resolveOptions } from "../resolve_options.ts";
import { ownGrants } from "../rights/own_places.ts";
import { requireRights } from "../rights/require_rights.ts";
import { simulationGrants } from "../rights/simulation_grants.ts";
import { createStopControl } from "../stop_control.ts";

/** `simulate`: serves an account until Ctrl-C. The variables go to stdout, everything else to stderr. */
export async function simulate(flags: ParsedFlags, context: CliContext): Promise<number> {
  const options = await resolveOptions("simulate", flags.values, context);
  const style = createStyle(wantsColor(context.stderr, context));
  const { positionals } = flags;
  const places = ownGrants("simulate", { options, positionals, cwd: context.cwd, outputDir: "" });
  requireRights("simulate", [...places, ...simulationGrants], context.rights);
  await using zoom = await start(options, context);
  using stop = createStopControl(context, {
    onStop: () => context.stderr.write(style.yellow("\nStopping…\n")),
    onForcedExit: () => {},
  });
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
  tellStart(zoom, { context, style });
  await stopped;
  context.stderr.write(`Requests: ${formatCount(zoom.requests.length)}\n`);
  return 0;
}

async function start(options: ResolvedOptions, context: CliContext): Promise<Simulator> {
  const faults = await readFaults(options, context);
  const mediaDir = await findMedia(options, context);
  const port = options.number("port");
  const given = {
    users: options.number("users"),
    months: options.number("months"),
    seed: options.number("seed"),
  };
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  try {
    return await startSimulator({
      ...stated,
      faults,
      ...(port === undefined ? {} : { port }),
      ...(mediaDir === undefined ? {} : { mediaDir }),
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EADDRINUSE") throw error;
    throw new UsageError(`Cannot use --port "${port}": another program listens there`, {
      option: "port",
      hint: "leave it out for a free one",
    });
  }
}

async function readFaults(options: ResolvedOptions, context: CliContext): Promise<readonly FaultRule[]> {
  const path = options.text("faults");
  if (path === undefined) return [];
  let state: string;
  try {
    return parseFaults(JSON.parse(await Deno.readTextFile(inFolder(context.cwd, path))));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    state = error instanceof SyntaxError ? "not JSON" : fileState(error);
  }
  throw new UsageError(`Cannot use --faults "${path}": ${state}`, {
    option: "faults",
    value: path,
    hint: 'for example [{"on":"/rec/*","do":"cutAfter","bytes":4096,"times":1}]',
  });
}

async function findMedia(options: ResolvedOptions, context: CliContext): Promise<string | undefined> {
  const path = options.text("media");
  if (path === undefined) return undefined;
  const folder = inFolder(context.cwd, path);
  let state = "not a folder";
  try {
    if ((await Deno.stat(folder)).isDirectory) return folder;
  } catch (error) {
    state = fileState(error);
  }
  throw new UsageError(`Cannot use --media "${path}": ${state}`, { option: "media", value: path });
}

function tellStart(zoom: Simulator, { context, style }: { context: CliContext; style: Style }): void {
  const { users, meetings } = zoom.account;
  context.stderr.write(
    `${style.bold("A simulated Zoom account")}: ${formatCount(users.length)} users, ` +
      `${formatCount(meetings.length)} meetings. Nothing leaves this machine.\n` +
      style.dim("Set these variables in the shell that runs zoom-extract, or put them into .env:") + "\n\n",
  );
  for (const [name, value] of Object.entries(zoom.env)) context.stdout.write(`export ${name}=${value}\n`);
  context.stderr.write(`\n${style.dim("Serving until Ctrl-C")}\n`);
}
