import assert from "node:assert/strict";
import { join } from "node:path";
import { StorageError } from "../../src/core/errors.ts";
import { fsError } from "../../src/storage/_fs_error.ts";
import { freeBytes, localSink, writeFileAtomic } from "../../src/storage/mod.ts";
import { mountSmallDisk } from "../support/small_disk.ts";
import { calm, temporaryDirectory, tree } from "./_support.ts";

/** A file system of one mebibyte, where one may be mounted. */
async function tinyDisk(): Promise<AsyncDisposable & { readonly path: string } | undefined> {
  const directory = await temporaryDirectory();
  const disk = await mountSmallDisk(directory.path, 1024);
  if (disk === undefined) {
    await directory[Symbol.asyncDispose]();
    return undefined;
  }
  return {
    path: directory.path,
    async [Symbol.asyncDispose]() {
      await disk[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const probe = await tinyDisk();
await probe?.[Symbol.asyncDispose]();
const ignore = probe === undefined;

Deno.test({
  name: "localSink() says that the disk is full, keeps what fits, and goes on when there is room again",
  ignore,
  async fn() {
    await using disk = await tinyDisk();
    assert.ok(disk);
    const sink = localSink(disk.path);
    await Deno.writeFile(join(disk.path, "ballast"), new Uint8Array(300 * 1024));
    const piece = new Uint8Array(256 * 1024).fill(7);
    let kept = 0;
    {
      await using writer = await sink.begin(["ann", "a.mp4"], { signal: calm() });
      await assert.rejects(async () => {
        for (let n = 0; n < 4; n++) await writer.write(piece);
      }, (error) => {
        assert.ok(error instanceof StorageError);
        assert.equal(error.code, "disk_full");
        assert.match(error.message, /^Cannot write ".*a\.mp4\.part": no space left on the device$/);
        assert.ok(error.hint);
        return true;
      });
      kept = writer.offset;
      assert.ok(kept >= 2 * piece.byteLength && kept < 3 * piece.byteLength, String(kept));
    }
    await Deno.remove(join(disk.path, "ballast"));
    await using writer = await sink.begin(["ann", "a.mp4"], { signal: calm() });
    assert.equal(writer.offset, kept);
    await writer.write(piece.subarray(0, 1000));
    for await (const bytes of writer.read(writer.offset)) assert.ok(bytes.every((byte) => byte === 7));
  },
});

Deno.test({
  name: "writeFileAtomic() on a full disk keeps the old content and leaves nothing else",
  ignore,
  async fn() {
    await using disk = await tinyDisk();
    assert.ok(disk);
    const path = join(disk.path, "state.json");
    await writeFileAtomic(path, "old");
    await assert.rejects(() => writeFileAtomic(path, new Uint8Array(2 * 1024 ** 2)), { code: "disk_full" });
    assert.equal(await Deno.readTextFile(path), "old");
    assert.deepEqual(await tree(disk.path), ["state.json"]);
  },
});

Deno.test({
  name: "writeFileAtomic() without room for the previous version leaves nothing half-written",
  ignore,
  async fn() {
    await using disk = await tinyDisk();
    assert.ok(disk);
    const path = join(disk.path, "state.json");
    // Room for the new version beside the old one, and for little more.
    await writeFileAtomic(path, new Uint8Array(600 * 1024));
    await assert.rejects(() => writeFileAtomic(path, new Uint8Array(300 * 1024), { backup: true }), {
      code: "disk_full",
    });
    assert.equal((await Deno.stat(path)).size, 600 * 1024);
    assert.deepEqual(await tree(disk.path), ["state.json"]);
  },
});

Deno.test({
  name: "freeBytes() is what the disk of a path has left, also of a path to come",
  ignore,
  async fn() {
    await using disk = await tinyDisk();
    assert.ok(disk);
    assert.equal(await freeBytes(disk.path), 1024 ** 2);
    assert.equal(await freeBytes(join(disk.path, "not", "yet")), 1024 ** 2);
  },
});

Deno.test("freeBytes() knows a number for any directory of this machine", async () => {
  await using directory = await temporaryDirectory();
  assert.ok((await freeBytes(directory.path) ?? 0) > 0);
});

Deno.test.each([
  ["ENOSPC", "disk_full"],
  ["EDQUOT", "disk_full"],
  ["EACCES", "not_writable"],
  ["EROFS", "not_writable"],
  ["ENAMETOOLONG", "path"],
  ["ELOOP", "path"],
  ["ENOENT", "path"],
  ["EIO", "storage"],
])("A failed call with %s becomes a StorageError with the code %s", (...[system, code]: [string, string]) => {
  const thrown = Object.assign(new Error("it failed"), { code: system });
  const error = fsError("write", "/archive/a", thrown);
  assert.ok(error instanceof StorageError);
  assert.equal(error.code, code);
  assert.equal(error.path, "/archive/a");
  assert.equal(error.cause, thrown);
  assert.match(error.message, /^Cannot write "\/archive\/a": .*[^.]$/);
});
