import type { Failure, RunSummary } from "../../core/events.ts";
import { redactText } from "../../core/redact.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { verdictText } from "../render/summary.ts";
import { cell, type Column, sizeOf, table } from "./markdown.ts";
import type { UserTotals } from "./user_tally.ts";

/** GitHub refuses the whole summary of a step that is larger. */
export const maxSummaryBytes = 1024 ** 2;

/** What a job summary is made from. */
export interface JobSummaryParts {
  readonly summary: RunSummary;
  readonly users: readonly UserTotals[];
  readonly warnings: readonly string[];
  /** Bytes that the step has for it. @default {maxSummaryBytes} */
  readonly maxBytes?: number;
}

/** Room kept for what is always there: verdict, totals, and a word on what was cut. */
export const fixedBytes = 8 * 1024;

/**
 * The run as Markdown for the job's page: verdict, totals, reconciliation, people, failures, warnings. Nothing where
 * there is no room: what the step has written before is worth more than a page that GitHub refuses.
 */
export function renderJobSummary({ summary, users, warnings, maxBytes }: JobSummaryParts): string {
  let left = (maxBytes ?? maxSummaryBytes) - fixedBytes;
  if (left < 0) return "";
  const take = (section: string) => {
    left -= sizeOf(section);
    return section;
  };
  return [
    `## ${iconOf(summary.exit_code)} ${cell(verdictText(summary))}\n`,
    totalsTable(summary),
    ...(summary.plan ? [planText(summary.plan)] : []),
    take(failureTable(summary, left)),
    take(userTable(users, left)),
    take(warningList(warnings, left)),
  ].filter((section) => section !== "").join("\n");
}

/** A run that ended before it had anything to count. */
export function renderFailedSummary(message: string): string {
  return `## ❌ ${cell(redactText(message))}\n`;
}

/** The verdict at a glance. */
export function iconOf(exitCode: number): string {
  return exitCode === 0 ? "✅" : exitCode === 8 ? "⏸️" : "❌";
}

function totalsTable(
  { files, windows, bytes, seconds, api_requests: calls, users, meetings }: RunSummary,
): string {
  const asked = windows.proven + windows.unproven;
  const remembered = windows.remembered > 0
    ? `, ${formatCount(windows.remembered)} more from earlier runs`
    : "";
  const rows: readonly (readonly [string, string, boolean?])[] = [
    ["**Files held**", `**${formatCount(files.held)} of ${formatCount(Math.max(files.found, files.held))}**`],
    ["**Windows proven**", `**${formatCount(windows.proven)} of ${formatCount(asked)}**${remembered}`],
    ["Files downloaded", formatCount(files.downloaded)],
    ["Bytes downloaded", formatBytes(bytes)],
    ["Files skipped", formatCount(files.skipped)],
    ["Files failed", formatCount(files.failed)],
    ["Still processed by Zoom", formatCount(files.not_ready), files.not_ready === 0],
    ["In the trash", formatCount(files.in_trash), files.in_trash === 0],
    ["Gone from Zoom", formatCount(files.gone), files.gone === 0],
    ["Left to do", formatCount(files.pending), files.pending === 0],
    ["Users", formatCount(users)],
    ["Meetings", formatCount(meetings)],
    ["Time", formatDuration(seconds * 1000)],
    ["API calls", formatCount(calls)],
  ];
  const shown = rows.filter(([, , isNothing]) => !isNothing);
  return table(
    [
      { head: "Reconciliation and totals", cellOf: ([label]) => label },
      { head: "", isNumber: true, cellOf: ([, value]) => value },
    ],
    shown,
    { rows: shown.length, bytes: fixedBytes },
  ).text;
}

function planText({ fetch, held }: NonNullable<RunSummary["plan"]>): string {
  const rows = [{ label: "A run would fetch", ...fetch }, { label: "Held already", ...held }];
  return table(
    [
      { head: "Plan", cellOf: ({ label }) => label },
      { head: "Files", isNumber: true, cellOf: ({ files }) => formatCount(files) },
      { head: "Bytes", isNumber: true, cellOf: (row) => formatBytes(row.bytes) },
    ],
    rows,
    { rows: rows.length, bytes: fixedBytes },
  ).text;
}

const failureColumns: readonly Column<Failure>[] = [
  { head: "What failed", cellOf: whatOf },
  { head: "Code", cellOf: ({ code }) => cell(code) },
  { head: "Why", cellOf: ({ message }) => cell(redactText(message)) },
];

function failureTable({ failures, files }: RunSummary, bytes: number): string {
  if (failures.length === 0) return "";
  const { text, left } = table(failureColumns, failures, { rows: 100, bytes });
  return `### Failures\n\n${text}${moreText(Math.max(left, files.failed - (failures.length - left)))}`;
}

function whatOf({ path, user_email: user }: Failure): string {
  return cell(path === "" ? user === "" ? "listing" : `listing of ${user}` : path);
}

const userColumns: readonly Column<UserTotals>[] = [
  { head: "User", cellOf: ({ user }) => cell(user) },
  { head: "Files downloaded", isNumber: true, cellOf: ({ downloaded }) => formatCount(downloaded) },
  { head: "Bytes", isNumber: true, cellOf: ({ bytes }) => formatBytes(bytes) },
  { head: "Failed", isNumber: true, cellOf: ({ failed }) => formatCount(failed) },
];

function userTable(users: readonly UserTotals[], bytes: number): string {
  if (users.length === 0) return "";
  const { text, left } = table(userColumns, users, { rows: 100, bytes });
  return `### Users\n\n${text}${moreText(left)}`;
}

const warningColumns: readonly Column<string>[] = [
  { head: "Warnings", cellOf: (warning) => cell(redactText(warning)) },
];

/** What a run or a check warned of. */
export function warningList(warnings: readonly string[], bytes: number): string {
  if (warnings.length === 0) return "";
  const { text, left } = table(warningColumns, warnings, { rows: 50, bytes });
  return `${text}${moreText(left)}`;
}

/** A line for what was cut. */
export function moreText(count: number): string {
  return count > 0 ? `\n… and ${formatCount(count)} more\n` : "";
}
