import type {
  ArchiveStatus,
  Holding,
  Incompleteness,
  MonthHolding,
  RunEnd,
} from "../../core/archive_status.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { countOf } from "./frame.ts";
import { reconciliationLines } from "./reconciliation.ts";
import type { Style } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { hang, printable } from "./text.ts";

/** How to show a status. */
export interface StatusLayout {
  readonly columns: number;
  readonly style: Style;
  /** Everybody, or everybody's months; some people where absent. */
  readonly by?: "user" | "month" | undefined;
}

/** Columns of the CSV, in this order. */
export const holdingColumns = [
  "user_email",
  "user_id",
  "month",
  "known_files",
  "known_bytes",
  "held_files",
  "held_bytes",
  "failed",
  "pending",
  "not_ready",
  "in_trash",
  "gone",
  "skipped",
  "asked_days",
  "proven_days",
] as const satisfies readonly (keyof MonthHolding)[];

/** People shown unless everybody is asked for. */
const shownPeople = 20;
const shownGaps = 5;

/** The whole status for people, line by line. */
export function renderStatus(status: ArchiveStatus, layout: StatusLayout): string[] {
  const { changes, departed, ...rest } = status;
  const reconciled = {
    ...rest,
    ...(changes === null ? {} : { changes }),
    ...(departed === null ? {} : { departed }),
  };
  // Paths, below four spaces, stay whole.
  const narrow = (lines: readonly string[]) =>
    lines.map((line) => line.startsWith("    ") ? line : hang(line, layout.columns));
  return [
    ...narrow(overviewLines(status, layout)),
    ...tableLines(status, layout),
    ...narrow(reconciliationLines(reconciled, { ...layout, full: true })),
    ...narrow(["", verdict(status, layout.style)]),
  ];
}

function overviewLines(status: ArchiveStatus, { style }: StatusLayout): string[] {
  const { totals, running, narrowed } = status;
  const people = `${totals.people === 1 ? "1 person" : `${formatCount(totals.people)} people`}`;
  const days = totals.first_meeting === "" ? "" : `, ${totals.first_meeting} to ${totals.last_meeting}`;
  return [
    `${style.bold("Archive:")} ${printable(status.archive)}`,
    ...narrowedLine(narrowed),
    `Held: ${formatCount(totals.held_files)}/${countOf(totals.known_files, "file")}, ` +
    `${formatBytes(totals.held_bytes)} of ${formatBytes(totals.known_bytes)}`,
    `Known: ${people}, ${countOf(totals.meetings, "meeting")}${days}`,
    ...windowLines(status, style),
    ...(running
      ? [style.cyan(`Running: ${running.run_id} since ${timeOf(running.started_at)}, process ${running.pid}`)]
      : []),
    ...runLines(status, style),
  ];
}

function narrowedLine({ from, to, users }: ArchiveStatus["narrowed"]): string[] {
  const parts = [
    ...(users.length > 0 ? [`people ${users.join(",")}`] : []),
    ...(from === null ? [] : [`from ${from}`]),
    ...(to === null ? [] : [`to ${to}`]),
  ];
  return parts.length === 0 ? [] : [`Narrowed: ${printable(parts.join(", "))}`];
}

function windowLines({ windows }: ArchiveStatus, style: Style): string[] {
  const { proven, remembered, unproven, gaps } = windows;
  const known = `${formatCount(proven)}/${formatCount(proven + unproven)}`;
  const earlier = remembered > 0 ? `, ${formatCount(remembered)} by earlier runs` : "";
  const since = proven > 0
    ? `; proofs of ${dayOf(windows.oldest_proof)} to ${dayOf(windows.newest_proof)}`
    : "";
  const trash = windows.unproven_trash > 0
    ? [style.red(`  ${countOf(windows.unproven_trash, "listing")} of the trash by the last run not complete`)]
    : [];
  const isWhole = unproven === 0 && gaps.length === 0;
  const line = `Windows proven: ${known}${earlier}${since}`;
  const more = gaps.length - shownGaps;
  return [
    isWhole ? line : style.red(line),
    ...gaps.slice(0, shownGaps).map((gap) => style.red(`  not proven: ${daysOf(gap)}${whoOf(gap)}`)),
    ...(more > 0 ? [style.red(`  … and ${countOf(more, "more gap")}`)] : []),
    ...trash,
  ];
}

function whoOf({ users, user_email }: ArchiveStatus["windows"]["gaps"][number]): string {
  if (users === 0) return ", the whole account";
  return `, ${printable(user_email)}${users > 1 ? ` and ${formatCount(users - 1)} more` : ""}`;
}

function runLines({ runs, running }: ArchiveStatus, style: Style): string[] {
  if (runs.length === 0) return [style.yellow("Runs: none yet")];
  const table = runs.map((run) => {
    const words = run.run_id === running?.run_id
      ? style.cyan("going on")
      : run.status === "running"
      ? style.red("ended without saying so")
      : run.status === "completed"
      ? style.green("completed")
      : style.red(run.status) + codeOf(run);
    const who = run.users.length > 0 ? `, ${printable(run.users.join(","))}` : "";
    return `  ${timeOf(run.started_at)}  ${words}, ${daysOf(run)}${who}`;
  });
  return [style.bold("Last runs"), ...table];
}

function codeOf({ exit_code }: RunEnd): string {
  return exit_code === null ? "" : ` (exit code ${exit_code})`;
}

const head: readonly Column[] = [
  { title: "User", flexible: true },
  { title: "Month" },
  { title: "Held", align: "right" },
  { title: "Known", align: "right" },
  { title: "Bytes held", align: "right", spare: 2 },
  { title: "Bytes known", align: "right", spare: 4 },
  { title: "Failed", align: "right" },
  { title: "Open", align: "right" },
  { title: "Left out", align: "right", spare: 3 },
  { title: "Days proven", align: "right", spare: 1 },
];

function tableLines(status: ArchiveStatus, layout: StatusLayout): string[] {
  const all: readonly (Holding & { month?: string })[] = layout.by === "month"
    ? status.months ?? []
    : status.users;
  if (all.length === 0) return [];
  const isCut = layout.by === undefined && all.length > shownPeople;
  const shown = isCut ? mostPressing(all).slice(0, shownPeople) : all;
  const cells = shown.map(cellsOf);
  const kept = (_: unknown, index: number) => layout.by === "month" || index !== 1;
  const table = renderTable(head.filter(kept), cells.map((row) => row.filter(kept)), layout);
  const more = isCut
    ? [
      layout.style.dim(
        `… and ${formatCount(all.length - shown.length)} more people: --by user shows everybody`,
      ),
    ]
    : [];
  return ["", ...table, ...more];
}

/** Those that miss most first, then those that hold most. */
function mostPressing<H extends Holding>(holdings: readonly H[]): H[] {
  const missing = (each: Holding) =>
    each.failed + each.pending + each.not_ready + each.in_trash + (each.asked_days - each.proven_days);
  return holdings.toSorted((a, b) => missing(b) - missing(a) || b.held_bytes - a.held_bytes);
}

function cellsOf(each: Holding & { month?: string }): string[] {
  const open = each.pending + each.not_ready + each.in_trash;
  return [
    printable(each.user_email),
    each.month || "undated",
    formatCount(each.held_files),
    formatCount(each.known_files),
    formatBytes(each.held_bytes),
    formatBytes(each.known_bytes),
    formatCount(each.failed),
    formatCount(open),
    formatCount(each.skipped + each.gone),
    `${formatCount(each.proven_days)}/${formatCount(each.asked_days)}`,
  ];
}

const reasons: Readonly<Record<Incompleteness, string>> = {
  no_run: "no run has ended yet",
  last_run: "the last run did not complete",
  nobody: "no run has seen anybody whom --user-filter means",
  failed: "files failed",
  pending: "files are left to fetch",
  windows: "days are not proven",
};

function verdict({ complete, incomplete, missing }: ArchiveStatus, style: Style): string {
  if (!complete) return style.red(`Incomplete: ${incomplete.map((reason) => reasons[reason]).join(", ")}`);
  const waiting = missing.some(({ status }) => status === "not_ready" || status === "in_trash");
  return style.green(
    waiting
      ? "Complete, but for what is not ready or in the trash"
      : "Complete: everything asked for is held and proven",
  );
}

function daysOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return from === to ? from : `${from} to ${to}`;
}

function timeOf(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")}Z`;
}

function dayOf(iso: string): string {
  return iso.slice(0, 10);
}
