/** One archive that the campaign does its worst to, and the account it is filled from. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { exitCodeOf } from "../../src/core/exit_code.ts";
import { generateAccount, type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { killedCode, Program, type ProgramOptions, type ProgramResult } from "../support/program.ts";
import { assertIsSettled, assertSaysNothingFalse, assertSidecarsAreRight } from "./_checks.ts";

const entry = fileURLToPath(new URL("_main_on_trial.ts", import.meta.url));
const nowMs = Date.now();
const day = (back: number) => new Date(nowMs - back * 86_400_000).toISOString().slice(0, 10);

/** An account of small files, a few of them large. */
export async function startAccount(
  size: { meetings: number; files: number; large?: number; largeBytes?: number },
): Promise<Simulator> {
  const { meetings, files, large = 0, largeBytes = 4_000_000 } = size;
  const account = generateAccount({ users: 3, months: 2, meetings, files, fileSizeBytes: 20_000, nowMs });
  for (const { files: [first] = [] } of account.meetings.slice(0, large)) {
    if (first) first.sizeBytes = largeBytes;
  }
  return await startSimulator({ account });
}

/** How a run goes. */
export interface TrialRun {
  /** `before rename partial#3`: where the program kills itself. */
  readonly killAt?: string;
  /** Milliseconds after which it is killed from outside. */
  readonly killAfterMs?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly wrapper?: ProgramOptions["wrapper"];
}

/** An archive, an account, and what the archive is to be in the end. */
export class Trial implements AsyncDisposable {
  readonly archive: ArchiveUnderTest;
  readonly zoom: Simulator;
  readonly #args: readonly string[];
  readonly #digests: Readonly<Record<string, string>>;
  readonly #bytesPath: string;

  private constructor(parts: {
    archive: ArchiveUnderTest;
    zoom: Simulator;
    args: readonly string[];
    digests: Readonly<Record<string, string>>;
    bytesPath: string;
  }) {
    this.archive = parts.archive;
    this.zoom = parts.zoom;
    this.#args = parts.args;
    this.#digests = parts.digests;
    this.#bytesPath = parts.bytesPath;
  }

  /** A trial whose archive is still empty; `digests` are those of an archive that nobody disturbed. */
  static async of(
    zoom: Simulator,
    { args = [], digests = {} }: { args?: readonly string[]; digests?: Readonly<Record<string, string>> } =
      {},
  ): Promise<Trial> {
    const archive = await ArchiveUnderTest.of(zoom);
    const bytesPath = await Deno.makeTempFile({ prefix: "zoom-extract-bytes-" });
    return new Trial({ archive, zoom, args, digests, bytesPath });
  }

  /** Runs once undisturbed: what all other archives of this account are to become, and how it got there. */
  static async reference(
    zoom: Simulator,
    args: readonly string[] = [],
  ): Promise<{ digests: Record<string, string>; steps: string[]; milliseconds: number }> {
    await using trial = await Trial.of(zoom, { args });
    const stepsPath = `${trial.#bytesPath}.steps`;
    const startedMs = performance.now();
    const { code, stderr } = await trial.run({ env: { CAMPAIGN_STEPS: stepsPath } });
    const milliseconds = performance.now() - startedMs;
    assert.equal(code, 0, stderr);
    await assertSidecarsAreRight(trial.archive);
    const digests = await trial.archive.digests();
    await assertIsSettled(trial.archive, { zoom, digests });
    const held = new Set(Object.values(digests));
    for (const { sha256 } of zoom.truth()) assert.ok(held.has(sha256));
    const steps = (await Deno.readTextFile(stepsPath)).trim().split("\n");
    await Deno.remove(stepsPath);
    return { digests, steps, milliseconds };
  }

  /** Starts a run of the program on this archive. */
  start(how: TrialRun = {}): Program {
    const all = ["-o", this.archive.dir, "-f", day(80), "-t", day(0), "--min-free-space", "0"];
    return this.#start([...all, ...this.#args, ...how.args ?? []], how);
  }

  #start(args: readonly string[], { killAt, env = {}, wrapper }: TrialRun): Program {
    return new Program(args, {
      zoom: this.zoom,
      entry,
      ...(wrapper ? { wrapper } : {}),
      env: { CAMPAIGN_BYTES: this.#bytesPath, ...(killAt ? { CAMPAIGN_KILL: killAt } : {}), ...env },
    });
  }

  /** Runs another command, with just these arguments, to its end or its death. */
  async runOther(args: readonly string[], how: TrialRun = {}): Promise<ProgramResult> {
    return await this.#start(args, how).result;
  }

  /** Runs the program to its end or its death. */
  async run(how: TrialRun = {}): Promise<ProgramResult> {
    const program = this.start(how);
    if (how.killAfterMs === undefined) return await program.result;
    const timer = setTimeout(() => {
      try {
        program.kill("SIGKILL");
      } catch (error) {
        // It came to its end in the same moment, and only its output is still being read.
        if (!(error instanceof TypeError)) throw error;
      }
    }, how.killAfterMs);
    const result = await program.result;
    clearTimeout(timer);
    return result;
  }

  /** Runs in this process, which is quicker; `stderr` is the error that ended it, or those of its files. */
  async runHere(args: { maxConcurrent?: number } = {}): Promise<Pick<ProgramResult, "code" | "stderr">> {
    try {
      const summary = await this.archive.run({ range: { from: day(80), to: day(0) }, ...args });
      return {
        code: summary.exit_code,
        stderr: summary.failures.map(({ code, message }) => `${code}: ${message}`).join("\n"),
      };
    } catch (error) {
      return { code: exitCodeOf(error), stderr: String(error) };
    }
  }

  /** {@linkcode settle} in this process. */
  async settleHere({ journal = true } = {}): Promise<void> {
    const { code, stderr } = await this.runHere();
    assert.equal(code, 0, stderr);
    await assertIsSettled(this.archive, { zoom: this.zoom, digests: this.#digests, journal });
  }

  /** Runs towards a kill; asserts that nothing false is left where it met. Tells whether it did. */
  async runToKill(how: TrialRun): Promise<boolean> {
    const { code, stderr } = await this.run(how);
    assert.ok(code === 0 || code === killedCode, `exit ${code}: ${stderr}`);
    await assertSaysNothingFalse(this.archive, this.zoom.truth());
    return code === killedCode;
  }

  /** Runs where it cannot come to its end; asserts with which code it says so, in which words, and nothing false. */
  async runToFailure(
    how: TrialRun & { readonly codes: readonly number[]; readonly says: RegExp },
  ): Promise<void> {
    const { code, stderr } = await this.run(how);
    assert.ok(how.codes.includes(code), `exit ${code}: ${stderr}`);
    assert.match(stderr, how.says);
    assert.doesNotMatch(stderr, /^ +at |Uncaught/m);
    await assertSaysNothingFalse(this.archive, this.zoom.truth());
  }

  /** Runs once more, undisturbed, and asserts that the archive is what it is to be. */
  async settle(args: readonly string[] = []): Promise<void> {
    const { code, stderr } = await this.run({ args });
    assert.equal(code, 0, stderr);
    await assertIsSettled(this.archive, { zoom: this.zoom, digests: this.#digests });
  }

  /** Bytes written to partials by all runs so far, per byte of the account. */
  async writtenShare(): Promise<number> {
    return await this.writtenBytes() / this.zoom.truth().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Bytes written to partials by all runs so far. */
  async writtenBytes(): Promise<number> {
    return (await Deno.readTextFile(this.#bytesPath)).split("\n").reduce((n, line) => n + Number(line), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#bytesPath);
    await this.archive[Symbol.asyncDispose]();
  }
}
