import type { OnReady } from "../../core/active_plugins.ts";
import type { Config } from "../../core/config.ts";
import type { EventListener } from "../../core/events.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { UsageError } from "../../core/errors.ts";
import { formatCount } from "../../core/units.ts";
import type { CliContext, ListedRow, ListFiles } from "../context.ts";
import { isInterruption } from "../exit_code.ts";
import type { ParsedFlags } from "../parse_flags.ts";
import { createStyle, wantsColor } from "../render/style.ts";
import { createListWriter, type ListFormat } from "../render/list_writer.ts";
import { printable } from "../render/text.ts";
import type { ResolvedOptions } from "../resolve_options.ts";
import { dropAfterStart } from "../rights/session_rights.ts";
import { withSession } from "../session.ts";
import { tellOutcome } from "../verbosity.ts";

/** `list`: one row per file on stdout, as a table, JSON lines or CSV. */
export function list(flags: ParsedFlags, context: CliContext): Promise<number> {
  const check = (options: ResolvedOptions) => void chooseFormat(options);
  return withSession("list", { flags, context, check }, async ({ config, options, reporter, signal }) => {
    const format = chooseFormat(options);
    const field = options.text("print") as PrintField | undefined;
    const writer = await createListWriter(format, context);
    const listFiles = context.listFiles ?? await loadListFiles();
    const tally = createWindowTally(reporter.onEvent);
    let files = 0;
    const onReady: OnReady = (permissions) => dropAfterStart(permissions, context.rights, config);
    try {
      for await (const row of listFiles(config, { signal, onEvent: tally.onEvent, onReady })) {
        if (!isAskedFor(row, config)) continue;
        files++;
        const goesOn = field === undefined
          ? writer(row)
          : context.stdout.write(`${printable(fieldOf(row, field))}\n`);
        if (!goesOn) return ExitCode.done; // the reader has seen enough: `| head`
      }
    } catch (error) {
      if (!isInterruption(error, signal)) throw error;
      reporter.print("Interrupted");
      return ExitCode.interrupted;
    } finally {
      reporter.close();
    }
    const style = createStyle(wantsColor(context.stderr, context));
    const asked = tally.proven + tally.unproven;
    const windows = `Windows proven: ${formatCount(tally.proven)}/${formatCount(asked)}`;
    const paint = tally.unproven > 0 ? style.red : style.dim;
    const exitCode = tally.unproven > 0 ? ExitCode.incomplete : ExitCode.done;
    const text = `${style.dim(`Files listed: ${formatCount(files)}`)}\n${paint(windows)}`;
    tellOutcome(text, { exitCode, context });
    return exitCode;
  });
}

type PrintField = "path" | "key" | "topic" | "user";

function fieldOf(
  { candidate: { user, meeting, file }, path, plannedPath }: ListedRow,
  field: PrintField,
): string {
  switch (field) {
    case "path":
      return path ?? plannedPath ?? "";
    case "key":
      return file.key;
    case "topic":
      return meeting.topic;
    case "user":
      return user.email || user.id;
  }
}

async function loadListFiles(): Promise<ListFiles> {
  return (await import("../../app.ts")).listFiles;
}

/** A file that Zoom has not typed yet may become one that is asked for. */
function isAskedFor({ candidate: { file } }: ListedRow, { types, excludeTypes }: Config): boolean {
  const type = file.fileType.toUpperCase();
  return type === "" || ((types.length === 0 || types.includes(type)) && !excludeTypes.includes(type));
}

function chooseFormat(options: ResolvedOptions): ListFormat {
  const json = options.on("json");
  const csv = options.on("csv");
  const field = options.text("print");
  if (field !== undefined && (json || csv)) {
    throw new UsageError(
      `Cannot use --print with --${json ? "json" : "csv"}: they are two formats of the same result`,
      {
        option: "print",
        value: field,
        hint: "choose one",
      },
    );
  }
  if (json && csv) {
    throw new UsageError("Cannot use --json with --csv: they are two formats of the same result", {
      option: "json",
      hint: "choose one",
    });
  }
  return json ? "json" : csv ? "csv" : "table";
}

/** Counts windows on the way to the listener: an unproven listing must not look complete. */
function createWindowTally(
  next: EventListener,
): { onEvent: EventListener; proven: number; unproven: number } {
  const tally = {
    proven: 0,
    unproven: 0,
    onEvent: ((event) => {
      if (event.type === "window") tally[event.proof.proven ? "proven" : "unproven"]++;
      next(event);
    }) as EventListener,
  };
  return tally;
}
