/**
 * `template`: names folders and files by a template of your own.
 *
 * ```sh
 * zoom-extract --plugin template --plugin-option template.preset=by-month
 * zoom-extract --plugin template \
 *   --plugin-option 'template.path={user_email}/{start:%Y/%m}/{topic|untitled} [{meeting_id}]/{start:%H%M} {file_type}.{ext}'
 * ```
 *
 * ```json
 * { "plugins": { "template": { "path": "{topic:.60B}/{start:%Y-%m-%d}/{file_type}", "timezone": ["meeting", "Europe/Ljubljana"] } } }
 * ```
 *
 * ## The language
 *
 * | Written | Gives |
 * |---|---|
 * | `/` | the border between two folders, or the last folder and the file |
 * | `{topic}` | the value of a field, `unknown` where Zoom did not say |
 * | `{user_email,user_id\|nobody}` | the first of these that is known, else the text after the bar, which may be empty |
 * | `{file_name& - {file_name}\|}` | the text after `&` where the field is known, else the text after the bar |
 * | `{start:%Y/%m}` | a time, by the letters below; a `/` makes folders here |
 * | `{topic:.60B}` | at most 60 bytes of UTF-8; no character is cut in two |
 * | `{file_type:lower}`, `{file_type:upper}` | small, or capital letters |
 * | `{duration_minutes:03}` | a number with at least 3 digits |
 * | `{{`, `}}` | a brace, outside of braces; within them `\|\|` is a bar |
 *
 * Letters of times: `%Y` year, `%y` its last two digits, `%m` month, `%d` day, `%j` day of the year, `%H` and `%I` hour of 24
 * and of 12, `%p` AM or PM, `%M` minute, `%S` second, `%G` and `%V` year and week of ISO 8601, `%u` weekday from 1 (Monday),
 * `%a` `%A` weekday and `%b` `%B` month in English, short and long, `%z` offset, `%F` for `%Y-%m-%d`, `%s` seconds since
 * 1970, `%%`. Without letters a time reads `20240502_140000`.
 *
 * What comes from Zoom never makes a folder: a `/` in a topic becomes `_`. A folder of which nothing is left is left out. In a name
 * beyond 255 bytes free texts (topic, names) are shortened, so that what stands around them survives. The
 * extension is always added; a final `.{ext}` says so and adds none. Names that are equal get a suffix.
 *
 * ## Fields
 *
 * | Field | Is |
 * |---|---|
 * | `user_email`, `user_id`, `user_name`, `user_status` | the person in whose account it lies |
 * | `host_email`, `host_id` | the meeting's host |
 * | `topic`, `meeting_id`, `meeting_uuid`, `meeting_type`, `duration_minutes`, `timezone` | of the meeting |
 * | `start`, `auto_delete_date` | times of the meeting |
 * | `file_type`, `recording_type`, `ext`, `status`, `size` | of the file: `MP4`, `gallery_view`, `mp4`, `completed`, listed bytes |
 * | `file_id`, `file_key`, `file_name` | of the file; the name, which only participants' audio has, without its extension |
 * | `recording_start`, `recording_end`, `deleted_time` | times of the file |
 *
 * ## Presets
 *
 * | Preset | Folders |
 * |---|---|
 * | `original` | as without this plugin, always in UTC |
 * | `by-month` | year, month, person, meeting |
 * | `by-topic` | person, topic, meeting |
 * | `flat` | person |
 *
 * A folder that names the meeting's uuid, or its number and start, is the meeting's own; others hold files of many
 * meetings, and a meeting's `meta.json` goes elsewhere. The option `folders` overrules that.
 *
 * @module
 */
import { definePlugin } from "zoom-extract";
import { sharesFolders } from "./_folders.ts";
import { parseTemplate } from "./_parse.ts";
import { isPreset, presetNames, presets } from "./_presets.ts";
import { renderTemplate } from "./_render.ts";
import { zoneChooser } from "./_zones.ts";

export default definePlugin({
  apiVersion: 1,
  name: "template",
  version: "1.0.0",
  description: "Names folders and files by a template.",
  kinds: ["naming"],
  options: {
    path: {
      type: "string",
      help: "The template: {user_email}/{start:%Y/%m}/{topic|untitled} [{meeting_id}]/{file_type}.{ext}.",
    },
    preset: { type: "choice", choices: presetNames, help: "A ready-made template, in place of path." },
    timezone: {
      type: "list",
      help: "Zones of times, the first that is known: meeting, host, UTC or a name such as Europe/Ljubljana.",
    },
    folders: {
      type: "choice",
      choices: ["auto", "meeting", "shared"],
      default: "auto",
      help: "Whether a folder belongs to one meeting or is shared; auto goes by the fields in it.",
    },
  },
  permissions: {},
  setup({ options: { path, preset, timezone, folders }, log }) {
    if (preset === "original" && timezone?.some((zone) => zone !== "UTC")) {
      throw new Error(
        `Cannot use template.timezone "${timezone.join(",")}": the preset original is always in UTC`,
      );
    }
    const template = parseTemplate(chooseSource(path, preset));
    const isShared = sharesFolders(template);
    if (folders === "meeting" && isShared === "by file") {
      log.warn(
        "folders=meeting puts all files of a meeting where the first one goes: path has fields of files in it",
      );
    }
    const zoneOf = zoneChooser(timezone ?? []);
    return {
      namings: {
        path: {
          sharesFolders: folders === "auto" ? isShared !== "no" : folders === "shared",
          name: (candidate) => renderTemplate(template, { candidate, zone: zoneOf(candidate) }),
        },
      },
    };
  },
});

function chooseSource(path: string | undefined, preset: string | undefined): string {
  const choices = `preset is one of ${presetNames.join(", ")}`;
  if (path !== undefined && preset !== undefined) {
    throw new Error(`Cannot use template.path and template.preset "${preset}" together: leave one out`);
  }
  if (path !== undefined) return path;
  if (preset !== undefined && isPreset(preset)) return presets[preset];
  throw new Error(`Cannot use template without template.path or template.preset: ${choices}`);
}
