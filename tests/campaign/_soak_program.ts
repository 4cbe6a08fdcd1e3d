/**
 * The program as a user starts it, except that its clock runs ahead with every file it holds, and that it notes its
 * own memory and open files on the way.
 *
 * - `SOAK_SAMPLES=FILE`: gets one line of JSON for every sample
 * - `SOAK_EVERY=N`: a sample after each Nth file
 * - `SOAK_CLOCK={"startMs":…,"perFileMs":…}`: where time begins, and how much of it each file takes
 * - `SOAK_LEAK=N`: keeps N bytes of every file, which is what the soak is there to find
 */
import { runExtract } from "../../src/app.ts";
import { main } from "../../src/cli/mod.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";

/** What one process looks like at one moment. */
export interface Sample {
  readonly files: number;
  readonly elapsedMs: number;
  /** Resident, as the system counts. */
  readonly rssBytes: number;
  /** What JavaScript holds after its garbage was collected, buffers included. */
  readonly heldBytes: number;
  readonly handles: number;
}

if (import.meta.main) await soak();

async function soak(): Promise<void> {
  const { startMs, perFileMs } = JSON.parse(Deno.env.get("SOAK_CLOCK") ?? "{}");
  const every = Number(Deno.env.get("SOAK_EVERY"));
  const leakBytes = Number(Deno.env.get("SOAK_LEAK") ?? 0);
  const leak: Uint8Array[] = [];
  const startedMs = performance.now();
  let files = 0;
  let sleptMs = 0;
  const clock: Clock = {
    now: () => startMs + (performance.now() - startedMs) + files * perFileMs + sleptMs,
    random: systemClock.random,
    async sleep(ms, signal) {
      const untilMs = clock.now() + ms;
      // A hundredth of it passes for real; the files that arrive meanwhile count as well.
      await systemClock.sleep(ms / 100, signal);
      sleptMs += Math.max(0, untilMs - clock.now());
    },
  };
  note(sample(files, startedMs));
  const code = await main(Deno.args, {
    // The samples need to look at the process to the end.
    rights: { has: () => true, drop: () => {} },
    clock,
    runExtract: (config, options) =>
      runExtract(config, {
        ...options,
        clock,
        onEvent(event) {
          options.onEvent?.(event);
          if (event.type !== "file_completed") return;
          if (leakBytes > 0) leak.push(new Uint8Array(leakBytes));
          if (++files % every === 0) note(sample(files, startedMs));
        },
      }),
  });
  await handlesSettle();
  note(sample(files, startedMs));
  Deno.exit(code);
}

/** Connections that were closed are gone only when the system has come to it, which a busy machine takes its time for. */
async function handlesSettle(): Promise<void> {
  const untilMs = performance.now() + 30_000;
  let sameSinceMs = performance.now();
  for (let before = openHandles(); performance.now() < untilMs;) {
    await systemClock.sleep(100);
    const now = openHandles();
    if (now !== before) sameSinceMs = performance.now();
    else if (performance.now() - sameSinceMs >= 2_000) return;
    before = now;
  }
}

function openHandles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

function sample(files: number, startedMs: number): Sample {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed, external } = Deno.memoryUsage();
  return {
    files,
    elapsedMs: performance.now() - startedMs,
    rssBytes: rss,
    heldBytes: heapUsed + external,
    handles: openHandles(),
  };
}

function note(line: Sample): void {
  const path = Deno.env.get("SOAK_SAMPLES");
  if (path) Deno.writeTextFileSync(path, `${JSON.stringify(line)}\n`, { append: true });
}
