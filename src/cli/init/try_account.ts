import type { Config } from "../../core/config.ts";
import { AppError } from "../../core/errors.ts";
import { ExitCode } from "../../core/exit_code.ts";
import type { Finding } from "../../core/finding.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import type { CliContext } from "../context.ts";
import { findProxy } from "../proxy.ts";
import { findingLines, showsUnicode } from "../render/finding_lines.ts";
import { printable } from "../render/text.ts";
import type { Style } from "../render/style.ts";

/** How trying the credentials came out. */
export interface Trial {
  /** True when Zoom gave a token. */
  readonly isSignedIn: boolean;
  /** The lowest exit code of what is wrong; 0 when a run would work. */
  readonly exitCode: number;
}

/** What trying needs. */
export interface TrialParts {
  readonly context: CliContext;
  readonly style: Style;
  readonly signal: AbortSignal;
}

/** Tries credentials, scopes and the right to download, telling each finding. */
export async function tryAccount(config: Config, { context, style, signal }: TrialParts): Promise<Trial> {
  const { checkZoom } = await import("../../app_init.ts");
  const columns = context.stderr.isTerminal ? context.size().columns : 0;
  const layout = { style, columns, unicode: showsUnicode(context) };
  const found: Finding[] = [];
  const proxy = findProxy(context, config.oauthUrl);
  for await (const each of checkZoom(config, { signal, clock: context.clock, proxy })) {
    found.push(each);
    context.stderr.write(`${findingLines(each, layout)}\n`);
  }
  const codes = found.filter(({ level }) => level === "error").map(({ exitCode }) => exitCode);
  return {
    isSignedIn: found.some(({ check, level }) => check === "credentials" && level === "ok"),
    exitCode: codes.length === 0 ? ExitCode.done : Math.min(...codes),
  };
}

/** Counts what there is in the configured days, and says it in a line. A failure is told and costs nothing. */
export async function tellCount(config: Config, { context, style, signal }: TrialParts): Promise<void> {
  const { countRecordings } = await import("../../app_init.ts");
  const { from, to } = config.range;
  try {
    const { files, bytes, people, isComplete } = await countRecordings(config, {
      signal,
      clock: context.clock,
    });
    const amount = `${formatCount(files)} files, ${formatBytes(bytes)}, of ${formatCount(people)} people`;
    context.stderr.write(`${from} to ${to}: ${isComplete ? "" : "at least "}${style.bold(amount)}\n`);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    context.stderr.write(style.yellow(`${from} to ${to}: not counted: ${printable(error.message)}`) + "\n");
  }
}
