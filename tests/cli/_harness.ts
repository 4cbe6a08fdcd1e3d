import type { RunSummary } from "../../src/core/events.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { CliContext, Input, Output } from "../../src/cli/context.ts";
import { main } from "../../src/cli/mod.ts";
import { noteSecret, watchOutput } from "../support/secret_watch.ts";

/** Credentials with which the command line is content; nothing accepts them. */
export const credentials: Readonly<Record<string, string>> = {
  ZOOM_ACCOUNT_ID: "account",
  ZOOM_CLIENT_ID: "client",
  ZOOM_CLIENT_SECRET: "s3cret-value",
};

/** 2024-06-15T12:00:00Z */
export const noon = Date.parse("2024-06-15T12:00:00Z");

/** An output that keeps what it gets. */
export function captureOutput(isTerminal = false): Output & { text: string } {
  const output = {
    isTerminal,
    text: "",
    write(text: string) {
      this.text += text;
      return true;
    },
  };
  watchOutput("an output of the command line", () => output.text);
  return output;
}

/** Standard input that gives what a test types, chunk by chunk, and then its end. */
export class FakeInput implements Input {
  isRaw = false;
  readonly #chunks: (string | (() => void))[] = [];

  constructor(readonly isTerminal: boolean) {}

  /** What comes next: text, or something that happens while the program waits, which then waits for ever. */
  type(...chunks: (string | (() => void))[]): void {
    this.#chunks.push(...chunks);
  }

  setRaw(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  read(): Promise<Uint8Array | undefined> {
    const chunk = this.#chunks.shift();
    if (typeof chunk === "string") return Promise.resolve(new TextEncoder().encode(chunk));
    if (chunk === undefined) return Promise.resolve(undefined);
    chunk();
    return new Promise(() => {});
  }
}

/** A terminal, clock, timers and signals in the hands of a test. */
export class FakeProcess {
  nowMs = noon;
  readonly stdout: Output & { text: string };
  readonly stderr: Output & { text: string };
  readonly exits: number[] = [];
  columns = 80;
  rows = 24;
  readonly stdin: FakeInput;
  readonly #timers = new Map<number, { atMs: number; intervalMs?: number; callback: () => void }>();
  #ids = 0;
  readonly signalListeners = new Set<() => void>();
  readonly crashListeners = new Set<() => void>();

  constructor(readonly variables: Readonly<Record<string, string>> = {}, isTerminal = false) {
    this.stdin = new FakeInput(isTerminal);
    this.stdout = captureOutput(isTerminal);
    this.stderr = captureOutput(isTerminal);
    noteSecret(variables.ZOOM_CLIENT_SECRET);
  }

  /** Lets `ms` pass, timers included. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    while (true) {
      const due = [...this.#timers].filter(([, timer]) => timer.atMs <= endMs).sort((a, b) =>
        a[1].atMs - b[1].atMs
      );
      const [id, timer] = due[0] ?? [];
      if (id === undefined || timer === undefined) break;
      this.nowMs = timer.atMs;
      if (timer.intervalMs === undefined) this.#timers.delete(id);
      else timer.atMs += timer.intervalMs;
      timer.callback();
    }
    this.nowMs = endMs;
  }

  get runningTimers(): number {
    return this.#timers.size;
  }

  sendSignal(): void {
    for (const listener of this.signalListeners) listener();
  }

  context(overrides: Partial<CliContext> = {}): CliContext {
    const clock: Clock = { now: () => this.nowMs, random: () => 0.5, sleep: () => Promise.resolve() };
    const add = (timer: { atMs: number; intervalMs?: number; callback: () => void }) => {
      const id = ++this.#ids;
      this.#timers.set(id, timer);
      return () => void this.#timers.delete(id);
    };
    const listen = (listeners: Set<() => void>) => (callback: () => void) => {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    };
    return {
      denoVersion: Deno.version.deno,
      forget: () => {},
      rights: { has: () => true, drop: () => {} },
      env: (name) => this.variables[name],
      cwd: "",
      readsDotEnv: true,
      stdin: this.stdin,
      stdout: this.stdout,
      stderr: this.stderr,
      size: () => ({ columns: this.columns, rows: this.rows }),
      clock,
      every: (intervalMs, callback) => add({ atMs: this.nowMs + intervalMs, intervalMs, callback }),
      after: (delayMs, callback) => add({ atMs: this.nowMs + delayMs, callback }),
      onSignal: listen(this.signalListeners),
      onCrash: listen(this.crashListeners),
      exit: (code) => void this.exits.push(code),
      runExtract: () => Promise.reject(new Error("this test must not reach the engine")),
      ...overrides,
    };
  }
}

/** What a command left behind. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Names in the working directory afterwards. */
  readonly files: readonly string[];
}

/** Runs the command line in a fresh folder that holds `files`. */
export async function runCli(
  args: readonly string[],
  options: {
    env?: Readonly<Record<string, string>>;
    files?: Readonly<Record<string, string>>;
    overrides?: Partial<CliContext>;
    process?: FakeProcess;
  } = {},
): Promise<CliResult> {
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-cli-" });
  try {
    for (const [name, text] of Object.entries(options.files ?? {})) {
      await Deno.writeTextFile(`${cwd}/${name}`, text, { mode: 0o600 });
    }
    const process = options.process ?? new FakeProcess(options.env ?? credentials);
    const code = await main(args, process.context({ cwd, ...options.overrides }));
    const files = (await Array.fromAsync(Deno.readDir(cwd))).map((entry) => entry.name).sort();
    return { code, stdout: process.stdout.text, stderr: process.stderr.text, files };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

/** A summary of a run with which all is well, but for `changes`. */
export function summaryOf(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    run_id: "run-1",
    status: "completed",
    exit_code: 0,
    files: {
      found: 3,
      downloaded: 2,
      skipped: 1,
      failed: 0,
      not_ready: 0,
      in_trash: 0,
      gone: 0,
      pending: 0,
      held: 3,
    },
    users: 2,
    meetings: 2,
    processed: { users: 2, meetings: 2 },
    bytes: 3 * 1024 ** 2,
    seconds: 2.5,
    api_requests: 7,
    windows: { proven: 2, unproven: 0, remembered: 0 },
    failures: [],
    ...changes,
  };
}
