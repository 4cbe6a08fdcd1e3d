import { fileURLToPath } from "node:url";
import type { Simulator } from "../../src/simulator/mod.ts";
import { noteSecret, searchText } from "./secret_watch.ts";

const mainPath = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** What a finished program left behind. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Highest resident memory seen, in bytes; 0 where the system does not tell. */
  readonly peakMemoryBytes: number;
}

/** The exit code of a process that was killed: 128 and the signal's number, but on Windows. */
export const killedCode: number = Deno.build.os === "windows" ? 1 : 137;

/** How to run the program. */
export interface ProgramOptions {
  readonly zoom?: Simulator;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly permissions?: readonly string[];
  /** What is run in place of `main.ts`. */
  readonly entry?: string;
  /** Command that runs it, such as `setpriv` with its arguments. */
  readonly wrapper?: readonly [string, ...string[]];
  /** True to run it as somebody whom file modes bind, also where the tests are run by root. */
  readonly boundByModes?: boolean;
}

/** Takes from root what lets it read and write whatever a mode forbids. */
const withoutPrivileges = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"];

/** Without these Windows finds neither its network, nor folders for what is temporary or cached. */
const ofWindows = ["SystemRoot", "USERPROFILE", "LOCALAPPDATA", "TEMP", "TMP"];

/** A running program, as a user would start it, with an environment that holds nothing else. */
export class Program {
  readonly #child: Deno.ChildProcess;
  readonly result: Promise<ProgramResult>;

  constructor(args: readonly string[], options: ProgramOptions = {}) {
    const keep = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", ...ofWindows]
      .flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name) ?? ""]] : []);
    const bound = options.boundByModes && Deno.uid() === 0 ? withoutPrivileges : [];
    const start = [...options.wrapper ?? [], ...bound, Deno.execPath()] as [string, ...string[]];
    const [command, ...before] = start;
    this.#child = new Deno.Command(command, {
      args: [
        ...before,
        "run",
        "--no-prompt",
        "--quiet",
        ...(options.permissions ?? ["-A"]),
        options.entry ?? mainPath,
        ...args,
      ],
      clearEnv: true,
      env: { ...Object.fromEntries(keep), NO_COLOR: "1", ...options.zoom?.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    noteSecret(options.env?.ZOOM_CLIENT_SECRET);
    this.result = this.#collect(args);
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async #collect(args: readonly string[]): Promise<ProgramResult> {
    const ended = new AbortController();
    const [status, stdout, stderr, peakMemoryBytes] = await Promise.all([
      this.#child.status.finally(() => ended.abort()),
      new Response(this.#child.stdout).text(),
      new Response(this.#child.stderr).text(),
      peakMemory(this.#child.pid, ended.signal),
    ]);
    // Telling the variables of its account is what `simulate` is for.
    if (args[0] !== "simulate") searchText(`stdout of ${args.join(" ")}`, stdout);
    searchText(`stderr of ${args.join(" ")}`, stderr);
    return { code: status.code, stdout, stderr, peakMemoryBytes };
  }
}

/** Runs the program to its end. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return new Program(args, options).result;
}

/** Resolves once `isReached` holds; looks again after each turn of a short timer. */
export async function until(isReached: () => boolean, signal: AbortSignal): Promise<void> {
  while (!isReached()) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function peakMemory(pid: number, ended: AbortSignal): Promise<number> {
  let peakKiB = 0;
  while (!ended.aborted) {
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return peakKiB * 1024;
}
