import { AppError, DailyLimitError } from "../core/errors.ts";
import { inTurns } from "../core/in_turns.ts";
import { isProcessing, type ListedFile, type ListedMeeting } from "../core/recording.ts";
import { roomLogger } from "../core/log.ts";
import { isScopeRefusal } from "./api.ts";
import type { GetMeeting } from "./hidden_files.ts";
import { participantAudioType } from "./map_file.ts";
import type { RecordingList, RefinedMeetings } from "./recording_list.ts";

const log = roomLogger("zoom");

/** Meetings whose audio is remembered: windows share a day, and are listed again where they do not add up. */
const keptMeetings = 5000;

/** Calls in flight for one page: they count under the light label, which has room. */
const concurrency = 8;

/**
 * Adds the audio of single participants to the meetings of a page: the meeting call alone has it for certain
 * (Zoom API reference, "Get meeting recordings").
 *
 * @param getMeeting `undefined` when Zoom has nothing (yet): the meeting stays as it was listed
 */
export function createParticipantAudio(
  getMeeting: GetMeeting,
): NonNullable<RecordingList["refine"]> {
  // A missing scope is missing for every meeting: one refusal is enough to know.
  let refusal: string | undefined;
  const kept = new Map<string, MeetingAudio>();

  async function audioOf(
    { uuid, isReady }: { uuid: string; isReady: boolean },
    signal: AbortSignal,
  ): Promise<MeetingAudio | undefined> {
    const known = kept.get(uuid);
    if (known !== undefined) return known;
    const meeting = await getMeeting(uuid, signal);
    // "No recording" of a meeting that is listed with files says nothing: it is asked again by the next run.
    if (meeting === undefined && isReady) return undefined;
    const audio = pickAudio(meeting);
    kept.set(uuid, audio);
    for (const oldest of kept.keys()) {
      if (kept.size <= keptMeetings) break;
      kept.delete(oldest);
    }
    return audio;
  }

  /** A refusal of one meeting is asked about once more: Zoom has been seen to take it back. */
  async function complete(
    meeting: ListedMeeting,
    signal: AbortSignal,
    isAgain = false,
  ): Promise<ListedMeeting | undefined> {
    if (refusal !== undefined) return undefined;
    try {
      const isReady = meeting.files.some((file) => !isProcessing(file));
      const audio = await audioOf({ uuid: meeting.uuid, isReady }, signal);
      return audio && withAudio(meeting, audio);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (isScopeRefusal(error)) refusal = error.message;
      const isFinal = isAgain || refusal !== undefined || error instanceof DailyLimitError;
      if (!isFinal) return await complete(meeting, signal, true);
      log.warn("{message}", { message: error.message });
      return undefined;
    }
  }

  return async (meetings, signal): Promise<RefinedMeetings> => {
    const done = await inTurns(meetings, concurrency, (meeting) => complete(meeting, signal));
    const failed = done.filter((meeting) => meeting === undefined).length;
    const incomplete = failed === 0
      ? undefined
      : refusal ?? `the participant audio of ${failed} meetings could not be asked for`;
    return {
      meetings: done.map((meeting, index) => meeting ?? meetings[index] as ListedMeeting),
      incomplete,
    };
  };
}

/** What the meeting call alone has of a meeting. */
interface MeetingAudio {
  readonly files: readonly ListedFile[];
  /** As Zoom sent it. */
  readonly raw: unknown;
}

function pickAudio(asked: ListedMeeting | undefined): MeetingAudio {
  return {
    files: asked?.files.filter((file) => file.recordingType === participantAudioType) ?? [],
    raw: asked?.raw.participant_audio_files,
  };
}

function withAudio(listed: ListedMeeting, audio: MeetingAudio): ListedMeeting {
  const held = new Set(listed.files.map((file) => file.key));
  const added = audio.files.filter((file) => !held.has(file.key));
  if (added.length === 0) return listed;
  const raw = { ...listed.raw, participant_audio_files: audio.raw };
  return { ...listed, files: [...listed.files, ...added], raw };
}
