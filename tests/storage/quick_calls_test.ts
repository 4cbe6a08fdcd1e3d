import assert from "node:assert/strict";
import { join } from "node:path";
import {
  lstatQuickly,
  mkdirQuickly,
  openQuickly,
  readDirQuickly,
  renameQuickly,
  syncDataQuickly,
  syncQuickly,
  utimeQuickly,
  writeQuickly,
} from "../../src/storage/quick_calls.ts";

Deno.test("looking quickly tells what looking tells: files, folders, links, what is not there, what may not be read", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  await Deno.writeTextFile(join(dir, "a.txt"), "four");
  await Deno.mkdir(join(dir, "b"));
  await Deno.symlink("nowhere", join(dir, "c"), { type: "file" });
  for (const name of ["a.txt", "b", "c"]) {
    const { size, isFile, isDirectory, isSymlink } = await lstatQuickly(join(dir, name));
    const wanted = await Deno.lstat(join(dir, name));
    assert.deepEqual({ size, isFile, isDirectory, isSymlink }, {
      size: wanted.size,
      isFile: wanted.isFile,
      isDirectory: wanted.isDirectory,
      isSymlink: wanted.isSymlink,
    });
  }
  assert.deepEqual((await readDirQuickly(dir)).map(({ name }) => name).sort(), ["a.txt", "b", "c"]);
  await assert.rejects(lstatQuickly(join(dir, "d")), Deno.errors.NotFound);
  await assert.rejects(readDirQuickly(join(dir, "a.txt")));
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a disk that takes its time is looked at from other threads, several looks at once, and then tried again", async () => {
  const { lstatSync } = Deno;
  let here = 0;
  lookWith((path) => {
    here++;
    for (const startedMs = performance.now(); performance.now() - startedMs < 5;);
    return lstatSync(path);
  });
  try {
    for (let n = 0; n < 50; n++) await lstatQuickly(".");
    assert.ok(here > 0 && here < 20, `${here} of 50 looks kept this thread waiting`);
    const before = here;
    for (let n = 0; n < 2_000; n++) await lstatQuickly(".");
    assert.ok(here > before, "never tried again");
  } finally {
    lookWith(lstatSync);
  }
});

Deno.test("calls that change something do it, here and from other threads, and their failures are the runtime's", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  // More than the thousand that a slow call sends elsewhere, wherever the disk of this machine has sent them before.
  for (let n = 0; n < 1_200; n++) await writeOnce(join(dir, "sub"));
  await assert.rejects(openQuickly(join(dir, "none", "x")), Deno.errors.NotFound);
  await assert.rejects(renameQuickly(join(dir, "none"), join(dir, "b")), Deno.errors.NotFound);
  await assert.rejects(mkdirQuickly(join(dir, "none", "x"), {}), Deno.errors.NotFound);
  await Deno.remove(dir, { recursive: true });
});

async function writeOnce(dir: string): Promise<void> {
  await mkdirQuickly(dir, {});
  const [from, to] = [join(dir, "a"), join(dir, "b")];
  using file = await openQuickly(from, { write: true, createNew: true });
  assert.equal(await writeQuickly(file, new TextEncoder().encode("four")), 4);
  await syncDataQuickly(file);
  await syncQuickly(file);
  await utimeQuickly(file, new Date(1_700_000_000_000));
  await renameQuickly(from, to);
  const { size, mtime } = await Deno.stat(to);
  assert.deepEqual({ size, mtime: mtime?.getTime() }, { size: 4, mtime: 1_700_000_000_000 });
  await Deno.remove(dir, { recursive: true });
}

Deno.test("a disk that flushes slowly keeps no thread waiting, and is looked at here all the same", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  const { syncDataSync } = Deno.FsFile.prototype;
  const { lstatSync } = Deno;
  let [flushes, looks] = [0, 0];
  Deno.FsFile.prototype.syncDataSync = function () {
    flushes++;
    for (const startedMs = performance.now(); performance.now() - startedMs < 3;);
  };
  lookWith((path) => {
    looks++;
    return lstatSync(path);
  });
  try {
    using file = await Deno.create(join(dir, "a"));
    for (let n = 0; n < 1_500; n++) await lstatQuickly(dir);
    looks = 0;
    for (let n = 0; n < 50; n++) {
      await syncDataQuickly(file);
      await lstatQuickly(dir);
    }
    assert.ok(flushes <= 2, `${flushes} of 50 flushes kept this thread waiting`);
    assert.ok(looks > 0, "looking went elsewhere, too");
  } finally {
    Deno.FsFile.prototype.syncDataSync = syncDataSync;
    lookWith(lstatSync);
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a large write never keeps this thread", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  const { writeSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.writeSync = () => assert.fail("written here");
  try {
    using file = await Deno.create(join(dir, "a"));
    for (let n = 0; n < 20; n++) assert.equal(await writeQuickly(file, new Uint8Array(65_537)), 65_537);
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
    await Deno.remove(dir, { recursive: true });
  }
});

function lookWith(look: typeof Deno.lstatSync): void {
  Deno.lstatSync = look;
}
