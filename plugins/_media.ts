/**
 * What ffprobe and ffmpeg are asked, for the plugins that look at media.
 *
 * @module
 */
import { isProgram, lastWords, runProgram } from "./_program.ts";

/** @throws {Error} When a program is missing, with how to get it. */
export async function requirePrograms(programs: readonly string[]): Promise<void> {
  for (const program of programs) {
    if (await isProgram(program) !== false) continue;
    throw new Error(
      `the program "${program}" is not installed: it comes with FFmpeg (apt install ffmpeg, brew install ffmpeg, ` +
        `winget install ffmpeg)`,
    );
  }
}

/** A path as an argument that FFmpeg takes for nothing but a file: no protocol, no pattern, no option. */
export function fileArgument(path: string): string {
  return `file:${path}`;
}

/** What ffprobe says of a file. */
export type Probe =
  | { readonly durationSeconds: number; readonly hasAudio: boolean }
  /** It is there, and no media. */
  | { readonly problem: string };

/**
 * Opens a file and tells how long it plays.
 *
 * @throws {Error} When the file is not there or may not be read, or ffprobe was ended: that says nothing about its bytes.
 */
export async function probe(path: string, signal: AbortSignal): Promise<Probe> {
  (await Deno.open(path)).close();
  const what = ["-show_entries", "format=duration:stream=codec_type", "-of", "json"];
  const { code, stdout, stderr } = await runProgram("ffprobe", ["-v", "error", ...what, fileArgument(path)], {
    signal,
  });
  if (code >= 128) throw new Error(`ffprobe was ended by a signal (${code})`);
  if (code !== 0) {
    return { problem: lastWords(stderr.replaceAll(path, "the file")) || `ffprobe ended with ${code}` };
  }
  const { format, streams = [] } = JSON.parse(stdout) as {
    format?: { duration?: string };
    streams?: { codec_type?: string }[];
  };
  const durationSeconds = Number(format?.duration);
  const hasAudio = streams.some((stream) => stream.codec_type === "audio");
  return durationSeconds > 0 ? { durationSeconds, hasAudio } : { problem: "it has no duration" };
}
