import assert from "node:assert/strict";
import { join } from "node:path";
import type { RunRow } from "../../src/inventory/mod.ts";
import { StateFile } from "../../src/archive/mod.ts";
import { listedMeeting, ManualClock, PipelineUnderTest } from "../pipeline/_support.ts";
import { assertMode } from "../support/systems.ts";

const run: RunRow = {
  runId: "run1",
  status: "running",
  startedAt: "2024-06-30T11:00:00Z",
  range: { from: "2024-06-01", to: "2024-06-30" },
  filters: {
    users: ["ana@*"],
    types: [],
    exclude_types: ["CC"],
    include_trash: false,
    participant_audio: false,
  },
};
const details = { counts: { found: 3 }, windows: { proven: 1, unproven: 0 } };

function stateFile(clock: ManualClock): { state: StateFile; texts: string[] } {
  const texts: string[] = [];
  const write = (text: string) => Promise.resolve(void texts.push(text));
  return { state: new StateFile(run, { clock, write }), texts };
}

Deno.test("the state says who runs, since when, over what and how far", async () => {
  const { state, texts } = stateFile(new ManualClock());
  await state.write("interrupted", details);
  assert.deepEqual(JSON.parse(texts[0] ?? ""), {
    version: 1,
    run_id: "run1",
    status: "interrupted",
    started_at: "2024-06-30T11:00:00Z",
    updated_at: "2024-06-30T12:00:00Z",
    range: run.range,
    filters: run.filters,
    counts: { found: 3 },
    windows: { proven: 1, unproven: 0 },
  });
});

Deno.test("updates are written at most every five seconds, and only then counted", async () => {
  const clock = new ManualClock();
  const { state, texts } = stateFile(clock);
  let counted = 0;
  const count = () => (counted++, details);
  await state.update(count);
  clock.advance(4_999);
  await state.update(count);
  assert.deepEqual([texts.length, counted], [1, 1]);
  clock.advance(1);
  await state.update(count);
  assert.deepEqual([texts.length, counted], [2, 2]);
});

Deno.test("counting that takes long is done more rarely: a twentieth of the time at most", async () => {
  const clock = new ManualClock();
  const { state, texts } = stateFile(clock);
  const count = () => (clock.advance(2_000), details);
  await state.update(count);
  clock.advance(39_999);
  await state.update(count);
  assert.equal(texts.length, 1);
  clock.advance(1);
  await state.update(count);
  assert.equal(texts.length, 2);
});

Deno.test("a write that failed does not keep later ones from being tried", async () => {
  const results = [Promise.reject(new Error("disk full")), Promise.resolve()];
  results[0]?.catch(() => {});
  const state = new StateFile(run, {
    clock: new ManualClock(),
    write: () => results.shift() ?? Promise.resolve(),
  });
  await assert.rejects(state.write("running", details), /disk full/);
  await state.write("failed", details);
  assert.equal(results.length, 0);
});

const state = "_metadata/extraction_state.json";
const backup = "_metadata/extraction_state.bak";
const broken = ['{"version":1,"run_id":"r', "", "[]", '{"version":2}', "\0\0\0"];

Deno.test.each(broken)("a state that is %j: its backup stands in, and the run goes on", async (text) => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  await pipeline.run();
  await Deno.writeTextFile(join(pipeline.dir, state), text);
  const summary = await pipeline.run();
  assert.deepEqual([summary.exit_code, summary.files.held], [0, 1]);
  assert.ok(pipeline.notices().includes("state_backup"));
  assert.equal(JSON.parse(await Deno.readTextFile(join(pipeline.dir, state))).status, "completed");
});

Deno.test("with both unreadable the run says so and goes on from the database, also with --resume", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  const stop = new AbortController();
  pipeline.account.onOpen = () => stop.abort(new DOMException("stop", "AbortError"));
  await pipeline.run({ range: { from: "2024-06-01", to: "2024-06-30" } }, { signal: stop.signal });
  pipeline.account.onOpen = () => {};
  for (const path of [state, backup]) await Deno.writeTextFile(join(pipeline.dir, path), "{");
  const summary = await pipeline.run({ resume: true });
  assert.ok(pipeline.notices().includes("state_unreadable"));
  assert.ok(pipeline.notices().includes("resumed"));
  assert.deepEqual([summary.files.downloaded, summary.exit_code], [1, 0]);
});

Deno.test("nothing is said about a state that was never written, or is in order", async () => {
  await using pipeline = await PipelineUnderTest.create();
  await pipeline.run();
  await pipeline.run();
  assert.deepEqual(pipeline.notices(), []);
});

Deno.test("the state before the last one is kept beside it", async () => {
  await using pipeline = await PipelineUnderTest.create();
  await pipeline.run();
  const read = async (path: string) => JSON.parse(await Deno.readTextFile(join(pipeline.dir, path))).status;
  assert.deepEqual([await read(state), await read(backup)], ["completed", "running"]);
  await assertMode(join(pipeline.dir, state), 0o600);
});
