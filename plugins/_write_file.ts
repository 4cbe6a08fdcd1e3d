/**
 * Writing a file beside recordings: whole or not at all.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";

/** A name beside `path` that nobody looks at, for what is not whole yet. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${crypto.randomUUID().slice(0, 8)}.tmp-${basename(path).slice(-80)}`);
}

/** Replaces the file at `path`; readers see the old or the new one. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** The path with another ending: `a/b.vtt` and `.srt` give `a/b.srt`. */
export function withEnding(path: string, ending: string): string {
  return path.replace(/\.[^./\\]*$/, "") + ending;
}
