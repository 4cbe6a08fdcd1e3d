import assert from "node:assert/strict";
import { join } from "node:path";
import { lstatQuickly, readDirQuickly } from "../../src/storage/mod.ts";

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
  const replaceBy = (look: typeof lstatSync) => void (Deno.lstatSync = look);
  let here = 0;
  replaceBy((path) => {
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
    replaceBy(lstatSync);
  }
});
