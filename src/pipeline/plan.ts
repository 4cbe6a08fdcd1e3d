import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { EventListener, FileCounts, Plan, PlanRow, RunSummary } from "../core/events.ts";
import { ExitCode } from "../core/exit_code.ts";
import type { Listed, ListRequest, ZoomAccount } from "../core/listing.ts";
import type { Candidate } from "../core/recording.ts";
import { compileUserFilter } from "../core/user_filter.ts";
import { type FileRow, type FileStatus, type Inventory, toCandidate } from "../inventory/mod.ts";
import { classify, onPremise } from "./classify.ts";
import { listRequest, runListing } from "./listing_stage.ts";
import { ListingTally } from "./reconcile.ts";
import type { Selection } from "./select.ts";

/** A file that Zoom lists, with what the archive knows of it. */
export interface ListedFileState {
  readonly candidate: Candidate;
  /** `completed` when held, `pending` when a run would fetch it, or `skipped`, `not_ready`, `in_trash`, `gone`. */
  readonly status: FileStatus;
  /** The filter that leaves it out. */
  readonly reason: string | undefined;
  /** Relative path in the archive, where one was given. */
  readonly path: string | undefined;
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
  readonly clock: Clock;
  readonly emit: EventListener;
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
  const listing = look(parts, { request, tally, onState: (state) => writer.write(state) })
    .then(() => writer.close(), (error) => writer.abort(error).then(() => Promise.reject(error)));
  listing.catch(() => {});
  try {
    for await (const state of channel.readable) yield state;
    await listing;
  } finally {
    left.abort(new DOMException("The listing is no longer wanted", "AbortError"));
  }
}

/** Lists, filters, plans and reconciles as a run would, and fetches nothing. */
export async function planRun(parts: PlanParts): Promise<RunSummary> {
  const { config, emit, clock, account, runId } = parts;
  const startedMs = clock.now();
  const tally = new ListingTally();
  const sums = new PlanSums();
  emit({ type: "run_started", runId, outputDir: config.outputDir, range: config.range });
  const request = requestOf(parts, tally, parts.signal);
  const seen = await look(parts, {
    request,
    tally,
    onState: (state) => Promise.resolve(sums.add(state)),
  });
  await addRemembered(parts, { seen, sums });
  const free = await parts.freeBytes();
  const complete = tally.failures.length === 0;
  const summary: RunSummary = {
    run_id: runId,
    status: complete ? "completed" : "failed",
    exit_code: complete ? ExitCode.done : ExitCode.incomplete,
    files: sums.counts(),
    users: Math.max(tally.users, sums.users.size),
    meetings: sums.meetings.size,
    processed: { users: Math.max(tally.users, sums.users.size), meetings: sums.meetings.size },
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

function requestOf(parts: PlanParts, tally: ListingTally, signal: AbortSignal): ListRequest {
  const { config, inventory } = parts;
  const userFilter = compileUserFilter(config.userFilter);
  inventory?.setUserFilter(userFilter);
  return listRequest(config, { userFilter, inventory, runId: undefined, tally, signal });
}

/** Runs the listing and reports each file once; returns the uuids of the meetings it showed. */
async function look(
  { account, inventory, select, emit }: PlanParts,
  { request, tally, onState }: {
    request: ListRequest;
    tally: ListingTally;
    onState: (state: ListedFileState) => Promise<void>;
  },
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const people = new Map<string, string>();
  const onMeetings = async (listed: Extract<Listed, { type: "meetings" | "trash" }>): Promise<number> => {
    let count = 0;
    for (const meeting of listed.meetings) {
      // Single trashed files belong to a meeting that was shown before; that is no repetition.
      const mark = listed.type === "trash" ? `trash ${listed.whole} ${meeting.uuid}` : meeting.uuid;
      if (seen.has(mark)) continue;
      seen.add(mark);
      const { files, raw: _raw, ...bare } = meeting;
      const email = meeting.hostEmail || people.get(meeting.hostId) || "";
      const user = { id: meeting.hostId, email, displayName: "", status: "" };
      const candidates = files.map(({ downloadUrl: _url, isOnPremise: _where, ...file }): Candidate => ({
        user,
        meeting: bare,
        file,
      }));
      const reasons = await select(candidates);
      for (const [i, candidate] of candidates.entries()) {
        const row = inventory?.files.get(candidate.file.key);
        const reason = files[i]?.isOnPremise ? onPremise : reasons[i];
        await onState(stateOf(candidate, { row, reason, inTrash: listed.type === "trash" }));
        count++;
      }
    }
    return count;
  };
  await runListing(account, request, {
    emit,
    tally,
    onMeetings,
    onUsers: ({ users }) => users.forEach((user) => people.set(user.id, user.email)),
    onWindow: () => {},
  });
  return seen;
}

function stateOf(
  candidate: Candidate,
  { row, reason, inTrash }: { row: FileRow | undefined; reason: string | undefined; inTrash: boolean },
): ListedFileState {
  const held = row?.status === "completed";
  const next = inTrash && !held
    ? { status: "in_trash" as const, reason: null }
    : classify(candidate.file, held ? "completed" : undefined, reason);
  return {
    candidate,
    status: next.status,
    reason: next.reason ?? undefined,
    path: row?.path ?? undefined,
    heldBytes: held ? row.file_size ?? 0 : 0,
  };
}

/** Files of windows that need no listing come from the inventory. */
async function addRemembered(
  { inventory, config, select }: PlanParts,
  { seen, sums }: { seen: ReadonlySet<string>; sums: PlanSums },
): Promise<void> {
  if (!inventory) return;
  const add = async (rows: readonly FileRow[]) => {
    const candidates = rows.map(toCandidate);
    const reasons = await select(candidates);
    rows.forEach((row, i) => {
      const inTrash = row.status === "in_trash";
      const candidate = candidates[i];
      if (candidate && row.status !== "gone") {
        const reason = row.reason === onPremise ? onPremise : reasons[i];
        sums.add(stateOf(candidate, { row, reason, inTrash }));
      }
    });
  };
  let batch: FileRow[] = [];
  for (const row of inventory.files.inScope({ runId: "", range: config.range })) {
    if (seen.has(row.meeting_uuid)) continue;
    batch.push(row);
    if (batch.length < 500) continue;
    await add(batch);
    batch = [];
  }
  await add(batch);
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
      failed: 0,
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
