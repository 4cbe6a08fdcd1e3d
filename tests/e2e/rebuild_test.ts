import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { generateAccount, startSimulator } from "../../src/simulator/mod.ts";
import { essentials, loseInventory } from "../archive/_rebuild.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { Program, runProgram } from "../support/program.ts";

const nowMs = Date.now();
const day = (back: number) => new Date(nowMs - back * 86_400_000).toISOString().slice(0, 10);
const range = { from: day(80), to: day(0) };
const account = () =>
  generateAccount({ users: 2, months: 2, meetings: 4, files: 12, fileSizeBytes: 2_000, nowMs });
const extractArgs = (dir: string) => [
  "-o",
  dir,
  "-f",
  range.from,
  "-t",
  range.to,
  "--min-free-space",
  "0",
  "--json",
];

Deno.test("lost, said so, rebuilt without credentials, and gone on with: exit codes 6, 0 and 0", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range });
  const before = essentials(archive);
  await loseInventory(archive.dir);

  const refused = await runProgram(extractArgs(archive.dir), { zoom });
  assert.equal(refused.code, 6, refused.stderr);
  assert.match(refused.stderr, /inventory ".*" is lost[^]*zoom-extract rebuild/);

  const rebuilt = await runProgram(["rebuild", "-o", archive.dir, "--json"]);
  assert.equal(rebuilt.code, 0, rebuilt.stderr);
  assert.match(rebuilt.stderr, /Meetings: 4\nFiles held: 12 /);
  const { files, oddities, rebuilt: isRebuilt } = JSON.parse(rebuilt.stdout);
  assert.deepEqual([files, oddities, isRebuilt], [{ completed: 12 }, [], true]);
  assert.deepEqual(essentials(archive), before);

  const again = await runProgram(["rebuild", "-o", archive.dir]);
  assert.equal(again.code, 6);
  assert.match(again.stderr, /it is whole and knows 12 files[^]*--force/);
  assert.equal((await runProgram(["rebuild", "-o", archive.dir, "--if-lost"])).code, 0);

  zoom.resetCounts();
  const next = await runProgram(extractArgs(archive.dir), { zoom });
  assert.equal(next.code, 0, next.stderr);
  assert.equal(zoom.count("/rec/*"), 0);
});

Deno.test("a rebuild that finds something odd says what, without steering the terminal, and exits with 4", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range });
  await loseInventory(archive.dir);
  await Deno.writeTextFile(join(archive.dir, "\x1b[31mred\n.txt"), "x");
  const { code, stderr } = await runProgram(["rebuild", "-o", archive.dir], {
    permissions: ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"],
  });
  assert.equal(code, 4, stderr);
  assert.match(stderr, /On disk and not known; left in place: 1\n {2}\uFFFD\[31mred \.txt: /);
  assert.ok(!stderr.includes("\x1b"));
});

Deno.test("a folder that does not exist is a mistake of the command line, and is not made", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using archive = await ArchiveUnderTest.of(zoom);
  const dir = join(archive.dir, "never");
  const { code, stderr } = await runProgram(["rebuild", "-o", dir]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /Cannot rebuild ".*never": there is no such folder/);
  assert.deepEqual(await archive.tree({ all: true }), []);
});

/** What is in `_logs` when the program is killed. */
const sights = [
  ["once the new database is begun", /^inventory\.db\.rebuild$/],
  ["once its log is written", /^inventory\.db\.rebuild-wal$/],
  ["once the copy is kept", /\.bak$/],
] as const;

Deno.test.each(sights)(
  "killed %s, the old inventory or the new one is there, and the next rebuild ends it",
  async (_name, sight) => {
    await using zoom = await startSimulator({ account: account() });
    await using archive = await ArchiveUnderTest.of(zoom);
    await archive.run({ range });
    const before = essentials(archive);
    const logs = join(archive.dir, "_logs");
    const path = join(logs, "inventory.db");
    const garbage = "garbage ".repeat(2_000);
    await Deno.writeTextFile(path, garbage);
    // A long journal, so that there is time to meet it at work.
    const line = '{"seq":1,"at":"2024-01-01T00:00:00Z","file_key":"other","to":"pending"}\n';
    await Deno.writeTextFile(join(logs, "inventory.jsonl"), line.repeat(100_000), { append: true });

    const program = new Program(["rebuild", "-o", archive.dir]);
    let isOver = false;
    void program.result.then(() => isOver = true);
    while (!isOver) {
      const names = (await Array.fromAsync(Deno.readDir(logs))).map(({ name }) => name);
      if (names.some((name) => sight.test(name))) break;
    }
    if (!isOver) program.kill("SIGKILL");
    await program.result;

    const isOld = (await Deno.readTextFile(path)) === garbage;
    if (!isOld) {
      using db = new DatabaseSync(path, { readOnly: true });
      assert.deepEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
      assert.deepEqual(essentials(archive), before);
      const copy = (await Array.fromAsync(Deno.readDir(logs))).find(({ name }) => name.endsWith(".bak"));
      assert.equal(await Deno.readTextFile(join(logs, copy?.name ?? "")), garbage);
    }
    const { code, stderr } = await runProgram(["rebuild", "-o", archive.dir, "--if-lost"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(essentials(archive), before);
    const left = (await archive.tree({ all: true })).filter((each) => each.includes(".rebuild"));
    assert.deepEqual(left, []);
  },
);
