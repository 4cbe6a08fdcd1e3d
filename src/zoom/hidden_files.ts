import { AppError } from "../core/errors.ts";
import { inTurns } from "../core/in_turns.ts";
import { roomLogger } from "../core/log.ts";
import type { ListedMeeting } from "../core/recording.ts";
import { participantAudioType } from "./map_file.ts";
import type { RefinedMeetings } from "./recording_list.ts";

const log = roomLogger("zoom");

/** Calls in flight for one page: they count under the light label, which has room. */
const concurrency = 8;

/** Asks for one meeting; `undefined` when Zoom has nothing (yet). */
export type GetMeeting = (uuid: string, signal: AbortSignal) => Promise<ListedMeeting | undefined>;

/**
 * Asks the meeting call for the files of meetings that a list shows without them, or with what is no file. A meeting
 * whose count is more than it shows, twice, has no files; what cannot be read twice keeps its window from being proven.
 */
export async function findHiddenFiles(
  meetings: readonly ListedMeeting[],
  getMeeting: GetMeeting,
  signal: AbortSignal,
): Promise<RefinedMeetings> {
  if (meetings.every(({ hides }) => hides === undefined)) return { meetings };
  const found = await inTurns(meetings, concurrency, async (meeting) => {
    if (meeting.hides === undefined) return meeting;
    return await findFiles(meeting, getMeeting, signal) ?? meeting;
  });
  return { meetings: found, incomplete: whyIncomplete(found) };
}

/** Why a window with these meetings cannot count as complete, if so. */
export function whyIncomplete(meetings: readonly ListedMeeting[]): string | undefined {
  const hidden = meetings.filter(({ hides }) => hides !== undefined).length;
  if (hidden === 0) return undefined;
  return `the files of ${hidden === 1 ? "one meeting" : `${hidden} meetings`} could not be read`;
}

async function findFiles(
  listed: ListedMeeting,
  getMeeting: GetMeeting,
  signal: AbortSignal,
): Promise<ListedMeeting | undefined> {
  try {
    const asked = await getMeeting(listed.uuid, signal);
    if (asked === undefined || asked.hides === "entries") return undefined;
    const { hides: _, ...rest } = listed;
    const files = asked.files.filter(({ recordingType }) => recordingType !== participantAudioType);
    return { ...rest, files, raw: { ...listed.raw, recording_files: asked.raw.recording_files } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn("{message}", { message: error.message });
    return undefined;
  }
}
