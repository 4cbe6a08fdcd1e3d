import type { Expiry, MissingGroup, Reconciliation, RunChanges } from "../../core/reconciliation.ts";
import { redactText } from "../../core/redact.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { countOf } from "./frame.ts";
import type { Style } from "./style.ts";
import { printable } from "./text.ts";

/** How to lay it out. */
export interface ReconciliationLayout {
  readonly style: Style;
  /** Width of the terminal; 0 where lines stay whole. */
  readonly columns: number;
  /** Also the first few paths of each reason, and everybody who has left. */
  readonly full: boolean;
}

/** Days of deletion, and people, that are spelled out. */
const told = 5;

/** What is missing and why, what the run changed, who has left, what Zoom deletes next. Empty parts are left out. */
export function reconciliationLines(found: Reconciliation, layout: ReconciliationLayout): string[] {
  const parts = [
    missingLines(found.missing, layout),
    changeLines(found.changes, layout),
    departedLines(found.departed, layout),
    expiryLines(found.expiring, layout),
  ];
  return layout.full
    ? parts.filter((part) => part.length > 0).flatMap((part) => ["", ...part])
    : parts.flat();
}

/** `3 failed (html)`, `12 skipped (exclude-types)`. */
function reasonOf({ status, why }: MissingGroup): string {
  const words: Readonly<Record<MissingGroup["status"], string>> = {
    failed: "failed",
    pending: "to fetch",
    active: "being fetched",
    not_ready: "not ready",
    in_trash: "in the trash",
    skipped: "skipped",
    gone: "gone",
  };
  return `${words[status]}${why === "" ? "" : ` (${printable(why)})`}`;
}

/** What helps. */
const remedies: Readonly<Record<MissingGroup["status"], string>> = {
  failed: "the next run tries them again",
  pending: "the next run fetches them",
  active: "a run fetches them; if none goes on, the next one does",
  not_ready: "Zoom still works on them: run again later",
  in_trash: "recover them in Zoom (Recordings, Trash), then run again",
  skipped: "left out on purpose",
  gone: "Zoom no longer has them: nothing can be done",
};

function remedyOf({ status, why }: MissingGroup): string {
  if (status !== "skipped") return remedies[status];
  if (why === "types" || why === "exclude-types") return `left out by --${why}: run without it to fetch them`;
  if (why === "on-premise") return "they lie on your own recorder, where Zoom's API does not reach";
  return "left out by that filter of a plugin: run without it to fetch them";
}

function missingLines(missing: readonly MissingGroup[], layout: ReconciliationLayout): string[] {
  const { style, full } = layout;
  if (missing.length === 0) return full ? [style.green("Missing: nothing")] : [];
  if (!full) {
    const parts = missing.map((group) => `${formatCount(group.files)} ${reasonOf(group)}`);
    return [colorOf(missing, style)(`Missing: ${parts.join(", ")}`)];
  }
  return [style.bold("Missing"), ...missing.flatMap((group) => groupLines(group, layout))];
}

function colorOf(missing: readonly MissingGroup[], style: Style): (text: string) => string {
  if (missing.some(({ status }) => status === "failed")) return style.red;
  return missing.some(({ status }) => status !== "skipped" && status !== "gone") ? style.yellow : style.dim;
}

/** Paths stay whole, so that they can be copied. */
function groupLines(group: MissingGroup, { style }: ReconciliationLayout): string[] {
  const head = `  ${countOf(group.files, "file")} ${reasonOf(group)}, ${formatBytes(group.bytes)}: ${
    remedyOf(group)
  }`;
  const paths = group.first.map((file) =>
    `    ${printable(file.path || `${file.meeting_topic || "untitled"} of ${file.user_email}`)}`
  );
  const error = group.first.find(({ error }) => error !== "")?.error;
  const more = group.files - group.first.length;
  return [
    head,
    ...paths,
    ...(more > 0 ? [style.dim(`    … and ${formatCount(more)} more`)] : []),
    ...(error === undefined ? [] : [style.dim(`    the first: ${printable(redactText(error))}`)]),
  ];
}

function changeLines(changes: RunChanges | undefined, { style, full }: ReconciliationLayout): string[] {
  if (changes === undefined) return [];
  const parts: readonly (readonly [number, string])[] = [
    [changes.new, "new"],
    [changes.held, "newly held"],
    [changes.failed, "newly failed"],
    [changes.gone, "newly gone"],
    [changes.in_trash, "newly in the trash"],
    [changes.not_ready, "newly not ready"],
    [changes.skipped, "newly skipped"],
    [changes.pending, "newly to fetch"],
  ];
  const told = parts.filter(([files]) => files > 0).map(([files, what]) => `${formatCount(files)} ${what}`);
  const text = told.length > 0 ? told.join(", ") : "nothing";
  return [style.dim(`Changed by ${full ? "the last" : "this"} run: `) + text];
}

function departedLines(departed: Reconciliation["departed"], layout: ReconciliationLayout): string[] {
  const { style, full } = layout;
  if (departed === undefined) {
    return full ? [style.dim("Hosts that left: not known, as no run has listed the users")] : [];
  }
  if (departed.length === 0) return [];
  const lines = departed.map((host) =>
    `${printable(host.user_email)} (${printable(host.state)}): ` +
    `${formatCount(host.held)}/${countOf(host.files, "file")} held, ${formatBytes(host.held_bytes)}`
  );
  if (full) return [style.bold("Hosts that left and own recordings"), ...lines.map((line) => `  ${line}`)];
  const rest = lines.length > told ? `, and ${formatCount(lines.length - told)} more` : "";
  return [`Hosts that left and own recordings: ${lines.slice(0, told).join(", ")}${rest}`];
}

function expiryLines(expiring: readonly Expiry[], { style, full }: ReconciliationLayout): string[] {
  const urgent = expiring.filter(({ files }) => files > 0);
  const safe = expiring.filter(({ files, held }) => files === 0 && held > 0);
  if (!full) {
    const [first] = urgent;
    if (first === undefined) return [];
    const all = urgent.reduce((sum, { files }) => sum + files, 0);
    return [
      style.yellow(
        `Zoom deletes next, not held: ${countOf(first.files, "file")} on ${first.day} (${causeOf(first)}), ` +
          `${formatCount(all)} within 30 days`,
      ),
    ];
  }
  const shown = [...urgent, ...safe].slice(0, told);
  if (shown.length === 0) return [];
  const more = urgent.length + safe.length - shown.length;
  return [
    style.bold("Zoom deletes next"),
    ...shown.map((each) => expiryLine(each, style)),
    ...(more > 0 ? [style.dim(`  … and on ${countOf(more, "more day")}`)] : []),
  ];
}

function expiryLine(expiry: Expiry, style: Style): string {
  const { day, files, bytes, held } = expiry;
  const open = files > 0 ? [style.yellow(`${countOf(files, "file")} not held, ${formatBytes(bytes)}`)] : [];
  const safe = held > 0 ? [`${formatCount(held)} held`] : [];
  return `  ${day}  ${[...open, ...safe].join("; ")} (${causeOf(expiry)})`;
}

function causeOf({ cause }: Expiry): string {
  return cause === "trash" ? "end of its time in the trash" : "automatic deletion";
}
