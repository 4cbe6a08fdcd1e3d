import { ApiError } from "../core/errors.ts";
import type { DateRange } from "../core/date_range.ts";
import type { ListedMeeting } from "../core/recording.ts";
import type { ZoomApi } from "./api.ts";
import type { Endpoint } from "./endpoints.ts";
import type { KnownHost } from "./map_meeting.ts";
import { isExpiredPageToken, type Page, parsePage } from "./page.ts";

/** One list of recordings: an account's, a user's, or a user's trash. */
export interface RecordingList {
  /** As in a WindowProof. */
  readonly scope: string;
  readonly endpoint: Endpoint;
  /** Below the API's base, encoded. */
  readonly path: string;
  /** To complete "Cannot …" in messages. */
  readonly action: string;
  /** Host of all its meetings, where it is one user's. */
  readonly host?: KnownHost;
  /** Parameters besides dates and pages. */
  readonly query?: Readonly<Record<string, string>>;
  /** Chooses among the meetings of a page, and completes them. */
  refine?(meetings: readonly ListedMeeting[], signal: AbortSignal): Promise<RefinedMeetings>;
}

/** What became of the meetings of one page. */
export interface RefinedMeetings {
  readonly meetings: readonly ListedMeeting[];
  /** Why the window cannot count as complete, if so. */
  readonly incomplete?: string | undefined;
}

/** Largest page of recordings Zoom gives (Zoom API reference, "List all recordings"). */
const pageSize = "300";

/** Fetches one page; `"expired"` when Zoom no longer knows the page token. */
export async function fetchPage(
  api: ZoomApi,
  list: RecordingList,
  options: { window: DateRange | undefined; pageToken: string; signal: AbortSignal },
): Promise<Page | "expired"> {
  const { window, pageToken, signal } = options;
  try {
    return await api.get({
      endpoint: list.endpoint,
      path: list.path,
      query: {
        from: window?.from,
        to: window?.to,
        page_size: pageSize,
        next_page_token: pageToken || undefined,
        ...list.query,
      },
      action: list.action,
      parse: (data) => parsePage(data, "meetings", list.action),
      signal,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Zoom may say "no recording" of a user where it means an empty list (Zoom API reference, error 3301).
    const isOneUsers = list.host !== undefined && pageToken === "";
    if (isOneUsers && error.status === 404 && error.zoomCode === 3301) {
      return { items: [], nextPageToken: "", saysNone: true };
    }
    if (pageToken !== "" && isExpiredPageToken(error)) return "expired";
    throw error;
  }
}
