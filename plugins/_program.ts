/**
 * Running a program for a hook: no shell, an environment without secrets, a time limit, and an error that says what
 * the program said.
 *
 * @module
 */
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Variables that programs need to find their way: none of them is a credential. */
export const plainVariables: readonly string[] = [
  "PATH",
  "PATHEXT",
  "HOME",
  "USERPROFILE",
  "SystemRoot",
  "APPDATA",
  "LOCALAPPDATA",
  "XDG_CONFIG_HOME",
  "XDG_CACHE_HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
];

/** How a program is run. */
export interface RunOptions {
  readonly signal: AbortSignal;
  /** Names of variables that it sees. @default {plainVariables} */
  readonly variables?: readonly string[];
  /** Told each line of its standard output as it comes. */
  readonly onLine?: (line: string) => void;
  /** Told each line of its standard error as it comes. */
  readonly onErrorLine?: (line: string) => void;
}

/** How a program ended. */
export interface Outcome {
  /** 0 when all went well; 128 and more when a signal ended it. */
  readonly code: number;
  /** The last of what it printed, at most 64 KiB each. */
  readonly stdout: string;
  readonly stderr: string;
}

const keptBytes = 65_536;
/** Time to end in good order, once it is told to stop. */
const graceMs = 1_500;
/** Time that its output may stay open after its end: something that it started may hold on to it. */
const drainMs = 500;

/**
 * Runs a program to its end. Each argument arrives as it is: nothing expands or splits it.
 *
 * @throws {Deno.errors.NotFound} When there is no such program.
 * @throws The signal's reason, after the program was ended.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { signal, variables = plainVariables, onLine, onErrorLine }: RunOptions,
): Promise<Outcome> {
  signal.throwIfAborted();
  const child = new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    env: environment(variables),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  using _stop = killOnAbort(child, signal);
  const stdout = new Tail(child.stdout, onLine);
  const stderr = new Tail(child.stderr, onErrorLine);
  const { code } = await child.status;
  await Promise.all([stdout.finish(), stderr.finish()]);
  signal.throwIfAborted();
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** The values of variables, where they are set and may be read. */
function environment(names: readonly string[]): Record<string, string> {
  const values = names.flatMap((name) => {
    const value = variable(name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(values);
}

function variable(name: string): string | undefined {
  // Without the right the runtime would ask at a terminal.
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

function killOnAbort(child: Deno.ChildProcess, signal: AbortSignal): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    kill(child, "SIGTERM");
    timer = setTimeout(() => kill(child, "SIGKILL"), graceMs);
  };
  signal.addEventListener("abort", stop, { once: true });
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", stop);
      clearTimeout(timer);
    },
  };
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself in the meantime.
  }
}

/** Reads a stream to its end and keeps the last of it. */
class Tail {
  text = "";
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #done: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, onLine?: (line: string) => void) {
    this.#reader = stream.getReader();
    this.#done = this.#read(onLine).catch(() => {});
  }

  async #read(onLine: ((line: string) => void) | undefined): Promise<void> {
    const decoder = new TextDecoder();
    let line = "";
    for (;;) {
      const { value, done } = await this.#reader.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      this.text = (this.text + text).slice(-keptBytes);
      if (onLine) {
        const lines = (line + text).split("\n");
        line = (lines.pop() ?? "").slice(-keptBytes);
        lines.forEach(onLine);
      }
      if (done) return;
    }
  }

  async finish(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, drainMs);
    await Promise.race([this.#done, promise]);
    clearTimeout(timer);
    await this.#reader.cancel().catch(() => {});
  }
}

/**
 * Looks for a program where starting it would look: by its path, or in the folders of `PATH`.
 *
 * @returns whether it is there; `undefined` where this program may not look
 */
export async function isProgram(program: string): Promise<boolean | undefined> {
  const suffixes = Deno.build.os === "windows" ? ["", ".exe", ".com"] : [""];
  const hasPath = isAbsolute(program) || /[\\/]/.test(program);
  const path = hasPath ? "" : variable("PATH");
  if (path === undefined) return undefined;
  const folders = hasPath ? [""] : path.split(delimiter).filter(Boolean);
  let isSure = true;
  for (const folder of folders) {
    for (const suffix of suffixes) {
      const found = await isExecutable(resolve(join(folder, program + suffix)));
      if (found) return true;
      isSure &&= found !== undefined;
    }
  }
  return isSure ? false : undefined;
}

async function isExecutable(path: string): Promise<boolean | undefined> {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
  const info = await Deno.stat(path).catch(() => undefined);
  return info !== undefined && info.isFile && (info.mode === null || (info.mode & 0o111) !== 0);
}

/**
 * The last lines of what a program said, on one line, without control characters and cut to size: it goes to the
 * inventory and to terminals.
 */
export function lastWords(text: string, maxLength = 400): string {
  const lines = text.split(/[\r\n]+/).map(printable).filter((line) => line !== "");
  const words = lines.slice(-5).join("; ");
  return words.length <= maxLength ? words : `…${words.slice(-maxLength).toWellFormed()}`;
}

/** Without colour codes, control characters and characters that reorder a line. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trim();
}
