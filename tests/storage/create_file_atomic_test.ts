import assert from "node:assert/strict";
import { join } from "node:path";
import { StorageError } from "../../src/core/errors.ts";
import { createFileAtomic } from "../../src/storage/upkeep/mod.ts";
import { temporaryDirectory, tree } from "./_support.ts";

Deno.test("a file that is not committed leaves the old one, and nothing beside it", async () => {
  await using dir = await temporaryDirectory();
  const path = join(dir.path, "all.csv");
  await Deno.writeTextFile(path, "old");
  {
    await using file = await createFileAtomic(path);
    await file.write("half");
    assert.equal(await Deno.readTextFile(path), "old");
  }
  assert.deepEqual(await tree(dir.path), ["all.csv"]);
  assert.equal(await Deno.readTextFile(path), "old");
});

Deno.test("a committed file holds all that was written, whatever a crash had left", async () => {
  await using dir = await temporaryDirectory();
  const path = join(dir.path, "all.csv");
  await Deno.writeTextFile(`${path}.tmp`, "left by a crash, and longer");
  {
    await using file = await createFileAtomic(path);
    for (const piece of ["one,", "two\n"]) await file.write(piece);
    await file.commit();
  }
  assert.deepEqual(await tree(dir.path), ["all.csv"]);
  assert.equal(await Deno.readTextFile(path), "one,two\n");
});

Deno.test("a link, a folder, and a folder that is not there are refused", async () => {
  await using dir = await temporaryDirectory();
  await Deno.symlink("/etc/hostname", join(dir.path, "link"), { type: "file" });
  await Deno.mkdir(join(dir.path, "folder"));
  for (const name of ["link", "folder", "nowhere/all.csv"]) {
    await assert.rejects(createFileAtomic(join(dir.path, name)), StorageError);
  }
  assert.deepEqual(await tree(dir.path), ["folder/", "link"]);
});
