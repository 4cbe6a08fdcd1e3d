import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { PartialConfig, RunEvent, RunSummary } from "../../mod.ts";
import { runExtract } from "../../src/app.ts";
import { completeConfig } from "../../src/core/config.ts";
import { exitCodeOf } from "../../src/core/exit_code.ts";
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
  type TruthFile,
} from "../../src/simulator/mod.ts";
import { ArchiveUnderTest, assertHoldsExactly } from "../support/archive_under_test.ts";
import { chance, count } from "./_frame.ts";
import { LeapingClock } from "./_leaping_clock.ts";

/** Noon of the day on which the faults happen. */
export const noon = Date.parse("2024-06-15T12:00:00Z");

/** Real time within which every run ends; waits are leapt over, so it takes a fraction of it. */
const watchdogMs = 240_000;

/** How one run ended. */
export interface Ending {
  readonly exitCode: number;
  /** Absent when the run ended with an error. */
  readonly summary: RunSummary | undefined;
  readonly error: unknown;
}

/** What a run may be told apart from where and whom. */
export type WorldConfig = Omit<PartialConfig, "credentials" | "outputDir">;

/** How to play a run. */
export interface RunOptions {
  /** How long to wait for an answer, and for each byte: short where one never comes. @default {30_000} */
  readonly patienceMs?: number | undefined;
  readonly onEvent?: (event: RunEvent) => void;
}

/** A simulated account, an archive, and a clock that both share. */
export class FaultWorld implements AsyncDisposable {
  private constructor(
    readonly zoom: Simulator,
    readonly archive: ArchiveUnderTest,
    readonly clock: LeapingClock,
  ) {}

  /** @param name what the chance of its clock derives from */
  static async create(name: string, options: SimulatorOptions): Promise<FaultWorld> {
    const clock = new LeapingClock(noon, chance(name));
    const zoom = await startSimulator({ now: () => clock.now(), ...options });
    return new FaultWorld(zoom, await ArchiveUnderTest.of(zoom), clock);
  }

  /** One run to its end. Times out, and fails, where it does not end by itself. */
  async run(config: WorldConfig = {}, options: RunOptions = {}): Promise<Ending> {
    const { patienceMs = 30_000, onEvent } = options;
    const { credentials, apiUrl, oauthUrl } = this.zoom;
    const complete = completeConfig({
      ...{ credentials, apiUrl, oauthUrl, outputDir: this.archive.dir },
      ...{ minFreeSpaceBytes: 0, idleTimeoutMs: patienceMs, range: { from: "2024-05-01", to: "2024-06-15" } },
      ...config,
    }, this.clock.now());
    const bark = Promise.withResolvers<never>();
    const watchdog = setTimeout(() => bark.reject(new Error("The run does not end")), watchdogMs);
    try {
      const run = runExtract(complete, {
        clock: this.clock,
        requestTimeoutMs: patienceMs,
        ...(onEvent ? { onEvent } : {}),
      });
      const summary = await Promise.race([run, bark.promise]);
      return { exitCode: summary.exit_code, summary, error: undefined };
    } catch (error) {
      return { exitCode: exitCodeOf(error), summary: undefined, error };
    } finally {
      clearTimeout(watchdog);
      count("faults", "runs");
    }
  }

  /** Every file that a run with this configuration can get. */
  truth({ participantAudio = false }: WorldConfig = {}): TruthFile[] {
    return this.zoom.truth({ participantAudio });
  }

  /** Ends all faults; the next run then holds everything, byte for byte. */
  async assertHeals(config: WorldConfig = {}): Promise<void> {
    this.zoom.clearFaults();
    const ending = await this.run(config);
    assert.equal(ending.exitCode, 0, `after the fault: ${describe(ending)}`);
    await assertHoldsExactly(this.archive, this.truth(config));
  }

  /** Every file under a final name is one of the account's, byte for byte. */
  async assertNothingWrong(config: WorldConfig = {}): Promise<number> {
    const truth = Map.groupBy(this.truth(config), ({ sha256 }) => sha256);
    let held = 0;
    for (const path of await this.archive.tree().catch(() => [])) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (["meta.json", "files.csv"].includes(name) || name.endsWith(".part")) continue;
      const bytes = await Deno.readFile(join(this.archive.dir, path));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      assert.ok(truth.has(sha256), `${path} holds ${bytes.length} bytes that are no file of the account`);
      held++;
    }
    count("faults", "files compared", held);
    return held;
  }

  /** What is not held is named: each file itself, or a list that failed. */
  assertNamed({ exitCode, summary }: Ending): void {
    if (exitCode !== 4 || !summary) return;
    const named = new Set(summary.failures.map(({ file_key }) => file_key));
    assert.ok(named.size > 0, "a run that is incomplete names nothing");
    for (const { code, message } of summary.failures) assert.ok(code !== "" && message !== "");
    if (named.has("")) return;
    const missing = this.archive.query(
      "SELECT file_key FROM inventory WHERE status IN ('failed', 'pending', 'active')",
    );
    for (const { file_key } of missing) assert.ok(named.has(String(file_key)), `${file_key} is not named`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.zoom[Symbol.asyncDispose]();
    await this.archive[Symbol.asyncDispose]();
  }
}

/** An ending in one line, for messages and tables. */
export function describe({ exitCode, summary, error }: Ending): string {
  if (!summary) return `${exitCode} ${error instanceof Error ? `${error.name}: ${error.message}` : error}`;
  const codes = [
    ...new Set(summary.failures.map(({ file_key, code }) => `${file_key ? "file" : "list"} ${code}`)),
  ];
  return [String(exitCode), ...codes.sort()].join(", ");
}
