import { errorCode, toError } from "../core/errors.ts";
import type { Failure, FileCounts, RunSummary, WindowProof } from "../core/events.ts";
import { ExitCode, exitCodeOf } from "../core/exit_code.ts";
import { type DateRange, daysIn } from "../core/date_range.ts";
import { redactText } from "../core/redact.ts";
import type { FileStatus, Inventory, RunScope } from "../inventory/mod.ts";

/** Days that fit into one call of a listing. */
export const windowDays = 30;

/** How the listing went, window by window. */
export class ListingTally {
  proven = 0;
  unproven = 0;
  /** Windows that needed no listing. */
  remembered = 0;
  users = 0;
  /** Users of whom some listing failed. */
  readonly #incompleteUsers = new Set<string>();
  readonly failures: Failure[] = [];
  readonly #emailOf: (userId: string) => string | undefined;

  /** @param emailOf address of a user that the listing has announced */
  constructor(emailOf: (userId: string) => string | undefined = () => undefined) {
    this.#emailOf = emailOf;
  }

  window(proof: WindowProof): void {
    if (proof.proven) this.proven++;
    else {
      this.unproven++;
      this.failed(proof.scope, proof.asked, {
        code: "window_unproven",
        message: proof.reason ?? "not proven",
      });
    }
  }

  /** Users whose listings all came to an end. */
  get usersListed(): number {
    return Math.max(0, this.users - this.#incompleteUsers.size);
  }

  /** A listing that could not be made: none of its windows is proven. */
  lost(scope: string, range: DateRange, error: { code: string; message: string }): void {
    // The trash, and the list of users, have no days.
    if (range.from !== "") this.unproven += Math.max(1, Math.ceil(daysIn(range) / windowDays));
    this.failed(scope, range, error);
  }

  failed(scope: string, range: DateRange, { code, message }: { code: string; message: string }): void {
    const userId = /^user:([^/]+)/.exec(scope)?.[1];
    if (userId !== undefined) this.#incompleteUsers.add(userId);
    const email = userId === undefined ? "" : this.#emailOf(userId) ?? "";
    const days = range.from === "" ? "" : ` ${range.from}..${range.to}`;
    this.failures.push({
      path: "",
      user_email: email,
      meeting_uuid: "",
      file_key: "",
      code,
      message: redactText(`${scope}${days}: ${message}`),
    });
  }
}

/** Everything the summary is made from. */
export interface RunOutcome {
  readonly runId: string;
  readonly scope: RunScope;
  readonly inventory: Inventory;
  readonly tally: ListingTally;
  readonly downloaded: number;
  readonly receivedBytes: number;
  readonly seconds: number;
  readonly apiRequests: number;
  /** What ended the run before its time. */
  readonly stopped?: { readonly kind: "interrupted" | "limit" } | {
    readonly kind: "error";
    readonly error: unknown;
  } | undefined;
  /** Zoom's daily limit cut the listing short, or kept files from being asked for. */
  readonly dailyLimit: boolean;
}

/** Most failures that a summary spells out; the inventory has them all. */
export const maxFailures = 1_000;

/** Holds what Zoom says against what is held. */
export function reconcile(outcome: RunOutcome): RunSummary {
  const { inventory, scope, tally, stopped } = outcome;
  const files = countFiles(outcome);
  const failures = [...tally.failures, ...fileFailures(inventory, scope)].slice(0, maxFailures);
  const exit_code = exitCodeFor(outcome, files);
  const done = exit_code === ExitCode.done;
  const processed = inventory.files.processed(scope);
  return {
    run_id: outcome.runId,
    status: done ? "completed" : stopped && stopped.kind !== "error" ? "interrupted" : "failed",
    exit_code,
    files,
    users: Math.max(tally.users, processed.users),
    meetings: processed.meetings,
    processed: {
      users: Math.max(tally.usersListed, processed.users) - (processed.users - processed.usersDone),
      meetings: processed.meetingsDone,
    },
    bytes: outcome.receivedBytes,
    seconds: Math.round(outcome.seconds * 1000) / 1000,
    api_requests: outcome.apiRequests,
    windows: { proven: tally.proven, unproven: tally.unproven, remembered: tally.remembered },
    failures: stopped?.kind === "error" ? [stopFailure(stopped.error), ...failures] : failures,
  };
}

/** The files in scope by outcome. `skipped` holds those left out by a filter and those held before. */
export function countFiles(
  { inventory, scope, downloaded }: Pick<RunOutcome, "inventory" | "scope" | "downloaded">,
): FileCounts {
  const by = new Map<FileStatus, number>();
  for (const { status, files } of inventory.files.totals(scope)) by.set(status, files);
  const of = (status: FileStatus) => by.get(status) ?? 0;
  const held = of("completed");
  return {
    found: [...by.values()].reduce((sum, files) => sum + files, 0),
    downloaded,
    skipped: of("skipped") + Math.max(0, held - downloaded),
    failed: of("failed"),
    not_ready: of("not_ready"),
    in_trash: of("in_trash"),
    gone: of("gone"),
    pending: of("pending") + of("active"),
    held,
  };
}

function exitCodeFor({ stopped, tally, dailyLimit }: RunOutcome, files: FileCounts): number {
  if (stopped?.kind === "interrupted") return ExitCode.interrupted;
  if (stopped?.kind === "error") return exitCodeOf(stopped.error);
  if (stopped?.kind === "limit") return ExitCode.limit;
  if (dailyLimit) return ExitCode.unavailable;
  const complete = files.failed === 0 && files.pending === 0 && tally.failures.length === 0;
  return complete ? ExitCode.done : ExitCode.incomplete;
}

function fileFailures(inventory: Inventory, scope: RunScope): Failure[] {
  return inventory.files.failed(scope, maxFailures).map((row) => ({
    path: row.path ?? "",
    user_email: row.user_email,
    meeting_uuid: row.meeting_uuid,
    file_key: row.file_key,
    code: row.error_code ?? "",
    message: row.error ?? "",
  }));
}

function stopFailure(error: unknown): Failure {
  const message = redactText(toError(error).message);
  return { path: "", user_email: "", meeting_uuid: "", file_key: "", code: errorCode(error), message };
}
