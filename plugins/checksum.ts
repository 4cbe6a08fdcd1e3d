/**
 * `checksum`: keeps `SHA256SUMS` beside the recordings, for `sha256sum -c`.
 *
 * ```sh
 * zoom-extract --plugin checksum
 * zoom-extract --plugin checksum --plugin-option checksum.scope=archive
 * zoom-extract hooks run --plugin checksum      # for what is held already
 * ```
 *
 * ```json
 * { "plugins": { "checksum": { "scope": "archive" } } }
 * ```
 *
 * With `folder` each folder of recordings gets its own list, with `archive` there is one at the top. The digests are those
 * that were made while the bytes arrived; no file is read again. Check them with `sha256sum -c SHA256SUMS` in the folder
 * of the list.
 *
 * @module
 */
import { join, posix } from "node:path";
import { definePlugin } from "zoom-extract";
import { removeIfAny, temporaryBeside } from "./_own_files.ts";

const listName = "SHA256SUMS";

export default definePlugin({
  apiVersion: 1,
  name: "checksum",
  version: "1.0.0",
  description: "Keeps SHA256SUMS files for sha256sum -c.",
  kinds: ["hook"],
  options: {
    scope: {
      type: "choice",
      choices: ["folder", "archive"],
      default: "folder",
      help: "A list in each folder of recordings, or one for the archive.",
    },
  },
  permissions: { read: ["$OUTPUT"], write: ["$OUTPUT"] },
  setup({ options: { scope }, outputDir }) {
    const queues = new Map<string, Promise<void>>();
    return {
      hooks: {
        async afterTransfer({ relativePath, receipt: { sha256 } }) {
          const folder = scope === "archive" ? "" : posix.dirname(relativePath).replace(/^\.$/, "");
          const list = posix.join(folder, listName);
          const name = folder === "" ? relativePath : relativePath.slice(folder.length + 1);
          // One change of a list after the other: hooks run several at once.
          const before = queues.get(list) ?? Promise.resolve();
          const change = before.catch(() => {}).then(() => putLine(join(outputDir, list), name, sha256));
          queues.set(list, change);
          await change;
          return { made: [list] };
        },
      },
    };
  },
});

/** Puts the line of one file into a list, in the order of names; a line that is there already stays as it is. */
async function putLine(path: string, name: string, sha256: string): Promise<void> {
  const text = await readIfThere(path);
  const lines = new Map(text.split("\n").filter(Boolean).map((line) => [nameOf(line), line]));
  const line = sumLine(name, sha256);
  if (lines.get(escapeName(name)) === line) return;
  lines.set(escapeName(name), line);
  const sorted = [...lines].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  await writeWhole(path, sorted.map(([, sum]) => `${sum}\n`).join(""));
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = await temporaryBeside(path, "checksum");
  try {
    await Deno.writeTextFile(temporary, text, { createNew: true });
    await Deno.rename(temporary, path);
  } finally {
    await removeIfAny(temporary);
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** A line as coreutils writes it: a name with a backslash or a line break is escaped, and the line begins with `\`. */
export function sumLine(name: string, sha256: string): string {
  const escaped = escapeName(name);
  return `${escaped === name ? "" : "\\"}${sha256}  ${escaped}`;
}

function escapeName(name: string): string {
  return name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/** Two blanks stand between digest and name, or a blank and a star. */
function nameOf(line: string): string {
  return line.replace(/^\\?[0-9a-f]{64} [ *]/i, "");
}
