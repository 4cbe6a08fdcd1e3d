import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { migrations } from "../../src/inventory/migrations.ts";
import type { Simulator } from "../../src/simulator/mod.ts";
import { killedCode } from "../support/program.ts";
import { count } from "./_frame.ts";
import { startAccount, Trial } from "./_trial.ts";

const part = "1 kill";
const oneAtATime = ["--max-concurrent", "1"];

/** Digests of the undisturbed archive, per account and plugin arguments; the account is small and always the same. */
async function undisturbed(zoom: Simulator, args: readonly string[] = []): Promise<Trial> {
  const { digests } = await Trial.reference(zoom, args);
  return await Trial.of(zoom, { args: [...oneAtATime, ...args], digests });
}

/** Kills in the life of the third of eight files, and how many files the next run has to ask for. */
const lives: readonly (readonly [string, number])[] = [
  ["after open partial#3", 6],
  ["after write partial#1", 8],
  ["before syncData partial#3", 6],
  ["after syncData partial#3", 6],
  ["before rename partial#3", 6],
  // It has its name, and its receipt stood in the inventory before: only its row is to be put right.
  ["after rename partial#3", 5],
  ["before write sidecar#1", 4],
];

Deno.test.each(lives)(
  "killed %s, no byte that was written is asked for again, and a file with its name not at all",
  async (step, asked) => {
    await using zoom = await startAccount({ meetings: 2, files: 8 });
    await using trial = await undisturbed(zoom);
    assert.ok(await trial.runToKill({ killAt: step }), `never came to "${step}"`);
    count(part, "kills at an exact step");
    zoom.resetCounts();
    await trial.settle();
    assert.equal(zoom.count("/rec/*"), asked);
    assert.equal(await trial.writtenShare(), 1);
  },
);

Deno.test("a large file that was killed again and again is received once, by ranges", async () => {
  await using zoom = await startAccount({ meetings: 1, files: 1, large: 1, largeBytes: 8_000_000 });
  await using trial = await undisturbed(zoom, ["--limit-rate", "20M"]);
  for (let kills = 0; kills < 4; kills++) {
    assert.ok(await trial.runToKill({ killAt: "after write partial#3" }));
    count(part, "kills at an exact step");
  }
  await trial.settle();
  assert.equal(await trial.writtenShare(), 1);
  const ranges = zoom.requests.filter(({ origin }) => origin === "storage").map(({ headers }) =>
    headers["range"]
  );
  assert.equal(ranges.slice(-4).filter((range) => /^bytes=[1-9]\d*-$/.test(range ?? "")).length, 4);
});

// No kill shows what only a power cut can: here the order of the steps is the proof.
Deno.test("bytes are on the disk before their receipt, and the receipt before the name", async () => {
  await using zoom = await startAccount({ meetings: 2, files: 8 });
  const { steps } = await Trial.reference(zoom, oneAtATime);
  const marks: Record<string, string> = {
    "after write partial": "w",
    "after syncData partial": "f",
    "after database commit": "c",
    "before rename partial": "n",
    "after rename partial": "N",
    "after sync folder": "d",
  };
  // The listing commits beside the transfers: once the first file has its name, only they do.
  const life = steps.map((step) => marks[step] ?? "").join("");
  const files = life.match(/w+f[^w]*?c+[^w]*?nN+d/g) ?? [];
  assert.equal(files.length, 8, life);
});

Deno.test("each sidecar and state is on the disk before it takes the place of the old one", async () => {
  await using zoom = await startAccount({ meetings: 2, files: 8 });
  const { steps } = await Trial.reference(zoom, oneAtATime);
  for (const kind of ["sidecar", "state"]) {
    const own = steps.filter((step) => /^(?:after (?:write|syncData)|before rename) /.test(step))
      .filter((step) => step.endsWith(` ${kind}`)).map((step) => step.split(" ")[1]);
    assert.ok(own.length >= 6);
    assert.equal(own.join(" "), "write syncData rename ".repeat(own.length / 3).trim());
  }
});

const hookSteps = [
  "before write checksum list#1",
  "after write checksum list#1",
  "before rename checksum list#2",
  "after rename checksum list#2",
  "before database commit#1",
  "before database commit#4",
  "after database commit#5",
];

Deno.test("hooks run, killed at each of its steps, makes in the end what a run with the plugin makes", async () => {
  await using zoom = await startAccount({ meetings: 2, files: 8 });
  const plugin = ["--plugin", "checksum"];
  const { digests } = await Trial.reference(zoom, plugin);
  await using trial = await Trial.of(zoom, { digests });
  assert.equal((await trial.run()).code, 0);
  let kills = 0;
  for (const step of hookSteps) {
    const { code } = await trial.runOther(["hooks", "run", "-o", trial.archive.dir, ...plugin], {
      killAt: step,
    });
    if (code === killedCode) kills++;
    else assert.equal(code, 0);
  }
  assert.ok(kills >= 5, String(kills));
  count(part, "kills at an exact step", kills);
  const { code, stderr } = await trial.runOther(["hooks", "run", "-o", trial.archive.dir, ...plugin]);
  assert.equal(code, 0, stderr);
  await trial.settle(plugin);
});

Deno.test.each([
  "before database migration#1",
  "before database migration commit#1",
  "after database migration commit#1",
])(
  "killed %s of an older inventory, the inventory is the old one or the new one",
  async (step) => {
    await using zoom = await startAccount({ meetings: 1, files: 2 });
    await using trial = await undisturbed(zoom);
    await Deno.mkdir(`${trial.archive.dir}/_logs`);
    using old = new DatabaseSync(`${trial.archive.dir}/_logs/inventory.db`);
    old.exec(`PRAGMA journal_mode = WAL; ${migrations[0]}; PRAGMA user_version = 1`);
    assert.ok(await trial.runToKill({ killAt: step }));
    count(part, "kills at an exact step");
    const version = Number(old.prepare("PRAGMA user_version").get()?.["user_version"]);
    assert.equal(version, step.startsWith("after") ? migrations.length : 1);
    await trial.settle();
  },
);
