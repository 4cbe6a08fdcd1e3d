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
export type Probe = { readonly durationSeconds: number } | { readonly problem: string };

/** Opens a file and tells how long it plays. */
export async function probe(path: string, signal: AbortSignal): Promise<Probe> {
  const { code, stdout, stderr } = await runProgram("ffprobe", [
    "-v",
    "error",
    "-show_entries",
    "format=duration",
    "-of",
    "csv=p=0",
    fileArgument(path),
  ], { signal });
  if (code !== 0) {
    return { problem: lastWords(stderr.replaceAll(path, "the file")) || `ffprobe ended with ${code}` };
  }
  const durationSeconds = Number(stdout.trim());
  return durationSeconds > 0 ? { durationSeconds } : { problem: "it has no duration" };
}
