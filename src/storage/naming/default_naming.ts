import { compactTime, type NamingStrategy } from "../../core/naming.ts";
import type { Candidate, Meeting, User } from "../../core/recording.ts";
import { encodeSegment } from "../encode_segment.ts";

/**
 * The layout of the archive: `<user e-mail or id>`, `<time>_<topic>_<meeting number>`, `<time>_<FILETYPE>`.
 *
 * Times are UTC, as `YYYYMMDD_HHMMSSZ`. A long topic is shortened, never the time, the number or the type. Per-participant
 * audio carries the name Zoom gave the file, without its extension.
 */
export const defaultNaming: NamingStrategy = (candidate: Candidate): [string, ...string[]] => [
  userSegment(candidate.user),
  meetingSegment(candidate.meeting),
  fileSegment(candidate),
];

function userSegment(user: User): string {
  return encodeSegment(user.email || user.id, { fallback: "unknown_user" });
}

function meetingSegment(meeting: Meeting): string {
  return encodeSegment(meeting.topic, {
    keepPrefix: `${compactTime(meeting.startTime)}_`,
    keepSuffix: `_${meeting.id || "0"}`,
  });
}

/** A file without a time of its own, as summaries may be, has that of its meeting. */
function fileSegment({ file, meeting }: Candidate): string {
  const type = (file.fileType || file.fileExtension || "file").toUpperCase();
  const known = `${compactTime(file.recordingStart || meeting.startTime)}_${type}`;
  const participant = (file.fileName ?? "").replace(/\.[A-Za-z0-9]{1,5}$/, "").trim();
  if (participant === "") return encodeSegment(known);
  return encodeSegment(participant, { keepPrefix: `${known}_` });
}
