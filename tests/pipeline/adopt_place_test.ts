import assert from "node:assert/strict";
import { join } from "node:path";
import { StorageError } from "../../src/core/errors.ts";
import { inventoryPath } from "../../src/archive/mod.ts";
import { openInventory } from "../../src/inventory/mod.ts";
import { AdoptUnderTest, meetingOf, sha256, StorageAccount } from "./_adopt_support.ts";
import { onPosix } from "../support/systems.ts";

const start = "2024-06-20T10:00:05Z";
const name = "GMT20240620-100005_RecordingnewChat.txt";
const bytes = new TextEncoder().encode("hello");
const account = () =>
  new StorageAccount([meetingOf("m", start, [{ listedSizeBytes: 5 }])], new Map([["m-0", bytes]]));

function inventoryOf(test: AdoptUnderTest) {
  return openInventory(inventoryPath(test.root));
}

/** Names in the folder of the meeting. */
async function names(test: AdoptUnderTest): Promise<string[]> {
  using inventory = inventoryOf(test);
  const folder = join(test.root, inventory.files.get("m-0")?.path ?? "", "..");
  return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
}

const settled = ["20240620_100005Z_CHAT.txt", "files.csv", "meta.json"];

Deno.test.each(["link", "copy", "move"] as const)(
  "--by %s, stopped between the final name and the row, is ended by the next one",
  async (by) => {
    await using test = await AdoptUnderTest.create();
    await test.write({ [name]: bytes });
    await test.adopt(account(), { by: by === "move" ? "link" : by });
    using inventory = inventoryOf(test);
    inventory.files.setStatus("m-0", { status: "active", completed_at: null }, "run-0");
    const { rows, held } = await test.adopt(account(), { by });
    assert.deepEqual(rows.map(({ status }) => status), ["adopted"]);
    assert.deepEqual([...held], [["m-0", sha256(bytes)]]);
    assert.deepEqual(await names(test), settled);
    const source = await Deno.readFile(join(test.dir, name)).catch(() => undefined);
    assert.deepEqual(source, by === "move" ? undefined : bytes);
  },
);

Deno.test("a move stopped before the removal is ended by the next one, for a link and for a copy", async () => {
  for (const by of ["link", "copy"] as const) {
    await using test = await AdoptUnderTest.create();
    await test.write({ [name]: bytes });
    await test.adopt(account(), { by });
    const { rows } = await test.adopt(account(), { by: "move" });
    assert.deepEqual(rows.map(({ status, why }) => [status, why]), [
      ["adopted", "a move that was stopped is finished"],
    ]);
    await assert.rejects(Deno.stat(join(test.dir, name)), Deno.errors.NotFound);
    assert.deepEqual(
      await Deno.readFile(join(test.root, "ana@example.test", await folderOf(test), settled[0] ?? "")),
      bytes,
    );
  }
});

async function folderOf(test: AdoptUnderTest): Promise<string> {
  const [entry] = await Array.fromAsync(Deno.readDir(join(test.root, "ana@example.test")));
  return entry?.name ?? "";
}

Deno.test("a move leaves a file of the held one's size and name, but not of its bytes", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  await test.adopt(account(), { by: "copy" });
  await test.write({ [name]: "world" });
  const { rows } = await test.adopt(account(), { by: "move" });
  assert.deepEqual(rows.map(({ status }) => status), ["held"]);
  assert.equal(await Deno.readTextFile(join(test.dir, name)), "world");
});

Deno.test("a move does not remove the original while the held copy has gone bad", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  await test.adopt(account(), { by: "copy" });
  const held = join(test.root, "ana@example.test", await folderOf(test), settled[0] ?? "");
  await Deno.writeTextFile(held, "rot!!");
  await test.adopt(account(), { by: "move" });
  assert.deepEqual(await Deno.readFile(join(test.dir, name)), bytes, "the only good copy is still there");
});

Deno.test("what is copied in place of an interrupted download is never gone on with as Zoom's", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  await test.adopt(account(), {});
  {
    using inventory = inventoryOf(test);
    inventory.files.setStatus("m-0", { status: "pending", file_size: null, sha256: null }, "run-0");
    inventory.files.setRemote("m-0", { sizeBytes: 5, validator: '"v1"' });
    inventory.files.setRanges("m-0", [[0, 1], [3, 5]]);
  }
  await Deno.remove(join(test.root, "ana@example.test", await folderOf(test), settled[0] ?? ""));
  await test.adopt(account(), { by: "copy" });
  using inventory = inventoryOf(test);
  const row = inventory.files.get("m-0");
  assert.deepEqual([row?.remote_validator, row?.remote_size, row?.partial_ranges], [null, null, null]);
});

Deno.test("a file that the archive holds by a download is not removed by a move", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  await test.adopt(account(), { by: "copy" });
  {
    using inventory = inventoryOf(test);
    inventory.files.setStatus("m-0", { status: "completed", reason: null }, "run-0");
  }
  await test.adopt(account(), { by: "move" });
  assert.deepEqual(await Deno.readFile(join(test.dir, name)), bytes);
});

Deno.test("a stranger's file at the planned path is kept under another name", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  await test.adopt(account());
  const path = join(test.root, "ana@example.test", await folderOf(test), settled[0] ?? "");
  await Deno.writeTextFile(path, "a note of somebody's");
  const { rows } = await test.adopt(account());
  assert.deepEqual(
    rows.map(({ status }) => status),
    ["adopted"],
    "what was lost from the disk is taken over again",
  );
  assert.equal(await Deno.readTextFile(`${path}.orig-1`), "a note of somebody's");
});

Deno.test("a partial of an interrupted download does not get into what is copied, nor does a link write into it", async () => {
  for (const by of ["copy", "link"] as const) {
    await using test = await AdoptUnderTest.create();
    await test.write({ "other.txt": "kept", [name]: bytes });
    await test.adopt(account());
    {
      using inventory = inventoryOf(test);
      inventory.files.setStatus("m-0", { status: "pending", file_size: null, sha256: null }, "run-0");
    }
    const path = join(test.root, "ana@example.test", await folderOf(test), settled[0] ?? "");
    await Deno.remove(path);
    await Deno.link(join(test.dir, "other.txt"), `${path}.part`);
    const { held } = await test.adopt(account(), { by });
    assert.deepEqual([...held], [["m-0", sha256(bytes)]]);
    assert.equal(await Deno.readTextFile(join(test.dir, "other.txt")), "kept");
    assert.deepEqual(await names(test), settled);
  }
});

/** Lets hard links fail as between two file systems. */
function withoutLinks(): Disposable {
  const { link } = Deno;
  Deno.link = () => Promise.reject(Object.assign(new Error("Invalid cross-device link"), { code: "EXDEV" }));
  return { [Symbol.dispose]: () => void (Deno.link = link) };
}

Deno.test("between file systems a link is refused with the way out, and a move copies first", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  using _links = withoutLinks();
  await assert.rejects(test.adopt(account(), { by: "link" }), (error) => {
    assert.ok(error instanceof StorageError);
    assert.match(`${error.message}; ${error.hint}`, /another file system.*--by copy or --by move/);
    return true;
  });
  {
    using inventory = inventoryOf(test);
    assert.equal(inventory.files.get("m-0")?.status, "pending");
  }
  const { rows, held } = await test.adopt(account(), { by: "move" });
  assert.deepEqual(rows.map(({ status }) => status), ["adopted"]);
  assert.deepEqual([...held], [["m-0", sha256(bytes)]]);
  assert.deepEqual(await names(test), settled);
  await assert.rejects(Deno.stat(join(test.dir, name)), Deno.errors.NotFound);
});

Deno.test("a read-only file is linked, and stays as it was", onPosix, async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  await Deno.chmod(join(test.dir, name), 0o444);
  const before = await Deno.stat(join(test.dir, name));
  const { rows } = await test.adopt(account(), { by: "link" });
  assert.deepEqual(rows.map(({ status }) => status), ["adopted"]);
  const after = await Deno.stat(join(test.dir, name));
  assert.equal(after.mode, before.mode);
  assert.equal(after.mtime?.getTime(), before.mtime?.getTime());
});

Deno.test("a file that changes after it was judged is left alone", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  const asking = new StorageAccount([meetingOf("m", start, [{}])], new Map([["m-0", bytes]]));
  let opened = 0;
  asking.onOpen = () => {
    // Judged by now: the only question is about its end.
    if (opened++ === 0) setTimeout(() => Deno.writeTextFileSync(join(test.dir, name), "jello"), 0);
  };
  const { rows, held } = await test.adopt(asking, { by: "move" });
  assert.notEqual(rows[0]?.status, "adopted");
  assert.equal(held.size, 0);
  assert.equal(await Deno.readTextFile(join(test.dir, name)), "jello");
});

Deno.test("what an interrupted download left in the partial is not part of the copy", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ [name]: bytes });
  await test.adopt(account());
  {
    using inventory = inventoryOf(test);
    inventory.files.setStatus("m-0", { status: "pending", file_size: null, sha256: null }, "run-0");
  }
  const path = join(test.root, "ana@example.test", await folderOf(test), settled[0] ?? "");
  await Deno.rename(path, `${path}.part`);
  const { held } = await test.adopt(account(), { by: "copy" });
  assert.deepEqual([...held], [["m-0", sha256(bytes)]]);
});
