import assert from "node:assert/strict";
import { simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { assertHoldsExactly } from "../support/archive_under_test.ts";
import { temporaryDirectory } from "../storage/_support.ts";
import { until } from "../support/program.ts";
import { onPosix } from "../support/systems.ts";
import { count } from "./_frame.ts";
import { startAccount, Trial } from "./_trial.ts";

const part = "3 disk";
const zoom = await startAccount({ meetings: 3, files: 12 });
const { digests } = await Trial.reference(zoom);
addEventListener("unload", () => void zoom[Symbol.asyncDispose]());

const firstFile = Object.keys(digests).find((path) => path.endsWith(".mp4")) ?? "";
const firstFolder = firstFile.slice(0, firstFile.lastIndexOf("/"));

/** Places in an archive where something else may stand, and what a run ends with then. */
const places: readonly (readonly [string, string, readonly number[]])[] = [
  ["a recording", firstFile, [4]],
  ["a partial", `${firstFile}.part`, [4]],
  ["meta.json", `${firstFolder}/meta.json`, [4, 6]],
  ["files.csv.tmp", `${firstFolder}/files.csv.tmp`, [0, 4, 6]],
  ["the folder of a meeting", firstFolder, [4]],
  ["the folder of a user", firstFolder.slice(0, firstFolder.indexOf("/")), [4]],
  ["_logs", "_logs", [6]],
  ["_metadata", "_metadata", [6]],
  ["the lock", "_metadata/lock", [6]],
  ["the inventory", "_logs/inventory.db", [6]],
  ["its write-ahead log", "_logs/inventory.db-wal", [0, 6]],
  ["the journal", "_logs/inventory.jsonl", [6]],
  ["the state", "_metadata/extraction_state.json", [6]],
  ["the backup of the state", "_metadata/extraction_state.bak", [0, 6]],
];

async function prepare(path: string): Promise<string> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  return path;
}

/** Asserts the run's end with something in the way, removes that, and asserts that the next run completes. */
async function runAround(trial: Trial, path: string, codes: readonly number[], says: RegExp): Promise<void> {
  const { code, stderr } = await trial.runHere();
  assert.ok(codes.includes(code), `exit ${code}: ${stderr}`);
  if (code !== 0) assert.match(stderr, says);
  count(part, "things in the way");
  await Deno.remove(path, { recursive: true }).catch(() => {});
  await trial.settleHere();
}

Deno.test.each(places)(
  "a directory in the place of %s costs what it must, and no more",
  onPosix,
  async (what, place, codes) => {
    await using trial = await Trial.of(zoom, { digests });
    const path = await prepare(`${trial.archive.dir}/${place}`);
    // Where directories are expected, a file stands in the way.
    if (/folder|^_/.test(what)) await Deno.writeTextFile(path, "mine");
    else {
      await Deno.mkdir(path);
      await Deno.writeTextFile(`${path}/mine`, "mine");
    }
    await runAround(trial, path, codes, /directory|regular file|unable to open|disk I\/O/i);
  },
);

Deno.test.each(places)(
  "a link in the place of %s is not followed out of the archive",
  onPosix,
  async (what, place, codes) => {
    await using outside = await temporaryDirectory();
    for (const isDangling of [false, true]) {
      await using trial = await Trial.of(zoom, { digests });
      const path = await prepare(`${trial.archive.dir}/${place}`);
      const isFolder = /folder|^_/.test(what);
      const target = `${outside.path}/${isFolder ? "folder" : "file"}`;
      if (!isDangling && isFolder) await Deno.mkdir(target, { recursive: true });
      if (!isDangling && !isFolder) await Deno.writeTextFile(target, "theirs");
      await Deno.symlink(target, path);
      await runAround(trial, path, codes, /symbolic link|unable to open/i);
      const left = [];
      for await (const { name } of Deno.readDir(outside.path)) left.push(name);
      assert.deepEqual(left, isDangling ? [] : [isFolder ? "folder" : "file"]);
      if (!isDangling && !isFolder) assert.equal(await Deno.readTextFile(target), "theirs");
      if (!isDangling && isFolder) assert.deepEqual(await Array.fromAsync(Deno.readDir(target)), []);
      if (!isDangling) await Deno.remove(target, { recursive: true });
    }
  },
);

/** Without this root may write everywhere; without it any program would. */
const asOwnerOnly = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"] as const;

Deno.test.each([
  ["the archive", "", 0o555, 6],
  ["_logs", "_logs", 0o000, 6],
  ["the folder of a user", firstFolder.slice(0, firstFolder.indexOf("/")), 0o555, 6],
  ["the folder of a meeting", firstFolder, 0o000, 6],
])("%s without permission to write ends the run with 6, and with it the next run completes", onPosix, async (
  ...[, place, mode, expected]: [string, string, number, number]
) => {
  await using trial = await Trial.of(zoom, { digests });
  const path = `${trial.archive.dir}/${place}`;
  await Deno.mkdir(path, { recursive: true });
  await Deno.chmod(path, mode);
  const isRoot = Deno.uid() === 0;
  const how = isRoot ? { wrapper: asOwnerOnly } : {};
  const { code, stderr } = await trial.run(how);
  await Deno.chmod(path, 0o755);
  assert.equal(code, expected, stderr);
  assert.match(stderr, /denied|permi/i);
  count(part, "things in the way");
  await trial.settle();
});

Deno.test.each([
  ["the folder of a meeting", firstFolder, [4]],
  ["the folder of a user", firstFolder.slice(0, firstFolder.indexOf("/")), [4]],
  // Nothing of what is promised is in there.
  ["_metadata", "_metadata", [0]],
  ["_logs", "_logs", [0, 6]],
  ["the whole archive", "", [4, 6]],
])("%s vanishes in the run, which does not say that all is held, and the next run completes", async (
  ...[, place, codes]: [string, string, readonly number[]]
) => {
  await using slow = await startAccount({ meetings: 3, files: 12 });
  await using trial = await Trial.of(slow, { digests });
  slow.fault({ on: "/storage/*", do: "delay", ms: 700, after: 9 });
  const running = trial.runHere({ maxConcurrent: 2 });
  await until(() => slow.count("/storage/*") >= 11, AbortSignal.timeout(20_000));
  await Deno.remove(`${trial.archive.dir}/${place}`, { recursive: true });
  const { code, stderr } = await running;
  slow.clearFaults();
  assert.ok(codes.includes(code), `exit ${code}: ${stderr}`);
  count(part, "things that vanished");
  // An archive with recordings and without an inventory is for a person to look at.
  const wasLost = await isLost(trial.archive.dir);
  if (wasLost) {
    const lost = await trial.runHere();
    assert.equal(lost.code, 6, lost.stderr);
    assert.match(lost.stderr, /is lost/);
    const rebuilt = await trial.runOther(["rebuild", "-o", trial.archive.dir]);
    assert.ok([0, 4].includes(rebuilt.code), rebuilt.stderr);
  }
  // A journal that somebody removed in the middle tells only what came after.
  await trial.settleHere({ journal: !wasLost });
});

Deno.test("a disk slower than the network's patience is not taken for a stalled download", async () => {
  await using trial = await Trial.of(zoom, { digests });
  const env = { CAMPAIGN_SLOW_MS: "1100", DOWNLOAD_TIMEOUT: "1" };
  const { code, stderr } = await trial.run({ env, args: ["--max-concurrent", "12"] });
  assert.equal(code, 0, stderr);
  assert.equal(zoom.count("/rec/*") > 0, true);
  await trial.settle();
});

Deno.test("topics of 300 characters in any script, and topics that differ in case or form only, keep to names", async () => {
  const host = simUser({ email: "ann@example.test" });
  const scripts = [
    "x",
    "ß",
    "Ж",
    "会",
    "ج",
    "ไ",
    "🎉",
    "👩‍👩‍👧",
    "e\u0301",
    "\u200f",
    ".",
    " ",
    "/",
    "CON",
    "%",
    "_",
  ];
  const twins = [
    "Straße",
    "STRASSE",
    "straße",
    "Café",
    "Cafe\u0301",
    "CAFÉ",
    "ﬁle",
    "file",
    "FILE",
    "İ",
    "i̇",
    "Σας",
    "σασ",
  ];
  const start = (n: number) =>
    new Date(Date.now() - (n + 3) * 3_600_000 * 24).toISOString().replace(/\.\d+/, "");
  const meetings = scripts.map((script, n) =>
    simMeeting({ host, start: start(n), topic: script.repeat(300).slice(0, 300), files: ["MP4", "CHAT"] })
  );
  for (const [n, topic] of twins.entries()) {
    // One number and one minute: nothing but the topic tells them apart.
    meetings.push(
      simMeeting({ host, start: start(20), id: 81234567890, uuid: `twin${n}==`, topic, files: ["MP4"] }),
    );
  }
  await using odd = await startSimulator({ account: simAccount({ users: [host], meetings }) });
  await using trial = await Trial.of(odd);
  const { code, stderr } = await trial.run();
  assert.equal(code, 0, stderr);
  await assertHoldsExactly(trial.archive, odd.truth());
  const paths = await trial.archive.tree();
  // How file systems that do not tell case or form apart see them.
  const folded = paths.map((path) => path.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFC"));
  assert.equal(new Set(folded).size, paths.length);
  for (const path of paths) {
    for (const segment of path.split("/")) assert.ok(new TextEncoder().encode(segment).length <= 255);
  }
  count(part, "odd topics", meetings.length);
});

async function isLost(dir: string): Promise<boolean> {
  return !await Deno.stat(`${dir}/_logs/inventory.db`).then(() => true, () => false);
}
