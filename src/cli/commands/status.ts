import type { ArchiveStatus } from "../../core/archive_status.ts";
import { completeConfig } from "../../core/config.ts";
import { UsageError } from "../../core/errors.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { archiveScope } from "../archive_scope.ts";
import type { CliContext } from "../context.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { holdingColumns, renderStatus } from "../render/status.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { type Session, withSession } from "../session.ts";

/** `status`: how an archive stands, on stdout. Needs no account. */
export function status(flags: ParsedFlags, context: CliContext): Promise<number> {
  const configure: Parameters<typeof withSession>[1]["configure"] = (options, { nowMs, cwd }) =>
    completeConfig({
      credentials: { accountId: "", clientId: "", clientSecret: "" },
      outputDir: archiveScope(options, cwd).outputDir,
    }, nowMs);
  return withSession(
    "status",
    { flags, context, check, configure },
    async ({ options, reporter, signal }) => {
      const { archiveStatus } = await import("../../app_status.ts");
      const scope = archiveScope(options, context.cwd);
      const isCsv = options.on("csv");
      const byMonth = options.text("by") === "month";
      const needsStatus = !isCsv || options.on("fail-if-incomplete");
      const found = needsStatus
        ? await archiveStatus(scope, { withMonths: byMonth && !isCsv, clock: context.clock })
        : undefined;
      reporter.close();
      if (isCsv) await writeCsv(scope, { context, signal });
      else if (found) write(found, { options, context });
      return options.on("fail-if-incomplete") && found?.complete === false
        ? ExitCode.incomplete
        : ExitCode.done;
    },
  );
}

function write(
  found: ArchiveStatus,
  { options, context }: Pick<Session, "options"> & { context: CliContext },
): void {
  if (options.on("json")) {
    context.stdout.write(`${JSON.stringify(found)}\n`);
    return;
  }
  const columns = context.stdout.isTerminal ? context.size().columns || 80 : 120;
  const style = createStyle(wantsColor(context.stdout, context));
  const by = options.text("by") as "user" | "month" | undefined;
  context.stdout.write(`${renderStatus(found, { columns, style, by }).join("\n")}\n`);
}

async function writeCsv(
  scope: ReturnType<typeof archiveScope>,
  { context, signal }: Pick<Session, "signal"> & { context: CliContext },
): Promise<void> {
  const { archiveMonths } = await import("../../app_status.ts");
  const { toCsv } = await import("../../core/csv.ts");
  context.stdout.write(toCsv([holdingColumns]));
  for await (const months of archiveMonths(scope)) {
    signal.throwIfAborted();
    // The reader has seen enough: `| head`.
    if (!context.stdout.write(toCsv(months.map((month) => holdingColumns.map((name) => month[name]))))) {
      return;
    }
  }
}

function check(options: ResolvedOptions): void {
  if (options.on("json") && options.on("csv")) {
    throw new UsageError("Cannot use --json with --csv: they are two formats of the same result", {
      option: "json",
      hint: "choose one",
    });
  }
}
