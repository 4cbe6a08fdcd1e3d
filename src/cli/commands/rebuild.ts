import type { RebuildSummary } from "../../app_rebuild.ts";
import { completeConfig } from "../../core/config.ts";
import { UsageError } from "../../core/errors.ts";
import { ExitCode } from "../../core/exit_code.ts";
import type { CliContext } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { renderRebuild } from "../render/rebuild.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { withSession } from "../session.ts";
import { tellOutcome } from "../verbosity.ts";

/** `rebuild`: the inventory again from what the archive holds. Needs no account. */
export function rebuild(flags: ParsedFlags, context: CliContext): Promise<number> {
  const configure: Parameters<typeof withSession>[1]["configure"] = (options, place) =>
    completeConfig({
      credentials: { accountId: "", clientId: "", clientSecret: "" },
      outputDir: inFolder(place.cwd, options.text("output-dir") ?? "./zoom_recordings"),
    });
  return withSession("rebuild", { flags, context, check, configure }, async (session) => {
    const { config: { outputDir }, options, reporter, signal } = session;
    const { runRebuild } = await import("../../app_rebuild.ts");
    try {
      const summary = await runRebuild({
        outputDir,
        deep: options.on("deep"),
        force: options.on("force"),
        onlyIfLost: options.on("if-lost"),
        clock: context.clock,
        signal,
      });
      reporter.close();
      const style = createStyle(wantsColor(context.stderr, context));
      const exitCode = summary === undefined || isClean(summary) ? ExitCode.done : ExitCode.incomplete;
      tellOutcome(renderRebuild(summary, { style, outputDir }), { exitCode, context });
      if (options.on("json")) context.stdout.write(`${JSON.stringify(jsonOf(summary))}\n`);
      return exitCode;
    } catch (error) {
      if (!isInterruption(error, signal)) throw error;
      reporter.print("Interrupted: nothing has changed");
      return ExitCode.interrupted;
    }
  });
}

function isClean({ oddity_counts: counts }: RebuildSummary): boolean {
  return Object.keys(counts).length === 0;
}

function jsonOf(summary: RebuildSummary | undefined): unknown {
  return summary === undefined ? { rebuilt: false } : { rebuilt: true, ...summary };
}

function check(options: ResolvedOptions): void {
  if (!options.on("force") || !options.on("if-lost")) return;
  throw new UsageError("Cannot use --force with --if-lost: the one replaces what the other leaves alone", {
    option: "force",
    hint: "choose one",
  });
}
