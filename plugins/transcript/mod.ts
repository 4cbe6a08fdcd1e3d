/**
 * `transcript`: makes of Zoom's captions what people and programs can use, and of its chats what one can read.
 *
 * ```sh
 * zoom-extract --plugin transcript
 * zoom-extract --plugin transcript --plugin-option transcript.formats=txt,json
 * ```
 *
 * ```json
 * { "plugins": { "transcript": { "formats": ["srt"], "chat": false } } }
 * ```
 *
 * Beside `20241201_140000Z_TRANSCRIPT.vtt` come `….srt` for players, `….txt` with a paragraph per speaker, and `….json`
 * with speakers and times. A chat gets `…_CHAT.readable.txt`. Zoom's own file stays as it is.
 *
 * @module
 */
import { definePlugin, type HookResult, type StoredFile } from "zoom-extract";
import { withEnding, writeWhole } from "../_write_file.ts";
import { parseChat, renderChat } from "./_chat.ts";
import { type Cue, parseVtt, renderJson, renderSrt, renderText } from "./_vtt.ts";

const renderers: Readonly<Record<string, (cues: readonly Cue[]) => string>> = {
  srt: renderSrt,
  txt: renderText,
  json: renderJson,
};

export default definePlugin({
  apiVersion: 1,
  name: "transcript",
  version: "1.0.0",
  description: "Makes SRT, text and JSON with speakers of transcripts, and readable text of chats.",
  kinds: ["hook"],
  options: {
    formats: {
      type: "list",
      default: ["srt", "txt", "json"],
      help: "What transcripts and captions are turned into: srt, txt, json.",
    },
    chat: { type: "boolean", default: true, help: "Also make readable text of chats." },
  },
  permissions: { read: ["$OUTPUT"], write: ["$OUTPUT"] },
  setup({ options }) {
    const unknown = options.formats.find((format) => !Object.hasOwn(renderers, format));
    if (unknown !== undefined) {
      throw new TypeError(
        `there is no format "${unknown}": formats are ${Object.keys(renderers).join(", ")}`,
      );
    }
    return {
      hooks: {
        async afterTransfer(stored): Promise<HookResult> {
          const isCaption = stored.file.fileExtension === "vtt";
          if (isCaption) return await convert(stored, options.formats);
          return stored.file.fileType === "CHAT" && options.chat ? await convertChat(stored) : {};
        },
      },
    };
  },
});

async function convert({ path, relativePath }: StoredFile, formats: readonly string[]): Promise<HookResult> {
  const cues = parseVtt(await Deno.readTextFile(path));
  const made: string[] = [];
  for (const format of formats) {
    await writeWhole(withEnding(path, `.${format}`), renderers[format]?.(cues) ?? "");
    made.push(withEnding(relativePath, `.${format}`));
  }
  return { made };
}

async function convertChat({ path, relativePath }: StoredFile): Promise<HookResult> {
  const ending = ".readable.txt";
  await writeWhole(withEnding(path, ending), renderChat(parseChat(await Deno.readTextFile(path))));
  return { made: [withEnding(relativePath, ending)] };
}
