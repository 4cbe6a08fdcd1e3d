import assert from "node:assert/strict";
import { join } from "node:path";
import { sampleCandidate, testPlugin } from "zoom-extract";
import rclone from "../../plugins/rclone.ts";
import { testWith } from "./_tools.ts";

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

await testWith(
  ["rclone"],
  "rclone copies a file to where the archive has it, and verifies it",
  () =>
    inFolder(async (remote) => {
      await using trial = await testPlugin(rclone, { options: { remote: `:local:${remote}` } });
      const path = "ana@example.test/-x [1] {a}*?/v ž.mp4";
      await trial.call("afterTransfer", await trial.store(sampleCandidate(), path, "some bytes"));
      assert.equal(await Deno.readTextFile(join(remote, path)), "some bytes");
    }),
);

await testWith(["rclone"], "rclone finds a copy that is not the original", () =>
  inFolder(async (remote) => {
    // A remote that takes what it gets for what it has: nothing is copied over it, so only the check can notice.
    const options = { remote: `:local:${remote}`, flags: ["--ignore-existing"] };
    await using trial = await testPlugin(rclone, { options });
    const stored = await trial.store(sampleCandidate(), "m/v.mp4", "some bytes");
    await Deno.mkdir(join(remote, "m"));
    await Deno.writeTextFile(join(remote, "m", "v.mp4"), "SOME BYTES");
    await assert.rejects(trial.call("afterTransfer", stored), /rclone check ended with/);
  }));

await testWith(["rclone"], "rclone says what went wrong", () =>
  inFolder(async (remote) => {
    await Deno.writeTextFile(join(remote, "blocked"), "a file in the way");
    await using trial = await testPlugin(rclone, {
      options: { remote: `:local:${remote}/blocked`, flags: ["--retries", "1"] },
    });
    const stored = await trial.store(sampleCandidate(), "m/v.mp4", "bytes");
    await assert.rejects(trial.call("afterTransfer", stored), /rclone copyto ended with \d+: /);
  }));

await testWith(["rclone"], "rclone refuses a remote that is none", async () => {
  for (const remote of ["somewhere", "-x:y", ""]) {
    await assert.rejects(testPlugin(rclone, { options: { remote } }), /name:path/);
  }
});

await testWith(
  ["rclone"],
  "rclone that does not know the remote says which variables it saw, and what else helps",
  async () => {
    const options = { remote: "no-such-remote:zoom", flags: ["--config", "/dev/null"] };
    await using trial = await testPlugin(rclone, { options });
    const stored = await trial.store(sampleCandidate(), "m/v.mp4", "bytes");
    const told = /rclone saw no RCLONE_ variable.*--allow-env=RCLONE_\*; or name a file with rclone\.config/;
    await assert.rejects(trial.call("afterTransfer", stored), told);
  },
);
