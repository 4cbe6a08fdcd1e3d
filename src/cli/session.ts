import type { Config, LogLevel } from "../core/config.ts";
import { AppError, errorCode, toError, UsageError } from "../core/errors.ts";
import { redactText } from "../core/redact.ts";
import { buildConfig } from "./build_config.ts";
import type { CliContext } from "./context.ts";
import { oddTypes } from "./file_types.ts";
import type { CommandName } from "./option_row.ts";
import type { ParsedFlags } from "./parse_flags.ts";
import { inFolder } from "./paths.ts";
import { accountGroup } from "./option_groups.ts";
import { optionRows } from "./options.ts";
import { createReporter, type Reporter } from "./render/reporter.ts";
import { createStyle, wantsColor } from "./render/style.ts";
import { dropOptionFiles, requireSessionRights } from "./rights/session_rights.ts";
import { rememberLevel } from "./verbosity.ts";
import { type ResolvedOptions, resolveOptions } from "./resolve_options.ts";
import { createStopControl } from "./stop_control.ts";

/** What a command that talks to Zoom works with. */
export interface Session {
  readonly options: ResolvedOptions;
  readonly config: Config;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Resolves the options, opens the log and the progress view, listens to signals, and runs `work` in it all.
 * Everything is checked before anything is created, and taken down on every way out.
 */
export async function withSession(
  command: CommandName,
  { flags, context, check, configure = buildConfig, quiet = false }: {
    flags: ParsedFlags;
    context: CliContext;
    /** Refuses what only this command can judge. */
    check?: (options: ResolvedOptions) => void;
    /** Makes the configuration, for a command that needs no account. @default {buildConfig} */
    configure?: typeof buildConfig;
    /** True for a command that shows its progress itself. @default {false} */
    quiet?: boolean;
  },
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const options = await resolveOptions(command, flags.values, context);
  check?.(options);
  const config = configure(options, { nowMs: context.clock.now(), ...context });
  // It tells what is missing, and goes on.
  if (command !== "doctor") {
    await requireSessionRights(command, { options, config, context, positionals: flags.positionals });
  }
  checkCi(options, context);
  context.ci?.begin(`zoom-extract ${command}`, config.credentials);
  // The configuration holds them now: a program that a plugin starts must not inherit them.
  context.forget(optionRows.flatMap((row) => row.group === accountGroup && row.env ? [row.env] : []));
  dropOptionFiles(config, context.rights);
  const level = (options.text("log-level") ?? "INFO") as LogLevel;
  rememberLevel(context, level);
  const [{ startLogging }, { logEvent }] = await Promise.all([
    import("./logging.ts"),
    import("./log_events.ts"),
  ]);
  const file = options.text("log-file");
  let print = (line: string): unknown => context.stderr.write(`${line}\n`);
  await using _logging = await startLogging({
    level,
    file: file === undefined ? undefined : inFolder(context.cwd, file),
    color: wantsColor(context.stderr, context),
    print: (line) => void print(line),
  });
  const shown = quiet ? "none" as const : options.on("no-progress") ? "plain" as const : "live" as const;
  const view = createReporter(context, { view: shown, level: noticeLevel(level) });
  const reporter: Reporter = {
    ...view,
    onEvent: (event) => {
      logEvent(event);
      view.onEvent(event);
    },
  };
  print = (line) => reporter.print(line);
  const style = createStyle(wantsColor(context.stderr, context));
  using stop = createStopControl(context, {
    onStop: () => reporter.print(style.yellow("Stopping… (again to quit at once)")),
    onForcedExit: () => reporter.close(),
  });
  try {
    for (const warning of [...options.warnings, ...oddTypes(options)]) {
      const notice = { type: "notice", level: "warning", code: "options", message: warning } as const;
      reporter.onEvent(notice);
      context.ci?.onEvent(notice);
    }
    return await work({ options, config, reporter, signal: stop.signal });
  } catch (error) {
    const { code, message, hint } = describeError(error);
    logEvent({ type: "notice", level: "error", code, message, hint });
    throw error;
  } finally {
    print = (line) => context.stderr.write(`${line}\n`);
    reporter.close();
  }
}

/** Has to be known before anything is printed, long before a file is read. */
function checkCi(options: ResolvedOptions, context: CliContext): void {
  if (!options.on("ci") || context.ci) return;
  throw new UsageError(`Cannot use ${options.label("ci")}: it is a flag only`, {
    option: "ci",
    hint: "write --ci on the command line",
  });
}

function describeError(error: unknown): { code: string; message: string; hint?: string | undefined } {
  const { message } = toError(error);
  const hint = error instanceof AppError ? error.hint : undefined;
  return { code: errorCode(error), message: redactText(message), hint };
}

/** Least severe notice to print at a log level. */
export function noticeLevel(level: LogLevel): "info" | "warning" | "error" {
  return level === "ERROR" ? "error" : level === "WARNING" ? "warning" : "info";
}
