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
 * Beside `20241201_140000Z_TRANSCRIPT.vtt` come `….srt` for players, `….transcript.txt` with a paragraph per speaker,
 * and `….transcript.json` with speakers and times. A chat gets `…_CHAT.readable.txt`. Zoom's own file stays as it is, and nothing that the
 * plugin did not make is ever written over.
 *
 * @module
 */
import { definePlugin, type HookResult, type StoredFile } from "zoom-extract";
import { beside, OwnFiles } from "../_own_files.ts";
import { parseChat, renderChat } from "./_chat.ts";
import { type Cue, parseVtt, renderJson, renderSrt, renderText } from "./_vtt.ts";

interface Format {
  /** No file of Zoom's ends like this. */
  readonly ending: string;
  render(cues: readonly Cue[]): string;
}

const formatsByName: Readonly<Record<string, Format>> = {
  srt: { ending: ".srt", render: renderSrt },
  txt: { ending: ".transcript.txt", render: renderText },
  json: { ending: ".transcript.json", render: renderJson },
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
  setup({ options, dataDir }) {
    const own = new OwnFiles(dataDir);
    const unknown = options.formats.find((format) => !Object.hasOwn(formatsByName, format));
    if (unknown !== undefined) {
      throw new TypeError(
        `there is no format "${unknown}": formats are ${Object.keys(formatsByName).join(", ")}`,
      );
    }
    return {
      hooks: {
        async afterTransfer(stored): Promise<HookResult> {
          const isCaption = stored.file.fileExtension === "vtt";
          if (isCaption) return await convert(stored, { own, formats: options.formats });
          return stored.file.fileType === "CHAT" && options.chat ? await convertChat(stored, own) : {};
        },
      },
    };
  },
});

async function convert(
  stored: StoredFile,
  { own, formats }: { own: OwnFiles; formats: readonly string[] },
): Promise<HookResult> {
  const cues = parseVtt(await Deno.readTextFile(stored.path));
  const made: string[] = [];
  for (const name of formats) {
    const format = formatsByName[name];
    if (!format) continue;
    const target = beside(stored, format.ending);
    await own.putText(format.render(cues), target, "transcript", name);
    made.push(target.relativePath);
  }
  return { made };
}

async function convertChat(stored: StoredFile, own: OwnFiles): Promise<HookResult> {
  const target = beside(stored, ".readable.txt");
  const text = renderChat(parseChat(await Deno.readTextFile(stored.path)));
  await own.putText(text, target, "transcript", "chat");
  return { made: [target.relativePath] };
}
