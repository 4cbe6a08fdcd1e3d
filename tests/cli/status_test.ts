import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { main } from "../../src/cli/mod.ts";
import { visibleWidth } from "../../src/cli/render/display_width.ts";
import { InventoryUnderTest } from "../archive/_inventory_under_test.ts";
import { FakeProcess, runCli } from "./_harness.ts";

/** 2024-06-30, with something of everything; hostile in what strangers write. */
async function fixture(): Promise<InventoryUnderTest> {
  const archive = await InventoryUnderTest.create();
  archive.user("ana");
  archive.user("bo");
  archive.user("old", "inactive");
  archive.run("run-1");
  archive.window("account", "2024-06-01", "2024-06-20");
  archive.file({ key: "a", bytes: 1_500_000 });
  archive.file({ key: "b", status: "skipped", why: "acme/\u001b[2Jshort" });
  archive.file({ key: "c", user: "bo", status: "failed", autoDelete: "2024-07-03" });
  archive.file({ key: "d", user: "old", day: "2024-05-31", bytes: 2_000 });
  archive.file({
    key: "e",
    user: "\u202ez\u001b]0;x\u0007",
    status: "in_trash",
    deleted: "2024-06-10T08:00:00Z",
    topic: "\u001b[2J\nboo",
  });
  return archive;
}

async function show(archive: InventoryUnderTest, flags: readonly string[], columns: number): Promise<string> {
  const process = new FakeProcess({}, true);
  process.columns = columns;
  process.nowMs = archive.clock.now();
  const code = await main(["status", "-o", archive.dir, ...flags], process.context({ cwd: "/" }));
  assert.equal(code, 0, process.stderr.text);
  assert.equal(process.stderr.text, "");
  // deno-lint-ignore no-control-regex -- the styles of a terminal
  const text = process.stdout.text.replace(/\x1b\[\d+m/g, "");
  // Where temporary files lie decides whether the path fits into the first line.
  return text.replaceAll(archive.dir, "/archive").replace(/^Archive:\s+/, "Archive: ");
}

Deno.test("status at 120 columns", async () => {
  await using archive = await fixture();
  assert.equal(
    await show(archive, [], 120),
    `Archive: /archive
Held: 2/5 files, 1.43 MiB of 1.43 MiB
Known: 4 people, 4 meetings, 2024-05-31 to 2024-06-02
Windows proven: 1/1; proofs of 2024-06-30 to 2024-06-30
  not proven: 2024-06-21 to 2024-06-30, ana@example.test and 2 more
Last runs
  2024-06-30 12:00Z  completed, 2024-06-01 to 2024-06-30

User                   Held  Known  Bytes held  Bytes known  Failed  Open  Left out  Days proven
ana@example.test          1      2    1.43 MiB     1.43 MiB       0     0         1        20/30
bo@example.test           0      1         0 B        100 B       1     0         0        20/30
old@example.test          1      1    1.95 KiB     1.95 KiB       0     0         0          0/0
�z�]0;x�@example.test     0      1         0 B        100 B       0     1         0        20/30

Missing
  1 file failed (html), 100 B: the next run tries them again
    bo@example.test/2024-06-02/c.mp4
    the first: an HTML page came
  1 file in the trash, 100 B: recover them in Zoom (Recordings, Trash), then run again
    �z�]0;x�@example.test/2024-06-02/e.mp4
  1 file skipped (acme/�[2Jshort), 100 B: left out by that filter of a plugin: run without it to fetch them
    ana@example.test/2024-06-02/b.mp4

Changed by the last run: 5 new, 2 newly held, 1 newly failed, 1 newly in the trash, 1 newly skipped

Hosts that left and own recordings
  old@example.test (inactive): 1/1 file held, 1.95 KiB

Zoom deletes next
  2024-07-03  1 file not held, 100 B (automatic deletion)
  2024-07-10  1 file not held, 100 B (end of its time in the trash)

Incomplete: files failed, days are not proven
`,
  );
});

Deno.test("status at 80 columns, month by month", async () => {
  await using archive = await fixture();
  assert.equal(
    await show(archive, ["--by", "month"], 80),
    `Archive: /archive
Held: 2/5 files, 1.43 MiB of 1.43 MiB
Known: 4 people, 4 meetings, 2024-05-31 to 2024-06-02
Windows proven: 1/1; proofs of 2024-06-30 to 2024-06-30
  not proven: 2024-06-21 to 2024-06-30, ana@example.test and 2 more
Last runs
  2024-06-30 12:00Z  completed, 2024-06-01 to 2024-06-30

User                 Month    Held  Known  Bytes held  Failed  Open  Days proven
ana@example.test     2024-06     1      2    1.43 MiB       0     0        20/30
bo@example.test      2024-06     0      1         0 B       1     0        20/30
old@example.test     2024-05     1      1    1.95 KiB       0     0          0/0
�z�]0;x�@…mple.test  2024-06     0      1         0 B       0     1        20/30

Missing
  1 file failed (html), 100 B: the next run tries them again
    bo@example.test/2024-06-02/c.mp4
    the first: an HTML page came
  1 file in the trash, 100 B: recover them in Zoom (Recordings, Trash), then
    run again
    �z�]0;x�@example.test/2024-06-02/e.mp4
  1 file skipped (acme/�[2Jshort), 100 B: left out by that filter of a
    plugin: run without it to fetch them
    ana@example.test/2024-06-02/b.mp4

Changed by the last run: 5 new, 2 newly held, 1 newly failed, 1 newly in the
  trash, 1 newly skipped

Hosts that left and own recordings
  old@example.test (inactive): 1/1 file held, 1.95 KiB

Zoom deletes next
  2024-07-03  1 file not held, 100 B (automatic deletion)
  2024-07-10  1 file not held, 100 B (end of its time in the trash)

Incomplete: files failed, days are not proven
`,
  );
});

Deno.test.each([40, 60, 80, 120, 200].map((columns) => ({ columns })))(
  "no line of a table is wider than $columns columns, and nothing steers the terminal",
  async ({ columns }) => {
    await using archive = await fixture();
    const text = await show(archive, ["--by", "month"], columns);
    // deno-lint-ignore no-control-regex -- these are what is looked for
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    const table = text.split("\n\n")[1] ?? "";
    for (const line of table.split("\n")) assert.ok(visibleWidth(line) <= Math.max(columns, 48), line);
  },
);

Deno.test("of many people the table shows those that miss most, and the way to all of them", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.inventory.transaction(() => {
    for (let n = 0; n < 30; n++) archive.file({ key: `k${n}`, user: `u${n}`, bytes: n });
    archive.file({ key: "f", user: "u3", status: "failed" });
  });
  const some = await show(archive, [], 120);
  assert.match(some, /\nUser .*\nu3@example\.test .*\nu29@example\.test /);
  assert.match(some, /… and 10 more people: --by user shows everybody/);
  const all = await show(archive, ["--by", "user"], 120);
  assert.equal(all.match(/^u\d+@example\.test/gm)?.length, 30);
});

Deno.test("status --json is one object with the documented names", async () => {
  await using archive = await fixture();
  const { stdout, stderr, code } = await runCli(["status", "-o", archive.dir, "--json"], { env: {} });
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trimEnd().split("\n").length, 1);
  const status = JSON.parse(stdout);
  const manual = await Deno.readTextFile(new URL("../../docs/status.md", import.meta.url));
  const names = new Set<string>();
  JSON.stringify(status, (key, value) => {
    if (key !== "" && !/^\d+$/.test(key)) names.add(key);
    return value;
  });
  for (const name of names) {
    assert.ok(manual.includes(`\`${name}\``), `docs/status.md says nothing of ${name}`);
  }
  assert.ok(!("months" in status));
});

Deno.test("status --csv has a row per person and month, and no cell that runs", async () => {
  await using archive = await fixture();
  archive.file({ key: "x", user: "=1+1" });
  const { stdout, code } = await runCli(["status", "-o", archive.dir, "--csv", "-u", "=*,ana*"], { env: {} });
  assert.equal(code, 0);
  assert.equal(
    stdout,
    "user_email,user_id,month,known_files,known_bytes,held_files,held_bytes,failed,pending,not_ready,in_trash,gone," +
      "skipped,asked_days,proven_days\r\n" +
      "'=1+1@example.test,id-=1+1,2024-06,1,100,1,100,0,0,0,0,0,0,30,20\r\n" +
      "ana@example.test,id-ana,2024-06,2,1500100,1,1500000,0,0,0,0,0,1,30,20\r\n",
  );
});

const refusals: readonly (readonly [readonly string[], RegExp])[] = [
  [["status", "--json", "--csv"], /--json with --csv/],
  [
    ["status", "-f", "2024-02-01", "-t", "2024-01-01"],
    /--from-date "2024-02-01": after --to-date "2024-01-01"/,
  ],
  [["status", "--by", "week"], /user, month/],
  [["status"], /Cannot read the archive ".*zoom_recordings": there is no such folder/],
  [["export"], /--format is missing/],
  [["export", "--format", "xml"], /csv, jsonl, sha256sums, bagit/],
  [["export", "--format", "csv"], /Cannot read the archive ".*zoom_recordings": there is no such folder/],
  [["export", "--format", "bagit"], /--output is missing/],
  [["export", "--format", "csv", "--copy"], /--copy with --format csv/],
  [["export", "--format", "csv", "--status", "broken"], /--status "broken": no such status/],
  [["export", "--format", "sha256sums", "--status", "failed"], /completed files only/],
];

Deno.test.each(refusals.map(([args, message]) => ({ args, message, name: args.join(" ") })))(
  "$name is refused with 2, and nothing is created",
  async ({ args, message }) => {
    const { code, stderr, stdout, files } = await runCli(args, { env: {} });
    assert.match(stderr, message);
    assert.deepEqual([code, stdout, files], [2, "", []]);
  },
);

Deno.test("an inventory that is damaged, newer or older ends with 6 and a way out", async () => {
  await using archive = await fixture();
  const path = join(archive.dir, "_logs", "inventory.db");
  const run = () => runCli(["status", "-o", archive.dir], { env: {} });
  const setVersion = (version: number) => {
    using db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${version}`);
  };
  setVersion(9_999);
  const newer = await run();
  assert.deepEqual([newer.code, /newer than this program/.test(newer.stderr)], [6, true]);
  setVersion(1);
  const older = await run();
  assert.deepEqual([
    older.code,
    /the next extract or verify --repair brings it up to date/.test(older.stderr),
  ], [6, true]);
  archive.inventory[Symbol.dispose]();
  for (const suffix of ["", "-wal", "-shm"]) {
    await Deno.writeTextFile(`${path}${suffix}`, "no database ".repeat(500));
  }
  const damaged = await run();
  assert.equal(damaged.code, 6);
  assert.match(damaged.stderr, /inventory\.db/);
  Object.assign(archive, { inventory: { [Symbol.dispose]: () => {} } });
});

Deno.test("an archive whose folder takes no new file is read as it lies there", async () => {
  await using archive = await fixture();
  archive.inventory[Symbol.dispose]();
  Object.assign(archive, { inventory: { [Symbol.dispose]: () => {} } });
  // In place of a read-only medium: the file that every reader of a database in WAL mode makes cannot be made.
  await Deno.symlink(join(archive.dir, "nowhere", "shm"), join(archive.dir, "_logs", "inventory.db-shm"), {
    type: "file",
  });
  const { code, stdout, stderr } = await runCli(["status", "-o", archive.dir, "--json"], { env: {} });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).totals.known_files, 5);
});

Deno.test("export writes a file whole or not at all, and says how many rows", async () => {
  await using archive = await fixture();
  const output = join(archive.dir, "all.jsonl");
  const args = ["export", "-o", archive.dir, "--format", "jsonl", "--output", output];
  const { code, stdout, stderr } = await runCli(args, { env: {} });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /5 files written to /);
  assert.equal((await Deno.readTextFile(output)).trimEnd().split("\n").length, 5);
  const inNowhere = await runCli([...args.slice(0, -1), join(archive.dir, "no", "all.jsonl")], { env: {} });
  assert.equal(inNowhere.code, 6);
  const names = (await Array.fromAsync(Deno.readDir(archive.dir))).map(({ name }) => name).toSorted();
  assert.deepEqual(names, ["_logs", "all.jsonl"]);
});

Deno.test("export bagit tells what it made, and ends with 4 where files are missing on disk", async () => {
  await using archive = await fixture();
  const output = `${archive.dir}-bag`;
  const args = ["export", "-o", archive.dir, "--format", "bagit", "--output", output];
  try {
    const { code, stderr } = await runCli(args, { env: {} });
    assert.equal(code, 4);
    assert.match(stderr, /Bag of 0 files/);
    assert.match(stderr, /2 files left out: missing or changed on disk/);
  } finally {
    await Deno.remove(output, { recursive: true });
  }
});
