import type { Finding, VerifySummary } from "../../app_verify.ts";
import { redactText } from "../../core/redact.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { depthText, findingStates, verdictOfCheck } from "../render/findings.ts";
import { fixedBytes, iconOf, moreText, warningList } from "./job_summary.ts";
import { cell, type Column, sizeOf, table } from "./markdown.ts";

/** What the summary of a check is made from. */
export interface CheckedParts {
  readonly summary: VerifySummary;
  /** The first of those that are not held, what is lost or different before what nobody knows. */
  readonly findings: readonly Finding[];
  readonly ignoreExtra: boolean;
  readonly warnings: readonly string[];
  /** Bytes that the step has for it. */
  readonly maxBytes: number;
}

/** A check as Markdown for the job's page: verdict, counts by mark, the first findings, warnings. */
export function renderCheckSummary(parts: CheckedParts): string {
  const { summary, warnings, maxBytes } = parts;
  let left = maxBytes - fixedBytes;
  if (left < 0) return "";
  const take = (section: string) => {
    left -= sizeOf(section);
    return section;
  };
  const verdict = verdictOfCheck(summary, { repairing: summary.repair !== undefined });
  return [
    `## ${iconOf(summary.exit_code)} ${cell(verdict)}\n`,
    countsTable(parts),
    take(findingTable(parts, left)),
    take(warningList(warnings, left)),
  ].filter((section) => section !== "").join("\n");
}

function countsTable({ summary, ignoreExtra }: CheckedParts): string {
  const { files, findings, repair, bytes_read: bytesRead, deep } = summary;
  const held = `${formatCount(files.held)} of ${formatCount(files.checked)}`;
  const notHeld = Object.entries(summary.not_held)
    .map(([status, count]): Row => [`Known and not held: ${cell(status)}`, formatCount(count)]);
  const rows: readonly Row[] = [
    [`**Files held${repair ? " before the repair" : ""}**`, `**${held}**`],
    [`${cell("-")} missing`, formatCount(findings.missing)],
    [`${cell("*")} different`, formatCount(findings.different)],
    [`${cell("!")} unreadable`, formatCount(findings.unreadable)],
    ...(ignoreExtra ? [] : [[`${cell("+")} not in the inventory`, formatCount(findings.extra)] as const]),
    ...(repair ? repairRows(repair) : []),
    ...notHeld,
    ["Compared", cell(depthText(summary))],
    ...(deep ? [["Bytes read back", formatBytes(bytesRead)] as const] : []),
    ["Time", formatDuration(summary.seconds * 1000)],
  ];
  return table(
    [
      { head: "Check of the archive", cellOf: ([label]) => label },
      { head: "", isNumber: true, cellOf: ([, value]) => value },
    ],
    rows,
    { rows: rows.length, bytes: fixedBytes },
  ).text;
}

/** Label and value, both safe. */
type Row = readonly [string, string];

function repairRows({ repaired, remaining, bytes }: NonNullable<VerifySummary["repair"]>): Row[] {
  return [
    ["Repaired", formatCount(repaired)],
    ["Bytes fetched", formatBytes(bytes)],
    ["**Remaining**", `**${formatCount(remaining)}**`],
  ];
}

const findingColumns: readonly Column<Finding>[] = [
  { head: "Mark", cellOf: ({ mark }) => `${cell(mark)} ${findingStates[mark]}` },
  { head: "File", cellOf: ({ path }) => cell(path) },
  { head: "What is the matter", cellOf: ({ detail }) => cell(redactText(detail ?? "")) },
];

function findingTable({ findings, summary, ignoreExtra }: CheckedParts, bytes: number): string {
  if (findings.length === 0) return "";
  const { missing, different, unreadable, extra } = summary.findings;
  const { text, left } = table(findingColumns, findings, { rows: findings.length, bytes });
  const all = missing + different + unreadable + (ignoreExtra ? 0 : extra);
  return `### Findings\n\n${text}${moreText(all - (findings.length - left))}`;
}
