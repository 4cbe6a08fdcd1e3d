import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Receipt, SinkWriter } from "../../src/core/sink.ts";
import { localSink } from "../../src/storage/mod.ts";
import { calm, temporaryDirectory, tree, utf8 } from "./_support.ts";

const path = ["ann@example.com", "Weekly", "20241201_140000Z_CHAT.txt"];

function receiptOf(text: string): Receipt {
  return {
    sizeBytes: utf8(text).byteLength,
    sha256: createHash("sha256").update(text).digest("hex"),
  };
}

async function keep(root: string, text: string, segments: readonly string[] = path): Promise<void> {
  await using writer = await localSink(root).begin(segments, { signal: calm() });
  await writer.write(utf8(text));
  await writer.flush();
  await writer.commit(receiptOf(text));
}

async function readBack(writer: SinkWriter, length: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of writer.read(length)) text += decoder.decode(bytes, { stream: true });
  return text;
}

Deno.test("localSink() shows a file only after commit, with its time, and leaves no partial", async () => {
  await using root = await temporaryDirectory();
  const sink = localSink(root.path);
  const modifiedAt = new Date("2024-12-01T14:00:00Z");
  await using writer = await sink.begin(path, { modifiedAt, signal: calm() });
  await writer.write(utf8("hello "));
  await writer.write(utf8("world"));
  assert.equal(writer.offset, 11);
  assert.equal(await sink.stat(path), undefined);
  assert.deepEqual((await tree(root.path)).at(-1), `${path.join("/")}.part`);
  await writer.flush();
  await writer.commit(receiptOf("hello world"));
  const target = join(root.path, ...path);
  assert.equal(await Deno.readTextFile(target), "hello world");
  assert.equal((await Deno.stat(target)).mtime?.toISOString(), modifiedAt.toISOString());
  assert.deepEqual(await sink.stat(path), { sizeBytes: 11 });
  assert.equal((await tree(root.path)).length, 3);
});

Deno.test("localSink() goes on with the partial of an earlier writer", async () => {
  await using root = await temporaryDirectory();
  const sink = localSink(root.path);
  {
    await using writer = await sink.begin(path, { signal: calm() });
    await writer.write(utf8("0123456789"));
  }
  await using writer = await sink.begin(path, { signal: calm() });
  assert.equal(writer.offset, 10);
  assert.equal(await readBack(writer, 4), "0123");
  await writer.write(utf8("AB"));
  assert.equal(await readBack(writer, 12), "0123456789AB", "reading does not move the place of writing");
  await writer.truncate(3);
  assert.equal(writer.offset, 3);
  await writer.write(utf8("!"));
  assert.equal(await readBack(writer, 99), "012!");
  await writer.discard();
  assert.deepEqual(await tree(root.path), ["ann@example.com/", "ann@example.com/Weekly/"]);
});

Deno.test("localSink() reads finished files back", async () => {
  await using root = await temporaryDirectory();
  await keep(root.path, "hello");
  const pieces = await Array.fromAsync(localSink(root.path).read(path));
  assert.equal(new TextDecoder().decode(pieces[0]), "hello");
  await assert.rejects(() => Array.fromAsync(localSink(root.path).read(["nobody", "x"])), {
    name: "StorageError",
    code: "path",
  });
});

Deno.test("localSink() keeps no empty partial", async () => {
  await using root = await temporaryDirectory();
  await (await localSink(root.path).begin(path, { signal: calm() }))[Symbol.asyncDispose]();
  assert.equal((await tree(root.path)).some((name) => name.endsWith(".part")), false);
});

Deno.test("localSink() refuses a second writer for the same path until the first is closed", async () => {
  await using root = await temporaryDirectory();
  const sink = localSink(root.path);
  {
    await using _writer = await sink.begin(path, { signal: calm() });
    await assert.rejects(() => sink.begin(path, { signal: calm() }), { name: "StorageError", code: "path" });
  }
  await (await sink.begin(path, { signal: calm() })).discard();
});

Deno.test("localSink() never loses a foreign file at the final path", async () => {
  await using root = await temporaryDirectory();
  await keep(root.path, "somebody's own");
  await keep(root.path, "the recording");
  await keep(root.path, "the recording, again");
  const folder = join(root.path, ...path.slice(0, -1));
  assert.deepEqual(await tree(folder), [path[2], `${path[2]}.orig-1`, `${path[2]}.orig-2`]);
  assert.equal(await Deno.readTextFile(join(folder, `${path[2]}.orig-1`)), "somebody's own");
  assert.equal(await Deno.readTextFile(join(folder, path[2] ?? "")), "the recording, again");
});

Deno.test("localSink() replaces a file of the same content without leaving a copy", async () => {
  await using root = await temporaryDirectory();
  await keep(root.path, "the recording");
  await keep(root.path, "the recording");
  assert.equal((await tree(root.path)).length, 3);
});

Deno.test("localSink() refuses to finish a partial that is not what the receipt says", async () => {
  await using root = await temporaryDirectory();
  await using writer = await localSink(root.path).begin(path, { signal: calm() });
  await writer.write(utf8("abc"));
  await Deno.truncate(join(root.path, `${path.join("/")}.part`), 1);
  await assert.rejects(() => writer.commit(receiptOf("abc")), { name: "StorageError", code: "path" });
  assert.equal((await tree(root.path)).at(-1), `${path.join("/")}.part`);
});

Deno.test.each(["removed", "replaced", "a link", "a directory"])(
  "localSink() gives the final name to nothing but what it wrote: the partial is %s",
  async (what) => {
    await using root = await temporaryDirectory();
    await using outside = await temporaryDirectory();
    const victim = join(outside.path, "victim.txt");
    await Deno.writeTextFile(victim, "abc");
    await using writer = await localSink(root.path).begin(path, { signal: calm() });
    await writer.write(utf8("abc"));
    const partial = join(root.path, `${path.join("/")}.part`);
    await Deno.remove(partial);
    if (what === "replaced") await Deno.writeTextFile(partial, "xyz");
    if (what === "a link") await Deno.symlink(victim, partial);
    if (what === "a directory") await Deno.mkdir(partial);
    // `path`: this file is skipped, the run goes on.
    await assert.rejects(() => writer.commit(receiptOf("abc")), { name: "StorageError", code: "path" });
    assert.equal(await Deno.lstat(join(root.path, ...path)).catch(() => "nothing"), "nothing");
  },
);

Deno.test("localSink() finishes a file whose time the disk will not take", async () => {
  await using root = await temporaryDirectory();
  const modifiedAt = new Date("2024-12-01T14:00:00Z");
  await using writer = await localSink(root.path).begin(path, { modifiedAt, signal: calm() });
  await writer.write(utf8("abc"));
  const { utime, utimeSync } = Deno.FsFile.prototype;
  let refused = 0;
  const refuse = (): never => {
    refused++;
    throw new Deno.errors.PermissionDenied("EPERM");
  };
  Object.assign(Deno.FsFile.prototype, { utime: () => Promise.try(refuse), utimeSync: refuse });
  try {
    await writer.commit(receiptOf("abc"));
  } finally {
    Object.assign(Deno.FsFile.prototype, { utime, utimeSync });
  }
  assert.equal(refused, 1);
  assert.equal(await Deno.readTextFile(join(root.path, ...path)), "abc");
});

Deno.test("localSink() makes it durable that old bytes are gone before new ones come", async () => {
  await using root = await temporaryDirectory();
  await using writer = await localSink(root.path).begin(path, { signal: calm() });
  await writer.write(utf8("abc"));
  const calls: string[] = [];
  const { truncate, syncData } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.truncate = function (size) {
    calls.push("truncate");
    return truncate.call(this, size);
  };
  Deno.FsFile.prototype.syncData = function () {
    calls.push("sync");
    return syncData.call(this);
  };
  try {
    await writer.truncate(0);
  } finally {
    Object.assign(Deno.FsFile.prototype, { truncate, syncData });
  }
  assert.deepEqual(calls, ["truncate", "sync"]);
});

Deno.test("localSink() closes what it opened when a look at it fails", async () => {
  await using root = await temporaryDirectory();
  await (async () => {
    await using writer = await localSink(root.path).begin(path, { signal: calm() });
    await writer.write(utf8("abc"));
  })();
  const { stat, statSync } = Deno.FsFile.prototype;
  const broken = Object.assign(new Error("i/o"), { code: "EIO" });
  Deno.FsFile.prototype.stat = () => Promise.reject(broken);
  Deno.FsFile.prototype.statSync = () => {
    throw broken;
  };
  try {
    await assert.rejects(() => localSink(root.path).begin(path, { signal: calm() }), {
      name: "StorageError",
      code: "storage",
    });
  } finally {
    Object.assign(Deno.FsFile.prototype, { stat, statSync });
  }
});

Deno.test("localSink() takes the longest names there are", async () => {
  await using root = await temporaryDirectory();
  const long = [`${"й".repeat(125)}a.mp4`, `${"й".repeat(125)}b.mp4`];
  for (const name of long) await keep(root.path, name, ["ann", name]);
  assert.deepEqual(await tree(join(root.path, "ann")), long);
  const sink = localSink(root.path);
  await using first = await sink.begin(["ann", `${"й".repeat(125)}c.mp4`], { signal: calm() });
  await using second = await sink.begin(["ann", `${"й".repeat(125)}d.mp4`], { signal: calm() });
  await first.write(utf8("1"));
  await second.write(utf8("22"));
  const partials = (await tree(join(root.path, "ann"))).filter((name) => name.endsWith(".part"));
  assert.equal(partials.length, 2, "names that differ only at their end have partials of their own");
  await assert.rejects(() => sink.begin(["x".repeat(256)], { signal: calm() }), {
    name: "StorageError",
    code: "path",
  });
});

Deno.test("localSink() stops with the signal's own reason", async () => {
  await using root = await temporaryDirectory();
  const controller = new AbortController();
  await using writer = await localSink(root.path).begin(path, { signal: controller.signal });
  await writer.write(utf8("abc"));
  const reason = new Error("stop now");
  controller.abort(reason);
  await assert.rejects(() => writer.write(utf8("d")), (error) => error === reason);
  assert.equal(writer.offset, 3);
});

Deno.test.each(["directory", "user", "target", "partial", "dangling"])(
  "localSink() follows no symbolic link out of the archive: %s",
  async (where) => {
    await using root = await temporaryDirectory();
    await using outside = await temporaryDirectory();
    const folder = join(root.path, ...path.slice(0, -1));
    const target = join(root.path, ...path);
    const victim = join(outside.path, "victim.txt");
    await Deno.writeTextFile(victim, "precious");
    if (where === "user") await Deno.symlink(outside.path, join(root.path, "ann@example.com"));
    else await Deno.mkdir(join(root.path, "ann@example.com"));
    if (where === "directory") await Deno.symlink(outside.path, folder);
    else if (where !== "user") await Deno.mkdir(folder);
    if (where === "target") await Deno.symlink(victim, target);
    if (where === "partial") await Deno.symlink(victim, `${target}.part`);
    if (where === "dangling") {
      await Deno.symlink(join(outside.path, "new.txt"), `${target}.part`, { type: "file" });
    }
    await assert.rejects(() => localSink(root.path).begin(path, { signal: calm() }), {
      name: "StorageError",
      code: "path",
      message: /^Cannot use the (directory|file) ".*": it is a symbolic link$/,
    });
    if (where === "user" || where === "directory" || where === "target") {
      await assert.rejects(() => localSink(root.path).stat(path), { code: "path" });
    }
    assert.deepEqual(await tree(outside.path), ["victim.txt"]);
    assert.equal(await Deno.readTextFile(victim), "precious");
  },
);

Deno.test("localSink() does not follow a link that appears at the target while the file is received", async () => {
  await using root = await temporaryDirectory();
  await using outside = await temporaryDirectory();
  const victim = join(outside.path, "victim.txt");
  await Deno.writeTextFile(victim, "precious");
  await using writer = await localSink(root.path).begin(path, { signal: calm() });
  await writer.write(utf8("abc"));
  await Deno.symlink(victim, join(root.path, ...path));
  await assert.rejects(() => writer.commit(receiptOf("abc")), { name: "StorageError", code: "path" });
  assert.equal(await Deno.readTextFile(victim), "precious");
});

Deno.test("localSink() does not write through a hard link at the partial", async () => {
  await using root = await temporaryDirectory();
  await using outside = await temporaryDirectory();
  const victim = join(outside.path, "victim.txt");
  await Deno.writeTextFile(victim, "precious");
  await Deno.mkdir(join(root.path, ...path.slice(0, -1)), { recursive: true });
  await Deno.link(victim, join(root.path, `${path.join("/")}.part`));
  await keep(root.path, "hello");
  assert.equal(await Deno.readTextFile(victim), "precious");
  assert.equal(await Deno.readTextFile(join(root.path, ...path)), "hello");
});

Deno.test("localSink() refuses a file in place of a directory, and a directory in place of a file", async () => {
  await using root = await temporaryDirectory();
  await Deno.writeTextFile(join(root.path, "ann@example.com"), "");
  await assert.rejects(() => localSink(root.path).begin(path, { signal: calm() }), { code: "path" });
  await Deno.mkdir(join(root.path, "bob", "x"), { recursive: true });
  await assert.rejects(() => localSink(root.path).begin(["bob", "x"], { signal: calm() }), { code: "path" });
});

Deno.test("localSink() creates a root that is missing, and accepts one that is a link", async () => {
  await using root = await temporaryDirectory();
  await keep(join(root.path, "new", "archive"), "hello");
  await Deno.symlink(join(root.path, "new"), join(root.path, "link"));
  assert.deepEqual(await localSink(join(root.path, "link", "archive")).stat(path), { sizeBytes: 5 });
});

Deno.test("what a writer holds is read back through one piece of memory", async () => {
  await using root = await temporaryDirectory();
  await using writer = await localSink(root.path).begin(path, { signal: calm() });
  const block = new Uint8Array(300_000).fill(7);
  for (let i = 0; i < 5; i++) await writer.write(block);
  const memory = new Set<ArrayBuffer>();
  let sizeBytes = 0;
  for await (const bytes of writer.read(writer.offset)) {
    memory.add(bytes.buffer);
    sizeBytes += bytes.byteLength;
    assert.ok(bytes.every((byte) => byte === 7));
  }
  assert.equal(sizeBytes, 1_500_000);
  assert.equal(memory.size, 1);
  await writer.discard();
});
