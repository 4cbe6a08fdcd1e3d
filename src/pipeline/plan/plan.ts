import type { Asked, Choice } from "../../core/active_plugins.ts";
import { type Clock, isoDay } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import type { EventListener, FileCounts, Plan, PlanRow, RunSummary } from "../../core/events.ts";
import { ExitCode } from "../../core/exit_code.ts";
import type { Listed, ListRequest, ZoomAccount } from "../../core/listing.ts";
import { isCancellation } from "../../core/errors.ts";
import { type Candidate, foreignFileKey, type ListedMeeting } from "../../core/recording.ts";
import { compileUserFilter } from "../../core/user_filter.ts";
import { type FileRow, type FileStatus, type Inventory, toCandidate } from "../../inventory/mod.ts";
import { type HeldSizes, isHeld } from "../../archive/mod.ts";
import { classify, onPremise } from "../classify.ts";
import { knownKey, statesFiles, whenVanished } from "../ingest.ts";
import { LimitReached, Limits } from "../limits.ts";
import { type ListingOutcome, listRequest, runListing } from "../listing_stage.ts";
import { ListingTally } from "../reconcile.ts";
import type { Naming } from "../naming.ts";
import { previewPaths } from "../place_meeting.ts";
import { askAbout, type Selection } from "../select.ts";
import { whenUnshown } from "../take_up.ts";

/** A file that Zoom lists, with what the archive knows of it. */
export interface ListedFileState {
  /** The file. */
  readonly candidate: Candidate;
  /** `completed` when held, `pending` when a run would fetch it, or `skipped`, `not_ready`, `in_trash`, `gone`. */
  readonly status: FileStatus;
  /** The filter that leaves it out. */
  readonly reason: string | undefined;
  /** Relative path in the archive, where one was given. */
  readonly path: string | undefined;
  /** Where a run would put it, names that other meetings have apart; stated where a naming was asked for. */
  readonly plannedPath?: string | undefined;
  /** Bytes on disk; 0 when it is not held. */
  readonly heldBytes: number;
}

/** What looking without touching works with. */
export interface PlanParts {
  readonly config: Config;
  readonly runId: string;
  readonly account: ZoomAccount;
  /** Read-only; absent when there is no archive yet. */
  readonly inventory: Inventory | undefined;
  readonly select: Selection;
  /** Asked where files without a path would go; absent when nobody wants to know. */
  readonly naming?: Naming | undefined;
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly heldSizes: HeldSizes;
  readonly freeBytes: () => Promise<number | undefined>;
  readonly signal: AbortSignal;
}

/** Everything Zoom lists for the range, live, each file once. Changes nothing. */
export async function* listFiles(
  parts: PlanParts,
  tally: ListingTally = new ListingTally(),
): AsyncGenerator<ListedFileState> {
  const channel = new TransformStream<ListedFileState, ListedFileState>({}, { highWaterMark: 64 });
  const writer = channel.writable.getWriter();
  const left = new AbortController();
  const signal = AbortSignal.any([parts.signal, left.signal]);
  const request = {
    ...requestOf(parts, tally, signal),
    uncovered: (_: string, range: Config["range"]) => [range],
  };
  const onState = (state: ListedFileState) => writer.write(state);
  const listing = look(parts, { request, tally, shown: new Shown(), people: new Map(), onState })
    .then(() => writer.close(), (error) => writer.abort(error).then(() => Promise.reject(error)));
  listing.catch(() => {});
  try {
    for await (const state of channel.readable) yield state;
    await listing;
  } finally {
    left.abort(new DOMException("The listing is no longer wanted", "AbortError"));
  }
}

/**
 * Lists, filters, plans and reconciles as a run would, and fetches nothing. Interrupted, it resolves with what it
 * has seen so far.
 */
export async function planRun(parts: PlanParts): Promise<RunSummary> {
  const { config, emit, clock, account, runId } = parts;
  const startedMs = clock.now();
  const people = new Map<string, string>();
  const tally = new ListingTally((id) => people.get(id));
  const sums = new PlanSums();
  emit({ type: "run_started", runId, outputDir: config.outputDir, range: config.range });
  using limits = new Limits(config, clock);
  const stop = await addAll(parts, { tally, people, sums, limits });
  const free = await parts.freeBytes();
  const users = Math.max(tally.users, sums.users.size);
  const exit_code = exitCodeFor(stop, tally);
  const summary: RunSummary = {
    run_id: runId,
    status: stop === "interrupted" || stop === "time limit"
      ? "interrupted"
      : exit_code === ExitCode.done
      ? "completed"
      : "failed",
    exit_code,
    files: sums.counts(),
    users,
    meetings: sums.meetings.size,
    processed: { users, meetings: sums.meetings.size },
    bytes: 0,
    seconds: (clock.now() - startedMs) / 1000,
    api_requests: account.requestCount,
    windows: { proven: tally.proven, unproven: tally.unproven, remembered: tally.remembered },
    failures: tally.failures,
    plan: sums.plan(free),
  };
  emit({ type: "run_finished", summary });
  return summary;
}

type Stop = "interrupted" | "daily limit" | "time limit" | undefined;

function exitCodeFor(stop: Stop, tally: ListingTally): number {
  if (stop === "interrupted") return ExitCode.interrupted;
  if (stop === "daily limit") return ExitCode.unavailable;
  if (stop === "time limit") return ExitCode.limit;
  return tally.failures.length === 0 ? ExitCode.done : ExitCode.incomplete;
}

/** Adds up what Zoom lists and what is remembered; tells what cut it short. */
async function addAll(
  parts: PlanParts,
  { tally, people, sums, limits }: {
    tally: ListingTally;
    people: Map<string, string>;
    sums: PlanSums;
    limits: Limits;
  },
): Promise<Stop> {
  const shown = new Shown();
  const request = requestOf(parts, tally, AbortSignal.any([parts.signal, limits.signal]));
  const onState = (state: ListedFileState) => Promise.resolve(sums.add(state));
  try {
    const { dailyLimit } = await look(parts, { request, tally, people, shown, onState });
    await addRemembered(parts, { shown, sums, isComplete: tally.failures.length === 0 });
    return dailyLimit ? "daily limit" : undefined;
  } catch (error) {
    if (error instanceof LimitReached) return "time limit";
    if (isCancellation(error, parts.signal)) return "interrupted";
    throw error;
  }
}

function requestOf(parts: PlanParts, tally: ListingTally, signal: AbortSignal): ListRequest {
  const { config, inventory, runId } = parts;
  const userFilter = compileUserFilter(config.userFilter);
  inventory?.setUserFilter(userFilter);
  return listRequest(config, { userFilter, inventory, runId, tally, signal });
}

/** What a listing has shown so far. One entry per meeting: without writing there is nowhere else to keep it. */
class Shown {
  readonly #meetings = new Set<string>();
  /** Known files of shown meetings that were not among them. */
  readonly #missing = new Map<string, boolean>();
  readonly #inTrash = new Set<string>();

  /** False when the meeting came before. */
  takeMeeting(uuid: string): boolean {
    if (this.#meetings.has(uuid)) return false;
    this.#meetings.add(uuid);
    return true;
  }

  /** @param isPositive true when the meeting says that it does not have them */
  takeMissing(keys: Iterable<string>, isPositive: boolean): void {
    for (const key of keys) this.#missing.set(key, isPositive);
  }

  /** False when the file came before, in the trash or not. */
  takeTrashed(uuid: string, key: string, isKnown: boolean): boolean {
    const wasListed = isKnown && this.#meetings.has(uuid) && !this.#missing.has(key);
    if (wasListed || this.#inTrash.has(key)) return false;
    this.#inTrash.add(key);
    return true;
  }

  /** What has become of a file that was not shown. */
  fateOf(row: FileRow, options: { isComplete: boolean; today: string }): FileStatus | "never was" {
    const isPositive = this.#missing.get(row.file_key);
    if (isPositive !== undefined) return isPositive ? whenVanished(row) : row.status;
    return options.isComplete ? whenUnshown(row, options.today) : row.status;
  }

  has({ meeting_uuid: uuid, file_key: key }: FileRow): boolean {
    return this.#inTrash.has(key) || (this.#meetings.has(uuid) && !this.#missing.has(key));
  }
}

interface Look {
  readonly request: ListRequest;
  readonly tally: ListingTally;
  /** E-mail by user id; filled. */
  readonly people: Map<string, string>;
  readonly shown: Shown;
  readonly onState: (state: ListedFileState) => Promise<void>;
}

/** Runs the listing and reports each file once. */
function look(parts: PlanParts, { request, tally, people, shown, onState }: Look): Promise<ListingOutcome> {
  const onMeetings = async (listed: Extract<Listed, { type: "meetings" | "trash" }>): Promise<number> => {
    let count = 0;
    const inTrash = listed.type === "trash";
    for (const meeting of listed.meetings) {
      if (!inTrash && !shown.takeMeeting(meeting.uuid)) continue;
      const entries = entriesOf(meeting, { parts, people, inTrash, shown });
      const siblings = entries.map(({ candidate }) => candidate.file);
      const asked = entries.map(({ candidate }) => ({ candidate, siblings }));
      const states = await statesOf(entries, { parts, inTrash, asked });
      for (const state of parts.naming ? await withPlannedPaths(states, parts.naming) : states) {
        await onState(state);
        count++;
      }
    }
    return count;
  };
  return runListing(parts.account, request, {
    emit: parts.emit,
    tally,
    onMeetings,
    onUsers: ({ users }) => users.forEach((user) => people.set(user.id, user.email)),
    onWindow: () => {},
  });
}

/** A file, with its row and whether it lies on a recorder of the customer's own. */
interface Entry {
  readonly candidate: Candidate;
  readonly row: FileRow | undefined;
  readonly isOnPremise: boolean;
}

function entriesOf(
  meeting: ListedMeeting,
  { parts, people, inTrash, shown }: {
    parts: PlanParts;
    people: Map<string, string>;
    inTrash: boolean;
    shown: Shown;
  },
): Entry[] {
  const known = new Map(parts.inventory?.files.ofMeeting(meeting.uuid).map((row) => [row.file_key, row]));
  const missing = new Set(known.keys());
  const { files, raw: _raw, ...bare } = meeting;
  const email = meeting.hostEmail || people.get(meeting.hostId) || "";
  const user = { id: meeting.hostId, email, displayName: "", status: "" };
  const entries = files.map(({ downloadUrl: _url, isOnPremise = false, ...file }): Entry => {
    const row = known.get(knownKey(file, known.values()) ?? file.key) ??
      known.get(foreignFileKey(meeting.uuid, file.key));
    if (row) missing.delete(row.file_key);
    return {
      candidate: { user, meeting: bare, file: { ...file, key: row?.file_key ?? file.key } },
      row,
      isOnPremise,
    };
  });
  if (inTrash) {
    return entries.filter(({ candidate, row }) =>
      shown.takeTrashed(meeting.uuid, candidate.file.key, row !== undefined)
    );
  }
  shown.takeMissing(missing, statesFiles(meeting));
  return entries;
}

async function statesOf(
  entries: readonly Entry[],
  { parts: { select, heldSizes }, inTrash, asked }: {
    parts: PlanParts;
    inTrash: boolean;
    asked: readonly Asked[];
  },
): Promise<ListedFileState[]> {
  const completed = entries.flatMap(({ row }) => row?.status === "completed" ? [row] : []);
  const [choices, sizes] = await Promise.all([
    select(asked),
    heldSizes(completed.map(({ path }) => path ?? "")),
  ]);
  const held = new Set(completed.filter((row, i) => isHeld(row, sizes[i])));
  return entries.map((entry, i) => {
    const isThere = entry.row !== undefined && held.has(entry.row);
    return stateOf(entry, { choice: choices[i] ?? { reason: undefined }, inTrash, isThere });
  });
}

function stateOf(
  { candidate, row, isOnPremise }: Entry,
  { choice, inTrash, isThere }: { choice: Choice; inTrash: boolean; isThere: boolean },
): ListedFileState {
  const next = inTrash && row?.status !== "completed"
    ? { status: "in_trash" as const, reason: null }
    : classify(
      candidate.file,
      isThere ? "completed" : undefined,
      isOnPremise ? { reason: onPremise } : choice,
    );
  return {
    candidate,
    status: next.status,
    reason: next.reason ?? undefined,
    path: row?.path ?? undefined,
    heldBytes: isThere ? row?.file_size ?? 0 : 0,
  };
}

/** The files of one meeting, those without a path with the one they would get. */
async function withPlannedPaths(
  states: readonly ListedFileState[],
  naming: Naming,
): Promise<readonly ListedFileState[]> {
  const nameless = states.filter(({ path, candidate }) =>
    path === undefined && candidate.file.fileType !== ""
  );
  const named = await naming.name(nameless.map(({ candidate }) => candidate));
  const planned = previewPaths(nameless.map(({ candidate: { file } }, i) => {
    const name = named[i];
    return { file, segments: name && "segments" in name ? name.segments : [] };
  }));
  return states.map((state) => ({
    ...state,
    plannedPath: state.path ?? planned.get(state.candidate.file.key),
  }));
}

/** Files that the listing has not shown come from the inventory, as a run would take them up. */
async function addRemembered(
  parts: PlanParts,
  { shown, sums, isComplete }: { shown: Shown; sums: PlanSums; isComplete: boolean },
): Promise<void> {
  const { inventory, config, runId, signal, clock } = parts;
  if (!inventory) return;
  const today = isoDay(clock.now());
  let batch: FileRow[] = [];
  const add = async () => {
    signal.throwIfAborted();
    const entries = batch.map(toEntry);
    const asked = askAbout(batch, inventory);
    const states = await statesOf(entries, { parts, inTrash: false, asked });
    states.forEach((state, i) => sums.add(withFate(state, entries[i]?.row?.status)));
    batch = [];
  };
  for (const row of inventory.files.inScope({ runId, range: config.range })) {
    const status = shown.has(row) ? "never was" : shown.fateOf(row, { isComplete, today });
    if (status === "never was") continue;
    batch.push({ ...row, status });
    if (batch.length === 500) await add();
  }
  await add();
}

function toEntry(row: FileRow): Entry {
  return { candidate: toCandidate(row), row, isOnPremise: row.reason === onPremise };
}

/** What Zoom no longer has, and what lies in the trash, is not fetched whatever the filters say. */
function withFate(state: ListedFileState, status: FileStatus | undefined): ListedFileState {
  return status === "gone" || status === "in_trash" ? { ...state, status } : state;
}

/** Adds a plan up, per user and month. */
class PlanSums {
  readonly users = new Set<string>();
  readonly meetings = new Set<string>();
  readonly #rows = new Map<string, { -readonly [K in keyof PlanRow]: PlanRow[K] }>();
  readonly #byStatus = new Map<FileStatus, number>();
  #unknownSizes = 0;

  add({ candidate, status, heldBytes }: ListedFileState): void {
    const { user, meeting, file } = candidate;
    const name = user.email || user.id;
    const month = meeting.startTime.slice(0, 7);
    this.users.add(name);
    this.meetings.add(meeting.uuid);
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
    const key = `${name}\0${month}`;
    const empty = {
      user: name,
      month,
      fetchFiles: 0,
      fetchBytes: 0,
      heldFiles: 0,
      heldBytes: 0,
      skippedFiles: 0,
    };
    const row = this.#rows.get(key) ?? empty;
    this.#rows.set(key, row);
    if (status === "completed") {
      row.heldFiles++;
      row.heldBytes += heldBytes;
    } else if (status === "pending") {
      row.fetchFiles++;
      row.fetchBytes += file.listedSizeBytes ?? 0;
      if (!file.listedSizeBytes) this.#unknownSizes++;
    } else row.skippedFiles++;
  }

  counts(): FileCounts {
    const of = (status: FileStatus) => this.#byStatus.get(status) ?? 0;
    return {
      found: [...this.#byStatus.values()].reduce((sum, files) => sum + files, 0),
      downloaded: 0,
      skipped: of("skipped") + of("completed"),
      failed: of("failed"),
      not_ready: of("not_ready"),
      in_trash: of("in_trash"),
      gone: of("gone"),
      pending: of("pending"),
      held: of("completed"),
    };
  }

  plan(freeBytes: number | undefined): Plan {
    const months = [...this.#rows.values()].sort((a, b) =>
      compare(a.user, b.user) || compare(a.month, b.month)
    );
    const sum = (pick: (row: PlanRow) => number) => months.reduce((total, row) => total + pick(row), 0);
    return {
      months,
      fetch: {
        files: sum((row) => row.fetchFiles),
        bytes: sum((row) => row.fetchBytes),
        unknownSizes: this.#unknownSizes,
      },
      held: { files: sum((row) => row.heldFiles), bytes: sum((row) => row.heldBytes) },
      ...(freeBytes === undefined ? {} : { freeBytes }),
    };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
