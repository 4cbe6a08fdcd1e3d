import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { killedCode, until } from "../support/program.ts";
import { assertIsSettled } from "./_checks.ts";
import { count, rounds } from "./_frame.ts";
import { startAccount, Trial } from "./_trial.ts";

const part = "4 two at once";
const zoom = await startAccount({ meetings: 3, files: 12 });
const { digests } = await Trial.reference(zoom);
addEventListener("unload", () => void zoom[Symbol.asyncDispose]());

const holderPattern = /run \d{8}T\d{6}Z-\w+ \(process \d+, since \d{4}-/;

Deno.test("of ten runs started in the same moment exactly one works, and the others end with 9", async () => {
  for (let round = 0; round < rounds(1, 10); round++) {
    await using slow = await startAccount({ meetings: 3, files: 12 });
    await using trial = await Trial.of(slow, { digests });
    // The winner stays until all the others have tried.
    slow.fault({ on: "/oauth/token", do: "delay", ms: 60_000 });
    const programs = Array.from({ length: 10 }, () => trial.start());
    const working = new Set(programs);
    for (const program of programs) void program.result.then(() => working.delete(program));
    await until(() => working.size <= 1, AbortSignal.timeout(50_000));
    slow.clearFaults();
    for (const program of working) program.kill("SIGKILL");
    const results = await Promise.all(programs.map(({ result }) => result));
    const holders = results.filter(({ code }) => code !== 9);
    assert.deepEqual(holders.map(({ code }) => code), [killedCode]);
    for (const { code, stderr } of results) {
      if (code === 9) assert.match(stderr, /Cannot use ".*": .*holds it/);
    }
    count(part, "runs refused", programs.length - 1);
    // The killed one left its lock behind.
    await trial.settle();
  }
});

Deno.test("readers beside a run see the archive, and the run does not mind them", async () => {
  await using trial = await Trial.of(zoom, { digests });
  zoom.fault({ on: "/storage/*", do: "delay", ms: 400 });
  zoom.resetCounts();
  const running = trial.start({ args: ["--max-concurrent", "2"] });
  let ended = false;
  void running.result.then(() => ended = true);
  await until(() => zoom.count("/storage/*") > 2, AbortSignal.timeout(20_000));
  const dir = trial.archive.dir;
  let reads = 0;
  for (const args of [["list", "-o", dir, "--json"], ["extract", "-o", dir, "--dry-run"]]) {
    const { code, stderr } = await trial.runOther(args);
    assert.equal(code, 0, stderr);
    reads++;
  }
  const hooks = await trial.runOther(["hooks", "run", "-o", dir, "--plugin", "checksum"]);
  if (!ended) {
    assert.equal(hooks.code, 9, hooks.stderr);
    assert.match(hooks.stderr, holderPattern);
  }
  while (!ended) {
    // A reader in the middle of its query, as a spreadsheet or a backup may be.
    using db = new DatabaseSync(`${dir}/_logs/inventory.db`, { readOnly: true });
    db.exec("BEGIN");
    db.prepare("SELECT count(*) FROM inventory").get();
    reads++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  zoom.clearFaults();
  const { code, stderr } = await running.result;
  assert.equal(code, 0, stderr);
  count(part, "reads beside a run", reads);
  await assertIsSettled(trial.archive, { zoom, digests });
});

/** Holds the inventory for writing, as somebody with `sqlite3` may. */
function holdForWriting(dir: string): DatabaseSync {
  const db = new DatabaseSync(`${dir}/_logs/inventory.db`, { timeout: 5_000 });
  db.exec("BEGIN IMMEDIATE");
  return db;
}

Deno.test("somebody who writes to the inventory for two seconds makes the run wait, and no more", async () => {
  await using trial = await Trial.of(zoom, { digests });
  zoom.fault({ on: "/storage/*", do: "delay", ms: 300, times: 4 });
  zoom.resetCounts();
  const running = trial.start();
  await until(() => zoom.count("/storage/*") > 0, AbortSignal.timeout(20_000));
  using db = holdForWriting(trial.archive.dir);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  db.exec("ROLLBACK");
  const { code, stderr } = await running.result;
  zoom.clearFaults();
  assert.equal(code, 0, stderr);
  count(part, "inventories held by another program");
  await assertIsSettled(trial.archive, { zoom, digests });
});

Deno.test("an inventory that another program holds for ever ends the run with 6, and keeps all that came", async () => {
  await using trial = await Trial.of(zoom, { digests });
  zoom.fault({ on: "/storage/*", do: "delay", ms: 300, after: 4 });
  zoom.resetCounts();
  const running = trial.start({ args: ["--max-concurrent", "2"] });
  await until(() => zoom.count("/storage/*") > 5, AbortSignal.timeout(20_000));
  const db = holdForWriting(trial.archive.dir);
  const heldMs = performance.now();
  const { code, stderr } = await running.result;
  const waitedMs = performance.now() - heldMs;
  db.exec("ROLLBACK");
  db.close();
  zoom.clearFaults();
  assert.equal(code, 6, stderr);
  // Five seconds of waiting in vain; without an end to patience it is five at each thing left to write.
  assert.ok(waitedMs > 4_500 && waitedMs < 25_000, `${waitedMs} ms`);
  assert.match(stderr, /another program holds it locked/);
  assert.match(stderr, /close the program that has it open/);
  count(part, "inventories held by another program");
  zoom.resetCounts();
  await trial.settle();
  assert.ok(zoom.count("/rec/*") <= 12 - 4, "what was held is asked for again");
  assert.equal(await trial.writtenShare(), 1);
});

Deno.test("an inventory that is held before the run begins ends it with 6 and a hint, nothing asked of Zoom", async () => {
  await using trial = await Trial.of(zoom, { digests });
  await trial.settle();
  zoom.resetCounts();
  const db = holdForWriting(trial.archive.dir);
  const { code, stderr } = await trial.run();
  db.exec("ROLLBACK");
  db.close();
  assert.equal(code, 6, stderr);
  assert.match(stderr, /database is locked/);
  assert.match(stderr, /close other programs|another program/);
  assert.doesNotMatch(stderr, /damaged/);
  assert.equal(zoom.count("*"), 0);
  await trial.settle();
});

Deno.test("an editor or a scanner that holds files open keeps no file from its name", async () => {
  await using trial = await Trial.of(zoom, { digests });
  zoom.fault({ on: "/storage/*", do: "delay", ms: 150 });
  const running = trial.start();
  let ended = false;
  void running.result.then(() => ended = true);
  const opened = new Map<string, Deno.FsFile>();
  while (!ended) {
    for (const path of await trial.archive.tree({ all: true })) {
      if (opened.has(path) || path === "_metadata/lock") continue;
      const file = await Deno.open(`${trial.archive.dir}/${path}`).catch(() => undefined);
      if (file) opened.set(path, file);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  zoom.clearFaults();
  for (const file of opened.values()) file.close();
  assert.equal((await running.result).code, 0);
  assert.ok([...opened.keys()].some((path) => path.endsWith(".part")));
  count(part, "files held open by another program", opened.size);
  await assertIsSettled(trial.archive, { zoom, digests });
});

Deno.test("a lock that names a dead process, or a run on another host, keeps nobody away by its text alone", async () => {
  for (const holder of [{ pid: 4_194_303 }, { pid: Deno.pid, host: "another-host" }, { pid: 1 }]) {
    await using trial = await Trial.of(zoom, { digests });
    await Deno.mkdir(`${trial.archive.dir}/_metadata`);
    const text = JSON.stringify({
      ...holder,
      run_id: "20240101T000000Z-dead",
      started_at: "2024-01-01T00:00:00Z",
    });
    await Deno.writeTextFile(`${trial.archive.dir}/_metadata/lock`, text);
    await trial.settleHere();
  }
});
