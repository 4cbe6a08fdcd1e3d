import type { DateRange } from "../core/date_range.ts";
import type { ListedMeeting } from "../core/recording.ts";
import type { ZoomApi } from "./api.ts";
import { mapMeeting } from "./map_meeting.ts";
import { fetchPage, type RecordingList } from "./recording_list.ts";

/** How one walk through all pages of a window came out. */
export interface Pass {
  /** Meetings Zoom says there are. */
  readonly totalRecords: number | undefined;
  /** Days Zoom answered for, as far as it says. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** True when an error that means "no recording" came in place of the list. */
  readonly saysNone: boolean;
  /** Entries that are no meetings at all. */
  readonly malformed: number;
  /** What went wrong with the pages. */
  readonly fault: string | undefined;
}

/** What a pass needs besides the list. */
export interface PassOptions {
  /** Days to ask for; absent for the trash, which has none. */
  readonly window: DateRange | undefined;
  /** Uuids of earlier passes over the same window; grows. */
  readonly known: Set<string>;
  readonly signal: AbortSignal;
}

/** Restarts of one pass before its page tokens count as unusable: they are good for 15 minutes. */
const maxRestarts = 3;

/** Follows the pages of one window to their end and yields the meetings not known before, page by page. */
export async function* listPass(
  api: ZoomApi,
  list: RecordingList,
  options: PassOptions,
): AsyncGenerator<ListedMeeting[], Pass> {
  for (let restarts = 0;; restarts++) {
    const pass = yield* followPages(api, list, options);
    if (pass !== "expired") return pass;
    if (restarts === maxRestarts) return { ...noPass, fault: `the page token expired ${restarts + 1} times` };
  }
}

const noPass: Pass = {
  totalRecords: undefined,
  from: undefined,
  to: undefined,
  saysNone: false,
  malformed: 0,
  fault: undefined,
};

async function* followPages(
  api: ZoomApi,
  list: RecordingList,
  options: PassOptions,
): AsyncGenerator<ListedMeeting[], Pass | "expired"> {
  const { window, known, signal } = options;
  const inPass = new Set<string>();
  const tokens = new Set<string>();
  let pass = noPass;
  for (let pageToken = "";;) {
    const page = await fetchPage(api, list, { window, pageToken, signal });
    if (page === "expired") return page;
    const before = inPass.size;
    const { fresh, malformed } = takeMeetings(page.items, { list, inPass, known });
    pass = {
      totalRecords: page.totalRecords ?? pass.totalRecords,
      from: pass.from ?? page.from,
      to: pass.to ?? page.to,
      saysNone: page.saysNone === true,
      malformed: pass.malformed + malformed,
      fault: undefined,
    };
    if (fresh.length > 0) yield fresh;
    pageToken = page.nextPageToken;
    if (pageToken === "") return pass;
    if (tokens.has(pageToken)) return { ...pass, fault: "a page token came twice" };
    if (inPass.size === before) return { ...pass, fault: "a page brought nothing new" };
    tokens.add(pageToken);
  }
}

function takeMeetings(
  items: readonly unknown[],
  state: { list: RecordingList; inPass: Set<string>; known: Set<string> },
): { fresh: ListedMeeting[]; malformed: number } {
  const fresh: ListedMeeting[] = [];
  let malformed = 0;
  for (const item of items) {
    const meeting = mapMeeting(item, state.list.host);
    if (meeting === undefined) {
      malformed++;
      continue;
    }
    state.inPass.add(meeting.uuid);
    if (state.known.has(meeting.uuid)) continue;
    state.known.add(meeting.uuid);
    fresh.push(meeting);
  }
  return { fresh, malformed };
}
