import { delimiter, isAbsolute, join, resolve } from "node:path";
import { isGranted } from "../core/grants.ts";

/** What became of looking for a program that a plugin may start; `unknown` where this program may not look. */
export type ProgramSearch =
  /** `version` as it tells itself; absent where it does not, or may not be started. */
  | { readonly state: "found"; readonly version?: string }
  | { readonly state: "missing" | "unknown" };

/** What makes a program tell its version. */
const versionArgs: Readonly<Record<string, readonly string[]>> = {
  ffmpeg: ["-version"],
  ffprobe: ["-version"],
  rclone: ["version"],
};

/** Looks for a program in `PATH` and asks those it knows for their version. Nobody is asked for a right. */
export async function findProgram(program: string): Promise<ProgramSearch> {
  const path = await locate(program);
  if (path === "missing") return { state: "missing" };
  const args = versionArgs[program];
  const start = path === "unknown" ? program : path;
  if (args === undefined || !isGranted({ kind: "run", value: start })) {
    return { state: path === "unknown" ? "unknown" : "found" };
  }
  return await askVersion(start, args);
}

/** Its path, or why there is none. */
async function locate(program: string): Promise<string> {
  const suffixes = Deno.build.os === "windows" ? ["", ".exe", ".com"] : [""];
  const hasFolder = isAbsolute(program) || /[\\/]/.test(program);
  const folders = hasFolder ? [""] : searchPath();
  let isSure = folders !== undefined;
  for (const folder of folders ?? []) {
    for (const suffix of suffixes) {
      const path = resolve(join(folder, program + suffix));
      if (await isExecutable(path)) return path;
      isSure &&= isGranted({ kind: "read", value: path });
    }
  }
  return isSure ? "missing" : "unknown";
}

async function isExecutable(path: string): Promise<boolean> {
  if (!isGranted({ kind: "read", value: path })) return false;
  const info = await Deno.stat(path).catch(() => undefined);
  return info !== undefined && info.isFile && (info.mode === null || (info.mode & 0o111) !== 0);
}

function searchPath(): string[] | undefined {
  if (!isGranted({ kind: "env", value: "PATH" })) return undefined;
  return (Deno.env.get("PATH") ?? "").split(delimiter).filter(Boolean);
}

async function askVersion(program: string, args: readonly string[]): Promise<ProgramSearch> {
  try {
    const signal = AbortSignal.timeout(10_000);
    const { stdout } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stderr: "null",
      signal,
    }).output();
    const version = /\bv?\d+[\w.+-]*/.exec(new TextDecoder().decode(stdout))?.[0];
    return { state: "found", ...(version === undefined ? {} : { version }) };
  } catch (error) {
    return { state: error instanceof Deno.errors.NotFound ? "missing" : "found" };
  }
}
