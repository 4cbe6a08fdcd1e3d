import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { AppError } from "../../src/core/errors.ts";
import { exitCodeOf } from "../../src/core/exit_code.ts";
import { listedMeeting, PipelineUnderTest } from "../pipeline/_support.ts";
import { loseInventory, rebuild } from "./_rebuild.ts";

const db = "_logs/inventory.db";
const state = "_metadata/extraction_state.json";
const backup = "_metadata/extraction_state.bak";

/** An archive of 40 meetings, so that its database has pages to damage. */
async function filled(): Promise<PipelineUnderTest> {
  const pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = Array.from({ length: 40 }, (_, i) => listedMeeting(`m${i}==`));
  await pipeline.run();
  return pipeline;
}

async function bytesOf(pipeline: PipelineUnderTest, path: string): Promise<Uint8Array> {
  return await Deno.readFile(join(pipeline.dir, path));
}

interface Refusal {
  readonly code: string;
  readonly exit: number;
  readonly message: RegExp;
  readonly hint: RegExp;
}

async function assertRefused(run: () => Promise<unknown>, refusal: Refusal): Promise<void> {
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, exitCodeOf(error)], [refusal.code, refusal.exit], error.message);
    assert.match(error.message, refusal.message);
    assert.match(error.hint ?? "", refusal.hint);
    return true;
  });
}

const corrupt: Refusal = {
  code: "inventory_corrupt",
  exit: 6,
  message: /^Cannot use inventory ".*inventory\.db": it is damaged/,
  hint: /zoom-extract rebuild/,
};
const lost: Refusal = {
  code: "inventory_lost",
  exit: 6,
  message: /inventory ".*" is lost, though/,
  hint: /^zoom-extract rebuild/,
};

const damages:
  readonly (readonly [string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>, Refusal])[] = [
    ["is empty", () => new Uint8Array(), lost],
    ["is no database", () => new TextEncoder().encode("x".repeat(9_000)), corrupt],
    ["is shorter than a header", () => new TextEncoder().encode("SQLite format 3\0"), corrupt],
    ["has a broken header", (bytes) => (bytes.fill(0xff, 0, 16), bytes), corrupt],
    ["has a broken first page", (bytes) => (bytes.fill(0xff, 100, 4_096), bytes), corrupt],
    [
      "is cut off in the middle",
      (bytes) => bytes.slice(0, Math.floor(bytes.length / 2 / 4_096) * 4_096),
      corrupt,
    ],
    ["has broken pages behind a good head", (bytes) => (bytes.fill(0xff, 8_192), bytes), corrupt],
  ];

Deno.test.each(damages)(
  "an inventory that %s: a run and a plan refuse it, change nothing, and a rebuild brings it back",
  async (_name, damage, refusal) => {
    await using pipeline = await filled();
    const before = pipeline.statuses();
    await Deno.writeFile(join(pipeline.dir, db), damage(await Deno.readFile(join(pipeline.dir, db))));
    const damaged = await bytesOf(pipeline, db);
    await assertRefused(() => pipeline.run(), refusal);
    if (refusal === corrupt) await assertRefused(() => pipeline.plan(), refusal);
    assert.deepEqual(await bytesOf(pipeline, db), damaged, "not a byte is changed");
    const summary = await rebuild(pipeline.dir);
    assert.deepEqual(await bytesOf(pipeline, summary.backup ?? ""), damaged, "a copy is kept");
    assert.deepEqual(pipeline.statuses(), before);
    const { files } = await pipeline.run();
    assert.deepEqual([files.downloaded, files.held], [0, 40]);
  },
);

Deno.test("damage that comes to light in the middle of a run ends it with the same words", async () => {
  await using pipeline = await filled();
  pipeline.account.meetings.push(listedMeeting("late=="));
  pipeline.account.onOpen = async () => {
    using other = new DatabaseSync(join(pipeline.dir, db));
    const version = other.prepare("PRAGMA user_version").get()?.["user_version"];
    // What another connection has written makes the run's read again what is in the file.
    other.exec(`PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = ${version}`);
    using file = await Deno.open(join(pipeline.dir, db), { write: true });
    await file.seek(4_096, Deno.SeekMode.Start);
    await file.write(new Uint8Array((await file.stat()).size - 4_096).fill(0xff));
  };
  await assertRefused(() => pipeline.run(), corrupt);
  await rebuild(pipeline.dir);
  pipeline.account.onOpen = () => {};
  const { files } = await pipeline.run();
  assert.deepEqual([files.held, files.failed], [41, 0]);
});

Deno.test("a log of garbage beside a good database is not played into it", async () => {
  await using pipeline = await filled();
  const before = pipeline.statuses();
  await Deno.writeTextFile(join(pipeline.dir, `${db}-wal`), "garbage ".repeat(5_000));
  const { files } = await pipeline.run();
  assert.deepEqual([files.downloaded, files.held], [0, 40]);
  assert.deepEqual(pipeline.statuses(), before);
});

Deno.test("a database that another program is writing to is waited for, then refused; a later run works", async () => {
  await using pipeline = await filled();
  {
    using other = new DatabaseSync(join(pipeline.dir, db));
    other.exec("BEGIN IMMEDIATE");
    await assertRefused(() => pipeline.run(), {
      code: "inventory_locked",
      exit: 6,
      message: /^Cannot use inventory ".*inventory\.db": another program holds it locked/,
      hint: /close the program/,
    });
    other.exec("ROLLBACK");
  }
  assert.equal((await pipeline.run()).files.held, 40);
});

Deno.test("a database of a newer version is refused by a run, a plan and a rebuild, and stays as it is", async () => {
  await using pipeline = await filled();
  {
    using other = new DatabaseSync(join(pipeline.dir, db));
    other.exec("PRAGMA user_version = 999");
  }
  const before = await bytesOf(pipeline, db);
  const newer = {
    code: "inventory_newer",
    exit: 6,
    message: /version 999 is newer/,
    hint: /newer zoom-extract/,
  };
  await assertRefused(() => pipeline.run(), newer);
  await assertRefused(() => pipeline.plan(), newer);
  await assertRefused(() => rebuild(pipeline.dir), {
    code: "inventory_whole",
    exit: 6,
    message: /written by a newer zoom-extract \(version 999\)/,
    hint: /--force/,
  });
  assert.deepEqual(await bytesOf(pipeline, db), before);
});

const places: readonly (readonly [string, string, RegExp])[] = [
  ["_logs is a file", "_logs", /_logs": it is not a directory/],
  ["_metadata is a file", "_metadata", /_metadata": it is not a directory/],
  ["the database is a folder", db, /inventory\.db": a directory stands in its place/],
];

Deno.test.each(places)("%s: the run says so, and leaves it", async (_name, path, message) => {
  await using pipeline = await filled();
  await Deno.remove(join(pipeline.dir, path), { recursive: true });
  if (path === db) await Deno.mkdir(join(pipeline.dir, path));
  else await Deno.writeTextFile(join(pipeline.dir, path), "mine");
  await assert.rejects(pipeline.run(), (error) => exitCodeOf(error) === 6 && message.test(String(error)));
  if (path !== db) assert.equal(await Deno.readTextFile(join(pipeline.dir, path)), "mine");
});

/** What of an archive may be lost, and whether a run goes on without. */
const losses: readonly (readonly [string, (dir: string) => Promise<unknown>, Refusal | undefined])[] = [
  ["the inventory", loseInventory, lost],
  ["the inventory and the journal", (dir) => Deno.remove(join(dir, "_logs"), { recursive: true }), lost],
  [
    "the inventory and the recordings, but not the journal",
    async (dir) => {
      await loseInventory(dir);
      await Deno.remove(join(dir, "ana@example.test"), { recursive: true });
    },
    lost,
  ],
  [
    "everything but the recordings",
    async (dir) => {
      for (const name of ["_logs", "_metadata"]) await Deno.remove(join(dir, name), { recursive: true });
    },
    lost,
  ],
  [
    "everything",
    async (dir) => {
      for (const name of ["_logs", "_metadata", "ana@example.test"]) {
        await Deno.remove(join(dir, name), { recursive: true });
      }
    },
    undefined,
  ],
];

Deno.test.each(losses)(
  "where %s is lost, no run fetches again what is held",
  async (_name, lose, refusal) => {
    await using pipeline = await filled();
    await lose(pipeline.dir);
    if (!refusal) return assert.equal((await pipeline.run()).files.downloaded, 40);
    await assertRefused(() => pipeline.run(), refusal);
    const { files = {} } = await rebuild(pipeline.dir);
    const { downloaded } = (await pipeline.run()).files;
    assert.equal(downloaded, 40 - (files["completed"] ?? 0));
  },
);

Deno.test("a stranger's meta.json in a new output folder is no lost archive", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  await Deno.writeTextFile(join(pipeline.dir, "meta.json"), '{"name":"something else"}');
  assert.equal((await pipeline.run()).files.downloaded, 1);
});

const broken: readonly (readonly [string, string])[] = [
  ["cut off", '{"version":1,"run_id":"r'],
  ["empty", ""],
  ["of another version", '{"version":2}'],
  ["binary", "\0\0\0\xff"],
  ["huge", "x".repeat(2 * 1024 ** 2)],
];

Deno.test.each(broken)(
  "a state that is %s is kept aside, and the good backup stays good",
  async (_name, text) => {
    await using pipeline = await filled();
    const good = await Deno.readTextFile(join(pipeline.dir, backup));
    await Deno.writeTextFile(join(pipeline.dir, state), text);
    let during = "";
    pipeline.account.meetings.push(listedMeeting("late=="));
    pipeline.account.onOpen = async () => void (during = await Deno.readTextFile(join(pipeline.dir, backup)));
    await pipeline.run();
    assert.equal(during, good, "while the run writes its first state");
    assert.equal(await Deno.readTextFile(join(pipeline.dir, "_metadata/extraction_state.damaged")), text);
    assert.equal(JSON.parse(await Deno.readTextFile(join(pipeline.dir, state))).status, "completed");
    assert.ok(pipeline.notices().includes("state_backup"));
  },
);
