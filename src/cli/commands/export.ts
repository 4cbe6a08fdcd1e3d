import { completeConfig } from "../../core/config.ts";
import { UsageError } from "../../core/errors.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { formatBytes } from "../../core/units.ts";
import { archiveScope } from "../archive_scope.ts";
import type { CliContext } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { inFolder } from "../paths.ts";
import { countOf } from "../render/frame.ts";
import { createStyle, type Style, wantsColor } from "../render/style.ts";
import { printable } from "../render/text.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { type Session, withSession } from "../session.ts";
import { programName, version } from "../version.ts";

const statuses = [
  "completed",
  "failed",
  "pending",
  "active",
  "skipped",
  "not_ready",
  "in_trash",
  "gone",
] as const;
type Status = (typeof statuses)[number];

type Format = "csv" | "jsonl" | "sha256sums" | "bagit";

/** `export`: the inventory for other programs, on stdout or in a file. Needs no account. */
export function exportInventory(flags: ParsedFlags, context: CliContext): Promise<number> {
  const configure: Parameters<typeof withSession>[1]["configure"] = (options, { nowMs, cwd }) =>
    completeConfig({
      credentials: { accountId: "", clientId: "", clientSecret: "" },
      outputDir: archiveScope(options, cwd).outputDir,
    }, nowMs);
  return withSession("export", { flags, context, check, configure }, async (session) => {
    try {
      return await (formatOf(session.options) === "bagit" ? bag : text)(session, context);
    } catch (error) {
      if (!isInterruption(error, session.signal)) throw error;
      session.reporter.print("Interrupted: nothing was written");
      return ExitCode.interrupted;
    } finally {
      session.reporter.close();
    }
  });
}

async function text({ options, signal, reporter }: Session, context: CliContext): Promise<number> {
  const { exportInventoryText } = await import("../../app_export.ts");
  const format = formatOf(options) as Exclude<Format, "bagit">;
  const output = options.text("output");
  const chosen = options.list("status") as readonly Status[] | undefined;
  const tally = await exportInventoryText({ ...archiveScope(options, context.cwd), statuses: chosen }, {
    format,
    signal,
    target: {
      output: output === undefined ? undefined : inFolder(context.cwd, output),
      write: (piece) => context.stdout.write(piece),
    },
  });
  reporter.close();
  const style = createStyle(wantsColor(context.stderr, context));
  if (output !== undefined) {
    context.stderr.write(`${style.dim(`${countOf(tally.files, "file")} written to ${printable(output)}`)}\n`);
  }
  if (tally.withoutChecksum > 0) {
    const replaced = `${
      countOf(tally.withoutChecksum, "file")
    } left out: plugins have put others in their place`;
    context.stderr.write(`${style.yellow(replaced)}\n`);
  }
  return ExitCode.done;
}

async function bag({ options, signal, reporter }: Session, context: CliContext): Promise<number> {
  const { exportBag } = await import("../../app_export.ts");
  const target = inFolder(context.cwd, options.text("output") ?? "");
  const report = await exportBag(archiveScope(options, context.cwd), {
    target,
    copy: options.on("copy"),
    agent: `${programName} ${version}`,
    signal,
    clock: context.clock,
  });
  reporter.close();
  const style = createStyle(wantsColor(context.stderr, context));
  const made = `Bag of ${countOf(report.files, "file")}, ${formatBytes(report.bytes)}: ${printable(target)}`;
  context.stderr.write(`${style.green(made)}\n${leftOutLines(report, style)}`);
  return report.leftOut > 0 ? ExitCode.incomplete : ExitCode.done;
}

function leftOutLines(
  { leftOut, firstLeftOut }: { leftOut: number; firstLeftOut: readonly string[] },
  style: Style,
): string {
  if (leftOut === 0) return "";
  const head = `${countOf(leftOut, "file")} left out: missing or changed on disk; extract fetches them again`;
  return [style.red(head), ...firstLeftOut.map((path) => `  ${printable(path)}`), ""].join("\n");
}

function formatOf(options: ResolvedOptions): Format {
  const format = options.text("format");
  if (format !== undefined) return format as Format;
  throw new UsageError("Cannot export: --format is missing", {
    option: "format",
    hint: "--format csv, jsonl, sha256sums or bagit",
  });
}

function check(options: ResolvedOptions): void {
  const format = formatOf(options);
  const isBag = format === "bagit";
  if (isBag && options.text("output") === undefined) {
    throw new UsageError("Cannot make a bag: --output is missing", {
      option: "output",
      hint: "--output DIR, a folder that does not exist yet",
    });
  }
  if (!isBag && options.on("copy")) {
    throw new UsageError(`Cannot use --copy with --format ${format}: nothing is copied`, { option: "copy" });
  }
  const chosen = options.list("status");
  if (chosen === undefined) return;
  if (isBag || format === "sha256sums") {
    throw new UsageError(`Cannot use --status with --format ${format}: it is about completed files only`, {
      option: "status",
      value: chosen.join(","),
    });
  }
  const odd = chosen.find((each) => !statuses.includes(each as Status));
  if (odd === undefined) return;
  throw new UsageError(`Cannot use --status "${odd}": no such status`, {
    option: "status",
    value: odd,
    hint: statuses.join(", "),
  });
}
