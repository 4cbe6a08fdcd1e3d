import { isFileProcessing, type SimFile, type SimMeeting } from "./account.ts";
import { type Answer, apiError, emptyAnswer, invalidField, jsonAnswer, type SimRequest } from "./_answer.ts";
import { completeFiles } from "./builders.ts";
import { decodeSegment } from "./_decode_segment.ts";
import { audioJson, listedFiles, meetingJson } from "./_recording_json.ts";
import type { World } from "./_world.ts";

/** `GET /meetings/{meetingId}/recordings`: one occurrence with all it has, not paged. */
export function getMeetingRecordings(world: World, request: SimRequest, key: string): Answer {
  const meeting = findMeeting(world, key);
  if (!meeting || meeting.trashedAt !== undefined) return noRecording();
  completeFiles(meeting);
  const files = listedFiles(world, meeting);
  if (files.length === 0 || files.every(isFileProcessing)) return noRecording();
  if (world.settings.quirks.errorWith200 && !world.refusedOnce.has(meeting.uuid)) {
    world.refusedOnce.add(meeting.uuid);
    return apiError(200, 200, "No permission.");
  }
  const token = downloadToken(world, request, meeting);
  if (typeof token === "object") return token;
  const audio = meeting.participantAudio.filter((file) => file.trashedAt === undefined);
  return jsonAnswer(200, {
    ...meetingJson(world, meeting),
    password: meeting.passcode,
    ...(token === undefined ? {} : { download_access_token: token }),
    ...(audio.length === 0
      ? {}
      : { participant_audio_files: audio.map((file) => audioJson(world, meeting, file)) }),
  });
}

/** `GET /meetings/{meetingId}/recordings/settings` */
export function getRecordingSettings(world: World, _request: SimRequest, key: string): Answer {
  const meeting = findMeeting(world, key);
  if (!meeting || meeting.trashedAt !== undefined) return noRecording();
  const { autoDeleteDate } = meeting;
  return jsonAnswer(200, {
    share_recording: "none",
    recording_authentication: false,
    viewer_download: false,
    password: meeting.passcode,
    on_demand: false,
    approval_type: 2,
    send_email_to_host: false,
    show_social_share_buttons: false,
    topic: meeting.topic ?? "",
    ...(autoDeleteDate === undefined ? {} : { auto_delete: true, auto_delete_date: autoDeleteDate }),
  });
}

/** `DELETE /meetings/{meetingId}/recordings`, into the trash or for good. */
export function deleteMeetingRecordings(world: World, request: SimRequest, key: string): Answer {
  const { account, now } = world.settings;
  const meeting = findMeeting(world, key);
  const action = request.query.get("action") ?? "trash";
  if (action !== "trash" && action !== "delete") return invalidField("action", "Invalid field.");
  if (!meeting || (action === "trash" && meeting.trashedAt !== undefined)) return noRecording();
  if (action === "trash") meeting.trashedAt = isoSeconds(now());
  else account.meetings.splice(account.meetings.indexOf(meeting), 1);
  return emptyAnswer(204);
}

/** `DELETE /meetings/{meetingId}/recordings/{recordingId}`, into the trash or for good. */
export function deleteRecordingFile(world: World, request: SimRequest, key: string, fileId: string): Answer {
  const meeting = findMeeting(world, key);
  const file = meeting && findFile(meeting, fileId);
  const action = request.query.get("action") ?? "trash";
  if (action !== "trash" && action !== "delete") return invalidField("action", "Invalid field.");
  if (!file || (action === "trash" && file.trashedAt !== undefined)) return noRecording();
  if (isFileProcessing(file)) return apiError(400, 3303, "You can not delete an uncompleted meeting.");
  if (action === "trash") file.trashedAt = isoSeconds(world.settings.now());
  else meeting.files?.splice(meeting.files.indexOf(file), 1);
  return emptyAnswer(204);
}

/** `PUT /meetings/{meetingUUID}/recordings/status` with `{"action":"recover"}` */
export async function recoverMeetingRecordings(
  world: World,
  request: SimRequest,
  key: string,
): Promise<Answer> {
  if (!(await isRecover(request))) return invalidField("action", "Invalid field.");
  const meeting = findMeeting(world, key);
  if (meeting?.trashedAt === undefined) return noRecording();
  delete meeting.trashedAt;
  return emptyAnswer(200);
}

/** `PUT /meetings/{meetingId}/recordings/{recordingId}/status` with `{"action":"recover"}` */
export async function recoverRecordingFile(
  world: World,
  request: SimRequest,
  key: string,
  fileId: string,
): Promise<Answer> {
  if (!(await isRecover(request))) return invalidField("action", "Invalid field.");
  const meeting = findMeeting(world, key);
  const file = meeting && findFile(meeting, fileId);
  if (file?.trashedAt === undefined) return noRecording();
  delete file.trashedAt;
  return emptyAnswer(204);
}

/**
 * The occurrence that an undecoded path segment names: the number means the latest one; a uuid that begins with
 * `/` or holds `//` has to be encoded twice, any other once or twice (Zoom API reference, get meeting recordings).
 */
export function findMeeting(world: World, segment: string): SimMeeting | undefined {
  const { meetings } = world.settings.account;
  const once = decodeSegment(segment);
  if (/^\d+$/.test(once)) {
    const occurrences = meetings.filter((meeting) => String(meeting.id) === once);
    return occurrences.toSorted((a, b) => b.start.localeCompare(a.start))[0];
  }
  const twice = decodeSegment(once);
  const isTwice = twice !== once;
  return meetings.find(({ uuid }) =>
    isTwice && uuid === twice || !needsDoubleEncoding(uuid) && uuid === once
  );
}

function needsDoubleEncoding(uuid: string): boolean {
  return uuid.startsWith("/") || uuid.includes("//");
}

function findFile(meeting: SimMeeting, segment: string): SimFile | undefined {
  completeFiles(meeting);
  return (meeting.files ?? []).find((file) => file.id === decodeSegment(segment));
}

/** 404 with code 3301, which also stands for "not ready yet". */
function noRecording(): Answer {
  return apiError(404, 3301, "There is no recording for this meeting.");
}

/** The `download_access_token` when asked for, or the error answer for a bad lifetime. */
function downloadToken(world: World, request: SimRequest, meeting: SimMeeting): string | undefined | Answer {
  if (request.query.get("include_fields") !== "download_access_token") return undefined;
  const seconds = request.query.get("ttl") ?? "86400";
  if (!/^\d+$/.test(seconds) || Number(seconds) > 604_800) return invalidField("ttl", "Invalid field.");
  const expiresAtMs = world.settings.now() + Number(seconds) * 1000;
  return world.tokens.issue({ expiresAtMs, scopes: [], meetingUuid: meeting.uuid });
}

async function isRecover(request: SimRequest): Promise<boolean> {
  try {
    return JSON.parse(await request.text()).action === "recover";
  } catch {
    return false;
  }
}

function isoSeconds(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}
