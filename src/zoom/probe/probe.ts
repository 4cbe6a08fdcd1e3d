import { type Clock, systemClock } from "../../core/clock.ts";
import type { DateRange } from "../../core/date_range.ts";
import { toError, TransferError } from "../../core/errors.ts";
import type { ListedFile, ListedMeeting } from "../../core/recording.ts";
import type { OpenedFile } from "../../core/source.ts";
import { createHttp, grantedFetch, readHead } from "../../http/mod.ts";
import { createZoomApi, toAccessError, type ZoomApi } from "../api.ts";
import { endpoints } from "../endpoints.ts";
import { followRedirects } from "../follow_redirects.ts";
import { zoomHosts } from "../hosts.ts";
import { isListRefusal } from "../list_failure.ts";
import { mapMeeting } from "../map_meeting.ts";
import { mapUser } from "../map_user.ts";
import { type Page, parsePage } from "../page.ts";
import { readOpened } from "../read_opened.ts";
import { fetchPage } from "../recording_list.ts";
import { createTokenSource } from "../token_source.ts";
import type { ZoomAccountOptions } from "../zoom_account.ts";

/** Looks at an account with as few calls as will tell, each tried twice at most. */
export interface ZoomProbe extends AsyncDisposable {
  /**
   * Gets a token.
   *
   * @returns the scopes it carries; none when Zoom does not say
   * @throws {AuthError} When Zoom refuses the credentials.
   */
  signIn(signal: AbortSignal): Promise<readonly string[]>;
  /** Asks for one day of the account-wide list; a refusal is an answer. */
  askAccountList(range: DateRange, signal: AbortSignal): Promise<ListAnswer>;
  /**
   * Asks for the users, and for the recordings of the first few until one has any.
   *
   * @throws {AuthError} When a scope for it is missing.
   */
  askUsers(range: DateRange, signal: AbortSignal): Promise<FoundFile | undefined>;
  /**
   * Downloads one byte of a file, as a run would.
   *
   * @throws {TransferError} When what comes is no file.
   * @throws {ApiError} When Zoom refuses.
   */
  readByte(file: FoundFile, signal: AbortSignal): Promise<void>;
  /** By how much Zoom's clock is ahead of this machine's, to the second; absent until anything answered. */
  readonly clockSkewMs: number | undefined;
}

/** How the account-wide list answered. */
export type ListAnswer =
  | { readonly isAllowed: true; readonly file: FoundFile | undefined }
  | { readonly isAllowed: false; readonly reason: string };

/** A file that can be downloaded. The address is a short-lived secret. */
export type FoundFile = ListedFile & { readonly downloadUrl: string };

/** People whose recordings are looked through for a file to try. */
const triedUsers = 10;

/** Opens a probe; dispose it to close its connections. */
export function createZoomProbe(options: ZoomAccountOptions): ZoomProbe {
  const { config, clock = systemClock, timeoutMs = 20_000 } = options;
  const { credentials, oauthUrl, apiUrl } = config;
  const watch = watchClock(options.fetch ?? grantedFetch, clock);
  const backoff = { tries: 2, baseMs: 300, maxMs: 1_000 };
  const http = createHttp({ clock, plan: config.apiPlan, fetch: watch.fetch, timeoutMs, backoff });
  const tokens = createTokenSource({ http, clock, oauthUrl, credentials });
  const api = createZoomApi({ http, tokens, apiUrl });
  const hosts = zoomHosts([apiUrl, oauthUrl]);
  const client = Deno.createHttpClient({ http2: false });
  return {
    signIn: async (signal) => (await tokens.get(signal)).scopes,
    async askAccountList(window, signal) {
      const list = {
        scope: "account",
        endpoint: endpoints.accountRecordings,
        path: "/accounts/me/recordings",
        action: "list the recordings of the account",
      };
      try {
        const page = await fetchPage(api, list, { window, pageToken: "", signal });
        return { isAllowed: true, file: downloadable(page) };
      } catch (error) {
        if (!isListRefusal(error)) throw toAccessError(error, endpoints.accountRecordings) ?? error;
        return { isAllowed: false, reason: error.message };
      }
    },
    askUsers: (range, signal) => firstOfUsers(api, range, signal),
    async readByte(file, signal) {
      const url = new URL(file.downloadUrl);
      const action = `download the ${file.fileExtension || "unfinished"} file "${file.key}"`;
      const { accessToken: bearer } = await tokens.get(signal);
      const headers = { "accept-encoding": "identity", range: "bytes=0-0" };
      const response = await followRedirects(http, hosts, { url, action, bearer, headers, client, signal });
      const { fileExtension } = file;
      await http.withinTime({ action, url, signal }, async (signal) => {
        const opened = await readOpened(response, { action, offset: 0, fileExtension, signal });
        if (opened !== "restart") await requireByte(opened, { action, signal });
      });
    },
    get clockSkewMs() {
      return watch.skewMs();
    },
    [Symbol.asyncDispose]() {
      client.close();
      return Promise.resolve();
    },
  };
}

/** An answer may begin well and bring nothing. What comes after the first bytes is let go, however much it is. */
async function requireByte(
  { body, sizeBytes }: OpenedFile,
  { action, signal }: { action: string; signal: AbortSignal },
): Promise<void> {
  if (await readHead(body, 1, signal) !== "" || sizeBytes === 0) return;
  throw new TransferError(`Cannot ${action}: no byte came`, {
    code: "truncated",
    expected: "1 byte",
    received: "none",
  });
}

async function firstOfUsers(
  api: ZoomApi,
  range: DateRange,
  signal: AbortSignal,
): Promise<FoundFile | undefined> {
  const users = await accessOf(endpoints.users, () =>
    api.get({
      endpoint: endpoints.users,
      path: "/users",
      query: { status: "active", page_size: "30" },
      action: "list active users",
      parse: (data) => parsePage(data, "users", "list active users"),
      signal,
    }));
  let refusal: unknown;
  let isAnswered = false;
  for (const user of users.items.flatMap((item) => mapUser(item, "active") ?? []).slice(0, triedUsers)) {
    const list = {
      scope: user.id,
      endpoint: endpoints.userRecordings,
      path: `/users/${encodeURIComponent(user.id)}/recordings`,
      action: `list the recordings of "${user.email || user.id}"`,
    };
    try {
      const found = downloadable(await fetchPage(api, list, { window: range, pageToken: "", signal }));
      if (found !== undefined) return found;
      isAnswered = true;
    } catch (error) {
      // One person may be refused for reasons of their own.
      if (!isListRefusal(error)) throw toAccessError(error, endpoints.userRecordings) ?? error;
      refusal ??= error;
    }
  }
  if (refusal !== undefined && !isAnswered) throw toAccessError(refusal, endpoints.userRecordings) ?? refusal;
  return undefined;
}

async function accessOf<T>(endpoint: typeof endpoints.users, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toAccessError(error, endpoint) ?? toError(error);
  }
}

/** The first file of a page that is ready to be downloaded. */
function downloadable(page: Page | "expired"): FoundFile | undefined {
  const items = page === "expired" ? [] : page.items;
  const meetings = items.map((item) => mapMeeting(item)).filter((meeting): meeting is ListedMeeting =>
    meeting !== undefined
  );
  return meetings.flatMap((meeting) => meeting.files).find((file): file is FoundFile =>
    file.downloadUrl !== undefined && (file.status === "completed" || file.status === "")
  );
}

/** Reads the `Date` header of every answer against the clock, halfway between question and answer. */
function watchClock(
  send: typeof fetch,
  clock: Clock,
): { fetch: typeof fetch; skewMs: () => number | undefined } {
  let skewMs: number | undefined;
  return {
    async fetch(input, init) {
      const sentMs = clock.now();
      const response = await send(input, init);
      const statedMs = Date.parse(response.headers.get("date") ?? "");
      // The header has whole seconds: half of one is lost on average.
      if (!Number.isNaN(statedMs)) skewMs = Math.round(statedMs + 500 - (sentMs + clock.now()) / 2);
      return response;
    },
    skewMs: () => skewMs,
  };
}
