import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { DailyLimitError, StorageError } from "../../src/core/errors.ts";
import type { RunSummary } from "../../src/core/events.ts";
import type { ListedMeeting } from "../../src/core/recording.ts";
import { listedFile, listedMeeting, PipelineUnderTest } from "./_support.ts";

const old = "2024-02-01T10:00:00Z";

/** The counts that a plan and the run after it must agree on. */
function shared({ files: { found, not_ready, in_trash, gone } }: RunSummary): unknown {
  return { found, not_ready, in_trash, gone };
}

Deno.test("a dry run of a new archive counts what a run then fetches, and creates nothing", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [
    listedMeeting("a==", { files: [listedFile("1"), listedFile("2", { fileType: "CC" })] }),
    listedMeeting("b==", { startTime: old, files: [listedFile("3", { status: "processing" })] }),
  ];
  const plan = await pipeline.plan({ excludeTypes: ["CC"] });
  assert.deepEqual(await Array.fromAsync(Deno.readDir(pipeline.dir)), []);
  assert.deepEqual([plan.files.found, plan.files.pending, plan.files.skipped, plan.files.not_ready], [
    3,
    1,
    1,
    1,
  ]);
  assert.deepEqual(plan.plan?.fetch, { files: 1, bytes: "content of 1".length, unknownSizes: 0 });
  assert.equal(plan.plan?.freeBytes, 1_000_000);
  assert.deepEqual(plan.plan?.months.map(({ user, month }) => [user, month]), [
    ["ana@example.test", "2024-02"],
    ["ana@example.test", "2024-06"],
  ]);
  const run = await pipeline.run({ excludeTypes: ["CC"] });
  assert.deepEqual(pipeline.account.opened, ["1"]);
  assert.deepEqual(shared(run), shared(plan));
});

Deno.test("a dry run sees that a held file is missing on disk", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("a=="), listedMeeting("b==", { startTime: old })];
  await pipeline.run();
  for (const { path } of pipeline.rows()) await Deno.remove(join(pipeline.dir, String(path)));
  const plan = await pipeline.plan();
  assert.deepEqual([plan.files.pending, plan.files.held], [2, 0]);
});

Deno.test("a file id that two meetings share is planned twice, whichever of the two is held", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const twin = (uuid: string) => listedMeeting(uuid, { files: [listedFile("same")], topic: uuid });
  pipeline.account.meetings = [twin("a==")];
  await pipeline.run();
  pipeline.account.meetings = [twin("a=="), twin("b==")];
  const plan = await pipeline.plan();
  assert.deepEqual([plan.files.held, plan.files.pending], [1, 1]);
  await pipeline.run();
  assert.equal(pipeline.account.opened.length, 1);
});

Deno.test("a held file that lies in the trash by now is counted once, as held", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const meeting = listedMeeting("a==");
  pipeline.account.meetings = [meeting];
  await pipeline.run();
  pipeline.account.meetings = [];
  pipeline.account.trash = [meeting, listedMeeting("b==")];
  const plan = await pipeline.plan({ includeTrash: true });
  assert.deepEqual([plan.files.found, plan.files.held, plan.files.in_trash], [2, 1, 1]);
  assert.deepEqual(shared(await pipeline.run({ includeTrash: true })), shared(plan));
});

Deno.test("a dry run that the daily limit cuts short ends with 5", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const error = new DailyLimitError("Cannot list", {
    url: "https://zoom.example",
    label: "medium",
    resumesAt: "2024-07-01T00:00:00Z",
  });
  pipeline.account.more = [{
    type: "failed",
    scope: "account",
    range: { from: "2024-06-01", to: "2024-06-30" },
    error,
  }];
  assert.equal((await pipeline.plan()).exit_code, 5);
});

Deno.test("a dry run that is interrupted resolves with what it has seen", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const stop = new AbortController();
  stop.abort(new DOMException("stop", "AbortError"));
  const plan = await pipeline.plan({}, { signal: stop.signal });
  assert.deepEqual([plan.status, plan.exit_code], ["interrupted", 130]);
});

const fileArbitrary = fc.record({
  type: fc.constantFrom("CHAT", "CC", "CSV"),
  isProcessing: fc.boolean(),
});
const meetingArbitrary = fc.record({
  isOld: fc.boolean(),
  isListed: fc.boolean(),
  files: fc.array(fileArbitrary, { maxLength: 3 }),
});
const roundArbitrary = fc.record({
  meetings: fc.array(meetingArbitrary, { minLength: 1, maxLength: 3 }),
  types: fc.subarray(["CHAT", "CC", "CSV"]),
  failing: fc.boolean(),
});

Deno.test("what a dry run says would be fetched is what the next run asks for, after any history", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(roundArbitrary, { minLength: 1, maxLength: 4 }), async (rounds) => {
      await using pipeline = await PipelineUnderTest.create();
      for (const { meetings, types, failing } of rounds) {
        pipeline.account.meetings = meetings.flatMap(({ isOld, isListed, files }, m): ListedMeeting[] =>
          isListed
            ? [listedMeeting(`m${m}`, {
              startTime: isOld ? old : "2024-06-29T10:00:00Z",
              files: files.map(({ type, isProcessing }, f) =>
                listedFile(`m${m}-${f}-${type}`, {
                  fileType: type,
                  status: isProcessing ? "processing" : "completed",
                })
              ),
            })]
            : []
        );
        pipeline.account.onOpen = () => {
          if (failing) throw new StorageError("Cannot write: name too long", { path: "x", code: "path" });
        };
        const plan = await pipeline.plan({ types });
        const run = await pipeline.run({ types });
        assert.equal(plan.files.pending, pipeline.account.opened.length);
        assert.equal(plan.files.not_ready, run.files.not_ready);
        assert.equal(plan.files.found, run.files.found);
        assert.equal(run.files.failed > 0, failing && run.exit_code === 4);
      }
    }),
    { numRuns: 25 },
  );
});
