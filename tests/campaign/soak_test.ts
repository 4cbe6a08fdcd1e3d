import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../support/program.ts";
import { highest, rounds, seed } from "./_frame.ts";
import type { Sample } from "./_soak_program.ts";
import { filesPerMeeting, type SoakAccount, type SoakCounts } from "./_soak_zoom.ts";

/** `SOAK_FILES=n` measures another size. */
const files = Number(Deno.env.get("SOAK_FILES") ?? rounds(1_000, 50_000));
const startMs = Date.parse("2024-06-30T12:00:00Z");
/** So that all of it takes two and a half hours of the account's time. */
const perFileMs = 2.5 * 3_600_000 / files;
const samples = 40;
const megabyte = 1024 ** 2;

/**
 * Memory that may be held more at the end than early on. What is measured swings by some megabytes, so that the short
 * form notices 16 KB kept of each file, as of a stream or a buffer; the long form a row (`SOAK_LEAK=1000`).
 */
const heldMarginBytes = 2 * megabyte + 100 * files;
const rssMarginBytes = 30 * megabyte;
/** Connections kept for a next request, and what the runtime opens when it is first needed. */
const handleMargin = 6;
const busyHandles = 100;

Deno.test({
  name:
    `soak: ${files} files over 2.5 hours of expiring tokens, limits and faults: memory flat, handles flat, ` +
    "no storm of refusals, and nothing to do for a second run",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "zoom-extract-soak-" });
    try {
      await using zoom = await startZoom({ files, seed, perFileMs, startMs });
      const first = await run(dir, zoom.env, 0);
      assert.equal(first.summary.files.downloaded, files);
      assert.equal(first.summary.files.held, files);
      checkFlat(first.samples);
      // Once more, as on the next day.
      const second = await run(dir, zoom.env, files);
      assert.deepEqual([second.summary.files.downloaded, second.summary.files.held], [0, files]);
      const counts = await zoom.close();
      checkQuiet(counts, first.summary.api_requests + second.summary.api_requests);
      report(first.samples, second);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

interface Ran {
  // deno-lint-ignore no-explicit-any
  readonly summary: any;
  readonly samples: readonly Sample[];
}

/** @param heldFiles how many files the clock has gone ahead for already */
async function run(dir: string, env: Readonly<Record<string, string>>, heldFiles: number): Promise<Ran> {
  const notes = join(dir, `samples-${heldFiles}.jsonl`);
  const range = ["--from-date", "2023-12-01", "--to-date", "2024-06-30"];
  const { code, stdout, stderr } = await runProgram(
    ["--output-dir", join(dir, "archive"), "--json", "--min-free-space", "0", "--no-progress", ...range],
    {
      entry: fileURLToPath(new URL("_soak_program.ts", import.meta.url)),
      permissions: ["-A", "--v8-flags=--expose-gc"],
      env: {
        ...env,
        SOAK_SAMPLES: notes,
        SOAK_EVERY: String(Math.floor(files / samples)),
        SOAK_CLOCK: JSON.stringify({ startMs: startMs + heldFiles * perFileMs, perFileMs }),
        SOAK_LEAK: Deno.env.get("SOAK_LEAK") ?? "0",
      },
    },
  );
  assert.equal(code, 0, stderr.slice(-4_000));
  const lines = (await Deno.readTextFile(notes)).trim().split("\n");
  return { summary: JSON.parse(stdout), samples: lines.map((line) => JSON.parse(line) as Sample) };
}

function checkFlat(all: readonly Sample[]): void {
  const busy = all.slice(1, -1);
  assert.ok(busy.length >= samples - 2, `${busy.length} samples`);
  // First the caches fill that are bounded by design: a tenth of the long form, a third of the short one.
  const settled = busy.slice(Math.ceil(busy.length * rounds(0.33, 0.1)));
  const quarter = Math.floor(settled.length / 4);
  const [early, late] = [settled.slice(0, quarter), settled.slice(-quarter)];
  for (const [what, marginBytes] of [["heldBytes", heldMarginBytes], ["rssBytes", rssMarginBytes]] as const) {
    const [before, after] = [median(early, what), median(late, what)];
    const text = `${what}: ${inMegabytes(before)} early, ${inMegabytes(after)} late`;
    highest("soak", `growth of ${what}, MB`, (after - before) / megabyte);
    assert.ok(after - before <= marginBytes, `memory is not flat, ${text}`);
  }
  const [first, last] = [all[0]?.handles ?? 0, all.at(-1)?.handles ?? Infinity];
  assert.ok(last <= first + handleMargin, `handles are left open: ${first} before, ${last} after`);
  const most = Math.max(...all.map(({ handles }) => handles));
  assert.ok(most <= first + busyHandles, `${most} handles at once`);
  assert.ok(median(late, "handles") <= median(early, "handles") + handleMargin * 2, "handles are not flat");
}

function checkQuiet(counts: SoakCounts, apiRequests: number): void {
  assert.ok(counts.hours >= 2, `only ${counts.hours} hours passed`);
  assert.ok(counts.tokens >= 4, `${counts.tokens} tokens for two runs`);
  assert.ok(counts.tokens <= 2 + Math.ceil(counts.hours) * 2 + files * 0.01, `${counts.tokens} tokens`);
  assert.ok(counts.refusedForRate > 0, "the account never refused for the rate");
  assert.ok(
    counts.refusedForRate <= 0.03 * counts.requests + 10,
    `${counts.refusedForRate} refusals for the rate`,
  );
  assert.ok(counts.longestRefusal <= 5, `${counts.longestRefusal} refusals for the rate in a row`);
  assert.ok(counts.storage <= files * 1.03 + 10, `${counts.storage} requests for ${files} files`);
  // The addresses of the files listed last are not kept: their meetings are asked, once. So is one after most faults.
  assert.ok(apiRequests <= files / filesPerMeeting + files * 0.02 + 100, `${apiRequests} API calls`);
  assert.equal(counts.misdirected, 0);
}

function report(taken: readonly Sample[], second: Ran): void {
  for (const mark of [1_000, 10_000, 50_000]) {
    const to = taken.findLast((sample) => sample.files <= mark);
    const from = taken.findLast((sample) => sample.files <= mark * 0.8);
    if (!to || !from || files < mark || to.files === from.files) continue;
    highest(
      "soak",
      `ms per file up to file ${mark}`,
      (to.elapsedMs - from.elapsedMs) / (to.files - from.files),
    );
  }
  highest("soak", "files", files);
  highest("soak", "highest resident MB", Math.max(...taken.map(({ rssBytes }) => rssBytes)) / megabyte);
  highest("soak", "seconds of a second run with nothing new", second.summary.seconds);
}

function median(taken: readonly Sample[], what: "rssBytes" | "heldBytes" | "handles"): number {
  return taken.map((sample) => sample[what]).sort((a, b) => a - b)[Math.floor(taken.length / 2)] ?? 0;
}

function inMegabytes(bytes: number): string {
  return `${(bytes / megabyte).toFixed(1)} MB`;
}

interface Zoom extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** Ends it; what it counted. */
  close(): Promise<SoakCounts>;
}

async function startZoom(account: SoakAccount): Promise<Zoom> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      fileURLToPath(new URL("_soak_zoom.ts", import.meta.url)),
      JSON.stringify(account),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const nextLine = async () => {
    while (!text.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) throw new Error("the simulated account has ended");
      text += value;
    }
    const line = text.slice(0, text.indexOf("\n"));
    text = text.slice(line.length + 1);
    return line;
  };
  const env = JSON.parse(await nextLine());
  let isOpen = true;
  const close = async () => {
    isOpen = false;
    await child.stdin.close();
    const counts = JSON.parse(await nextLine()) as SoakCounts;
    await lines.cancel();
    await child.status;
    return counts;
  };
  return {
    env,
    close,
    async [Symbol.asyncDispose]() {
      if (isOpen) await close();
    },
  };
}
