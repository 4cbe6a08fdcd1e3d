import type { DateRange } from "./date_range.ts";
import type { Reconciliation } from "./reconciliation.ts";
import type { Candidate } from "./recording.ts";

/** How one date window of one listing came out. */
export interface WindowProof {
  /** `account`, `account:<filter hash>` or `user:<id>`; trash listings append `/trash` or `/trash-files`. */
  readonly scope: string;
  /** The days asked for; for the trash, which has no dates, `from` and `to` are `""`. */
  readonly asked: DateRange;
  /** The days Zoom says it answered for, when it says so. */
  readonly echoed?: DateRange | undefined;
  /** Meetings Zoom says there are. */
  readonly totalRecords?: number | undefined;
  /** Distinct meetings received. */
  readonly seen: number;
  /** True when everything Zoom says there is has arrived. */
  readonly proven: boolean;
  /** Why it is not proven. */
  readonly reason?: string | undefined;
}

/** Counts of files by outcome. */
export interface FileCounts {
  /** Files known for the range. */
  readonly found: number;
  /** Fetched by this run. */
  readonly downloaded: number;
  /** Left out by a filter, or already held. */
  readonly skipped: number;
  /** Tried without success. */
  readonly failed: number;
  /** Still processed by Zoom. */
  readonly not_ready: number;
  /** In the trash of Zoom, and not held. */
  readonly in_trash: number;
  /** Positively no longer at Zoom. */
  readonly gone: number;
  /** Known, wanted, and not yet fetched: a stopped run leaves these. */
  readonly pending: number;
  /** Held on disk after this run, those of earlier runs included. */
  readonly held: number;
}

/** One file or listing that did not work out. */
export interface Failure {
  /** Relative path in the archive; `""` for a listing. */
  readonly path: string;
  /** Host; `""` where it is not about one. */
  readonly user_email: string;
  /** Occurrence; `""` for a listing. */
  readonly meeting_uuid: string;
  /** Key of the file; `""` for a listing. */
  readonly file_key: string;
  /** Stable reason, as in the column `error_code`. */
  readonly code: string;
  /** In words. */
  readonly message: string;
}

/** Outcome of a run, in the shape `--json` prints. */
export interface RunSummary {
  /** Key of the run in the inventory. */
  readonly run_id: string;
  /** How it ended. */
  readonly status: "completed" | "failed" | "interrupted";
  /** See {@linkcode ExitCode}. */
  readonly exit_code: number;
  /** Files by outcome. */
  readonly files: FileCounts;
  /** People it was about. */
  readonly users: number;
  /** Meetings it was about. */
  readonly meetings: number;
  /** Of these, the ones with nothing left to do. */
  readonly processed: { readonly users: number; readonly meetings: number };
  /** Bytes received by this run. */
  readonly bytes: number;
  /** Wall time. */
  readonly seconds: number;
  /** API requests, token requests included, downloads apart. */
  readonly api_requests: number;
  /** Date windows: proven complete, not proven, and proven by earlier runs. */
  readonly windows: { readonly proven: number; readonly unproven: number; readonly remembered: number };
  /** The first thousand; the inventory has them all. */
  readonly failures: readonly Failure[];
  /** Calls of hooks: done by this run, failed, and still due. Present where plugins with hooks take part. */
  readonly hooks?: { readonly completed: number; readonly failed: number; readonly pending: number };
  /** What is missing and why, what the run changed, who has left, what expires next. Absent after `--dry-run`. */
  readonly reconciliation?: Reconciliation;
  /** Present after `--dry-run`: what a real run would do. */
  readonly plan?: Plan;
}

/** What a run would fetch. */
export interface Plan {
  /** Per user and month. */
  readonly months: readonly PlanRow[];
  /** What a run would fetch; `unknownSizes` counts files whose size Zoom does not state. */
  readonly fetch: { readonly files: number; readonly bytes: number; readonly unknownSizes: number };
  /** What the archive holds already. */
  readonly held: { readonly files: number; readonly bytes: number };
  /** Free on the disk of the archive; absent when it cannot be told. */
  readonly freeBytes?: number;
}

/** One user's month in a plan. */
export interface PlanRow {
  /** E-mail address, or id. */
  readonly user: string;
  /** `YYYY-MM`. */
  readonly month: string;
  /** Files a run would fetch. */
  readonly fetchFiles: number;
  /** Their listed bytes. */
  readonly fetchBytes: number;
  /** Files held already. */
  readonly heldFiles: number;
  /** Their bytes on disk. */
  readonly heldBytes: number;
  /** Files left out, not ready, in the trash or gone. */
  readonly skippedFiles: number;
}

/** What a run tells while it goes. */
export type RunEvent =
  | {
    readonly type: "run_started";
    readonly runId: string;
    readonly outputDir: string;
    readonly range: DateRange;
  }
  | { readonly type: "discovery"; readonly mode: "account" | "users"; readonly reason: string }
  | {
    readonly type: "listing";
    readonly users: number;
    readonly windows: number;
    readonly meetings: number;
    readonly files: number;
    readonly done: boolean;
  }
  | { readonly type: "window"; readonly proof: WindowProof }
  | {
    readonly type: "queue";
    readonly files: number;
    readonly bytes: number;
    /** False while the listing may still add to it. */
    readonly complete: boolean;
  }
  | {
    readonly type: "file_started";
    readonly key: string;
    readonly path: string;
    readonly sizeBytes?: number | undefined;
    readonly offset: number;
  }
  | {
    readonly type: "file_progress";
    readonly key: string;
    readonly offset: number;
    readonly sizeBytes?: number | undefined;
  }
  | {
    readonly type: "file_retry";
    readonly key: string;
    readonly path: string;
    readonly attempt: number;
    readonly delayMs: number;
    readonly message: string;
  }
  | {
    readonly type: "file_completed";
    readonly key: string;
    readonly path: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    readonly candidate: Candidate;
  }
  | {
    readonly type: "file_failed";
    readonly key: string;
    readonly path: string;
    readonly code: string;
    readonly message: string;
  }
  | {
    readonly type: "notice";
    readonly level: "info" | "warning" | "error";
    readonly code: string;
    readonly message: string;
    readonly hint?: string | undefined;
  }
  | {
    readonly type: "hook";
    readonly plugin: string;
    readonly hook: string;
    readonly key: string;
    readonly path: string;
    readonly state: "started" | "progress" | "completed" | "failed";
    /** 0 to 1. */
    readonly fraction?: number;
    readonly message?: string;
  }
  | { readonly type: "run_finished"; readonly summary: RunSummary };

/** Receives events, synchronously; must not throw. */
export type EventListener = (event: RunEvent) => void;
