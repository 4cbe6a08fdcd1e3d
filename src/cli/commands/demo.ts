import { isoDay } from "../../core/clock.ts";
import { addDays } from "../../core/date_range.ts";
import type { RunSummary } from "../../core/events.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import type { Simulator } from "../../simulator/mod.ts";
import type { CliContext, RunExtract } from "../context.ts";
import { checkArchive } from "../demo/check_archive.ts";
import { type DemoScale, startDemoAccount } from "../demo/demo_account.ts";
import { prepareDemoFolder } from "../demo/demo_folder.ts";
import { showQueries } from "../demo/show_queries.ts";
import { main } from "../main.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { countOf } from "../render/frame.ts";
import { createStyle, type Style, wantsColor } from "../render/style.ts";
import { hang, shellLines, wrap } from "../render/text.ts";
import { renderTree } from "../render/tree.ts";
import { requireRights } from "../rights/require_rights.ts";
import { demoGrants } from "../rights/simulation_grants.ts";
import { programName } from "../version.ts";

/** `demo`: the real command against a simulated account, told step by step on stdout. */
export function demo(flags: ParsedFlags, context: CliContext): Promise<number> {
  return playDemo(flags.values.get("no-progress") === "true", context);
}

/** Plays the demonstration. 0 only if every file arrived, byte by byte, and the second run fetched none. */
export async function playDemo(plain: boolean, context: CliContext, scale: DemoScale = {}): Promise<number> {
  const style = createStyle(wantsColor(context.stdout, context));
  const columns = Math.max(40, (context.stdout.isTerminal && context.size().columns) || 100);
  requireRights("demo", demoGrants(context.cwd), context.rights);
  const name = await prepareDemoFolder(context.cwd);
  await using zoom = await startDemoAccount(context.clock.now(), scale);
  const stage = createStage({ context, zoom, style, columns, archive: `${name}/zoom_recordings`, plain });
  tellAccount(stage);
  const first = await runCommand(stage, 2, "The real command fetches all of it");
  if (first.code !== ExitCode.done) return failed(stage, first.code);
  await tellTree(stage);
  tellQueries(stage);
  const downloads = zoom.count("/rec/*");
  const second = await runCommand(stage, 5, "The same command again: nothing is fetched twice");
  if (second.code !== ExitCode.done) return failed(stage, second.code);
  return await tellProof(stage, { second: second.summary, fetchedAgain: zoom.count("/rec/*") - downloads });
}

interface Stage {
  readonly context: CliContext;
  readonly zoom: Simulator;
  readonly style: Style;
  readonly columns: number;
  /** Folder of the archive, as the command line names it. */
  readonly archive: string;
  readonly plain: boolean;
  say(...lines: string[]): void;
  head(number: number, title: string): void;
}

function createStage(parts: Omit<Stage, "say" | "head">): Stage {
  const say = (...lines: string[]) => void parts.context.stdout.write(`${lines.join("\n")}\n`);
  return {
    ...parts,
    say,
    head: (number, title) => {
      say("", hang(parts.style.bold(parts.style.green(`${number}. ${title}`)), parts.columns), "");
    },
  };
}

function tellAccount({ zoom, say, head, columns, style }: Stage): void {
  const truth = zoom.truth();
  const bytes = truth.reduce((sum, file) => sum + file.sizeBytes, 0);
  const people = zoom.account.users.filter((user) => user.id !== undefined).length;
  head(1, "A Zoom account, simulated on this machine");
  const story =
    `${zoom.apiUrl} answers as Zoom does: ${countOf(people, "person").replace("persons", "people")}, ` +
    `${countOf(zoom.account.meetings.length, "meeting")} over three months, ` +
    `${countOf(truth.length, "file")} (${
      formatBytes(bytes)
    }) to fetch. Topics with slashes, emoji and formulas; ` +
    "one meeting in the trash, one still recording, one transcript still processed; the first listing is refused " +
    "for going too fast (429), and one video breaks off in the middle.";
  const close = "No credentials, no network: everything stays on 127.0.0.1.";
  say(...wrap(story, columns), "", ...wrap(close, columns).map(style.dim));
}

async function runCommand(
  stage: Stage,
  step: number,
  title: string,
): Promise<{ code: number; summary: RunSummary | undefined }> {
  const { context, zoom, archive, style } = stage;
  const from = addDays(isoDay(context.clock.now()), -95);
  const args = [
    "extract",
    "--output-dir",
    archive,
    "--from-date",
    from,
    "--include-trash",
    "--limit-rate",
    "24M",
  ];
  stage.head(step, title);
  stage.say(...shellLines(`$ ${programName} ${args.join(" ")}`, stage.columns).map(style.cyan), "");
  const runExtract = context.runExtract ?? (await import("../../app.ts")).runExtract;
  let summary: RunSummary | undefined;
  const observed: RunExtract = async (config, options) => summary = await runExtract(config, options);
  const code = await main([...args, ...(stage.plain ? ["--no-progress"] : [])], {
    ...context,
    env: (name) =>
      zoom.env[name] ?? (/^(ZOOM|GITHUB)_/.test(name) || isSetting(name) ? undefined : context.env(name)),
    readsDotEnv: false,
    rights: { has: context.rights.has, drop: () => {} },
    runExtract: observed,
  });
  return { code, summary };
}

/** Settings of the person's own runs stay out of the demonstration. */
function isSetting(name: string): boolean {
  return ["MAX_CONCURRENT_DOWNLOADS", "DOWNLOAD_TIMEOUT", "CHUNK_SIZE"].includes(name);
}

async function tellTree({ context, archive, style, columns, say, head }: Stage): Promise<void> {
  head(3, "What is on disk now");
  const options = { columns, style, entriesByDepth: [9, 3, 4], openedByDepth: [9, 1, 0] };
  say(style.cyan(`${archive}/`), ...await renderTree(inFolder(context.cwd, archive), options));
}

function tellQueries({ context, zoom, archive, style, columns, say, head }: Stage): void {
  head(4, `The inventory answers questions: ${archive}/_logs/inventory.db`);
  const userEmail = zoom.account.users.find((user) => user.status === "active")?.email ?? "";
  say(...showQueries(inFolder(context.cwd, archive), { userEmail, columns, style }).slice(0, -1));
}

async function tellProof(
  stage: Stage,
  { second, fetchedAgain }: { second: RunSummary | undefined; fetchedAgain: number },
): Promise<number> {
  const { context, zoom, archive, style, columns, say, head } = stage;
  head(6, "Proof");
  const check = await checkArchive(zoom, inFolder(context.cwd, archive));
  const equal = check.files - check.problems.length;
  const held =
    `${formatCount(equal)} of ${countOf(check.files, "file")} (${formatBytes(check.bytes)}) on disk have ` +
    "the SHA-256 that the account itself computes";
  const unproven = second?.windows.unproven ?? 0;
  const lines: readonly (readonly [boolean, string])[] = [
    [check.problems.length === 0, held],
    [fetchedAgain === 0, `${countOf(fetchedAgain, "download")} in the second run`],
    [unproven === 0, `${countOf(unproven, "date window")} not proven complete`],
    ...(check.leftOut > 0
      ? [[true, `${countOf(check.leftOut, "file")} left out by your plugins`] as const]
      : []),
  ];
  say(...lines.map(([good, text]) => hang(`${good ? style.green("✓") : style.red("✗")} ${text}`, columns)));
  for (const problem of check.problems.slice(0, 5)) say(hang(`  ${style.red(problem)}`, columns));
  if (lines.some(([good]) => !good)) return failed(stage, ExitCode.unexpected);
  say(
    "",
    style.bold("Next"),
    ...nextLines([
      [`${archive}/`, "media, meta.json and files.csv of each meeting"],
      [`${programName} --help`, "every option; credentials go into .env, as env.example shows"],
      [`${programName} simulate`, "keeps such an account running, to try things out"],
    ], columns),
  );
  return ExitCode.done;
}

/** Terms with their texts beside them, or below them in a narrow window. */
function nextLines(entries: readonly (readonly [term: string, text: string])[], columns: number): string[] {
  const width = Math.max(...entries.map(([term]) => term.length)) + 4;
  if (columns < width + 40) {
    return entries.flatMap((
      [term, text],
    ) => [`  ${term}`, ...wrap(text, columns - 6).map((t) => `      ${t}`)]);
  }
  return entries.flatMap(([term, text]) => {
    return wrap(text, columns - width - 2).map((line, i) =>
      `  ${(i === 0 ? term : "").padEnd(width)}${line}`
    );
  });
}

function failed({ say, style }: Stage, code: number): number {
  if (code === ExitCode.interrupted) return code;
  say("", style.red(`The demonstration failed (exit code ${code}): this is a mistake in ${programName}`));
  return ExitCode.unexpected;
}
