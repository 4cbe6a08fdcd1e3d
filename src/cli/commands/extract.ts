import type { RunEvent, RunSummary } from "../../core/events.ts";
import { plainJson } from "../../core/plain_json.ts";
import { ExitCode } from "../../core/exit_code.ts";
import type { CliContext, RunExtract } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { renderPlan } from "../render/plan.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { renderSummary } from "../render/summary.ts";
import { dropAfterStart } from "../rights/session_rights.ts";
import { type Session, withSession } from "../session.ts";
import { tellOutcome } from "../verbosity.ts";

/** `extract`: one run, its progress on stderr, its summary on stderr or as JSON on stdout. */
export function extract(flags: ParsedFlags, context: CliContext): Promise<number> {
  return withSession("extract", { flags, context }, async (session) => {
    const runExtract = context.runExtract ?? await loadRunExtract();
    const { config, reporter, signal } = session;
    let summary: RunSummary | undefined;
    const onEvent = (event: RunEvent) => {
      if (event.type === "run_finished") summary = event.summary;
      reporter.onEvent(event);
      context.ci?.onEvent(event);
    };
    try {
      summary = await runExtract(config, {
        signal,
        onEvent,
        onReady: (permissions) => dropAfterStart(permissions, context.rights, config),
      });
    } catch (error) {
      reporter.close();
      context.ci?.endGroup();
      // A run that an error ended has been reconciled all the same.
      if (summary) {
        context.ci?.finish(summary);
        report(summary, { session, context });
      }
      if (!isInterruption(error, signal)) throw error;
      context.stderr.write("Interrupted\n");
      return ExitCode.interrupted;
    }
    reporter.close();
    context.ci?.finish(summary);
    report(summary, { session, context });
    return summary.exit_code;
  });
}

async function loadRunExtract(): Promise<RunExtract> {
  return (await import("../../app.ts")).runExtract;
}

function report(summary: RunSummary, { session, context }: { session: Session; context: CliContext }): void {
  const { config, options, reporter } = session;
  const style = createStyle(wantsColor(context.stderr, context));
  const columns = context.stderr.isTerminal ? context.size().columns || 80 : 120;
  if (summary.plan) {
    const plan = renderPlan(summary.plan, { columns, style, minFreeSpaceBytes: config.minFreeSpaceBytes });
    context.stderr.write(`${plan}\n`);
  }
  const text = renderSummary(summary, {
    style,
    outputDir: config.outputDir,
    warnings: reporter.warnings,
    columns: context.stderr.isTerminal ? context.size().columns : 0,
  });
  tellOutcome(text, { exitCode: summary.exit_code, context });
  if (options.on("json")) context.stdout.write(`${plainJson(jsonSummary(summary))}\n`);
}

/** Every field of the summary; the plan only where one was asked for. */
function jsonSummary(summary: RunSummary): unknown {
  const { plan, ...rest } = summary;
  return plan === undefined ? rest : { ...rest, plan };
}
