import assert from "node:assert/strict";
import { join } from "node:path";
import { type ForeignFile, openForeign, removeForeign, walkFiles } from "../../src/storage/upkeep/mod.ts";

async function found(path: string): Promise<ForeignFile> {
  const info = await Deno.lstat(path);
  return { path, sizeBytes: info.size, modifiedMs: info.mtime?.getTime() ?? 0 };
}

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-foreign-" });
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("removeForeign() never removes the only name of what the archive holds", () =>
  inFolder(async (dir) => {
    const path = join(dir, "a");
    await Deno.writeTextFile(path, "kept");
    await assert.rejects(
      removeForeign(await found(path), { kept: path, modifiedAt: undefined }),
      /it is the archive's own/,
    );
    assert.equal(await Deno.readTextFile(path), "kept");
  }));

Deno.test("removeForeign() removes nothing when the archive holds it no more, or it has changed", () =>
  inFolder(async (dir) => {
    const [path, kept] = [join(dir, "a"), join(dir, "b")];
    await Deno.writeTextFile(path, "x");
    const file = await found(path);
    await assert.rejects(removeForeign(file, { kept, modifiedAt: undefined }), /does not hold it any more/);
    await Deno.writeTextFile(kept, "x");
    await assert.rejects(
      removeForeign({ ...file, modifiedMs: file.modifiedMs - 1 }, { kept, modifiedAt: undefined }),
      /it changed meanwhile/,
    );
    assert.equal(await Deno.readTextFile(path), "x");
  }));

Deno.test("openForeign() opens no link and nothing that came to stand there meanwhile", () =>
  inFolder(async (dir) => {
    const [path, other] = [join(dir, "a"), join(dir, "b")];
    await Deno.writeTextFile(path, "one");
    await Deno.writeTextFile(other, "two");
    const file = await found(path);
    (await openForeign(file)).close();
    await Deno.remove(path);
    await Deno.symlink(other, path);
    await assert.rejects(openForeign(file), /it is a symbolic link/);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "longer");
    await assert.rejects(openForeign(file), /it changed meanwhile/);
  }));

Deno.test("walkFiles() tells about links and never follows them, and leaves out what it is told to", () =>
  inFolder(async (dir) => {
    await Deno.mkdir(join(dir, "in", "deep"), { recursive: true });
    await Deno.mkdir(join(dir, "out"));
    await Deno.writeTextFile(join(dir, "in", "deep", "file"), "x");
    await Deno.writeTextFile(join(dir, "out", "file"), "x");
    await Deno.symlink(join(dir, "out"), join(dir, "in", "folder"));
    await Deno.symlink(join(dir, "in"), join(dir, "in", "deep", "loop"));
    const { signal } = new AbortController();
    const isLeftOut = (segments: readonly string[]) => segments.at(-1) === "out";
    const walked = await Array.fromAsync(walkFiles(dir, { isLeftOut, signal }));
    assert.deepEqual(walked.map(({ kind, segments }) => `${kind} ${segments.join("/")}`).sort(), [
      "file in/deep/file",
      "other in/deep/loop",
      "other in/folder",
    ]);
  }));
