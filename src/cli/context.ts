import type { OnReady } from "../core/active_plugins.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { EventListener, RunSummary } from "../core/events.ts";
import type { Candidate } from "../core/recording.ts";
import type { Ci } from "./ci/ci.ts";
import { readVariable } from "./rights/read_variable.ts";
import { type Rights, systemRights } from "./rights/rights.ts";

/** One of the two output streams. Writing never fails the run. */
export interface Output {
  readonly isTerminal: boolean;
  /** Tells whether it goes to a file, where it stays. Absent means that it does not. */
  isFile?(): Promise<boolean>;
  /** Writes `text` as it is. Returns false once nobody reads any more. */
  write(text: string): boolean;
}

/** Standard input. */
export interface Input {
  readonly isTerminal: boolean;
  /** Takes the terminal's echo and line editing away, or gives them back. */
  setRaw(isRaw: boolean): void;
  /** The next bytes, as they come; `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>;
}

/** Size of the terminal in character cells; 0 where it cannot be told. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Runs an extraction: the composition root's door, as the commands see it. */
export type RunExtract = (
  config: Config,
  options: { signal: AbortSignal; onEvent?: EventListener; onReady?: OnReady | undefined },
) => Promise<RunSummary>;

/** One file of a listing. */
export interface ListedRow {
  readonly candidate: Candidate;
  readonly status: string;
  /** The filter that leaves it out. */
  readonly reason?: string | undefined;
  /** Relative path in the archive, where one was given. */
  readonly path?: string | undefined;
  /** Where a run would put it. */
  readonly plannedPath?: string | undefined;
}

/** One file that `adopt` found. */
export interface AdoptedFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly size: number;
  readonly status: string;
  /** Why it was not taken over. */
  readonly why: string | null;
  /** What speaks for the match. */
  readonly proof: string | null;
  readonly file_key: string | null;
  /** Where it goes in the archive. */
  readonly archive_path: string | null;
}

/** Files and bytes. */
interface Count {
  readonly files: number;
  readonly bytes: number;
}

/** How an adoption came out, in the shape `--json` prints. */
export interface AdoptTotals {
  readonly exit_code: number;
  readonly by?: string;
  readonly range: Config["range"];
  readonly matched: Count;
  readonly adopted: Count;
  readonly held: Count;
  readonly unmatched: Count;
  readonly refused: Count;
  readonly failed: Count;
  readonly still_to_fetch: Count;
  readonly asked: number;
  readonly windows: RunSummary["windows"];
}

/** Lists the files of an account without fetching any. */
export type ListFiles = (
  config: Config,
  options: { signal: AbortSignal; onEvent?: EventListener; onReady?: OnReady | undefined },
) => AsyncIterable<ListedRow>;

/** Everything the command line touches of the outside, so that tests and the demo can replace it. */
export interface CliContext {
  /**
   * One environment variable; `undefined` when unset, and for those that only say how things look when not permitted.
   *
   * @throws {UsageError} When an option may not be read from it.
   */
  env(name: string): string | undefined;
  readonly rights: Rights;
  /** What was put into the program when it was built, such as its commit. */
  readonly build?: { readonly commit: string } | undefined;
  /** Version of the runtime. */
  readonly denoVersion: string;
  /** Folder that relative paths start from; `""` is the working directory of the process. */
  readonly cwd: string;
  /** Whether `.env` of the working directory is read. */
  readonly readsDotEnv: boolean;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Forgets variables, so that no program a plugin starts inherits them. */
  forget(names: readonly string[]): void;
  /** Size of the terminal now: asked at each paint, since windows change. */
  size(): TerminalSize;
  readonly clock: Clock;
  /** Calls back every `intervalMs` until the returned function is called. */
  every(intervalMs: number, callback: () => void): () => void;
  /** Calls back once after `delayMs`, unless the returned function is called before. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back on SIGINT and SIGTERM until the returned function is called. */
  onSignal(callback: () => void): () => void;
  /** Calls back before an uncaught error ends the process, until the returned function is called. */
  onCrash(callback: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
  /** Speaks to the CI that runs the program; absent elsewhere. Made by `main`. */
  readonly ci?: Ci | undefined;
  /** Stands in for the composition root. */
  readonly runExtract?: RunExtract | undefined;
  /** Stands in for the composition root. */
  readonly listFiles?: ListFiles | undefined;
  /** Patience of `doctor` with a request, where it is not its own. */
  readonly requestTimeoutMs?: number | undefined;
}

/** The real process. */
export function systemContext(): CliContext {
  return {
    denoVersion: Deno.version.deno,
    env: readVariable,
    rights: systemRights,
    cwd: "",
    readsDotEnv: true,
    stdin: createInput(),
    stdout: createOutput(Deno.stdout),
    stderr: createOutput(Deno.stderr),
    forget: forgetVariables,
    size: terminalSize,
    clock: systemClock,
    every(intervalMs, callback) {
      const timer = setInterval(callback, intervalMs);
      return () => clearInterval(timer);
    },
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      Deno.unrefTimer(timer);
      return () => clearTimeout(timer);
    },
    onSignal: listenToSignals,
    onCrash: listenToCrashes,
    exit: (code) => Deno.exit(code),
  };
}

function createOutput(stream: typeof Deno.stdout | typeof Deno.stderr): Output {
  const encoder = new TextEncoder();
  let open = true;
  return {
    isTerminal: stream.isTerminal(),
    isFile: () => isFile(stream === Deno.stdout ? 1 : 2),
    write(text) {
      const bytes = encoder.encode(text);
      let written = 0;
      try {
        while (open && written < bytes.length) written += stream.writeSync(bytes.subarray(written));
      } catch {
        // A reader that went away (`| head`, a closed terminal) is no reason to lose recordings.
        open = false;
      }
      return open;
    },
  };
}

async function isFile(descriptor: number): Promise<boolean> {
  // Not needed to show the help.
  const { fstatSync } = await import("node:fs");
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}

function createInput(): Input {
  return {
    isTerminal: Deno.stdin.isTerminal(),
    setRaw: (isRaw) => Deno.stdin.setRaw(isRaw),
    async read() {
      const buffer = new Uint8Array(4_096);
      const count = await Deno.stdin.read(buffer);
      return count === null ? undefined : buffer.subarray(0, count);
    },
  };
}

function terminalSize(): TerminalSize {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 0, rows: 0 };
  }
}

function listenToSignals(callback: () => void): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, callback);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, callback);
  };
}

function listenToCrashes(callback: () => void): () => void {
  addEventListener("error", callback);
  addEventListener("unhandledrejection", callback);
  return () => {
    removeEventListener("error", callback);
    removeEventListener("unhandledrejection", callback);
  };
}

function forgetVariables(names: readonly string[]): void {
  for (const name of names) {
    // Where the program may not change its environment, neither may it start a program that would inherit it.
    if (Deno.permissions.querySync({ name: "env", variable: name }).state === "granted") {
      Deno.env.delete(name);
    }
  }
}
