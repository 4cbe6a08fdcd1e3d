import { delimiter, isAbsolute, join, resolve } from "node:path";

/** A program that a plugin may start. */
export interface FoundProgram {
  readonly path: string;
  /** As it tells itself; absent where it does not, or may not be started. */
  readonly version?: string;
}

/** What makes a program tell its version. */
const versionArgs: Readonly<Record<string, readonly string[]>> = {
  ffmpeg: ["-version"],
  ffprobe: ["-version"],
  rclone: ["version"],
};

/** Looks for a program in `PATH` and asks those it knows for their version. */
export async function findProgram(program: string): Promise<FoundProgram | undefined> {
  const path = await locate(program);
  if (path === undefined) return undefined;
  const args = versionArgs[program];
  const version = args === undefined ? undefined : await askVersion(path, args);
  return { path, ...(version === undefined ? {} : { version }) };
}

async function locate(program: string): Promise<string | undefined> {
  const suffixes = Deno.build.os === "windows" ? ["", ".exe", ".com"] : [""];
  const hasFolder = isAbsolute(program) || /[\\/]/.test(program);
  const folders = hasFolder ? [""] : searchPath();
  for (const folder of folders) {
    for (const suffix of suffixes) {
      const path = resolve(join(folder, program + suffix));
      const info = await Deno.stat(path).catch(() => undefined);
      if (info?.isFile && (info.mode === null || (info.mode & 0o111) !== 0)) return path;
    }
  }
  return undefined;
}

function searchPath(): string[] {
  try {
    return (Deno.env.get("PATH") ?? "").split(delimiter).filter(Boolean);
  } catch {
    return [];
  }
}

async function askVersion(path: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(10_000);
    const { stdout } = await new Deno.Command(path, {
      args: [...args],
      stdin: "null",
      stderr: "null",
      signal,
    }).output();
    return /\bv?\d+[\w.+-]*/.exec(new TextDecoder().decode(stdout))?.[0];
  } catch {
    return undefined;
  }
}
