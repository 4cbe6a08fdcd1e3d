import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { InventoryError, StorageError } from "../../src/core/errors.ts";
import type { Order } from "../../src/core/config.ts";
import { type Inventory, openInventory, toInventoryError, toListedColumns } from "../../src/inventory/mod.ts";
import { assertMode } from "../support/systems.ts";

const clock: Clock = { ...systemClock, now: () => Date.parse("2024-06-30T12:00:00Z") };
const meeting = {
  uuid: "m==",
  id: "81234567890",
  hostId: "u-ana",
  hostEmail: "ana@example.test",
  topic: "Plan",
  startTime: "2024-06-02T10:00:00Z",
  timezone: "",
  durationMinutes: 10,
};

function addFile(inventory: Inventory, key: string): void {
  inventory.meetings.save({ ...meeting, files: [], raw: {} }, "run1");
  const user = { id: "u-ana", email: "ana@example.test", displayName: "", status: "" };
  const file = {
    key,
    fileType: "MP4",
    recordingType: "",
    fileExtension: "mp4",
    recordingStart: "2024-06-02T10:00:05Z",
    recordingEnd: "",
    status: "completed",
  };
  inventory.files.insert(toListedColumns({ user, meeting, file }), { status: "pending" }, "run1");
}

async function withDirectory(body: (dir: string) => Promise<void> | void): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Makes SQLite refuse to note journal lines, as a full disk would. */
function refuseLines(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec("CREATE TRIGGER full BEFORE INSERT ON journal_outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  return db;
}

Deno.test("a status and its journal line come together or not at all", () =>
  withDirectory((dir) => {
    const path = join(dir, "inventory.db");
    using inventory = openInventory(path, { clock });
    addFile(inventory, "f1");
    using _db = refuseLines(path);
    assert.throws(() => inventory.files.setStatus("f1", { status: "active" }, "run1"), /disk full/);
    assert.equal(inventory.files.get("f1")?.status, "pending");
    assert.throws(() => addFile(inventory, "f2"), /disk full/);
    assert.equal(inventory.files.get("f2"), undefined);
  }));

Deno.test("a failure of SQLite becomes an InventoryError, anything else stays what it is", () =>
  withDirectory((dir) => {
    const path = join(dir, "inventory.db");
    using inventory = openInventory(path, { clock });
    using _db = refuseLines(path);
    let thrown: unknown;
    try {
      addFile(inventory, "f1");
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof InventoryError);
    assert.ok(thrown.cause instanceof Error);
    assert.equal(toInventoryError(thrown), thrown);
    const mistake = new TypeError("oops");
    assert.equal(toInventoryError(mistake), mistake);
  }));

Deno.test("a journal that cannot be opened is a matter of storage", () =>
  withDirectory(async (dir) => {
    using inventory = openInventory(":memory:", { clock });
    await assert.rejects(inventory.openJournal(dir), StorageError);
  }));

Deno.test("journal lines that cannot be written wait in the database and hide no other error", () =>
  withDirectory(async (dir) => {
    const path = join(dir, "inventory.jsonl");
    using inventory = openInventory(join(dir, "inventory.db"), { clock });
    const run = async () => {
      await using journal = await inventory.openJournal(path);
      addFile(inventory, "f1");
      // A file that is only open for reading refuses the write, as a full disk does.
      using readOnly = await Deno.open(path, { read: true });
      const { write } = Deno.FsFile.prototype;
      Deno.FsFile.prototype.write = (bytes) => readOnly.write(bytes);
      try {
        await assert.rejects(journal.flush(), StorageError);
        await journal[Symbol.asyncDispose]();
      } finally {
        Deno.FsFile.prototype.write = write;
      }
      throw new RangeError("the error that matters");
    };
    await assert.rejects(
      run().catch((error) => {
        throw error instanceof SuppressedError ? error.suppressed : error;
      }),
      RangeError,
    );
    await (await inventory.openJournal(path))[Symbol.asyncDispose]();
    const lines = (await Deno.readTextFile(path)).trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ seq, file_key }) => [seq, file_key]), [[1, "f1"]]);
  }));

Deno.test("a line that the database has no room to forget is not written twice", () =>
  withDirectory(async (dir) => {
    const [dbPath, path] = [join(dir, "inventory.db"), join(dir, "inventory.jsonl")];
    using inventory = openInventory(dbPath, { clock });
    {
      await using journal = await inventory.openJournal(path);
      using other = new DatabaseSync(dbPath);
      other.exec(
        "CREATE TRIGGER full BEFORE DELETE ON journal_outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END",
      );
      addFile(inventory, "f1");
      await assert.rejects(journal.flush(), /disk full/);
      other.exec("DROP TRIGGER full");
      addFile(inventory, "f2");
    }
    await (await inventory.openJournal(path))[Symbol.asyncDispose]();
    const lines = (await Deno.readTextFile(path)).trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ seq, file_key }) => [seq, file_key]), [[1, "f1"], [2, "f2"]]);
  }));

Deno.test("a line that was written by half is taken back, and the next flush writes it whole", () =>
  withDirectory(async (dir) => {
    const path = join(dir, "inventory.jsonl");
    using inventory = openInventory(join(dir, "inventory.db"), { clock });
    await using journal = await inventory.openJournal(path);
    addFile(inventory, "f1");
    const { write } = Deno.FsFile.prototype;
    let calls = 0;
    Deno.FsFile.prototype.write = function (bytes) {
      return calls++ === 0 ? write.call(this, bytes.subarray(0, 10)) : Promise.reject(new Error("disk full"));
    };
    try {
      await assert.rejects(journal.flush(), StorageError);
    } finally {
      Deno.FsFile.prototype.write = write;
    }
    assert.equal(await Deno.readTextFile(path), "");
    await journal.flush();
    assert.equal(JSON.parse(await Deno.readTextFile(path)).file_key, "f1");
  }));

Deno.test("a list that does not state a host's address does not make the known one forgotten", () => {
  using inventory = openInventory(":memory:", { clock });
  inventory.meetings.save({ ...meeting, files: [], raw: {} }, "run1");
  inventory.meetings.save({ ...meeting, hostEmail: "", topic: "New", files: [], raw: {} }, "run2");
  assert.deepEqual(
    [inventory.meetings.get("m==")?.host_email, inventory.meetings.get("m==")?.topic],
    ["ana@example.test", "New"],
  );
  inventory.meetings.save({ ...meeting, hostId: "u-bo", hostEmail: "", files: [], raw: {} }, "run3");
  assert.equal(inventory.meetings.get("m==")?.host_email, "", "another host's address is not his");
});

Deno.test("a database of the first version is brought up to date and keeps its files", () =>
  withDirectory(async (dir) => {
    const path = join(dir, "inventory.db");
    const { migrations } = await import("../../src/inventory/migrations.ts");
    {
      using db = new DatabaseSync(path);
      db.exec(`${migrations[0]}; PRAGMA user_version = 1;`);
    }
    assert.throws(() => openInventory(path, { readOnly: true }), { code: "inventory_older" });
    const old = await Deno.readFile(path);
    // In the way of the copy.
    await Deno.symlink("nowhere", `${path}.v1.bak.tmp`, { type: "file" });
    using inventory = openInventory(path, { clock });
    addFile(inventory, "f1");
    assert.equal(inventory.files.get("f1")?.status, "pending");
    assert.deepEqual(inventory.windows.settled("account", 14), []);
    using kept = new DatabaseSync(`${path}.v1.bak`, { readOnly: true });
    assert.equal(
      kept.prepare("PRAGMA user_version").get()?.["user_version"],
      1,
      "a copy of the old one is kept",
    );
    await assertMode(`${path}.v1.bak`, 0o600);
    assert.equal((await Deno.stat(`${path}.v1.bak`)).size, old.length);
  }));

/** What SQLite does for a query that the program prepares, seen through a recording of its statements. */
function plansOf(path: string, ask: (inventory: Inventory) => unknown): string[] {
  const texts: string[] = [];
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (sql: string) {
    texts.push(sql);
    return prepare.call(this, sql);
  };
  try {
    using inventory = openInventory(path, { clock });
    texts.length = 0;
    ask(inventory);
  } finally {
    DatabaseSync.prototype.prepare = prepare;
  }
  using db = new DatabaseSync(path);
  db.function("wanted_user", (_id, _email) => 1);
  return texts.flatMap((sql) =>
    db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => String(row["detail"]))
  );
}

const scope = { runId: "run1", range: { from: "2024-06-01", to: "2024-06-30" } };
const hotQueries: readonly (readonly [string, (inventory: Inventory) => unknown])[] = [
  ...(["newest", "oldest", "expiring", "smallest"] as Order[]).map((order) =>
    [
      `the next files, ${order} first`,
      (i: Inventory) => i.files.nextPending("run1", order, { limit: 10 }),
    ] as const
  ),
  ["what is waiting", (i) => i.files.pendingTotal("run1")],
  ["what a dead run left", (i) => i.files.reopen("run1")],
  ["files of a meeting", (i) => i.files.ofMeeting("m==")],
  ["open files of a meeting", (i) => i.files.openCount("m==")],
  ["files that a run brought", (i) => i.files.heldNow("run1", "", 10)],
  ["partials that nobody wants", (i) => i.files.abandoned("", 10)],
  ["failed files", (i) => i.files.failed(scope, 10)],
  ["files in the trash", (i) => i.files.firstInTrash(scope)],
  ["days that are not settled", (i) => i.files.unsettledDays("u-ana")],
  [
    "files that a listing did not show",
    (i) => i.files.unshown(scope, { status: "not_ready", day: "2024-06-01", after: "", limit: 10 }),
  ],
  ["proofs", (i) => i.windows.settled("account", 14)],
  ["meetings whose sidecars are due", (i) => i.meetings.sidecarsDue(10)],
];

Deno.test.each(hotQueries)(
  "%s are found by an index, without reading a whole table",
  (_name, ask) =>
    withDirectory((dir) => {
      const details = plansOf(join(dir, "inventory.db"), ask);
      assert.ok(details.length > 0);
      for (const detail of details) assert.doesNotMatch(detail, /^SCAN (?!.*USING (?:COVERING )?INDEX)/);
    }),
);

Deno.test.each(["newest", "oldest", "expiring", "smallest"] as Order[])(
  "taking the next files, %s first, does not sort all that are waiting",
  (order) =>
    withDirectory((dir) => {
      const details = plansOf(join(dir, "inventory.db"), (i) => {
        i.files.nextPending("run1", order, { limit: 10 });
        i.files.nextPending("run1", order, { limit: 10, size: { fromBytes: 1 } });
      });
      // Sorting the files of one and the same meeting start is all right.
      assert.ok(
        details.every((detail) => !/TEMP B-TREE FOR ORDER BY/.test(detail)),
        details.join("; "),
      );
    }),
);

Deno.test("counting what a run is about sorts nothing, and so holds nothing", () =>
  withDirectory((dir) => {
    const details = plansOf(join(dir, "inventory.db"), (i) => i.files.totals(scope));
    assert.ok(details.length > 0);
    assert.ok(details.every((detail) => !detail.includes("TEMP B-TREE")), details.join("; "));
  }));

Deno.test("the journal keeps up in strides, not line by line, and flush() leaves nothing behind", () =>
  withDirectory(async (dir) => {
    using inventory = openInventory(join(dir, "inventory.db"), { clock });
    const path = join(dir, "inventory.jsonl");
    await using journal = await inventory.openJournal(path);
    const lines = () => Deno.readTextFileSync(path).split("\n").length - 1;
    await journal.flush();
    for (let i = 0; i < 20; i++) {
      addFile(inventory, `f${i}`);
      await journal.keepUp();
    }
    assert.ok(lines() < 20, `${lines()} lines were written one by one`);
    await journal.flush();
    assert.equal(lines(), 20);
    addFile(inventory, "late");
    for (let left = 100; left > 0 && lines() < 21; left--) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await journal.keepUp();
    }
    assert.equal(lines(), 21, "it never caught up");
  }));

Deno.test("rows are ordinary objects: the runtime's own keep memory for as long as the process lives", () => {
  using inventory = openInventory(":memory:", { clock });
  addFile(inventory, "f1");
  const rows = [
    ...inventory.files.ofMeeting("m=="),
    inventory.files.get("f1"),
    inventory.meetings.get("m=="),
  ];
  assert.equal(rows.length, 3);
  for (const row of rows) assert.equal(Object.getPrototypeOf(row), Object.prototype);
});

Deno.test("a page of what a run brought does not sort all of it", () =>
  withDirectory((dir) => {
    const details = plansOf(join(dir, "inventory.db"), (i) => i.files.heldNow("run1", "", 10));
    assert.ok(details.every((detail) => !/TEMP B-TREE/.test(detail)), details.join("; "));
  }));
