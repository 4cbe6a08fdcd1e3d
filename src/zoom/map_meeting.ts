import { derivedMeetingUuid, type ListedFile, type ListedMeeting } from "../core/recording.ts";
import { redactData } from "../core/redact.ts";
import { rememberMeetingToken, rememberPasscode } from "../core/secret_values.ts";
import * as v from "valibot";
import { mapFiles } from "./map_file.ts";
import { isRecord, meetingSchema } from "./schema.ts";
import { leadingDay, parseTime } from "./time.ts";

/** Who hosts a meeting, where the listing was made for one user. */
export interface KnownHost {
  readonly id: string;
  readonly email: string;
}

/** Longest topic that is kept, in characters of UTF-16; no sane topic comes near. */
const maxTopicLength = 4096;

/**
 * A meeting of Zoom's in our words; `undefined` when `item` is no object, or holds nothing to know it by.
 *
 * @param host fills in what a listing for one user leaves out
 */
export function mapMeeting(item: unknown, host?: KnownHost): ListedMeeting | undefined {
  if (!isRecord(item)) return undefined;
  const answer = v.parse(meetingSchema, item);
  const hostId = answer.host_id || (host?.id ?? "");
  const topic = cutText(answer.topic, maxTopicLength);
  for (const passcode of [item.password, item.passcode, item.recording_play_passcode]) {
    if (typeof passcode === "string") rememberPasscode(passcode);
  }
  const stated = parseTime(answer.start_time);
  const uuid = answer.uuid || derivedUuid(answer, hostId);
  const files = mapFiles({
    uuid,
    recordingFiles: answer.recording_files,
    participantAudioFiles: answer.participant_audio_files,
    deletedTime: parseTime(answer.deleted_time),
  });
  if (answer.uuid === "" && answer.id === "" && files.length === 0) return undefined;
  const hides = whatIsHidden(item, answer.recording_count ?? 0);
  const autoDeleteDate = answer.auto_delete === false ? undefined : leadingDay(answer.auto_delete_date);
  return {
    uuid,
    id: answer.id,
    hostId,
    hostEmail: (answer.host_email || (host?.email ?? "")).trim().toLowerCase(),
    topic,
    startTime: stated || earliestStart(files),
    timezone: answer.timezone,
    durationMinutes: Math.max(0, answer.duration ?? 0),
    ...(answer.type === undefined ? {} : { type: answer.type }),
    ...(autoDeleteDate === undefined ? {} : { autoDeleteDate }),
    files,
    ...(hides === undefined ? {} : { hides }),
    raw: toRaw(item, topic),
  };
}

/** A list that is missing or empty is believed unless Zoom counts files (Zoom API reference, `recording_files`). */
function whatIsHidden(item: Readonly<Record<string, unknown>>, count: number): ListedMeeting["hides"] {
  const lists = [item.recording_files, item.participant_audio_files].map((stated) => stated ?? []);
  if (!lists.every((stated) => Array.isArray(stated) && stated.every(isRecord))) return "entries";
  return count > 0 && lists.flat().length === 0 ? "count" : undefined;
}

/** Without a start, the topic and the earliest recording tell meetings of one number, or of none, apart. */
function derivedUuid(answer: v.InferOutput<typeof meetingSchema>, hostId: string): string {
  const starts = answer.recording_files.flatMap((file) =>
    isRecord(file) && typeof file.recording_start === "string" ? [file.recording_start] : []
  );
  const { id, start_time: startTime, topic } = answer;
  return derivedMeetingUuid({ id, startTime, hostId }, [starts.sort()[0] ?? "", topic]);
}

/** The token that opens this meeting's files, when the meeting call was asked for it. */
export function downloadAccessToken(item: unknown): string | undefined {
  const token = isRecord(item) ? v.parse(meetingSchema, item).download_access_token : undefined;
  if (token !== undefined) rememberMeetingToken(token);
  return token;
}

function earliestStart(files: readonly ListedFile[]): string {
  return files.map((file) => file.recordingStart).filter((start) => start !== "").sort()[0] ?? "";
}

function toRaw(item: Readonly<Record<string, unknown>>, topic: string): Readonly<Record<string, unknown>> {
  const { topic: stated, ...rest } = item;
  return redactData(stated === undefined ? rest : { topic, ...rest }) as Record<string, unknown>;
}

/** At most `length` characters, never half a surrogate pair. */
function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");
}
