import assert from "node:assert/strict";
import { join } from "node:path";
import { startSimulator } from "../../src/simulator/mod.ts";
import { smallAccount } from "../archive/_support.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { runProgram } from "../support/program.ts";

/** What a scheduler starts, and prints what it makes on standard error. */
const jobs: readonly (readonly [string, ...string[]])[] = [
  ["extract", "--min-free-space", "0"],
  ["verify", "--deep"],
  ["hooks", "run", "--plugin", "checksum"],
  ["rebuild", "--if-lost"],
];

Deno.test("at --log-level WARNING what a scheduler starts prints nothing of an archive in which all is well", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  assert.equal((await archive.run()).exit_code, 0);
  const quiet = ["--output-dir", archive.dir, "--log-level", "WARNING"];
  for (const job of jobs) {
    const { code, stdout, stderr } = await runProgram([...job, ...quiet], { zoom });
    assert.deepEqual([code, stdout, stderr], [0, "", ""], job.join(" "));
  }
  const [path = ""] = await archive.tree();
  await Deno.remove(join(archive.dir, path));
  const { code, stderr } = await runProgram(["verify", ...quiet], { zoom });
  assert.equal(code, 4);
  assert.match(stderr, /1 missing/);
});
