import type { Finding, VerifySummary } from "../../app_verify.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import type { Style } from "./style.ts";
import { printable } from "./text.ts";

/**
 * One finding on one line: mark, path, and what is the matter.
 *
 * @param forPeople two spaces before what is the matter, in colour; else a tab, which no printed path holds
 */
export function findingLine(
  { mark, path, detail }: Finding,
  { style, forPeople }: { style: Style; forPeople: boolean },
): string {
  const paint = { "=": style.dim, "-": style.red, "*": style.red, "!": style.red, "+": style.yellow }[mark];
  const why = detail === undefined ? "" : printable(detail);
  const tail = why === "" ? "" : forPeople ? style.dim(`  ${why}`) : `\t${why}`;
  return `${paint(mark)} ${printable(path)}${tail}`;
}

/** What a mark means, in one word. */
export const findingStates = {
  "=": "held",
  "-": "missing",
  "*": "different",
  "!": "unreadable",
  "+": "extra",
} as const;

/** One finding as a JSON object without a line break, fit for a terminal. */
export function findingJson(finding: Finding): string {
  const { mark, kind, path, fileKey, meetingUuid, detail, expected, found, twinOf } = finding;
  return safeJson({
    type: "finding",
    mark,
    state: findingStates[mark],
    kind,
    path,
    file_key: fileKey,
    meeting_uuid: meetingUuid,
    expected_size: expected?.sizeBytes,
    expected_sha256: expected?.sha256,
    found_size: found?.sizeBytes,
    found_sha256: found?.sha256,
    twin_of: twinOf,
    message: detail,
  });
}

/** The summary as a JSON object. */
export function verifySummaryJson(summary: VerifySummary): string {
  return safeJson({ type: "summary", ...summary });
}

/** JSON leaves alone what steers terminals beyond ASCII; written as escapes it means the same. */
function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What people read at the end. */
export function renderVerifySummary(
  summary: VerifySummary,
  { style, ignoreExtra, repairing }: { style: Style; ignoreExtra: boolean; repairing: boolean },
): string {
  const { files, findings, repair } = summary;
  const { extra, ...rest } = findings;
  const found = [
    ...Object.entries(rest),
    ...(ignoreExtra ? [] : [["not in the inventory", extra] as const]),
  ].filter(([, count]) => count > 0).map(([name, count]) => `${formatCount(count)} ${name}`);
  const notHeld = Object.entries(summary.not_held).map(([status, count]) =>
    `${formatCount(count)} ${status}`
  );
  const depth = summary.deep
    ? `${depthText(summary)} (${formatBytes(summary.bytes_read)} read)`
    : depthText(summary);
  const lines = [
    `Files held${repair ? " before" : ""}: ${formatCount(files.held)} of ${
      formatCount(files.checked)
    } checked, ${depth}`,
    ...(found.length > 0 ? [`Findings: ${found.join(", ")}`] : []),
    ...(repair
      ? [
        `Repaired: ${formatCount(repair.repaired)}, ${formatBytes(repair.bytes)} fetched; remaining: ${
          formatCount(repair.remaining)
        }`,
      ]
      : []),
    ...(notHeld.length > 0 ? [`Not held, by status: ${notHeld.join(", ")}`] : []),
    `Elapsed: ${formatDuration(summary.seconds * 1000)}`,
  ];
  const verdict = verdictOfCheck(summary, { repairing });
  return [...lines, summary.exit_code === 0 ? style.green(verdict) : style.red(verdict)].join("\n");
}

/** What was compared. */
export function depthText({ deep, subset }: VerifySummary): string {
  return deep ? `sizes, and the content of ${subset ? `part ${subset}` : "all"}` : "presence and sizes";
}

/** One sentence: whether all is well, and what to do where it is not. */
export function verdictOfCheck(
  { exit_code: code, findings, repair }: VerifySummary,
  { repairing }: { repairing: boolean },
): string {
  if (code === 0) return "All is well";
  const fixable = findings.missing + findings.different + findings.unreadable > 0;
  const hint = repairing
    ? repair && repair.remaining > 0 ? ": the lines above and the warnings say why" : ""
    : fixable
    ? ": zoom-extract verify --repair fetches it again"
    : ": what is not in the inventory may be moved away, or left with --ignore-extra";
  return `Not all is well${hint}`;
}
