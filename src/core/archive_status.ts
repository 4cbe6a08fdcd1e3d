import type { Reconciliation } from "./reconciliation.ts";

/** Files and bytes of one person, or of one month of one person. */
export interface Holding {
  /** Address, or id where none is known. */
  readonly user_email: string;
  /** Zoom's id. */
  readonly user_id: string;
  /** What Zoom's listing said exists. */
  readonly known_files: number;
  /** Their bytes; where the listing states none, those on disk. */
  readonly known_bytes: number;
  /** What is on disk. */
  readonly held_files: number;
  /** Bytes on disk. */
  readonly held_bytes: number;
  /** Tried without success. */
  readonly failed: number;
  /** Known, wanted, and not yet fetched. */
  readonly pending: number;
  /** Still processed by Zoom. */
  readonly not_ready: number;
  /** In the trash of Zoom. */
  readonly in_trash: number;
  /** Positively no longer at Zoom. */
  readonly gone: number;
  /** Left out by a filter. */
  readonly skipped: number;
  /** Days that runs asked for. */
  readonly asked_days: number;
  /** Of these, the days of which a listing was proven complete. */
  readonly proven_days: number;
}

/** One month of one person. */
export interface MonthHolding extends Holding {
  /** `YYYY-MM`, or `""` where Zoom states no date. */
  readonly month: string;
}

/** Why an archive does not count as complete. */
export type Incompleteness = "no_run" | "last_run" | "nobody" | "failed" | "pending" | "windows";

/** A run, as `status` tells of it. */
export interface RunEnd {
  readonly run_id: string;
  /** A `running` one without a process was killed. */
  readonly status: "running" | "interrupted" | "completed" | "failed";
  /** `null` while it goes on, and where it was killed. */
  readonly exit_code: number | null;
  readonly started_at: string;
  readonly finished_at: string | null;
  /** First and last day asked for. */
  readonly from: string;
  readonly to: string;
  /** Its user filter; empty for everybody. */
  readonly users: readonly string[];
}

/** The whole of what `status` tells; `--json` prints it as it is. */
export interface ArchiveStatus {
  readonly version: 1;
  /** ISO date-time, UTC. */
  readonly generated_at: string;
  /** Absolute path of the archive. */
  readonly archive: string;
  /** What it is narrowed to; `null` and empty where it is not. */
  readonly narrowed: {
    readonly from: string | null;
    readonly to: string | null;
    readonly users: readonly string[];
  };
  /** True when everything known, but for what is not to be had now, is held, and everything asked for is proven. */
  readonly complete: boolean;
  readonly incomplete: readonly Incompleteness[];
  /** The run that goes on right now. */
  readonly running: { readonly run_id: string; readonly pid: number; readonly started_at: string } | null;
  /** The last five, the last one first. */
  readonly runs: readonly RunEnd[];
  readonly totals:
    & Pick<
      Holding,
      | "known_files"
      | "known_bytes"
      | "held_files"
      | "held_bytes"
      | "failed"
      | "pending"
      | "not_ready"
      | "in_trash"
      | "gone"
      | "skipped"
    >
    & {
      readonly people: number;
      readonly meetings: number;
      /** Day of the first meeting; `""` where there is none. */
      readonly first_meeting: string;
      readonly last_meeting: string;
    };
  readonly windows: {
    /** Windows with a proof. */
    readonly proven: number;
    /** Of these, the ones proven by earlier runs than the last. */
    readonly remembered: number;
    /** Windows that were listed and have days which nothing has proven. */
    readonly unproven: number;
    /** Listings of the trash by the last run that were not complete. */
    readonly unproven_trash: number;
    /** ISO date-time of the oldest and the newest proof; `""` where there is none. */
    readonly oldest_proof: string;
    readonly newest_proof: string;
    /** Days asked for by a run that no listing has proven. */
    readonly gaps: readonly {
      readonly from: string;
      readonly to: string;
      /** People concerned; 0: the account as a whole. */
      readonly users: number;
      /** One of them. */
      readonly user_email: string;
    }[];
  };
  /** Per person, by address. */
  readonly users: readonly Holding[];
  /** Per person and month; present where asked for. */
  readonly months?: readonly MonthHolding[];
  readonly missing: Reconciliation["missing"];
  /** By the last run; `null` where there was none. */
  readonly changes: NonNullable<Reconciliation["changes"]> | null;
  /** `null` where no run has listed the users. */
  readonly departed: NonNullable<Reconciliation["departed"]> | null;
  readonly expiring: Reconciliation["expiring"];
}
