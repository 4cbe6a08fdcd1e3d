import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { inventoryPath } from "../../src/archive/mod.ts";
import { StorageError } from "../../src/core/errors.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { listedFile, listedMeeting, nowMs, PipelineUnderTest } from "./_support.ts";

const may = { range: { from: "2024-05-01", to: "2024-05-31" }, types: ["CHAT"], userFilter: ["ana@*"] };

/** A run of May that is stopped at its first file. */
async function stopped(pipeline: PipelineUnderTest): Promise<string> {
  pipeline.account.meetings = [
    listedMeeting("m==", {
      startTime: "2024-05-10T10:00:00Z",
      files: [listedFile("1"), listedFile("2", { fileType: "CC" })],
    }),
  ];
  const stop = new AbortController();
  pipeline.account.onOpen = () => stop.abort(new DOMException("stop", "AbortError"));
  const { run_id, exit_code } = await pipeline.run(may, { signal: stop.signal });
  assert.equal(exit_code, 130);
  pipeline.account.onOpen = () => {};
  return run_id;
}

Deno.test("--resume takes over range and filters, and does not list what that run has proven", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const runId = await stopped(pipeline);
  const summary = await pipeline.run({ resume: true });
  assert.equal(summary.run_id, runId);
  assert.deepEqual(pipeline.account.asked, []);
  assert.deepEqual(pipeline.statuses(), [["1", "completed"], ["2", "skipped"]]);
  const state = JSON.parse(await Deno.readTextFile(join(pipeline.dir, "_metadata/extraction_state.json")));
  assert.deepEqual(state.range, may.range);
  assert.deepEqual([state.filters.users, state.filters.types], [["ana@*"], ["CHAT"]]);
});

Deno.test("--resume goes on with a run that was killed and could not say so", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const runId = await stopped(pipeline);
  using db = new DatabaseSync(inventoryPath(pipeline.dir));
  db.exec(
    "UPDATE runs SET status = 'running'; UPDATE inventory SET status = 'active' WHERE status = 'pending'",
  );
  const summary = await pipeline.run({ resume: true });
  assert.deepEqual([summary.run_id, summary.files.downloaded, summary.exit_code], [runId, 1, 0]);
});

Deno.test("--resume goes on with a run that ended with failures, and tries its failed files again", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==", { startTime: "2024-05-10T10:00:00Z" })];
  pipeline.account.onOpen = () => {
    throw new StorageError("name too long", { path: "x", code: "path" });
  };
  const failed = await pipeline.run(may);
  assert.equal(failed.exit_code, 4);
  pipeline.account.onOpen = () => {};
  const summary = await pipeline.run({ resume: true });
  assert.deepEqual([summary.run_id, summary.files.downloaded], [failed.run_id, 1]);
});

Deno.test("--resume after a run that came to a good end says so and does what is asked", async () => {
  await using pipeline = await PipelineUnderTest.create();
  await pipeline.run(may);
  const range = { from: "2024-06-01", to: "2024-06-30" };
  await pipeline.run({ resume: true, range });
  assert.ok(pipeline.notices().includes("nothing_to_resume"));
  assert.deepEqual(pipeline.account.asked, [range]);
});

Deno.test("--resume where the database is new goes by the state file", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const runId = await stopped(pipeline);
  for (const name of ["inventory.db", "inventory.db-wal", "inventory.db-shm", "inventory.jsonl"]) {
    await Deno.remove(join(pipeline.dir, "_logs", name)).catch(() => {});
  }
  const summary = await pipeline.run({ resume: true });
  assert.equal(summary.run_id, runId);
  assert.deepEqual(pipeline.account.asked, [may.range], "nothing is proven: everything is listed again");
  assert.deepEqual(pipeline.statuses(), [["1", "completed"], ["2", "skipped"]]);
});

Deno.test("without --resume a stopped run's files come with the next run that covers them", async () => {
  await using pipeline = await PipelineUnderTest.create();
  await stopped(pipeline);
  const summary = await pipeline.run();
  assert.deepEqual(pipeline.statuses(), [["1", "completed"], ["2", "completed"]]);
  assert.equal(summary.files.pending, 0);
});

Deno.test("a resumed run asks the real list for unproven windows only", async () => {
  const ana = simUser({ email: "ana@example.test" });
  const meetings = ["2024-02-10", "2024-04-10", "2024-06-10"].map((day) =>
    simMeeting({ host: ana, start: `${day}T09:00:00Z`, topic: day, files: ["CHAT"] })
  );
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings }),
    now: () => nowMs,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const stop = new AbortController();
  let windows = 0;
  const first = await archive.run({
    range: { from: "2024-01-01", to: "2024-06-30" },
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "window" && ++windows === 3) stop.abort(new DOMException("stop", "AbortError"));
    },
  });
  assert.equal(first.exit_code, 130);
  zoom.resetCounts();
  const second = await archive.run({ resume: true });
  assert.equal(second.exit_code, 0);
  assert.equal(second.files.held, 3);
  // Seven windows in all, three of them proven before.
  assert.equal(zoom.count("/accounts/*/recordings"), 4);
});
