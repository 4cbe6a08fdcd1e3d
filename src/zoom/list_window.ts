import { addDays, type DateRange, daysIn } from "../core/date_range.ts";
import type { WindowProof } from "../core/events.ts";
import type { Listed } from "../core/listing.ts";
import type { ListedMeeting } from "../core/recording.ts";
import type { ZoomApi } from "./api.ts";
import { whyIncomplete } from "./hidden_files.ts";
import { listPass, type Pass } from "./list_pass.ts";
import type { RecordingList } from "./recording_list.ts";
import { halve, haveCommonDay, intersection, missingParts } from "./windows.ts";

/** A window whose meetings could not all be accounted for. */
export interface UnprovenWindow {
  readonly proof: WindowProof;
  /** Uuids of all meetings that arrived from it, those of its proven parts included. */
  readonly seen: Set<string>;
  /** The parts that are not proven; the window itself where it was not split. */
  readonly parts: readonly WindowProof[];
  /** Why single meetings are incomplete: only a list that shows them all once more, complete, makes that good. */
  readonly incomplete: string | undefined;
  /** True when splitting brought meetings that the whole had not. */
  readonly splitHelped: boolean;
}

/** What listing a window needs besides the list. */
export interface WindowOptions {
  readonly window: DateRange;
  /** `YYYY-MM-DD`, UTC: later days cannot have recordings yet. */
  readonly today: string;
  /** False to leave a window that falls short as it is. @default {true} */
  readonly split?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Lists one window until it adds up: every page, compared with the number of meetings Zoom states; if it falls
 * short once more from page one, then in halves, down to a day. Days Zoom left out of its answer are asked for
 * again. Proven windows and parts are yielded; unproven ones are returned, for the caller to settle.
 */
export async function* listWindow(
  api: ZoomApi,
  list: RecordingList,
  options: WindowOptions,
): AsyncGenerator<Listed, UnprovenWindow[]> {
  const { window, today, split = true, signal } = options;
  const result = yield* listUntilComplete(api, list, { window, passes: 2, signal });
  const { proof, missing } = judge(list, window, { ...result, today });
  const unproven: UnprovenWindow[] = [];
  if (proof.proven) {
    yield { type: "window", proof };
  } else {
    const seen = new Set(result.known);
    const canSplit = split && result.isShort && daysIn(proof.asked) > 1;
    const parts = canSplit
      ? yield* listHalves(api, list, { ...options, window: proof.asked, seen, singleDays: new Set() })
      : [proof];
    if (parts.length > 0) {
      const { incomplete } = result;
      unproven.push({ proof, seen, parts, incomplete, splitHelped: seen.size > result.known.size });
    }
  }
  if (missing.length > 0) yield narrowedWarning(list, window, proof.echoed ?? window);
  for (const part of missing) unproven.push(...yield* listWindow(api, list, { ...options, window: part }));
  return unproven;
}

/**
 * Lists a window in halves, and these again, as far as they do not add up. Each level lists the same days once
 * more, so only single days, which cannot be split, get a second pass.
 *
 * @returns the proofs of the parts that stay unproven
 */
async function* listHalves(
  api: ZoomApi,
  list: RecordingList,
  options: WindowOptions & { seen: Set<string>; singleDays: Set<string> },
): AsyncGenerator<Listed, WindowProof[]> {
  const { window, today, seen, singleDays, signal } = options;
  const unproven: WindowProof[] = [];
  for (const half of halve(window)) {
    const isDay = daysIn(half) === 1;
    // Halves share a day, so each of them may come down to it.
    if (isDay && singleDays.has(half.from)) continue;
    if (isDay) singleDays.add(half.from);
    const passes = isDay ? 2 : 1;
    const result = yield* listUntilComplete(api, list, { window: half, passes, signal });
    for (const uuid of result.known) seen.add(uuid);
    const { proof, missing } = judge(list, half, { ...result, today });
    if (proof.proven && missing.length === 0) yield { type: "window", proof };
    else if (!isDay) unproven.push(...yield* listHalves(api, list, { ...options, window: half }));
    else unproven.push(proof);
  }
  return unproven;
}

/** What a result proves, and the days Zoom left out. */
function judge(
  list: RecordingList,
  asked: DateRange,
  result: ListResult & { today: string },
): { proof: WindowProof; missing: DateRange[] } {
  const echoed = echoOf(result.pass, asked);
  const missing = echoed === undefined
    ? []
    : missingParts(asked, echoed).filter((part) => firstMissing(part, echoed) <= result.today);
  const isElsewhere = missing.length === 1 && missing[0]?.from === asked.from && missing[0]?.to === asked.to;
  const proof = proofOf(list, { ...result, asked, echoed, isElsewhere });
  return { proof, missing: isElsewhere ? [] : missing };
}

/** The first day of a missing part that was not answered for: parts reach one day into the answer. */
function firstMissing(part: DateRange, answered: DateRange): string {
  return part.from === answered.to ? addDays(part.from, 1) : part.from;
}

/** Lists one trash, which has no dates, and yields its proof. */
export async function* listTrashList(
  api: ZoomApi,
  list: RecordingList,
  options: { whole: boolean; signal: AbortSignal },
): AsyncGenerator<Listed> {
  const { whole, signal } = options;
  const asTrash = (meetings: readonly ListedMeeting[]): Listed => ({
    type: "trash",
    scope: list.scope,
    whole,
    meetings,
  });
  const result = yield* listUntilComplete(api, list, { window: undefined, passes: 2, signal, wrap: asTrash });
  const asked = { from: "", to: "" };
  yield { type: "window", proof: proofOf(list, { ...result, asked, echoed: undefined, isElsewhere: false }) };
}

interface ListResult {
  readonly pass: Pass;
  readonly known: Set<string>;
  /** True when fewer meetings arrived than Zoom says there are. */
  readonly isShort: boolean;
  /** Why single meetings are incomplete. */
  readonly incomplete: string | undefined;
}

async function* listUntilComplete(
  api: ZoomApi,
  list: RecordingList,
  options: {
    window: DateRange | undefined;
    /** How often to begin at page one before giving up. */
    passes: number;
    signal: AbortSignal;
    wrap?: (meetings: readonly ListedMeeting[]) => Listed;
  },
): AsyncGenerator<Listed, ListResult> {
  const { window, passes, signal } = options;
  const wrap = options.wrap ??
    ((meetings) => ({ type: "meetings", scope: list.scope, meetings } satisfies Listed));
  const known = new Set<string>();
  let incomplete: string | undefined;
  for (let number = 1;; number++) {
    const pages = listPass(api, list, { window, known, signal });
    let step = await pages.next();
    for (; !step.done; step = await pages.next()) {
      const refined = await list.refine?.(step.value, signal) ?? { meetings: step.value };
      incomplete ??= refined.incomplete ?? whyIncomplete(refined.meetings);
      if (refined.meetings.length > 0) yield wrap(refined.meetings);
    }
    const pass = step.value;
    const isShort = pass.totalRecords === undefined
      ? pass.fault !== undefined || isUnconfirmedNone(pass, number)
      : known.size < pass.totalRecords;
    if (!isShort || number === passes) return { pass, known, isShort, incomplete };
  }
}

/** An error means "no recording" only when it comes again: errors never mean absence by themselves. */
function isUnconfirmedNone({ saysNone }: Pass, number: number): boolean {
  return saysNone && number === 1;
}

/** The days Zoom answered for, when it says so; a missing end counts as the one asked for. */
function echoOf({ from, to }: Pass, asked: DateRange): DateRange | undefined {
  return from === undefined && to === undefined
    ? undefined
    : { from: from ?? asked.from, to: to ?? asked.to };
}

function proofOf(
  list: RecordingList,
  result: ListResult & { asked: DateRange; echoed: DateRange | undefined; isElsewhere: boolean },
): WindowProof {
  const { asked, echoed, isElsewhere } = result;
  const reason = isElsewhere ? "Zoom answered for other days" : reasonOf(result);
  return {
    scope: list.scope,
    asked: echoed === undefined || !haveCommonDay(asked, echoed) ? asked : intersection(asked, echoed),
    echoed,
    totalRecords: result.pass.totalRecords,
    seen: result.known.size,
    proven: reason === undefined,
    reason,
  };
}

/** Why a window is not proven; `undefined` when it is. */
function reasonOf({ pass, known, isShort, incomplete }: ListResult): string | undefined {
  const details = [
    ...(pass.fault === undefined ? [] : [pass.fault]),
    ...(pass.malformed === 0 ? [] : [`${pass.malformed} entries were no meetings`]),
  ];
  const because = details.length === 0 ? "" : ` (${details.join(", ")})`;
  if (pass.saysNone && !isShort && known.size === 0) return incomplete;
  if (pass.totalRecords === undefined) return `Zoom does not say how many meetings there are${because}`;
  if (isShort) return `${known.size} of ${pass.totalRecords} meetings arrived${because}`;
  return incomplete;
}

function narrowedWarning(list: RecordingList, asked: DateRange, echoed: DateRange): Listed {
  return {
    type: "warning",
    code: "narrowed",
    message:
      `Asked to ${list.action} from ${asked.from} to ${asked.to}, Zoom answered from ${echoed.from} to ` +
      `${echoed.to}: the rest is listed separately`,
  };
}
