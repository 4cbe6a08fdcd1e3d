import assert from "node:assert/strict";
import { LimitReached, Limits } from "../../src/pipeline/limits.ts";
import { listedFile, listedMeeting, ManualClock, PipelineUnderTest } from "./_support.ts";

const none = { minFreeSpaceBytes: 0, outputDir: "/archive" };
const GiB = 1024 ** 3;

Deno.test("--max-duration aborts when its time is over, not before", async () => {
  const clock = new ManualClock();
  using limits = new Limits({ ...none, maxDurationMs: 60_000 }, clock);
  clock.advance(59_999);
  await Promise.resolve();
  assert.equal(limits.signal.aborted, false);
  clock.advance(1);
  await Promise.resolve();
  assert.ok(limits.signal.reason instanceof LimitReached);
  assert.match(limits.signal.reason.message, /--max-duration 1m00s/);
});

Deno.test("--max-transfer aborts with the byte that reaches it", () => {
  using limits = new Limits({ ...none, maxTransferBytes: 1000 }, new ManualClock());
  limits.received(999);
  assert.equal(limits.signal.aborted, false);
  limits.received(1);
  assert.ok(limits.signal.reason instanceof LimitReached);
  assert.equal(limits.receivedBytes, 1000);
});

Deno.test("without limits nothing is ever aborted", () => {
  using limits = new Limits(none, new ManualClock());
  limits.received(Number.MAX_SAFE_INTEGER);
  assert.equal(limits.signal.aborted, false);
});

Deno.test("a file that would leave less than --min-free-space is refused with what to do", () => {
  using limits = new Limits({ ...none, minFreeSpaceBytes: GiB }, new ManualClock());
  limits.reserve(GiB, 2 * GiB)[Symbol.dispose]();
  assert.throws(() => limits.reserve(GiB + 1, 2 * GiB), {
    name: "StorageError",
    code: "disk_full",
    message: /2\.00 GiB free, of which --min-free-space keeps 1\.00 GiB/,
  });
});

Deno.test("files under way count until they are done, whether the disk's free space is known or not", () => {
  using limits = new Limits(none, new ManualClock());
  const first = limits.reserve(6 * GiB, 10 * GiB);
  assert.throws(() => limits.reserve(5 * GiB, 10 * GiB), { code: "disk_full" });
  first[Symbol.dispose]();
  limits.reserve(5 * GiB, 10 * GiB);
  limits.reserve(100 * GiB, undefined);
});

Deno.test("what is written already does not count twice", () => {
  using limits = new Limits(none, new ManualClock());
  const first = limits.reserve(6 * GiB, 10 * GiB);
  first.written(5 * GiB);
  // 5 GiB are left on the disk, of which the first file needs one.
  limits.reserve(4 * GiB, 5 * GiB);
  assert.throws(() => limits.reserve(1, 5 * GiB), { code: "disk_full" });
});

Deno.test("--max-duration stops a run in good order: 8, the rest pending, the next run brings it", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = ["a==", "b==", "c=="].map((uuid) => listedMeeting(uuid));
  const clock = new ManualClock();
  let opened = 0;
  pipeline.account.onOpen = (_file, signal) => {
    if (++opened < 2) return;
    clock.advance(3_600_000);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const stopped = await pipeline.run({ maxDurationMs: 3_600_000, maxConcurrent: 1 }, { clock });
  assert.deepEqual([stopped.exit_code, stopped.status], [8, "interrupted"]);
  assert.deepEqual([stopped.files.downloaded, stopped.files.pending], [1, 2]);
  pipeline.account.onOpen = () => {};
  const next = await pipeline.run();
  assert.deepEqual([next.exit_code, next.files.downloaded], [0, 2]);
});

Deno.test("a run that a limit stops still warns of what Zoom deletes next", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [
    listedMeeting("a==", { autoDeleteDate: "2024-07-03", files: ["1", "2"].map((key) => listedFile(key)) }),
  ];
  pipeline.account.onOpen = (_file, signal) =>
    new Promise((_, reject) => {
      clock.advance(1_000);
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const clock = new ManualClock();
  assert.equal((await pipeline.run({ maxDurationMs: 1_000 }, { clock })).exit_code, 8);
  assert.ok(pipeline.notices().includes("expiring"));
});

Deno.test("--max-duration also ends a --dry-run", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("a==")];
  const clock = new ManualClock();
  pipeline.account.list = async function* ({ signal }) {
    yield { type: "discovery", mode: "account", reason: "scripted" };
    clock.advance(3_600_000);
    await Promise.resolve();
    signal.throwIfAborted();
    throw new Error("nobody ended it");
  };
  const summary = await pipeline.plan({ maxDurationMs: 3_600_000 }, { clock });
  assert.deepEqual([summary.exit_code, summary.status], [8, "interrupted"]);
});
