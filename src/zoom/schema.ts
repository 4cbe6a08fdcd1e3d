/**
 * Zoom's answers, read leniently: every field optional, unknown fields and values kept, numbers that come as
 * texts and the other way round understood. Only what is no object at all is refused.
 */
import * as v from "valibot";

const textLike = v.pipe(v.union([v.string(), v.number(), v.bigint()]), v.transform(cleanText));
const numberLike = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.trim(), v.regex(/^-?\d+(\.\d+)?$/), v.transform(Number))]),
  v.finite(),
);
const text = v.fallback(textLike, "");
const optionalText = v.fallback(v.optional(v.pipe(textLike, v.nonEmpty())), undefined);
/** What is no whole number counts as left out: no count, size or type of Zoom's is one. */
const optionalInteger = v.fallback(v.optional(v.pipe(numberLike, v.safeInteger())), undefined);
const list = v.fallback(v.array(v.unknown()), []);

/** One entry of `recording_files` or `participant_audio_files`. */
export const fileSchema = v.object({
  id: optionalText,
  recording_start: text,
  recording_end: text,
  file_type: text,
  file_extension: text,
  file_size: optionalInteger,
  download_url: optionalText,
  file_path: optionalText,
  status: text,
  recording_type: text,
  file_name: optionalText,
  deleted_time: text,
});

/** One entry of `meetings`, and the answer of the meeting call. */
export const meetingSchema = v.object({
  uuid: text,
  id: text,
  host_id: text,
  host_email: text,
  topic: text,
  type: optionalInteger,
  start_time: text,
  timezone: text,
  duration: optionalInteger,
  auto_delete: v.optional(v.unknown()),
  auto_delete_date: text,
  deleted_time: text,
  recording_count: optionalInteger,
  recording_files: list,
  participant_audio_files: list,
  download_access_token: optionalText,
});

/** One entry of `users`. */
export const userSchema = v.object({
  id: text,
  email: text,
  first_name: text,
  last_name: text,
  display_name: text,
  status: text,
});

/** What all list answers share. */
export const pageSchema = v.object({
  from: text,
  to: text,
  next_page_token: text,
  total_records: optionalInteger,
});

/** A JSON object, whatever it holds. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Half surrogates and NUL come back from no database as they went in, so that a key with one would never be found again. */
function cleanText(value: string | number | bigint): string {
  return String(value).toWellFormed().replaceAll("\0", "\ufffd");
}
