import type { Plan } from "../../core/events.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { countOf } from "./frame.ts";
import type { Style } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { printable } from "./text.ts";

const head: readonly Column[] = [
  { title: "User", flexible: true },
  { title: "Month" },
  { title: "To fetch", align: "right" },
  { title: "Bytes", align: "right" },
  { title: "Held", align: "right", spare: 2 },
  { title: "Bytes", align: "right", spare: 3 },
  { title: "Left out", align: "right", spare: 1 },
];

/** What a real run would fetch, per user and month, and whether the disk holds it. */
export function renderPlan(
  plan: Plan,
  options: { columns: number; style: Style; minFreeSpaceBytes: number },
): string {
  const rows = plan.months.map((row) => [
    printable(row.user),
    row.month,
    formatCount(row.fetchFiles),
    formatBytes(row.fetchBytes),
    formatCount(row.heldFiles),
    formatBytes(row.heldBytes),
    formatCount(row.skippedFiles),
  ]);
  const table = rows.length > 0 ? renderTable(head, rows, options) : [];
  return ["", ...table, "", totalLine(plan), diskLine(plan, options)].join("\n");
}

function totalLine({ fetch, held }: Plan): string {
  const unknown = fetch.unknownSizes > 0 ? `, ${formatCount(fetch.unknownSizes)} of unknown size` : "";
  return `To fetch: ${countOf(fetch.files, "file")}, ${formatBytes(fetch.bytes)}${unknown}; ` +
    `held: ${countOf(held.files, "file")}, ${formatBytes(held.bytes)}`;
}

function diskLine(
  { freeBytes, fetch }: Plan,
  { style, minFreeSpaceBytes }: { style: Style; minFreeSpaceBytes: number },
): string {
  if (freeBytes === undefined) {
    return "Whether the disk holds it is not known: its free space cannot be looked at yet; a run looks before each file";
  }
  const missing = fetch.bytes + minFreeSpaceBytes - freeBytes;
  const free = `${formatBytes(freeBytes)} free, ${formatBytes(minFreeSpaceBytes)} to be left`;
  return missing > 0
    ? style.red(`The disk does not hold it: ${formatBytes(missing)} short (${free})`)
    : style.green(`The disk holds it (${free})`);
}
