import type { EventListener, RunEvent } from "../../core/events.ts";
import { redactText } from "../../core/redact.ts";
import { formatCount, formatDuration } from "../../core/units.ts";
import type { CliContext } from "../context.ts";
import { isQuiet } from "../verbosity.ts";
import { bytesOf, etaText, hooksText, listingText, percent, renderFrame } from "./frame.ts";
import { createLiveArea, type LiveArea } from "./live_area.ts";
import { applyEvent, createProgressState, type ProgressState, totals } from "./progress_state.ts";
import { createStyle, type Style, wantsColor } from "./style.ts";
import { hang, printable } from "./text.ts";

/** Tells on stderr how a run goes. */
export interface Reporter {
  /** Takes the run's events in. */
  readonly onEvent: EventListener;
  /** Writes whole lines, above the live view where there is one. */
  print(text: string): void;
  readonly state: ProgressState;
  /** Distinct warnings seen so far, the first few. */
  readonly warnings: readonly string[];
  /** Stops repainting and gives the terminal back. Twice is once. */
  close(): void;
}

/** How to report. */
export interface ReporterOptions {
  /** `live` where the terminal can show it; else plain lines, as `plain` asks for; `none` shows no progress. */
  readonly view: "live" | "plain" | "none";
  /** Least severe notice that is printed. @default {"info"} */
  readonly level?: NoticeLevel;
}

type NoticeLevel = "info" | "warning" | "error";

const severity: Readonly<Record<NoticeLevel, number>> = { info: 0, warning: 1, error: 2 };
const paintEveryMs = 100;
const plainEveryMs = 10_000;
const shownFailures = 20;
const keptWarnings = 20;

/** A live view on a terminal that can show one, else a plain line every ten seconds, unless only problems are told. */
export function createReporter(context: CliContext, options: ReporterOptions): Reporter {
  const live = options.view === "live" && context.stderr.isTerminal && context.env("TERM") !== "dumb";
  const color = wantsColor(context.stderr, context);
  const style = createStyle(color);
  const area = hangingArea(createLiveArea(context), context);
  const state = createProgressState(context.clock.now());
  const warnings: string[] = [];
  const paint = () =>
    area.paint(renderFrame(state, { ...context.size(), color, nowMs: context.clock.now() }));
  const plainLine = () => area.print(renderPlainLine(state, context.clock.now()));
  const stopTimer = live
    ? context.every(paintEveryMs, paint)
    : options.view === "none" || isQuiet(context)
    ? () => {}
    : context.every(plainEveryMs, plainLine);
  const stopWatching = context.onCrash(() => area.close());
  let finished = false;
  return {
    state,
    warnings,
    onEvent(event) {
      applyEvent(state, event, context.clock.now());
      tell(event, { area, style, state, warnings, level: options.level ?? "info" });
    },
    print: (text) => area.print(text),
    close() {
      if (finished) return;
      finished = true;
      stopTimer();
      stopWatching();
      area.close();
    },
  };
}

/** Breaks what is printed where the terminal would break it, but between words. */
function hangingArea(area: LiveArea, { stderr, size }: CliContext): LiveArea {
  if (!stderr.isTerminal) return area;
  return { ...area, print: (text) => area.print(hang(text, size().columns)) };
}

interface Told {
  readonly area: LiveArea;
  readonly style: Style;
  readonly state: ProgressState;
  readonly warnings: string[];
  readonly level: NoticeLevel;
}

function tell(event: RunEvent, told: Told): void {
  if (event.type === "notice") return tellNotice(event, told);
  if (event.type === "hook") return tellHook(event, told);
  if (event.type !== "file_failed") return;
  const { area, style, state } = told;
  if (state.failedFiles > shownFailures) return;
  const label = event.code === "gone" ? style.yellow("gone") : style.red("failed");
  area.print(`${label}  ${printable(event.path)}: ${printable(redactText(event.message))}`);
  if (state.failedFiles === shownFailures) {
    area.print(style.dim("        further failures are counted below only"));
  }
}

function tellHook(event: RunEvent & { type: "hook" }, { area, style, state }: Told): void {
  if (event.state !== "failed" || state.hooks.failed > shownFailures) return;
  const text = `${printable(event.path)}: ${printable(redactText(event.message ?? ""))}`;
  area.print(`${style.yellow("hook failed")}  ${text}`);
}

function tellNotice(event: RunEvent & { type: "notice" }, { area, style, warnings, level }: Told): void {
  const text = printable(redactText(event.message));
  const hint = event.hint === undefined ? "" : `; ${printable(redactText(event.hint))}`;
  if (event.level === "warning" && !warnings.includes(text + hint) && warnings.length < keptWarnings) {
    warnings.push(text + hint);
  }
  if (severity[event.level] < severity[level]) return;
  const label =
    { info: style.dim("note"), warning: style.yellow("warning"), error: style.red("error") }[event.level];
  area.print(`${label}  ${text}${style.dim(hint)}`);
}

/** `Progress: 12/340 files, 1.2/34.5 GiB (3%), 10.2 MiB/s, ETA 12m30s, 4 active`. */
export function renderPlainLine(state: ProgressState, nowMs: number): string {
  const { doneFiles, files, doneBytes, bytes } = totals(state);
  const rate = state.meter.bytesPerSecond(nowMs);
  const eta = state.queue.complete ? etaText(bytes - doneBytes, rate) : "";
  const share = state.queue.complete && bytes > 0 ? ` (${percent(doneBytes / bytes)})` : "";
  const parts = [
    `Progress: ${formatCount(doneFiles)}/${formatCount(files)} files`,
    bytesOf(doneBytes, bytes) + share,
    rate > 0 ? `${bytesOf(rate, undefined)}/s` : "",
    eta && `ETA ${eta}`,
    state.transfers.size > 0 ? `${state.transfers.size} active` : "",
    state.failedFiles > 0 ? `${formatCount(state.failedFiles)} failed` : "",
    hooksText(state),
    state.listing.done ? "" : listingText(state).toLowerCase(),
    `${formatDuration(nowMs - state.startedMs)} elapsed`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}
