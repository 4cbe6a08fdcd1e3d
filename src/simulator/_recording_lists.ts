import type { SimFile, SimMeeting } from "./account.ts";
import { type Answer, apiError, invalidField, jsonAnswer, type SimRequest } from "./_answer.ts";
import { type DateWindow, isWindow, resolveWindow } from "./_date_window.ts";
import { isPage, takePage } from "./_paging.ts";
import { hash32 } from "./_random.ts";
import { meetingJson, type MeetingView } from "./_recording_json.ts";
import { userMissing } from "./_users.ts";
import { findUser, type World } from "./_world.ts";

const trashRetentionMs = 30 * 86_400_000;

interface Row {
  readonly meeting: SimMeeting;
  readonly view: MeetingView;
}

/** `GET /users/{userId}/recordings` */
export function listUserRecordings(world: World, request: SimRequest, key: string): Answer {
  const user = findUser(world, key);
  if (!user || user.id === undefined || user.recordings === "missing") return userMissing(key);
  if (user.recordings === "forbidden") return scopeMissing(userListScopes);
  const window = resolveWindow(world, request);
  if (!isWindow(window)) return window;
  const mine = world.settings.account.meetings.filter((meeting) => meeting.hostId === user.id);
  const asked = request.query.get("meeting_id");
  const meetings = asked === null ? mine : mine.filter((meeting) => String(meeting.id) === asked);
  if (request.query.get("trash") !== "true") {
    const rows = held(meetings, window).map((meeting) => ({ meeting, view: {} }));
    return listAnswer(world, request, { rows, window });
  }
  const trashType = request.query.get("trash_type") ?? "meeting_recordings";
  if (trashType === "meeting_recordings") {
    return listAnswer(world, request, { rows: trashedMeetings(world, meetings), window });
  }
  if (trashType === "recording_file") {
    return listAnswer(world, request, { rows: trashedFiles(world, meetings), window });
  }
  return invalidField("trash_type", "Invalid field.");
}

/**
 * `GET /accounts/{accountId}/recordings`: all hosts at once, those who left included.
 *
 * `partial` leaves meetings out and counts them, as has been seen on large accounts.
 */
export function listAccountRecordings(world: World, request: SimRequest, accountId: string): Answer {
  const { account, accountList, credentials, quirks } = world.settings;
  if (accountId !== "me" && accountId !== credentials.accountId) {
    return apiError(404, 2001, `Account does not exist: ${accountId}.`);
  }
  if (accountList === "refused") {
    if (!quirks.errorWith200) return scopeMissing(accountListScopes);
    return apiError(200, 200, "Only available for paid accounts that have the account-level list enabled.");
  }
  const window = resolveWindow(world, request);
  if (!isWindow(window)) return window;
  const meetings = held(account.meetings, window);
  const shown = meetings.filter((meeting) => accountList === "allowed" || !isOmitted(meeting));
  const rows = shown.map((meeting) => ({ meeting, view: { showsHostEmail: true } }));
  return listAnswer(world, request, { rows, window, totalRecords: meetings.length, isAccount: true });
}

/** True for the meetings that a `partial` account-level list leaves out. */
export function isOmitted(meeting: SimMeeting): boolean {
  return hash32("omitted", meeting.uuid) % 3 === 0;
}

/** 400 with code 4711 and the acceptable scopes in brackets. */
export function scopeMissing(scopes: readonly string[]): Answer {
  return apiError(400, 4711, `Invalid access token, does not contain scopes:[${scopes.join(", ")}].`);
}

/** Any of these opens the user-level list. */
export const userListScopes: readonly string[] = [
  "cloud_recording:read:list_user_recordings",
  "cloud_recording:read:list_user_recordings:admin",
  "recording:read:admin",
];

/** Any of these opens the account-level list. */
export const accountListScopes: readonly string[] = [
  "cloud_recording:read:list_account_recordings:admin",
  "cloud_recording:read:list_account_recordings:master",
  "recording:master",
  "account:read:admin",
];

function held(meetings: readonly SimMeeting[], window: DateWindow): SimMeeting[] {
  return meetings.filter((meeting) => meeting.trashedAt === undefined && window.contains(meeting.start));
}

function trashedMeetings(world: World, meetings: readonly SimMeeting[]): Row[] {
  return meetings
    .filter((meeting) => isInTrash(world, meeting.trashedAt))
    .map((meeting) => ({ meeting, view: { files: meeting.files ?? [], isTrash: true } }));
}

function trashedFiles(world: World, meetings: readonly SimMeeting[]): Row[] {
  const rows = meetings.filter((meeting) => meeting.trashedAt === undefined).map((meeting) => {
    const files = (meeting.files ?? []).filter((file: SimFile) => isInTrash(world, file.trashedAt));
    return { meeting, view: { files, isTrash: true } };
  });
  return rows.filter((row) => row.view.files.length > 0);
}

/** What went to the trash more than 30 days ago is gone for good (Zoom support, KB0062905). */
function isInTrash(world: World, trashedAt: string | undefined): boolean {
  return trashedAt !== undefined && world.settings.now() - Date.parse(trashedAt) <= trashRetentionMs;
}

function listAnswer(
  world: World,
  request: SimRequest,
  list: {
    readonly rows: readonly Row[];
    readonly window: DateWindow;
    readonly totalRecords?: number;
    readonly isAccount?: boolean;
  },
): Answer {
  const { rows, window, totalRecords = rows.length } = list;
  const { repeatingPage, lackingItem } = world.settings.quirks;
  const newestFirst = rows.toSorted((a, b) => b.meeting.start.localeCompare(a.meeting.start));
  const page = takePage(world, request, {
    items: newestFirst,
    totalRecords,
    maxPageSize: 300,
    repeatingPage,
    lackingItem,
  });
  if (!isPage(page)) return page;
  return jsonAnswer(200, {
    from: window.from,
    to: window.to,
    // The account-level list is documented without it.
    ...(list.isAccount ? {} : { page_count: page.pageCount }),
    page_size: page.pageSize,
    total_records: page.totalRecords,
    next_page_token: page.nextPageToken,
    meetings: page.items.map(({ meeting, view }) => meetingJson(world, meeting, view)),
  });
}
