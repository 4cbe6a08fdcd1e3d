import type { DateRange } from "./date_range.ts";
import type { Discovery } from "./config.ts";
import type { AppError } from "./errors.ts";
import type { WindowProof } from "./events.ts";
import type { OpenedFile, OpenOptions } from "./source.ts";
import type { ListedMeeting, User } from "./recording.ts";
import type { UserFilter } from "./user_filter.ts";

/** What to list. */
export interface ListRequest {
  readonly range: DateRange;
  readonly discovery: Discovery;
  readonly userFilter: UserFilter;
  readonly includeTrash: boolean;
  readonly participantAudio: boolean;
  /** Which end of the range comes first. */
  readonly direction: "newest" | "oldest";
  /** The days of `range` that `scope` still has to list: the others were proven by earlier runs. */
  uncovered(scope: string, range: DateRange): readonly DateRange[];
  readonly signal: AbortSignal;
}

/** What a listing yields, in the order it becomes known. */
export type Listed =
  /** Which listing is used, and why. */
  | { readonly type: "discovery"; readonly mode: "account" | "users"; readonly reason: string }
  /** Users that will be walked; may come in several parts. */
  | { readonly type: "users"; readonly users: readonly User[] }
  /** Meetings of one page. The same meeting may come again from a neighbouring window or another listing. */
  | { readonly type: "meetings"; readonly scope: string; readonly meetings: readonly ListedMeeting[] }
  /** Meetings in the trash; `whole` tells a trashed meeting from single trashed files. */
  | {
    readonly type: "trash";
    readonly scope: string;
    readonly whole: boolean;
    readonly meetings: readonly ListedMeeting[];
  }
  /** One window is done, all its meetings having been yielded before. */
  | { readonly type: "window"; readonly proof: WindowProof }
  /** A listing could not be made at all. */
  | { readonly type: "failed"; readonly scope: string; readonly range: DateRange; readonly error: AppError }
  | { readonly type: "warning"; readonly code: string; readonly message: string; readonly hint?: string };

/** Which file to open. */
export interface FileRef {
  readonly meetingUuid: string;
  readonly meetingStart: string;
  /** Key of the file as the inventory knows it, and Zoom's id where there is one. */
  readonly key: string;
  readonly id?: string | undefined;
  readonly fileExtension: string;
  /** True when a list has shown its meeting in this run. */
  readonly isListed?: boolean;
  /** What tells it from another file with the same id. */
  readonly fileType?: string;
  readonly recordingType?: string;
  readonly recordingStart?: string;
  /** Address from this run's listing; absent when the window was not listed again. */
  readonly downloadUrl?: string | undefined;
}

/** A Zoom account, as the pipeline uses it. */
export interface ZoomAccount {
  list(request: ListRequest): AsyncGenerator<Listed>;
  /**
   * One meeting with all its files, participant audio included; `undefined` when Zoom says that it has no
   * recording (any more, or yet).
   */
  getMeeting(uuid: string, signal: AbortSignal): Promise<ListedMeeting | undefined>;
  /** Opens a file: header authentication to Zoom hosts only, redirects by hand. */
  open(file: FileRef, options: OpenOptions): Promise<OpenedFile>;
  /** API requests made so far, token requests included, downloads apart. */
  readonly requestCount: number;
}
