import { AppError } from "../core/errors.ts";
import type { ListedMeeting } from "../core/recording.ts";
import { roomLogger } from "../core/log.ts";
import { isScopeRefusal } from "./api.ts";
import { participantAudioType } from "./map_file.ts";
import type { RecordingList, RefinedMeetings } from "./recording_list.ts";

const log = roomLogger("zoom");

/** Calls in flight for one page: they count under the light label, which has room. */
const concurrency = 8;

/**
 * Adds the audio of single participants to the meetings of a page: the meeting call alone has it for certain
 * (Zoom API reference, "Get meeting recordings").
 *
 * @param getMeeting `undefined` when Zoom has nothing (yet): the meeting stays as it was listed
 */
export function createParticipantAudio(
  getMeeting: (uuid: string, signal: AbortSignal) => Promise<ListedMeeting | undefined>,
): NonNullable<RecordingList["refine"]> {
  // A missing scope is missing for every meeting: one refusal is enough to know.
  let refusal: string | undefined;

  async function complete(meeting: ListedMeeting, signal: AbortSignal): Promise<ListedMeeting | undefined> {
    if (refusal !== undefined) return undefined;
    try {
      return mergeParticipantAudio(meeting, await getMeeting(meeting.uuid, signal));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (isScopeRefusal(error)) refusal = error.message;
      log.warn("{message}", { message: error.message });
      return undefined;
    }
  }

  return async (meetings, signal): Promise<RefinedMeetings> => {
    const completed = [...meetings];
    let failed = 0;
    let next = 0;
    const work = async () => {
      while (next < meetings.length) {
        const index = next++;
        const done = await complete(meetings[index] as ListedMeeting, signal);
        if (done === undefined) failed++;
        else completed[index] = done;
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, meetings.length) }, work));
    const incomplete = failed === 0
      ? undefined
      : refusal ?? `the participant audio of ${failed} meetings could not be asked for`;
    return { meetings: completed, incomplete };
  };
}

function mergeParticipantAudio(listed: ListedMeeting, asked: ListedMeeting | undefined): ListedMeeting {
  const held = new Set(listed.files.map((file) => file.key));
  const audio =
    asked?.files.filter((file) => file.recordingType === participantAudioType && !held.has(file.key)) ?? [];
  if (asked === undefined || audio.length === 0) return listed;
  const raw = { ...listed.raw, participant_audio_files: asked.raw.participant_audio_files };
  return { ...listed, files: [...listed.files, ...audio], raw };
}
