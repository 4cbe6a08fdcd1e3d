import assert from "node:assert/strict";
import { join } from "node:path";
import { startSimulator } from "../../src/simulator/mod.ts";
import { smallAccount } from "../archive/_support.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { runProgram } from "../support/program.ts";

const readers: readonly (readonly string[])[] = [
  ["status"],
  ["verify"],
  ["verify", "--repair"],
  ["export", "--format", "sha256sums"],
];

const losses: readonly (readonly [string, RegExp, (path: string) => Promise<void>])[] = [
  ["is gone", /inventory ".*" is lost, though its journal/, async (path) => await Deno.remove(path)],
  ["is empty", /inventory ".*" is lost, though its journal/, (path) => Deno.truncate(path)],
  ["is a folder", /a directory stands in its place/, async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
  }],
];

Deno.test.each(losses)(
  "an inventory that %s is told as lost by every command that reads it, with the way out",
  async (_name, message, lose) => {
    await using zoom = await startSimulator({ account: smallAccount() });
    await using archive = await ArchiveUnderTest.of(zoom);
    await archive.run();
    await lose(join(archive.dir, "_logs", "inventory.db"));
    const before = await archive.tree({ all: true });
    for (const [command = "", ...args] of readers) {
      const { code, stdout, stderr } = await runProgram([command, ...args, "--output-dir", archive.dir], {
        zoom,
      });
      assert.deepEqual([code, stdout], [6, ""], `${command}: ${stderr}`);
      assert.match(stderr, message, command);
      assert.match(stderr, /zoom-extract rebuild/, command);
      const isLeft = (path: string) => path !== "_metadata/lock";
      assert.deepEqual((await archive.tree({ all: true })).filter(isLeft), before.filter(isLeft), command);
    }
  },
);

Deno.test("the folder above an archive is refused with the way to it, and nothing is made there", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const above = await Deno.makeTempDir({ prefix: "zoom-extract-test-" });
  await Deno.rename(archive.dir, join(above, "recordings"));
  const commands = [...readers, ["rebuild"], ["rebuild", "--force"], ["extract", "--min-free-space", "0"]];
  for (const [command = "", ...args] of commands) {
    const { code, stderr } = await runProgram([command, ...args, "--output-dir", above], { zoom });
    assert.equal(code, 6, `${command}: ${stderr}`);
    assert.match(stderr, /the archive is the folder ".*recordings"\n +give --output-dir ".*recordings"/);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(above))).map(({ name }) => name), ["recordings"]);
  }
  await Deno.rename(join(above, "recordings"), archive.dir);
  await Deno.remove(above);
});

Deno.test(
  "an inventory that nobody may look at is never told as lost, and nothing is made in its place",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await using zoom = await startSimulator({ account: smallAccount() });
    await using archive = await ArchiveUnderTest.of(zoom);
    await archive.run();
    const before = await archive.tree({ all: true });
    const logs = join(archive.dir, "_logs");
    await Deno.chmod(logs, 0o000);
    try {
      for (const [command = "", ...args] of [...readers, ["extract"], ["list"], ["rebuild"]]) {
        const { code, stderr } = await runProgram([command, ...args, "--output-dir", archive.dir], {
          zoom,
          boundByModes: true,
        });
        assert.equal(code, 6, `${command}: ${stderr}`);
        assert.match(stderr, /inventory\.db": Permission denied/, command);
        assert.match(stderr, /check owner and permissions/, command);
        assert.doesNotMatch(stderr, /lost/, command);
      }
    } finally {
      await Deno.chmod(logs, 0o700);
    }
    assert.deepEqual(await archive.tree({ all: true }), before);
  },
);

Deno.test("an inventory of an older version is refused by readers, and rebuild --force needs no account to renew it", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const [held] = archive.query("SELECT count(*) AS files FROM inventory WHERE status = 'completed'");
  archive.change("PRAGMA user_version = 1");
  const run = (...args: string[]) => runProgram([...args, "--output-dir", archive.dir]);
  for (const args of [["status"], ["verify"], ["export", "--format", "csv"]]) {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [6, ""], stderr);
    assert.match(stderr, /its version 1 is older than this program's \d+\n.*zoom-extract rebuild --force/);
  }
  const rebuilt = await run("rebuild", "--force");
  assert.equal(rebuilt.code, 0, rebuilt.stderr);
  const verified = await run("verify", "--deep");
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.match(verified.stderr, new RegExp(`Files held: ${held?.["files"]} of ${held?.["files"]} checked`));
  const copies = (await archive.tree({ all: true })).filter((path) => /inventory\.db\..*\.bak$/.test(path));
  assert.equal(copies.length, 1);
});
