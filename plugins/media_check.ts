/**
 * `media-check`: opens every video and audio file with ffprobe, and has broken ones fetched again.
 *
 * ```sh
 * zoom-extract --plugin media-check
 * zoom-extract --plugin media-check --plugin-option media-check.decode=true   # every frame: slow, sure
 * ```
 *
 * ```json
 * { "plugins": { "media-check": { "tolerance": 0.1, "decode": true } } }
 * ```
 *
 * Zoom itself sometimes serves an incomplete file, with the right length. Such a file is marked `failed` with the reason and the
 * next run fetches it again. Only what plays too short is suspicious: Zoom's own times are not exact, and pauses make a
 * recording shorter than its span, so the tolerance is wide unless you narrow it.
 *
 * Needs `ffprobe`, and `ffmpeg` for `decode`.
 *
 * @module
 */
import { definePlugin, type RecordingFile } from "zoom-extract";
import { fileArgument, probe, requirePrograms } from "./_media.ts";
import { lastWords, runProgram } from "./_program.ts";

export default definePlugin({
  apiVersion: 1,
  name: "media-check",
  version: "1.0.0",
  description: "Opens media with ffprobe; broken files are fetched again.",
  kinds: ["hook"],
  options: {
    tolerance: {
      type: "number",
      default: 0.5,
      help: "Share by which a file may play shorter than the time between its start and end, 0 to 1.",
    },
    decode: { type: "boolean", default: false, help: "Also decode every frame." },
  },
  permissions: { read: ["$OUTPUT"], run: ["ffprobe", "ffmpeg"] },
  async setup({ options: { tolerance, decode } }) {
    if (tolerance < 0 || tolerance > 1) throw new RangeError(`tolerance ${tolerance} is not between 0 and 1`);
    await requirePrograms(decode ? ["ffprobe", "ffmpeg"] : ["ffprobe"]);
    return {
      hooks: {
        async afterTransfer({ path, file }, { signal }) {
          if (!/^(?:mp4|m4a)$/.test(file.fileExtension)) return {};
          const found = await probe(path, signal);
          if ("problem" in found) return { reject: found.problem };
          const least = spanSeconds(file) * (1 - tolerance) - slackSeconds;
          if (found.durationSeconds < least) {
            const plays = found.durationSeconds.toFixed(1);
            return { reject: `it plays ${plays} s, and ${spanSeconds(file)} s were recorded` };
          }
          const fault = decode ? await decodeAll(path, signal) : undefined;
          return fault === undefined ? {} : { reject: fault };
        },
      },
    };
  },
});

/** Zoom's start and end are not exact to the second. */
const slackSeconds = 5;

/** Time between a file's start and end; 0 when that is not known. */
function spanSeconds({ recordingStart, recordingEnd }: RecordingFile): number {
  const spanMs = Date.parse(recordingEnd) - Date.parse(recordingStart);
  return spanMs > 0 ? spanMs / 1000 : 0;
}

/** What a full decode complains about; `undefined` when nothing. */
async function decodeAll(path: string, signal: AbortSignal): Promise<string | undefined> {
  const args = ["-nostdin", "-v", "error", "-xerror", "-i", fileArgument(path), "-f", "null", "-"];
  const { code, stderr } = await runProgram("ffmpeg", args, { signal });
  const complaint = lastWords(stderr.replaceAll(path, "the file"));
  return code === 0 && complaint === ""
    ? undefined
    : `it cannot be decoded: ${complaint || `ffmpeg ended with ${code}`}`;
}
