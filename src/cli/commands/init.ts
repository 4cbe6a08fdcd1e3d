import { ExitCode } from "../../core/exit_code.ts";
import type { CliContext } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import { fileState } from "../config_file.ts";
import { UsageError } from "../../core/errors.ts";
import {
  type AccountAnswers,
  type Answers,
  askAccount,
  askPlaces,
  envValues,
  givenAccount,
  givenPlaces,
  isEarlier,
  requireAccount,
  trialConfig,
} from "../init/answers.ts";
import { changeLines, envChanges, refuseReplacing } from "../init/env_changes.ts";
import { setVariables } from "../init/env_text.ts";
import { ignoreEnvFile } from "../init/git_ignore.ts";
import { createInterview, type Interview } from "../init/interview.ts";
import { createLineReader, Interruption, type LineReader } from "../init/line_reader.ts";
import { tellCount, type Trial, type TrialParts, tryAccount } from "../init/try_account.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { type ResolvedOptions, resolveOptions } from "../resolve_options.ts";
import { requireInitRights } from "../rights/session_rights.ts";
import { createStopControl } from "../stop_control.ts";

/** What the steps share. */
interface Visit extends TrialParts {
  readonly options: ResolvedOptions;
  readonly reader: LineReader;
  /** Absent where nobody is asked. */
  readonly interview: Interview | undefined;
}

/** `init`: asks, tries, shows, and writes `.env` last, so that a stop at any point leaves everything as it was. */
export async function init(flags: ParsedFlags, context: CliContext): Promise<number> {
  const options = await resolveOptions("init", flags.values, context);
  requireInitRights(options, context);
  const style = createStyle(wantsColor(context.stderr, context));
  using stop = createStopControl(context, {
    onStop: () => {},
    onForcedExit: () => context.stdin.isTerminal && context.stdin.setRaw(false),
  });
  const { signal } = stop;
  const reader = createLineReader(context, signal);
  const asks = context.stdin.isTerminal && context.stderr.isTerminal && !options.on("yes");
  const interview = asks ? createInterview(context, { reader, style }) : undefined;
  try {
    return await prepare({ context, options, style, signal, reader, interview });
  } catch (error) {
    if (!(error instanceof Interruption) && !isInterruption(error, signal)) throw error;
    context.stderr.write("Interrupted: nothing was written\n");
    return ExitCode.interrupted;
  }
}

async function prepare(visit: Visit): Promise<number> {
  const { context, interview, options } = visit;
  const given = await givenAccount(options, visit.reader);
  if (interview) {
    context.stderr.write(
      "The three values are on the page App Credentials of your Server-to-Server OAuth app,\n" +
        "marketplace.zoom.us, Manage. Ctrl-C stops; nothing is written before you say so.\n\n",
    );
  }
  const tried = await accountThatWorks(visit, given);
  if (tried === undefined) return ExitCode.auth;
  const { account, trial } = tried;
  if (!trial.isSignedIn && trial.exitCode !== ExitCode.done) {
    const goesOn = await interview?.confirm("Write .env all the same?", false) ?? false;
    if (!goesOn) return trial.exitCode;
  }
  const places = interview ? await askPlaces(interview, givenPlaces(options)) : givenPlaces(options);
  if (trial.isSignedIn) await count(visit, { ...account, ...places });
  const isWritten = await writeEnv(visit, { ...account, ...places });
  if (!isWritten) return ExitCode.done;
  tellNext(visit, trial);
  return trial.exitCode;
}

/** Asks until Zoom accepts the credentials; where nobody is asked, they are tried once. */
async function accountThatWorks(
  visit: Visit,
  given: Partial<AccountAnswers>,
): Promise<{ account: AccountAnswers; trial: Trial } | undefined> {
  const { interview, options, context } = visit;
  for (let known = given;;) {
    const account = interview ? await askAccount(interview, known) : requireAccount(known);
    if (options.on("no-check")) return { account, trial: { isSignedIn: false, exitCode: ExitCode.done } };
    const trial = await tryAccount(trialConfig(account, visit, context), visit);
    if (trial.isSignedIn || trial.exitCode !== ExitCode.auth) return { account, trial };
    if (!interview || !await interview.confirm("Try again?", true)) return undefined;
    // A wrong secret is not offered again.
    known = { accountId: account.accountId, clientId: account.clientId };
  }
}

async function count(visit: Visit, answers: Answers): Promise<void> {
  const { context, interview, options } = visit;
  const config = trialConfig(answers, { options, outputDir: answers.outputDir }, context);
  await tellCount(config, visit);
  if (!isEarlier(answers.fromDate, config)) return;
  const isWanted = options.on("count-all") ||
    (await interview?.confirm(
      `Count everything since ${answers.fromDate}, too? It may take minutes.`,
      false,
    ) ?? false);
  if (isWanted) await tellCount({ ...config, range: { ...config.range, from: answers.fromDate } }, visit);
}

/** Shows what will change, asks, and writes; `.gitignore` first, so that the secret is never there for git to take. */
async function writeEnv(visit: Visit, answers: Answers): Promise<boolean> {
  const { context, interview, options, style, signal } = visit;
  const path = inFolder(context.cwd, ".env");
  const before = await readEnv(path);
  const values = envValues(answers, options);
  const changes = envChanges(before, values);
  const ignore = await ignoreEnvFile(context.cwd || Deno.cwd());
  if (changes.length === 0) context.stderr.write(".env says all of this already\n");
  else context.stderr.write(`${[".env:", ...changeLines(changes, style)].join("\n")}\n`);
  if (ignore) context.stderr.write(`${ignore.path}:\n  ${style.green("+")} .env\n`);
  if (!interview && !options.on("overwrite")) refuseReplacing(changes);
  const text = changes.length === 0 ? before : setVariables(before, values);
  if ((changes.length > 0 || ignore) && interview && !await interview.confirm("Write this?", true)) {
    context.stderr.write("Nothing was written\n");
    return false;
  }
  signal.throwIfAborted();
  const { writeSettings } = await import("../../app_init.ts");
  if (ignore) await writeSettings(ignore.path, ignore.text);
  // Also when nothing changes: its mode may be wrong.
  await writeSettings(path, text, 0o600);
  return true;
}

async function readEnv(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new UsageError(`Cannot read ".env": ${fileState(error)}`, {
      hint: "make it readable or remove it",
    });
  }
}

function tellNext({ context, style }: Visit, trial: Trial): void {
  const lines = [
    `${
      style.green("Written")
    }: .env, readable by you alone. A flag beats a variable of the environment, which beats .env.`,
    ...overridden(context),
    trial.exitCode === ExitCode.done
      ? `Next: ${style.bold("zoom-extract --dry-run")} shows what a run would fetch; ${
        style.bold("zoom-extract")
      } fetches it.`
      : `Next: mend what is marked above, then ${style.bold("zoom-extract doctor")} looks again.`,
  ];
  context.stderr.write(`${lines.join("\n")}\n`);
}

/** Variables of the environment hide what was just written. */
function overridden({ env }: CliContext): string[] {
  const names = ["ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_OUTDIR", "ZOOM_FROM"];
  const set = names.filter((name) => env(name));
  return set.length === 0 ? [] : [`Set in the environment, and so stronger than .env: ${set.join(", ")}`];
}
