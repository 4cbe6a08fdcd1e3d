import assert from "node:assert/strict";
import { join } from "node:path";
import { sampleCandidate, testPlugin } from "zoom-extract";
import { testWith } from "./_tools.ts";
import checksum, { sumLine } from "../../plugins/checksum.ts";

const file = (key: string) => sampleCandidate({ file: { key } });

/** Lines of `sha256sum -c` in `folder`, and whether it was content. */
async function verify(folder: string): Promise<{ good: boolean; lines: string[] }> {
  const { code, stdout } = await new Deno.Command("sha256sum", {
    args: ["-c", "SHA256SUMS"],
    cwd: folder,
    stderr: "null",
  })
    .output();
  return { good: code === 0, lines: new TextDecoder().decode(stdout).trim().split("\n") };
}

await testWith(
  ["sha256sum"],
  "each folder gets a sorted list that sha256sum -c accepts, however many hooks run at once",
  async () => {
    await using trial = await testPlugin(checksum);
    const paths = ["u/m1/b.mp4", "u/m1/a.txt", "u/m1/with space ž.vtt", "u/m2/c.mp4"];
    const stored = await Promise.all(paths.map((path) => trial.store(file(path), path, `bytes of ${path}`)));
    const results = await Promise.all(stored.map((each) => trial.call("afterTransfer", each)));
    assert.deepEqual(results[0], { made: ["u/m1/SHA256SUMS"] });
    const { good, lines } = await verify(join(trial.dir, "u/m1"));
    assert.ok(good);
    assert.deepEqual(lines, ["a.txt: OK", "b.mp4: OK", "with space ž.vtt: OK"]);
    assert.ok((await verify(join(trial.dir, "u/m2"))).good);
  },
);

await testWith(["sha256sum"], "with scope archive there is one list at the top", async () => {
  await using trial = await testPlugin(checksum, { options: { scope: "archive" } });
  for (const path of ["u/m1/b.mp4", "u/m2/c.mp4"]) {
    await trial.call("afterTransfer", await trial.store(file(path), path, path));
  }
  assert.deepEqual((await verify(trial.dir)).lines, ["u/m1/b.mp4: OK", "u/m2/c.mp4: OK"]);
});

await testWith(
  ["sha256sum"],
  "a list finds a file that was changed, and a file that came anew replaces its line",
  async () => {
    await using trial = await testPlugin(checksum);
    const stored = await trial.store(file("a"), "m/a.mp4", "first");
    await trial.call("afterTransfer", stored);
    await trial.call("afterTransfer", stored);
    await Deno.writeTextFile(stored.path, "changed");
    assert.equal((await verify(join(trial.dir, "m"))).good, false);
    await trial.call("afterTransfer", await trial.store(file("a"), "m/a.mp4", "second"));
    assert.deepEqual((await verify(join(trial.dir, "m"))).lines, ["a.mp4: OK"]);
  },
);

Deno.test("names with backslashes and line breaks are escaped as coreutils does", () => {
  assert.equal(sumLine("a\\b\nc", "00"), "\\00  a\\\\b\\nc");
  assert.equal(sumLine("plain", "00"), "00  plain");
});

await testWith(["sha256sum"], "a list in the other form of sha256sum is gone on with", async () => {
  await using trial = await testPlugin(checksum);
  await Deno.mkdir(join(trial.dir, "m"));
  await Deno.writeTextFile(join(trial.dir, "m", "SHA256SUMS"), `${"0".repeat(64)} *a.mp4\n`);
  await trial.call("afterTransfer", await trial.store(file("a"), "m/a.mp4", "bytes"));
  assert.deepEqual((await verify(join(trial.dir, "m"))).lines, ["a.mp4: OK"]);
});
