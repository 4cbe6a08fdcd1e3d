import type { Clock } from "../core/clock.ts";
import { ApiError, ResponseError, TransferError } from "../core/errors.ts";
import type { ListedMeeting } from "../core/recording.ts";
import type { ZoomApi } from "./api.ts";
import { encodeMeetingUuid } from "./encode_meeting_uuid.ts";
import { endpoints } from "./endpoints.ts";
import { downloadAccessToken, mapMeeting } from "./map_meeting.ts";
import { isRecord } from "./schema.ts";
import { createSharedCall, type SharedCall } from "./shared_call.ts";

/** What the meeting call says about where to get the files. */
export type MeetingAnswer =
  /** `downloadToken` opens all its files, also where the account's token does not. */
  | { readonly meeting: ListedMeeting; readonly downloadToken: string | undefined }
  /** Zoom has no recording, or not yet (404 with code 3301). */
  | { readonly absent: ApiError };

/** Meetings one by one. */
export interface Meetings {
  get(uuid: string, signal: AbortSignal): Promise<MeetingAnswer>;
  /**
   * Addresses for a file of the meeting. One call serves all its files; a file that asks for a refresh gets an
   * answer it has not used before.
   */
  addresses(
    uuid: string,
    options: { key: string; refresh: boolean; signal: AbortSignal },
  ): Promise<MeetingAnswer>;
}

const keptAnswers = 256;
const keptMs = 600_000;

interface Entry {
  readonly call: SharedCall<MeetingAnswer>;
  readonly usedBy: Set<string>;
  answer?: MeetingAnswer;
  answeredAtMs: number;
}

/** Seconds a `download_access_token` is good for. */
const downloadTokenTtl = "86400";

/** @see {@linkcode Meetings} */
export function createMeetings(options: { api: ZoomApi; clock: Clock }): Meetings {
  const { api, clock } = options;
  const entries = new Map<string, Entry>();

  function start(uuid: string): Entry {
    const entry: Entry = {
      usedBy: new Set(),
      answeredAtMs: clock.now(),
      call: createSharedCall(async (signal) => {
        const answer = await askForMeeting(api, uuid, { signal, withToken: true });
        entry.answeredAtMs = clock.now();
        return entry.answer = answer;
      }),
    };
    // The newest stay: a map keeps the order of insertion.
    entries.delete(uuid);
    entries.set(uuid, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= keptAnswers) break;
      entries.delete(oldest);
    }
    return entry;
  }

  return {
    get: (uuid, signal) => askForMeeting(api, uuid, { signal, withToken: false }),
    async addresses(uuid, { key, refresh, signal }) {
      const kept = entries.get(uuid);
      const isRecent = kept !== undefined &&
        (kept.answer === undefined || clock.now() - kept.answeredAtMs < keptMs);
      const entry = isRecent && !(refresh && kept.usedBy.has(key)) ? kept : start(uuid);
      entry.usedBy.add(key);
      return entry.answer ?? await entry.call.join(signal);
    },
  };
}

async function askForMeeting(
  api: ZoomApi,
  uuid: string,
  options: { signal: AbortSignal; withToken: boolean },
): Promise<MeetingAnswer> {
  const action = `get the recordings of meeting "${uuid}"`;
  if (uuid.startsWith("derived-")) {
    throw new TransferError(`Cannot ${action}: Zoom listed it without a uuid`, { code: "no_url" });
  }
  let data: Readonly<Record<string, unknown>>;
  try {
    data = await api.get({
      endpoint: endpoints.meetingRecordings,
      path: `/meetings/${encodeMeetingUuid(uuid)}/recordings`,
      query: options.withToken ? { include_fields: "download_access_token", ttl: downloadTokenTtl } : {},
      action,
      parse(data) {
        if (isRecord(data)) return data;
        throw new ResponseError(`Cannot ${action}: the answer is no object`, {
          path: "",
          expected: "an object",
        });
      },
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && error.zoomCode === 3301) {
      return { absent: error };
    }
    throw error;
  }
  const meeting = mapMeeting({ ...data, uuid: data.uuid || uuid });
  if (meeting?.uuid !== uuid) {
    // Believing another occurrence would make this one's files look deleted.
    throw new ResponseError(`Cannot ${action}: Zoom answered for another one, "${meeting?.uuid ?? ""}"`, {
      path: "uuid",
      expected: uuid,
    });
  }
  return { meeting, downloadToken: downloadAccessToken(data) };
}
