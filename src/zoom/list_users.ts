import { ResponseError } from "../core/errors.ts";
import type { User } from "../core/recording.ts";
import type { ZoomApi } from "./api.ts";
import { endpoints } from "./endpoints.ts";
import { mapUser } from "./map_user.ts";
import { isExpiredPageToken, type Page, parsePage } from "./page.ts";
import { isRecord } from "./schema.ts";

/** Users of one status, and whether they are all. */
export interface UserList {
  readonly users: readonly User[];
  /** Why users are missing from it; `undefined` when none are. */
  readonly shortfall: ResponseError | undefined;
}

/** Statuses that can own recordings. Zoom lists only active users unless asked; pending ones own nothing. */
export type WalkedStatus = "active" | "inactive";

/** Accepted under the old maximum (300) and the new one (2000) of the Zoom API reference, "List users". */
const pageSize = "300";

/**
 * Lists the users of one status; once more from page one when fewer came than Zoom says there are, and then
 * says what is missing.
 */
export async function listUsers(
  api: ZoomApi,
  options: { status: WalkedStatus; signal: AbortSignal },
): Promise<UserList> {
  const users = new Map<string, User>();
  const seen = new Set<string>();
  for (let number = 1;; number++) {
    const pass = await listUsersOnce(api, { ...options, users, seen });
    const isShort = seen.size < (pass.totalRecords ?? (pass.fault === undefined ? 0 : Infinity));
    if (!isShort) return { users: [...users.values()], shortfall: undefined };
    if (number === 2) {
      return { users: [...users.values()], shortfall: shortfallOf(options.status, seen.size, pass) };
    }
  }
}

interface UserPass {
  readonly totalRecords: number | undefined;
  readonly fault: string | undefined;
}

async function listUsersOnce(
  api: ZoomApi,
  state: { status: WalkedStatus; signal: AbortSignal; users: Map<string, User>; seen: Set<string> },
): Promise<UserPass> {
  const { status, signal, users, seen } = state;
  const inPass = new Set<string>();
  const tokens = new Set<string>();
  let totalRecords: number | undefined;
  for (let pageToken = "";;) {
    const page = await fetchUsers(api, { status, pageToken, signal });
    if (page === "expired") return { totalRecords, fault: "a page token expired" };
    totalRecords = page.totalRecords ?? totalRecords;
    const before = inPass.size;
    for (const item of page.items) {
      const user = mapUser(item, status);
      if (user !== undefined) users.set(user.id, user);
      // A pending user has no id and still counts in Zoom's total.
      const identity = user?.id ?? (isRecord(item) ? `e-mail ${item.email}` : "");
      inPass.add(identity);
      seen.add(identity);
    }
    pageToken = page.nextPageToken;
    if (pageToken === "") return { totalRecords, fault: undefined };
    if (tokens.has(pageToken)) return { totalRecords, fault: "a page token came twice" };
    if (inPass.size === before) return { totalRecords, fault: "a page brought nobody new" };
    tokens.add(pageToken);
  }
}

/** Fetches one page; `"expired"` when Zoom no longer knows the page token. */
async function fetchUsers(
  api: ZoomApi,
  options: { status: WalkedStatus; pageToken: string; signal: AbortSignal },
): Promise<Page | "expired"> {
  const { status, pageToken, signal } = options;
  const action = `list ${status} users`;
  try {
    return await api.get({
      endpoint: endpoints.users,
      path: "/users",
      query: { status, page_size: pageSize, next_page_token: pageToken || undefined },
      action,
      parse: (data) => parsePage(data, "users", action),
      signal,
    });
  } catch (error) {
    if (pageToken !== "" && isExpiredPageToken(error)) return "expired";
    throw error;
  }
}

/** Missing users are missing recordings: a failure, not a remark. */
function shortfallOf(status: WalkedStatus, seen: number, pass: UserPass): ResponseError {
  const because = pass.fault === undefined ? "" : ` (${pass.fault})`;
  const expected = `${pass.totalRecords ?? "an unknown number of"} ${status} users`;
  return new ResponseError(
    `Zoom listed ${seen} of ${expected}${because}: recordings of the others are missing`,
    {
      code: "users_incomplete",
      path: "users",
      expected,
      hint: "run again later; if it stays so, ask Zoom's support",
    },
  );
}
