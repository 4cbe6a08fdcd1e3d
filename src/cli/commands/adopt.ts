import { ExitCode } from "../../core/exit_code.ts";
import { UsageError } from "../../core/errors.ts";
import type { AdoptedFile, AdoptTotals, CliContext } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { type AdoptFormat, createAdoptWriter, renderAdoptTotals } from "../render/adopt_report.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { withSession } from "../session.ts";
import { tellOutcome } from "../verbosity.ts";

/** `adopt DIR`: the files on stdout, the totals on stderr. */
export function adopt(flags: ParsedFlags, context: CliContext): Promise<number> {
  const [dir] = flags.positionals;
  if (dir === undefined || dir === "") {
    throw new UsageError("Cannot adopt: no folder is named", {
      hint: "zoom-extract adopt DIR, where DIR holds the files of another tool",
    });
  }
  const check = (options: ResolvedOptions) => void formatOf(options);
  return withSession("adopt", { flags, context, check }, async ({ config, options, reporter, signal }) => {
    const { adoptFolder } = await import("../../app_adopt.ts");
    try {
      using adoption = await adoptFolder(config, {
        dir: inFolder(context.cwd, dir),
        by: options.text("by") as "link" | "copy" | "move" | undefined,
        findsFirstDay: options.text("from-date") === undefined,
        signal,
        onEvent: reporter.onEvent,
        clock: context.clock,
      });
      reporter.close();
      const { summary, report } = adoption;
      await show({ summary, files: report() }, { format: formatOf(options), context, dir, config });
      return summary.exit_code;
    } catch (error) {
      if (!isInterruption(error, signal)) throw error;
      reporter.print("Interrupted");
      return ExitCode.interrupted;
    }
  });
}

async function show(
  { summary, files }: { summary: AdoptTotals; files: Iterable<AdoptedFile> },
  { format, context, dir, config }: {
    format: AdoptFormat;
    context: CliContext;
    dir: string;
    config: { readonly outputDir: string };
  },
): Promise<void> {
  const write = await createAdoptWriter(format, context);
  let isRead = true;
  for (const file of files) {
    isRead = write(file);
    if (!isRead) break;
  }
  if (isRead && format === "json") {
    context.stdout.write(`${JSON.stringify({ type: "summary", ...summary })}\n`);
  }
  const style = createStyle(wantsColor(context.stderr, context));
  const text = renderAdoptTotals(summary, { style, dir, outputDir: config.outputDir });
  tellOutcome(text, { exitCode: summary.exit_code, context });
}

function formatOf(options: ResolvedOptions): AdoptFormat {
  const [json, csv] = [options.on("json"), options.on("csv")];
  if (json && csv) {
    throw new UsageError("Cannot use --json with --csv: they are two formats of the same result", {
      option: "json",
      hint: "choose one",
    });
  }
  return json ? "json" : csv ? "csv" : "text";
}
