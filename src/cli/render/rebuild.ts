import type { OddityKind, RebuildSummary } from "../../app_rebuild.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import type { Style } from "./style.ts";
import { printable } from "./text.ts";

const shownPerKind = 10;

const headings: Readonly<Record<OddityKind, string>> = {
  missing: "Not on disk; the next run fetches them",
  differs: "Other than they were stored; the next run fetches them",
  unknown: "On disk and not known; left in place",
  unreadable: "Cannot be used",
  duplicate: "Told twice",
  link: "Symbolic links",
};

const labels: readonly (readonly [status: string, label: string])[] = [
  ["completed", "Files held"],
  ["pending", "To fetch"],
  ["failed", "Failed before"],
  ["skipped", "Left out by filters"],
  ["not_ready", "Still processed by Zoom"],
  ["in_trash", "In the trash"],
  ["gone", "Gone from Zoom"],
];

/** What a rebuild found: counts, what is odd, where the former inventory is, and what comes next. */
export function renderRebuild(
  summary: RebuildSummary | undefined,
  { style, outputDir }: { style: Style; outputDir: string },
): string {
  if (!summary) return "Nothing to do: the inventory is not lost";
  const { files } = summary;
  const count = (status: string) => files[status] ?? 0;
  const lines = [
    `Meetings: ${formatCount(summary.meetings)}`,
    ...labels.flatMap(([status, label]) => {
      if (status !== "completed" && count(status) === 0) return [];
      const bytes = status === "completed" ? ` (${formatBytes(summary.bytes)})` : "";
      return [`${label}: ${formatCount(count(status))}${bytes}`];
    }),
    ...(summary.from_journal > 0
      ? [`Known from the journal alone: ${formatCount(summary.from_journal)}`]
      : []),
    ...(summary.partials > 0 ? [`Partial files: ${formatCount(summary.partials)}`] : []),
    ...oddityLines(summary, style),
    ...(summary.backup === undefined
      ? []
      : [`The former inventory is kept as ${printable(`${outputDir}/${summary.backup}`)}`]),
  ];
  const isClean = Object.keys(summary.oddity_counts).length === 0;
  const verdict = isClean
    ? style.green("The inventory is there again, and all of it fits")
    : style.yellow("The inventory is there again; look at what is listed above");
  return [...lines, verdict].join("\n");
}

function oddityLines({ oddity_counts: counts, oddities }: RebuildSummary, style: Style): string[] {
  return (Object.keys(headings) as OddityKind[]).flatMap((kind) => {
    const count = counts[kind] ?? 0;
    if (count === 0) return [];
    const shown = oddities.filter((oddity) => oddity.kind === kind).slice(0, shownPerKind);
    const rest = count - shown.length;
    return [
      style.yellow(`${headings[kind]}: ${formatCount(count)}`),
      ...shown.map(({ path, message }) => `  ${printable(path)}: ${printable(message)}`),
      ...(rest > 0 ? [`  and ${formatCount(rest)} more; --json lists them, up to 200 of a kind`] : []),
    ];
  });
}
