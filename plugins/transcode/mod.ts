/**
 * `transcode`: makes smaller, older or other media of recordings with ffmpeg.
 *
 * ```sh
 * zoom-extract --plugin transcode --plugin-option transcode.preset=mp3
 * zoom-extract --plugin transcode --plugin-option transcode.preset=720p-h264 --plugin-option transcode.replace=true
 * ```
 *
 * ```json
 * { "plugins": { "transcode": { "args": ["-vn", "-codec:a", "libopus"], "extension": "opus", "types": ["M4A"] } } }
 * ```
 *
 * Presets: `mp3`, `m4a`, `720p-h264`, `av1-small`, `remux-faststart`. With `args` you say yourself what stands between ffmpeg's input and
 * output, one argument each; there is no shell. The new file appears beside the original when it is whole and plays as
 * long; nothing that the plugin did not make is ever written over. With `replace` the original is removed after that, and the inventory knows which file has taken its place.
 *
 * Needs `ffmpeg` and `ffprobe`.
 *
 * @module
 */
import { definePlugin, type HookCall, type HookResult, type StoredFile } from "zoom-extract";
import { fileArgument, probe, requirePrograms } from "../_media.ts";
import { lastWords, runProgram } from "../_program.ts";
import { type Beside, beside, foreignError, OwnFiles, removeIfAny, temporaryBeside } from "../_own_files.ts";
import { presets } from "./_presets.ts";

export default definePlugin({
  apiVersion: 1,
  name: "transcode",
  version: "1.0.0",
  description: "Makes other media of recordings with ffmpeg.",
  kinds: ["hook"],
  options: {
    preset: {
      type: "choice",
      choices: ["mp3", "m4a", "720p-h264", "av1-small", "remux-faststart"],
      help: "What to make.",
    },
    args: { type: "list", help: "Instead of a preset: ffmpeg's arguments between input and output." },
    extension: { type: "string", help: "Extension of what args make, without a dot." },
    types: { type: "list", help: "File types to take; those of the preset unless said otherwise." },
    replace: { type: "boolean", default: false, help: "Remove the original once the new file is checked." },
  },
  permissions: { read: ["$OUTPUT"], write: ["$OUTPUT"], run: ["ffmpeg", "ffprobe"] },
  async setup({ options, dataDir }) {
    const recipe = recipeOf(options);
    const own = new OwnFiles(dataDir);
    await requirePrograms(["ffmpeg", "ffprobe"]);
    return {
      hooks: {
        afterTransfer: async (stored, call) => {
          if (!recipe.types.includes(stored.file.fileType)) return {};
          return await transcode(stored, { own, recipe, replace: options.replace, call });
        },
      },
    };
  },
});

interface Recipe {
  readonly types: readonly string[];
  readonly extension: string;
  readonly args: readonly string[];
  readonly needsAudio?: boolean;
}

function recipeOf(
  { preset, args, extension, types }: {
    readonly preset?: string | undefined;
    readonly args?: readonly string[] | undefined;
    readonly extension?: string | undefined;
    readonly types?: readonly string[] | undefined;
  },
): Recipe {
  const known = preset === undefined ? undefined : presets[preset];
  if ((known === undefined) === (args === undefined)) throw new TypeError("give either preset or args");
  if (known) return { ...known, types: types ?? known.types };
  if (extension === undefined || !/^[A-Za-z0-9]{1,8}(\.[A-Za-z0-9]{1,8})?$/.test(extension)) {
    throw new TypeError(`extension "${extension ?? ""}" is none: args need one, such as opus`);
  }
  return { args: args ?? [], extension, types: types ?? ["MP4", "M4A"] };
}

async function transcode(
  stored: StoredFile,
  { own, recipe, replace, call }: { own: OwnFiles; recipe: Recipe; replace: boolean; call: HookCall },
): Promise<HookResult> {
  const target = beside(stored, `.${recipe.extension}`);
  const result = { made: [target.relativePath], ...(replace ? { replacedBy: target.relativePath } : {}) };
  // The same original by the same arguments needs no making; and where it was replaced, there is no original any more.
  const making = JSON.stringify([recipe.args, stored.receipt.sha256]);
  const standing = await own.standing(target);
  if (standing.kind === "foreign") throw foreignError(target);
  if (standing.kind !== "own" || standing.recipe !== making) {
    const input = await probe(stored.path, call.signal);
    if ("problem" in input) throw new Error(`"${stored.relativePath}" cannot be read: ${input.problem}`);
    if (recipe.needsAudio && !input.hasAudio) return {};
    const { durationSeconds } = input;
    await make({ path: stored.path, target, recipe, durationSeconds, call, own, making });
  }
  if (replace) await removeIfAny(stored.path);
  return result;
}

interface Making {
  readonly path: string;
  readonly target: Beside;
  readonly recipe: Recipe;
  readonly durationSeconds: number;
  readonly call: HookCall;
  readonly own: OwnFiles;
  /** Names the original and the arguments. */
  readonly making: string;
}

async function make({ path, target, recipe, durationSeconds, call, own, making }: Making): Promise<void> {
  // The ending tells ffmpeg which container to write.
  const temporary = await temporaryBeside(path, "transcode", `.${recipe.extension}`);
  try {
    const { code, stderr } = await runProgram("ffmpeg", [
      ...["-nostdin", "-hide_banner", "-v", "error", "-progress", "pipe:2", "-i", fileArgument(path)],
      ...recipe.args,
      fileArgument(temporary),
    ], {
      signal: call.signal,
      onErrorLine: (line) => {
        const madeMicroseconds = /^out_time_us=(\d+)/.exec(line)?.[1];
        if (madeMicroseconds) call.progress(Math.min(1, Number(madeMicroseconds) / 1e6 / durationSeconds));
      },
    });
    if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${lastWords(withoutProgress(stderr))}`);
    if (!await plays(temporary, { as: durationSeconds, signal: call.signal })) {
      throw new Error("what ffmpeg made does not play as long as the original");
    }
    await own.put(temporary, target, making);
  } finally {
    await removeIfAny(temporary);
  }
}

/** True when a file plays as long: within two hundredths, and a second. */
async function plays(path: string, { as, signal }: { as: number; signal: AbortSignal }): Promise<boolean> {
  const found = await probe(path, signal);
  return "durationSeconds" in found && Math.abs(found.durationSeconds - as) <= Math.max(1, as * 0.02);
}

function withoutProgress(text: string): string {
  return text.split("\n").filter((line) => !/^[a-z0-9_]+=/.test(line)).join("\n");
}
