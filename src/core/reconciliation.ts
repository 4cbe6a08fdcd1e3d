/** One file among those that are missing. */
export interface MissingFile {
  /** Where it is to go; `""` where no path was given yet. */
  readonly path: string;
  /** Of its host, or the host's id. */
  readonly user_email: string;
  /** Of its meeting. */
  readonly meeting_topic: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`; `""` where Zoom states none. */
  readonly meeting_start: string;
  /** `MP4`, `CHAT`, …; `""` while Zoom has none. */
  readonly file_type: string;
  /** Why it failed, in words; `""` where it did not. */
  readonly error: string;
}

/** Files that are known and not held, for one reason. */
export interface MissingGroup {
  /** Status in the inventory. */
  readonly status: "pending" | "active" | "failed" | "skipped" | "not_ready" | "in_trash" | "gone";
  /** Name of the filter of skipped ones, error code of failed ones; else `""`. */
  readonly why: string;
  /** How many. */
  readonly files: number;
  /** Their bytes, as far as Zoom states them. */
  readonly bytes: number;
  /** The first few. */
  readonly first: readonly MissingFile[];
}

/** How files came to stand otherwise than before a run. Files that the run found count under `new` as well. */
export interface RunChanges {
  /** The run that made them. */
  readonly run_id: string;
  /** Found by it. */
  readonly new: number;
  /** Held since. */
  readonly held: number;
  /** Failed, and had not failed before. */
  readonly failed: number;
  /** Positively no longer at Zoom. */
  readonly gone: number;
  /** Went to the trash of Zoom. */
  readonly in_trash: number;
  /** Still processed by Zoom. */
  readonly not_ready: number;
  /** Left out by a filter. */
  readonly skipped: number;
  /** Left to fetch: the run was stopped, or goes on. */
  readonly pending: number;
}

/** A person who left the account, or was deactivated, and owns recordings. */
export interface DepartedHost {
  /** Address, or id where none is known. */
  readonly user_email: string;
  /** Zoom's id. */
  readonly user_id: string;
  /** What Zoom's list of users says (`inactive`), or `not listed`. */
  readonly state: string;
  /** Files known of this person. */
  readonly files: number;
  /** Of these, the held ones. */
  readonly held: number;
  /** Bytes of the held ones. */
  readonly held_bytes: number;
}

/** Files that Zoom deletes by itself on one day. */
export interface Expiry {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  /** The account's automatic deletion, or the end of the time in the trash. */
  readonly cause: "auto_delete" | "trash";
  /** Files that are not held. */
  readonly files: number;
  /** Their bytes, as far as Zoom states them. */
  readonly bytes: number;
  /** Files of that day that are held: nothing to be lost. */
  readonly held: number;
}

/** What stands against what Zoom's listing said, beyond the counts: the end of a run and `status` tell the same. */
export interface Reconciliation {
  /** By status and reason, the most pressing first. */
  readonly missing: readonly MissingGroup[];
  /** Absent where there was no run yet. */
  readonly changes?: RunChanges;
  /** `undefined` where no run has listed the users, so that nobody can tell. */
  readonly departed?: readonly DepartedHost[];
  /** The coming 30 days, the first day first. */
  readonly expiring: readonly Expiry[];
}
