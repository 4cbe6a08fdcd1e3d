import type { Finding, Subset, VerifySummary } from "../../app_verify.ts";
import { completeConfig, type LogLevel } from "../../core/config.ts";
import { UsageError } from "../../core/errors.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { buildConfig } from "../build_config.ts";
import type { CliContext } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { type CheckProgress, createCheckProgress } from "../render/check_progress.ts";
import { findingJson, findingLine, renderVerifySummary, verifySummaryJson } from "../render/findings.ts";
import { createReporter, type Reporter } from "../render/reporter.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { noticeLevel, type Session, withSession } from "../session.ts";
import { tellOutcome } from "../verbosity.ts";

/** `verify`: findings on stdout, progress and summary on stderr. The account is needed with `--repair` only. */
export function verify(flags: ParsedFlags, context: CliContext): Promise<number> {
  const check = (options: ResolvedOptions) => void subsetOf(options);
  const configure: typeof buildConfig = (options, place) =>
    options.on("repair") ? buildConfig(options, place) : completeConfig({
      credentials: { accountId: "", clientId: "", clientSecret: "" },
      outputDir: inFolder(place.cwd, options.text("output-dir") ?? "./zoom_recordings"),
    });
  return withSession("verify", { flags, context, check, configure, quiet: true }, async (session) => {
    const { options, reporter, signal } = session;
    try {
      const summary = await run(session, context);
      context.ci?.check?.finish(summary, { ignoreExtra: options.on("ignore-extra") });
      report(summary, { options, context });
      return summary.exit_code;
    } catch (error) {
      if (!isInterruption(error, signal)) throw error;
      reporter.print(options.on("repair") ? "Interrupted: run it again to go on" : "Interrupted");
      return ExitCode.interrupted;
    }
  });
}

async function run(
  { config, options, reporter, signal }: Session,
  context: CliContext,
): Promise<VerifySummary> {
  const { verify: verifyArchive } = await import("../../app_verify.ts");
  const live = !options.on("no-progress");
  const progress = createCheckProgress(context, { live });
  let transfers: Reporter | undefined;
  try {
    return await verifyArchive(config, {
      deep: options.on("deep"),
      subset: subsetOf(options),
      repair: options.on("repair"),
      ignoreExtra: options.on("ignore-extra"),
      signal,
      onTotal: progress.total,
      onBytes: progress.read,
      onFindings: createFindingWriter(progress, { options, context }),
      onFetch(files) {
        progress.close();
        if (files === 0) return;
        const level = noticeLevel((options.text("log-level") ?? "INFO") as LogLevel);
        transfers = createReporter(context, { view: live ? "live" : "plain", level });
        transfers.onEvent({ type: "listing", users: 0, windows: 0, meetings: 0, files, done: true });
      },
      onEvent(event) {
        (transfers ?? reporter).onEvent(event);
        context.ci?.onEvent(event);
      },
    });
  } finally {
    progress.close();
    transfers?.close();
  }
}

function createFindingWriter(
  progress: CheckProgress,
  { options, context }: { options: ResolvedOptions; context: CliContext },
): (findings: readonly Finding[]) => void {
  const layout = {
    style: createStyle(wantsColor(context.stdout, context)),
    forPeople: context.stdout.isTerminal,
  };
  const isShown = ({ mark }: Finding) =>
    mark === "=" ? options.on("all") : mark !== "+" || !options.on("ignore-extra");
  const write = options.on("json") ? findingJson : (finding: Finding) => findingLine(finding, layout);
  return (findings) => {
    context.ci?.check?.add(findings);
    progress.checked(findings.filter(({ kind }) => kind === "recording" || kind === "made").length);
    const lines = findings.filter(isShown).map((finding) => `${write(finding)}\n`);
    if (lines.length > 0) progress.results(lines.join(""));
  };
}

function report(
  summary: VerifySummary,
  { options, context }: { options: ResolvedOptions; context: CliContext },
): void {
  const style = createStyle(wantsColor(context.stderr, context));
  const text = renderVerifySummary(summary, {
    style,
    ignoreExtra: options.on("ignore-extra"),
    repairing: options.on("repair"),
  });
  tellOutcome(text, { exitCode: summary.exit_code, context });
  if (options.on("json")) context.stdout.write(`${verifySummaryJson(summary)}\n`);
}

const mostParts = 10_000;

function subsetOf(options: ResolvedOptions): Subset | undefined {
  const text = options.text("subset");
  if (text === undefined) return undefined;
  const refuse = (state: string, hint: string) =>
    new UsageError(`Cannot use ${options.label("subset")} "${text}": ${state}`, {
      option: "subset",
      value: text,
      hint,
    });
  const [, part = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (of === 0) {
    throw refuse("not a part such as 1/7", "the number of the part, a slash, the number of parts");
  }
  if (of > mostParts) throw refuse("too many parts", `at most ${mostParts}`);
  if (part < 1 || part > of) throw refuse("there is no such part", `1/${of} to ${of}/${of}`);
  if (!options.on("deep")) {
    throw refuse(
      "only reading back is done in parts",
      "add --deep; presence and sizes are always checked in full",
    );
  }
  return { part, of };
}
