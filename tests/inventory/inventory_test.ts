import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { InventoryError } from "../../src/core/errors.ts";
import { type Inventory, openInventory, toListedColumns } from "../../src/inventory/mod.ts";
import { compileUserFilter } from "../../src/core/user_filter.ts";
import type { Clock } from "../../src/core/clock.ts";

const clock: Clock = {
  now: () => Date.parse("2024-06-30T12:00:00Z"),
  sleep: () => Promise.resolve(),
  random: () => 0.5,
};

function addFile(inventory: Inventory, key: string, change: { uuid?: string; host?: string } = {}): void {
  const uuid = change.uuid ?? "m1==";
  const host = change.host ?? "u-ana";
  const meeting = {
    uuid,
    id: "81234567890",
    hostId: host,
    hostEmail: `${host}@example.test`,
    topic: "Plan",
    startTime: "2024-06-02T10:00:00Z",
    timezone: "",
    durationMinutes: 10,
  };
  inventory.meetings.save({ ...meeting, files: [], raw: { uuid } }, "run1");
  inventory.files.insert(
    toListedColumns({
      user: { id: host, email: `${host}@example.test`, displayName: "", status: "" },
      meeting,
      file: {
        key,
        fileType: "MP4",
        recordingType: "gallery_view",
        fileExtension: "mp4",
        recordingStart: "2024-06-02T10:00:05Z",
        recordingEnd: "2024-06-02T10:09:00Z",
        status: "completed",
      },
    }),
    { status: "pending" },
    "run1",
  );
}

async function withDirectory(body: (dir: string) => Promise<void> | void): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("the three documented queries answer as printed", () =>
  withDirectory((dir) => {
    const path = join(dir, "inventory.db");
    {
      using inventory = openInventory(path, { clock });
      addFile(inventory, "f1");
      addFile(inventory, "f2");
      inventory.files.setStatus("f2", { status: "failed", error_code: "truncated", error: "short" }, "run1");
    }
    using db = new DatabaseSync(path, { readOnly: true });
    const keys = (sql: string) => db.prepare(sql).all().map((row) => row["file_key"]);
    assert.deepEqual(keys("SELECT * FROM inventory WHERE user_email = 'u-ana@example.test'"), ["f1", "f2"]);
    assert.deepEqual(keys("SELECT * FROM inventory WHERE status = 'failed'"), ["f2"]);
    assert.deepEqual(keys("SELECT * FROM inventory WHERE file_type = 'mp4'"), ["f1", "f2"]);
  }));

Deno.test("a database of a newer version is refused and left alone", () =>
  withDirectory((dir) => {
    const path = join(dir, "inventory.db");
    openInventory(path)[Symbol.dispose]();
    {
      using db = new DatabaseSync(path);
      db.exec("PRAGMA user_version = 999");
    }
    assert.throws(() => openInventory(path), (error) => {
      assert.ok(error instanceof InventoryError);
      assert.equal(error.code, "inventory_newer");
      assert.match(error.message, /version 999 is newer/);
      return true;
    });
  }));

Deno.test("a file that is no database is refused with a way out", () =>
  withDirectory(async (dir) => {
    const path = join(dir, "inventory.db");
    await Deno.writeTextFile(path, "this is no database, but long enough to look like one ".repeat(20));
    assert.throws(
      () => openInventory(path),
      (error) =>
        error instanceof InventoryError && error.code === "inventory_corrupt" &&
        /zoom-extract rebuild/.test(error.hint ?? ""),
    );
  }));

Deno.test("the journal gets one line per status change, numbered without a gap", () =>
  withDirectory(async (dir) => {
    using inventory = openInventory(join(dir, "inventory.db"), { clock });
    {
      await using _journal = await inventory.openJournal(join(dir, "inventory.jsonl"));
      addFile(inventory, "f1");
      inventory.files.setStatus("f1", { status: "active", attempts: 1 }, "run1");
      inventory.files.setStatus("f1", { status: "active", attempts: 2 }, "run1");
      inventory.files.setStatus("f1", { status: "completed", file_size: 5, sha256: "aa" }, "run1");
    }
    const lines = journalLines(join(dir, "inventory.jsonl"));
    assert.deepEqual(lines.map(({ seq, from, to }) => [seq, from, to]), [
      [1, null, "pending"],
      [2, "pending", "active"],
      [3, "active", "completed"],
    ]);
  }));

Deno.test("a journal line that a crash cut in two is written again, whole and once", () =>
  withDirectory(async (dir) => {
    const path = join(dir, "inventory.jsonl");
    using inventory = openInventory(join(dir, "inventory.db"), { clock });
    {
      await using _journal = await inventory.openJournal(path);
      addFile(inventory, "f1");
    }
    // The crash came while the second and third line were being written, before the database heard of it.
    addFile(inventory, "f2");
    addFile(inventory, "f3");
    const whole = await Deno.readTextFile(path);
    await Deno.writeTextFile(
      path,
      `${whole}{"seq":2,"at":"x","file_key":"f2","from":null,"to":"pending"}\n{"seq":3,"a`,
    );
    await (await inventory.openJournal(path))[Symbol.asyncDispose]();
    assert.deepEqual(journalLines(path).map(({ seq, file_key }) => [seq, file_key]), [[1, "f1"], [2, "f2"], [
      3,
      "f3",
    ]]);
  }));

Deno.test("a new database goes on after the numbers of an old journal", () =>
  withDirectory(async (dir) => {
    const path = join(dir, "inventory.jsonl");
    await Deno.writeTextFile(path, `{"seq":7,"at":"x","file_key":"old","from":null,"to":"pending"}\n`);
    using inventory = openInventory(join(dir, "inventory.db"), { clock });
    {
      await using _journal = await inventory.openJournal(path);
      addFile(inventory, "f1");
    }
    assert.deepEqual(journalLines(path).map(({ seq, file_key }) => [seq, file_key]), [[7, "old"], [8, "f1"]]);
  }));

Deno.test("a held file and its path survive whatever the listing says later", () => {
  using inventory = openInventory(":memory:", { clock });
  addFile(inventory, "f1");
  inventory.files.setPath("f1", "a/b/c.mp4", "a/b/c.mp4");
  inventory.files.setPath("f1", "x/y/z.mp4", "x/y/z.mp4");
  assert.equal(inventory.files.get("f1")?.path, "a/b/c.mp4");
});

Deno.test("reopen() takes back what a dead run left under way", () => {
  using inventory = openInventory(":memory:", { clock });
  addFile(inventory, "f1");
  addFile(inventory, "f2");
  inventory.files.setStatus("f1", { status: "active" }, "run0");
  inventory.files.setStatus("f2", { status: "failed" }, "run0");
  inventory.files.reopen("run1");
  assert.equal(inventory.files.get("f1")?.status, "pending");
  assert.equal(inventory.files.get("f2")?.status, "failed", "a failure of another run waits for the listing");
  inventory.files.reopen("run0");
  assert.equal(inventory.files.get("f2")?.status, "pending");
});

Deno.test("totals() counts only files of wanted people in the range", () => {
  using inventory = openInventory(":memory:", { clock });
  addFile(inventory, "f1");
  addFile(inventory, "f2", { uuid: "m2==", host: "u-bo" });
  const scope = { runId: "run9", range: { from: "2024-06-01", to: "2024-06-02" } };
  assert.deepEqual(inventory.files.totals(scope).map(({ files }) => files), [2]);
  assert.deepEqual(inventory.files.totals({ ...scope, range: { from: "2024-06-03", to: "2024-06-30" } }), []);
  inventory.setUserFilter(compileUserFilter(["!u-bo"]));
  assert.deepEqual(inventory.files.totals(scope).map(({ files }) => files), [1]);
});

const asked = { from: "2024-06-01", to: "2024-06-30" };
const proof = { scope: "account", asked, totalRecords: 3, seen: 3, proven: true };

Deno.test("a window of which Zoom gave no number is good for its run, and no later run relies on it", () => {
  using inventory = openInventory(":memory:", { clock });
  inventory.windows.save({ ...proof, totalRecords: undefined, seen: 0 }, "run1");
  assert.deepEqual(inventory.windows.counts("run1"), { proven: 1, unproven: 0 });
  assert.deepEqual(inventory.windows.settled("account", 14), []);
});

Deno.test("settled() forgets the days that were no older than the look-back when they were proven", () => {
  using inventory = openInventory(":memory:", { clock });
  inventory.windows.save(proof, "run1");
  // Proven on the 30th: the 14 days before it, and the day itself, which was not over, are listed again.
  assert.deepEqual(inventory.windows.settled("account", 14), [{ from: "2024-06-01", to: "2024-06-15" }]);
  assert.deepEqual(inventory.windows.settled("account", 0), [{ from: "2024-06-01", to: "2024-06-29" }]);
  assert.deepEqual(inventory.windows.settled("account", 40), []);
  assert.deepEqual(inventory.windows.settled("user:u-ana", 14), []);
});

Deno.test("a window that fails later keeps the proof of the earlier run", () => {
  using inventory = openInventory(":memory:", { clock });
  inventory.windows.save(proof, "run1");
  inventory.windows.save({ ...proof, proven: false, reason: "2 of 3 meetings" }, "run2");
  assert.equal(inventory.windows.settled("account", 14).length, 1);
  assert.deepEqual(inventory.windows.provenBy("account", "run2"), []);
  assert.deepEqual(inventory.windows.counts("run2"), { proven: 0, unproven: 1 });
});

function journalLines(path: string): Record<string, unknown>[] {
  const text = Deno.readTextFileSync(path);
  assert.ok(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("a reader leaves no file of its own behind, and takes none from a writer", () =>
  withDirectory((dir) => {
    const path = join(dir, "inventory.db");
    const names = () => [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
    openInventory(path, { clock })[Symbol.dispose]();
    assert.deepEqual(names(), ["inventory.db"]);
    openInventory(path, { readOnly: true })[Symbol.dispose]();
    assert.deepEqual(names(), ["inventory.db"]);

    using writer = openInventory(path, { clock });
    addFile(writer, "f1");
    const before = names();
    openInventory(path, { readOnly: true })[Symbol.dispose]();
    assert.deepEqual(names(), before);
    addFile(writer, "f2");
    assert.equal(writer.files.get("f2")?.file_key, "f2");
  }));

Deno.test("where SQLite can make no files beside it, as on a read-only disk, a database is read all the same", () =>
  withDirectory(async (dir) => {
    const path = join(dir, "a#b?c%41.db");
    {
      using inventory = openInventory(path, { clock });
      addFile(inventory, "f1");
    }
    await Deno.symlink(`${path}-shm`, `${path}-shm`, { type: "file" });
    assert.throws(() => openInventory(path), { code: "inventory_read_only" });
    using inventory = openInventory(path, { readOnly: true });
    assert.equal(inventory.files.get("f1")?.status, "pending");
  }));
