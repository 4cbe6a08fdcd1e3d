/**
 * `match`: a filter that fetches the files for which one expression is true.
 *
 * ```sh
 * zoom-extract --plugin match --plugin-option 'match.where=type = MP4 and duration_minutes >= 5'
 * ```
 *
 * ```json
 * { "plugins": { "match": { "where": "file_type in (MP4, M4A) and topic ~ /standup/i and not trashed" } } }
 * ```
 *
 * ## The language
 *
 * | Written | True when |
 * |---|---|
 * | `topic = "Weekly sync"`, `file_type != CHAT` | equal, not equal; texts with spaces, commas or keywords in quotes |
 * | `size > 10M`, `start >= 2024-05` | the field comes after, or before (`<`, `<=`, `>`, `>=`) |
 * | `file_type in (MP4, M4A)`, `not in (…)` | equal to one of them, to none of them |
 * | `topic ~ /stand-?up/i`, `topic !~ /private/` | the pattern occurs, does not occur; flags `i`, `m`, `s`, `u` |
 * | `trashed`, `trashed = false` | a yes-or-no field says so |
 * | `a and b`, `a or b`, `not a`, `( … )` | as they read; `not` binds before `and`, `and` before `or` |
 * | `size? > 10M`, `size > 10M ?` | the same, or the field is unknown |
 * | `auto_delete_date = ""`, `file_name != ""` | the field is unknown, is known |
 *
 * A comparison with a field that Zoom did not fill in is neither true nor false, and so is its `not`; a file for which the
 * whole expression ends like that is left out. A `?` makes such a comparison true.
 *
 * ## Fields
 *
 * | Field | Kind | Is |
 * |---|---|---|
 * | `type`, `file_type` | word | `MP4`, `M4A`, `CHAT`, `TRANSCRIPT`, `CC`, `TIMELINE`, `CSV`, `SUMMARY`, … |
 * | `recording_type` | word | `shared_screen_with_speaker_view`, `audio_only`, `chat_file`, …; without `(CC)` |
 * | `ext` | word | `mp4`, `vtt`, … |
 * | `size` | size | bytes that Zoom lists, which is only about right |
 * | `recording_start`, `recording_end` | time | of this file |
 * | `recording_minutes` | duration | from the file's start to its end |
 * | `status` | word | `completed`, `processing`, … |
 * | `processing` | yes or no | Zoom still works on the file |
 * | `trashed` | yes or no | it lies in Zoom's trash |
 * | `deleted_time` | time | when it was put there |
 * | `file_name` | text | as Zoom names a participant's audio |
 * | `file_id`, `file_key` | text | Zoom's id of the file, its key in the archive |
 * | `files` | number | files of its meeting, itself included |
 * | `topic` | text | of the meeting |
 * | `start` | time | of the meeting |
 * | `age_days` | duration | since the meeting's start |
 * | `duration_minutes` | duration | of the meeting |
 * | `meeting_id`, `meeting_uuid` | text | number of the meeting, key of the occurrence |
 * | `meeting_type` | number | 1 instant, 2 scheduled, 3 and 8 recurring, 4 personal room, … |
 * | `timezone` | word | of the meeting: `Europe/Ljubljana` |
 * | `auto_delete_date` | time | day on which Zoom deletes the recordings by itself |
 * | `host_email`, `host_id` | word, text | of the meeting's host |
 * | `user_email`, `user_status` | word | of the person in whose account it lies |
 * | `user_id`, `user_name` | text | of the same person |
 *
 * Words compare without regard to case, texts with. Sizes are `500`, `10M`, `1.5GiB` (a letter is a power of 1024). Durations
 * are numbers in the unit of the field's name, or `90s`, `1h30m`, `2d`, `3w`. Times are UTC: `2024`, `2024-05`,
 * `2024-05-02`, `2024-05-02T14:00`, `today`, `yesterday`; one that is shorter than a second stands for all of its
 * span, so `start = 2024-05` is any time in May, and `start > 2024-05` begins with June.
 *
 * @module
 */
import { definePlugin } from "zoom-extract";
import { compileExpression } from "./_compile.ts";
import { parseExpression } from "./_parse.ts";

export default definePlugin({
  apiVersion: 1,
  name: "match",
  version: "1.0.0",
  description: "Fetches only files for which an expression over their fields is true.",
  kinds: ["filter"],
  options: {
    where: {
      type: "string",
      required: true,
      help: "Which files to fetch: file_type in (MP4, M4A) and duration_minutes >= 5 and not trashed.",
    },
  },
  permissions: {},
  setup({ options: { where }, clock }) {
    const isTrue = compileExpression(parseExpression(where), { source: where, nowMs: clock.now() });
    return { filters: { where: (candidate, siblings) => isTrue({ ...candidate, siblings }) } };
  },
});
