import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LockedError, StorageError } from "../../src/core/errors.ts";
import { archiveLock } from "../../src/storage/mod.ts";
import { temporaryDirectory, tree } from "./_support.ts";
import { assertMode, onPosix } from "../support/systems.ts";

const first = { runId: "run-1", startedAt: "2024-12-01T14:00:00Z", host: "here" };
const second = { runId: "run-2", startedAt: "2024-12-01T15:00:00Z" };

Deno.test("archiveLock() keeps a second run away, names the holder, and lets go at the end", async () => {
  await using root = await temporaryDirectory();
  const archive = join(root.path, "archive");
  {
    await using lock = await archiveLock(archive, first);
    assert.equal(lock.root, archive);
    await assert.rejects(() => archiveLock(archive, second), (error) => {
      assert.ok(error instanceof LockedError);
      assert.match(
        error.message,
        new RegExp(`: run run-1 \\(process ${Deno.pid} on here, since 2024-12-01T14:00:00Z\\)`),
      );
      return true;
    });
  }
  await using _lock = await archiveLock(archive, second);
  const holder = JSON.parse(await Deno.readTextFile(join(archive, "_metadata", "lock")));
  assert.deepEqual(holder, { pid: Deno.pid, run_id: "run-2", started_at: "2024-12-01T15:00:00Z" });
});

Deno.test("archiveLock() takes over from a process that was killed", async () => {
  await using root = await temporaryDirectory();
  const door = new URL("../../src/storage/mod.ts", import.meta.url).href;
  const code = `import { archiveLock } from "${door}";
    await archiveLock(Deno.args[0], { runId: "doomed", startedAt: "2024-01-01T00:00:00Z" });
    console.log("held");
    setInterval(() => {}, 1000);`;
  const script = join(root.path, "holder.ts");
  await Deno.writeTextFile(script, code);
  const archive = join(root.path, "archive");
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, script, archive],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "held\n");
  await assert.rejects(() => archiveLock(archive, second), /run doomed \(process \d+, since 2024-01-01/);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await using _lock = await archiveLock(archive, second);
});

Deno.test("archiveLock() lets one of many first runs in, and no other", async () => {
  await using root = await temporaryDirectory();
  const archive = join(root.path, "archive");
  const runs = Array.from({ length: 8 }, (_, n) => archiveLock(archive, { ...first, runId: `run-${n}` }));
  const settled = await Promise.allSettled(runs);
  const held = settled.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  const refused = settled.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  for (const lock of held) await lock[Symbol.asyncDispose]();
  assert.equal(held.length, 1);
  for (const error of refused) assert.ok(error instanceof LockedError, String(error));
});

Deno.test.each([
  "",
  "not JSON",
  "null",
  "{}",
  '{"pid":"x","run_id":7}',
  '{"pid":1,"run_id":"\\u001b[2J","started_at":"x"}',
])("archiveLock() names nobody where the lock does not say who holds it: %j", async (content) => {
  await using root = await temporaryDirectory();
  await using _lock = await archiveLock(root.path, first);
  await Deno.writeTextFile(join(root.path, "_metadata", "lock"), content);
  await assert.rejects(() => archiveLock(root.path, second), {
    name: "LockedError",
    message: `Cannot use "${root.path}": another run holds it`,
  });
});

Deno.test("archiveLock() is not put off by what a dead run left in the lock", async () => {
  await using root = await temporaryDirectory();
  await Deno.mkdir(join(root.path, "_metadata"));
  // A process of that number is alive: this one.
  const dead = `${JSON.stringify({ pid: Deno.pid, run_id: "dead", started_at: "2024" })}${" ".repeat(999)}`;
  await Deno.writeTextFile(join(root.path, "_metadata", "lock"), dead);
  await using _lock = await archiveLock(root.path, second);
  const holder = JSON.parse(await Deno.readTextFile(join(root.path, "_metadata", "lock")));
  assert.equal(holder.run_id, "run-2");
});

Deno.test("archiveLock() goes on where the file system knows no locks", async () => {
  await using root = await temporaryDirectory();
  const { tryLock } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.tryLock = () => Promise.reject(new Deno.errors.NotSupported("ENOLCK"));
  try {
    await using lock = await archiveLock(root.path, first);
    assert.equal(lock.root, root.path);
  } finally {
    Deno.FsFile.prototype.tryLock = tryLock;
  }
});

Deno.test("archiveLock() goes on where the file system knows no modes, as on a memory stick", async () => {
  await using root = await temporaryDirectory();
  await Deno.mkdir(join(root.path, "_logs"), { mode: 0o755 });
  const { chmod } = Deno;
  Deno.chmod = () => Promise.reject(Object.assign(new Error("not permitted"), { code: "EPERM" }));
  try {
    await using lock = await archiveLock(root.path, first);
    assert.equal(lock.root, root.path);
  } finally {
    Deno.chmod = chmod;
  }
});

Deno.test("archiveLock() makes its folders private, also those that are there", onPosix, async () => {
  await using root = await temporaryDirectory();
  await Deno.mkdir(join(root.path, "_logs"), { mode: 0o755 });
  await using _lock = await archiveLock(root.path, first);
  assert.deepEqual(await tree(root.path), ["_logs/", "_metadata/", "_metadata/lock"]);
  for (const [name, mode] of [["_logs", 0o700], ["_metadata", 0o700], ["_metadata/lock", 0o600]] as const) {
    await assertMode(join(root.path, name), mode);
  }
});

Deno.test.each(["root", "folder", "link", "below a file"])(
  "archiveLock() refuses an archive that cannot be one: %s",
  async (where) => {
    await using root = await temporaryDirectory();
    let archive = join(root.path, "archive");
    if (where === "root" || where === "below a file") await Deno.writeTextFile(archive, "");
    else await Deno.mkdir(archive);
    if (where === "below a file") archive = join(archive, "deeper");
    if (where === "folder") await Deno.writeTextFile(join(archive, "_logs"), "");
    if (where === "link") await Deno.symlink(root.path, join(archive, "_metadata"));
    await assert.rejects(() => archiveLock(archive, first), (error) => {
      assert.ok(error instanceof StorageError);
      assert.ok(error.message.includes(`"${archive}`), error.message);
      return true;
    });
  },
);

Deno.test({
  name: "archiveLock() says that a place cannot be written",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // Not even root may create directories here.
    await assert.rejects(() => archiveLock("/sys/kernel/archive", first), {
      name: "StorageError",
      code: "not_writable",
      path: "/sys/kernel/archive",
    });
  },
});
