import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFileAtomic } from "../../src/storage/mod.ts";
import { temporaryDirectory, tree } from "./_support.ts";
import { assertMode } from "../support/systems.ts";

Deno.test("writeFileAtomic() replaces content and keeps the previous version when asked", async () => {
  await using root = await temporaryDirectory();
  const path = join(root.path, "_metadata", "extraction_state.json");
  const options = { root: root.path, mode: 0o600, backup: true };
  await writeFileAtomic(path, "one", options);
  assert.deepEqual(await tree(root.path), ["_metadata/", "_metadata/extraction_state.json"]);
  await writeFileAtomic(path, "two", options);
  await writeFileAtomic(path, new TextEncoder().encode("three"), options);
  assert.equal(await Deno.readTextFile(path), "three");
  assert.equal(await Deno.readTextFile(join(root.path, "_metadata", "extraction_state.bak")), "two");
  assert.deepEqual(await tree(join(root.path, "_metadata")), [
    "extraction_state.bak",
    "extraction_state.json",
  ]);
  for (const name of ["extraction_state.bak", "extraction_state.json"]) {
    await assertMode(join(root.path, "_metadata", name), 0o600);
  }
});

Deno.test("writeFileAtomic() is not put off by what a crash left", async () => {
  await using root = await temporaryDirectory();
  const path = join(root.path, "meta.json");
  await Deno.writeTextFile(`${path}.tmp`, "half of some");
  await writeFileAtomic(path, "whole", { root: root.path });
  assert.equal(await Deno.readTextFile(path), "whole");
  assert.deepEqual(await tree(root.path), ["meta.json"]);
});

Deno.test.each(["target", "temporary", "directory", "backup"])(
  "writeFileAtomic() follows no symbolic link: %s",
  async (where) => {
    await using root = await temporaryDirectory();
    await using outside = await temporaryDirectory();
    const victim = join(outside.path, "meta.json");
    await Deno.writeTextFile(victim, "precious");
    const folder = join(root.path, "ann");
    const path = join(folder, "meta.json");
    if (where === "directory") await Deno.symlink(outside.path, folder);
    else await Deno.mkdir(folder);
    if (where === "target") await Deno.symlink(victim, path);
    if (where === "temporary") await Deno.symlink(victim, `${path}.tmp`);
    if (where === "backup") {
      await Deno.writeTextFile(path, "old");
      await Deno.symlink(victim, join(folder, "meta.bak"));
    }
    const writing = writeFileAtomic(path, "new", { root: root.path, backup: true });
    if (where === "temporary") {
      await writing;
      assert.equal(await Deno.readTextFile(path), "new");
    } else {
      await assert.rejects(writing, { name: "StorageError", code: "path" });
    }
    assert.equal(await Deno.readTextFile(victim), "precious");
    assert.deepEqual(await tree(outside.path), ["meta.json"]);
  },
);

Deno.test.each(["../outside.json", "..", "a/../../outside.json", "."])(
  "writeFileAtomic() writes nothing outside its root: %j",
  async (path) => {
    await using root = await temporaryDirectory();
    const inner = join(root.path, "inner");
    await assert.rejects(() => writeFileAtomic(`${inner}/${path}`, "x", { root: inner }), {
      name: "StorageError",
      code: "path",
    });
    assert.deepEqual(await tree(root.path), []);
  },
);
