import type { RunSummary } from "../../core/events.ts";
import { redactText } from "../../core/redact.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { reconciliationLines } from "./reconciliation.ts";
import type { Style } from "./style.ts";
import { hang, printable } from "./text.ts";

/** What a summary shows besides the run's own numbers. */
export interface SummaryOptions {
  readonly style: Style;
  /** Folder of the archive, for the way to the inventory. */
  readonly outputDir: string;
  /** Warnings told on the way, repeated where they are read. */
  readonly warnings: readonly string[];
  /** Width of the terminal; 0 where it cannot be told, and lines stay whole. @default {0} */
  readonly columns?: number;
}

const shownFailures = 10;

/** The final summary: counts, reconciliation, warnings and failures, and what it all comes to. */
export function renderSummary(summary: RunSummary, options: SummaryOptions): string {
  const { style } = options;
  return [
    "",
    ...countLines(summary, options),
    ...effortLines(summary),
    ...provenLines(summary, style),
    ...(summary.reconciliation
      ? reconciliationLines(summary.reconciliation, { style, columns: 0, full: false })
        .map((line) => hang(line, options.columns ?? 0))
      : []),
    ...warningLines(options),
    ...failureLines(summary, options),
    verdict(summary, style),
  ].join("\n");
}

function countLines(summary: RunSummary, { style }: SummaryOptions): string[] {
  const { files } = summary;
  const processed = files.downloaded + files.skipped + files.failed + files.not_ready + files.in_trash +
    files.gone;
  const share = files.found > 0 ? processed * 100 / files.found : 100;
  const rest: readonly (readonly [string, number])[] = [
    ["Still processed by Zoom", files.not_ready],
    ["In the trash", files.in_trash],
    ["Gone from Zoom", files.gone],
    ["Left to do", files.pending],
  ];
  return [
    `Progress: ${outOf(processed, files.found)} files processed (${share.toFixed(1)}%)`,
    `Users processed: ${outOf(summary.processed.users, summary.users)}`,
    `Meetings processed: ${outOf(summary.processed.meetings, summary.meetings)}`,
    `Files downloaded: ${formatCount(files.downloaded)}`,
    `Files skipped: ${formatCount(files.skipped)}`,
    (files.failed > 0 ? style.red : style.dim)(`Files failed: ${formatCount(files.failed)}`),
    ...rest.filter(([, count]) => count > 0).map(([label, count]) => `${label}: ${formatCount(count)}`),
    ...(summary.hooks ? [hooksLine(summary.hooks, style)] : []),
  ];
}

/** `Hooks: 12 done, 1 failed (tried again by the next run), 2 due`. */
export function hooksLine(
  { completed, failed, pending }: NonNullable<RunSummary["hooks"]>,
  style: Style,
): string {
  const parts = [
    `${formatCount(completed)} done`,
    ...(failed > 0 ? [`${formatCount(failed)} failed (tried again by the next run)`] : []),
    ...(pending > 0 ? [`${formatCount(pending)} due`] : []),
  ];
  return (failed > 0 ? style.yellow : style.dim)(`Hooks: ${parts.join(", ")}`);
}

function effortLines({ bytes, seconds, api_requests }: RunSummary): string[] {
  const rate = bytes > 0 && seconds > 0 ? ` (${formatBytes(bytes / seconds)}/s)` : "";
  return [
    `Bytes downloaded: ${formatBytes(bytes)}${rate}`,
    `Time: ${formatDuration(seconds * 1000)}`,
    `API calls: ${formatCount(api_requests)}`,
  ];
}

function provenLines({ windows, files }: RunSummary, style: Style): string[] {
  const asked = windows.proven + windows.unproven;
  const remembered = windows.remembered > 0
    ? ` (${formatCount(windows.remembered)} more from earlier runs)`
    : "";
  const known = Math.max(files.found, files.held);
  return [
    (windows.unproven > 0 ? style.red : style.green)(
      `Windows proven: ${outOf(windows.proven, asked)}${remembered}`,
    ),
    (files.held < known ? style.yellow : style.green)(`Files held: ${outOf(files.held, known)}`),
  ];
}

function warningLines({ warnings, style, columns = 0 }: SummaryOptions): string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.map((warning) => hang(`  ${printable(redactText(warning))}`, columns));
  return ["", style.yellow("Warnings"), ...lines];
}

function failureLines(
  { failures, files }: RunSummary,
  { style, outputDir, columns = 0 }: SummaryOptions,
): string[] {
  if (failures.length === 0) return [];
  const lines = failures.slice(0, shownFailures).map(({ path, message, code }) => {
    const text = printable(redactText(message));
    const told = `${text} ${style.dim(`(${code})`)}`;
    return path === "" ? hang(`  ${told}`, columns) : `  ${printable(path)}\n${hang(`    ${told}`, columns)}`;
  });
  const more = Math.max(failures.length, files.failed) - Math.min(failures.length, shownFailures);
  if (more > 0) {
    const query = "SELECT path, error FROM inventory WHERE status = 'failed'";
    const database = `${outputDir}/_logs/inventory.db`;
    const word = /^[\w./@:+-]+$/.test(database) ? database : `'${database.replaceAll("'", "'\\''")}'`;
    lines.push(`  … and ${formatCount(more)} more: sqlite3 ${word} "${query}"`);
  }
  return ["", style.red("Failures"), ...lines];
}

const verdicts: Readonly<Record<number, string>> = {
  0: "Done: everything asked for is held",
  3: "Stopped: Zoom refuses the credentials, or a scope is missing",
  4: "Finished with failures: run it again to try them once more",
  5: "Stopped: Zoom cannot be reached, or its daily limit is used up",
  6: "Stopped: the archive cannot be written",
  8: "Stopped at a limit, as asked: run it again to go on",
  130: "Interrupted: run it again to go on where it stopped",
};

/** What a run comes to, in one sentence. */
export function verdictText({ exit_code, files, plan }: RunSummary): string {
  if (exit_code !== 0) return verdicts[exit_code] ?? `Failed with exit code ${exit_code}`;
  if (plan) return "Planned: nothing was downloaded";
  const isAll = files.not_ready + files.in_trash + files.gone === 0;
  return isAll ? verdicts[0] ?? "" : "Done: everything that Zoom gives out is held";
}

function verdict(summary: RunSummary, style: Style): string {
  const { exit_code } = summary;
  const paint = exit_code === 0
    ? style.green
    : exit_code === 8 || exit_code === 130
    ? style.yellow
    : style.red;
  return `\n${paint(verdictText(summary))}`;
}

function outOf(part: number, whole: number): string {
  return `${formatCount(part)}/${formatCount(whole)}`;
}
