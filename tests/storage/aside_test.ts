import assert from "node:assert/strict";
import { join } from "node:path";
import { Aside } from "../../src/storage/upkeep/mod.ts";

Deno.test("files of one folder go aside, come back and are done with at once, and none takes another's way", async () => {
  const root = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  try {
    const folder = ["ann@example.com", "20261106_070000Z_Weekly_1"];
    const paths = Array.from({ length: 8 }, (_, i) => [...folder, `file-${i}.mp4`]);
    await Deno.mkdir(join(root, ...folder), { recursive: true });
    const aside = new Aside(root, "run-1");
    await Promise.all(paths.map(async (path, i) => {
      // Again and again: one clears the folder away that another is about to move into.
      for (let round = 0; round < 50; round++) {
        await Deno.writeTextFile(join(root, ...path), "bad");
        await aside.moveFile(path);
        await ((round + i) % 2 === 0 ? aside.settle(path) : aside.putBack(path));
      }
    }));
    const left = await Array.fromAsync(Deno.readDir(join(root, ...folder)), ({ name }) => name);
    assert.deepEqual(left.sort(), paths.filter((_, i) => i % 2 === 0).map((path) => path[2]).sort());
    assert.deepEqual(await Array.fromAsync(aside.kept()), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
