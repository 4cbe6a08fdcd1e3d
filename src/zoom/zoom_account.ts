import { type Clock, isoDay, systemClock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { ListRequest, ZoomAccount } from "../core/listing.ts";
import { createHttp } from "../http/mod.ts";
import { createZoomApi } from "./api.ts";
import { createDirectory } from "./directory.ts";
import { zoomHosts } from "./hosts.ts";
import type { ListContext } from "./list_context.ts";
import { listRecordings } from "./list_recordings.ts";
import { createMeetings } from "./meetings.ts";
import { openFile } from "./open_file.ts";
import { findHiddenFiles, type GetMeeting } from "./hidden_files.ts";
import { createParticipantAudio } from "./participant_audio.ts";
import { createTokenSource } from "./token_source.ts";

/** How to reach an account. */
export interface ZoomAccountOptions {
  readonly config: Pick<Config, "credentials" | "apiUrl" | "oauthUrl" | "apiPlan" | "allowQueryToken">;
  /** @default {systemClock} */
  readonly clock?: Clock;
  /** @default {globalThis.fetch} */
  readonly fetch?: typeof fetch;
  /** Time limit of an API call, and of the headers of a download. @default {60_000} */
  readonly timeoutMs?: number;
}

/** Completes the meetings of a page: their files, and the audio of single participants where that is asked for. */
function refineWith(
  getMeeting: GetMeeting,
  { participantAudio }: { participantAudio: boolean },
): ListContext["refine"] {
  const addAudio = participantAudio ? createParticipantAudio(getMeeting) : undefined;
  return async (meetings, signal) => {
    const shown = await findHiddenFiles(meetings, getMeeting, signal);
    const heard = await addAudio?.(shown.meetings, signal) ?? shown;
    return { meetings: heard.meetings, incomplete: shown.incomplete ?? heard.incomplete };
  };
}

/** The account behind a Server-to-Server OAuth app. Dispose it to close its connections. */
export function createZoomAccount(options: ZoomAccountOptions): ZoomAccount & AsyncDisposable {
  const { config, clock = systemClock } = options;
  let calls: Deno.HttpClient | undefined;
  const http = createHttp({
    client: () => calls ??= Deno.createHttpClient({}),
    clock,
    plan: config.apiPlan,
    fetch: options.fetch,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const { credentials, oauthUrl, apiUrl, allowQueryToken } = config;
  const tokens = createTokenSource({ http, clock, oauthUrl, credentials });
  const api = createZoomApi({ http, tokens, apiUrl });
  const meetings = createMeetings({ api, clock });
  const hosts = zoomHosts([apiUrl, oauthUrl]);

  let downloads: Deno.HttpClient | undefined;
  // HTTP/2 windows of the runtime cap a file at 16 MB/s at 100 ms round trip; HTTP/1.1 has no such ceiling.
  const client = () => downloads ??= Deno.createHttpClient({ http2: false });

  const getMeeting = async (uuid: string, signal: AbortSignal) => {
    const answer = await meetings.get(uuid, signal);
    return "absent" in answer ? undefined : answer.meeting;
  };

  return {
    list(request: ListRequest) {
      const { range, signal } = request;
      const context: ListContext = {
        api,
        http,
        directory: createDirectory(api, { range, signal }),
        today: isoDay(clock.now()),
        refine: refineWith(getMeeting, { participantAudio: request.participantAudio }),
      };
      return listRecordings(context, request);
    },
    getMeeting,
    open: (file, openOptions) =>
      openFile({ http, tokens, meetings, hosts, clock, client, allowQueryToken }, file, openOptions),
    get requestCount() {
      return http.requestCount;
    },
    [Symbol.asyncDispose]() {
      downloads?.close();
      calls?.close();
      downloads = calls = undefined;
      return Promise.resolve();
    },
  };
}
