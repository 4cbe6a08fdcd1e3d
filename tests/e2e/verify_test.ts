import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FaultRule, type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { check, flipByte, placesOf, smallAccount } from "../archive/_support.ts";
import { ArchiveUnderTest, assertKeepsSecrets } from "../support/archive_under_test.ts";
import { killedCode, Program, type ProgramResult, runProgram, until } from "../support/program.ts";

const killedMain = fileURLToPath(new URL("../support/killed_main.ts", import.meta.url));

const verifyArgs = (archive: ArchiveUnderTest, ...more: string[]) => [
  "verify",
  "--output-dir",
  archive.dir,
  ...more,
];
const repairArgs = (archive: ArchiveUnderTest) =>
  verifyArgs(archive, "--repair", "--deep", "--min-free-space", "0");

async function filledArchive(zoom: Simulator): Promise<ArchiveUnderTest> {
  const archive = await ArchiveUnderTest.of(zoom);
  const { exit_code: code } = await archive.run();
  assert.equal(code, 0);
  return archive;
}

/** What lies aside, and partials: nothing of either is left by a repair that came to its end. */
async function leftovers(archive: ArchiveUnderTest): Promise<string[]> {
  return (await archive.tree({ all: true })).filter((path) =>
    /^_metadata\/aside|\.part$|\.orig-\d/.test(path)
  );
}

function assertIsWell({ code, stdout, stderr }: ProgramResult): void {
  assert.equal(code, 0, stdout + stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /All is well/);
}

Deno.test("verify needs no account, no network and no right to write", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await filledArchive(zoom);
  zoom.resetCounts();
  const before = await archive.tree({ all: true });
  const permissions = ["--allow-read", "--allow-env", "--allow-sys", `--allow-write=${archive.dir}/_logs`];
  const env = { ZOOM_API_URL: "no address at all" };
  for (const more of [[], ["--deep"]]) {
    assertIsWell(await runProgram(verifyArgs(archive, ...more), { permissions, env }));
  }
  assert.equal(zoom.requests.length, 0);
  assert.deepEqual(await archive.tree({ all: true }), before);
});

Deno.test(
  "a read-only archive is checked all the same",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await using zoom = await startSimulator({ account: smallAccount() });
    await using archive = await filledArchive(zoom);
    const { files: [path = ""], at } = placesOf(archive);
    await Deno.truncate(at(path), 1);
    const chmod = async (mode: string) => {
      const { success } = await new Deno.Command("chmod", { args: ["-R", mode, archive.dir] }).output();
      assert.ok(success);
    };
    await chmod("a-w");
    try {
      const { code, stdout, stderr } = await runProgram(verifyArgs(archive, "--deep"), {
        boundByModes: true,
      });
      assert.deepEqual([code, stdout.split("\t")[0]], [4, `* ${path}`], stderr);
      const repair = await runProgram(repairArgs(archive), { zoom, boundByModes: true });
      assert.equal(repair.code, 6, repair.stderr);
    } finally {
      await chmod("u+w");
    }
  },
);

Deno.test("a file that may not be read is found by a look, and a repair fetches nothing for it", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await filledArchive(zoom);
  const before = await archive.digests();
  const { files: [path = ""], at } = placesOf(archive);
  await Deno.chmod(at(path), 0o000);
  const found = await runProgram(verifyArgs(archive), { boundByModes: true });
  assert.deepEqual([found.code, found.stdout], [4, `! ${path}\tpermission denied\n`], found.stderr);
  zoom.resetCounts();
  const repaired = await runProgram(repairArgs(archive), { zoom, boundByModes: true });
  assert.equal(repaired.code, 0, repaired.stderr);
  assert.equal(zoom.count("/storage/*"), 0);
  assert.deepEqual(await archive.digests(), before);
});

Deno.test("verify beside a running extract sees nothing amiss", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  zoom.fault({ on: "/storage/*", do: "stall", bytes: 2_000, after: 7 });
  const args = ["--output-dir", archive.dir, "--min-free-space", "0", "--max-concurrent", "2"];
  const extract = new Program(args, { zoom });
  try {
    await until(() => zoom.count("/storage/*") >= 9, AbortSignal.timeout(30_000));
    assertIsWell(await runProgram(verifyArgs(archive, "--deep")));
    const repair = await runProgram(repairArgs(archive), { zoom });
    assert.equal(repair.code, 9, repair.stderr);
  } finally {
    extract.kill("SIGKILL");
    await extract.result;
  }
  // What a killed run leaves is to be fetched yet, and no finding.
  const { code, stderr } = await runProgram(verifyArgs(archive));
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Not held, by status: .*\d+ pending/);
});

Deno.test("however often an archive is looked at while it is filled, nothing is amiss", async () => {
  await using zoom = await startSimulator({ users: 3, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  let running = true;
  const run = archive.run().finally(() => running = false);
  let looks = 0;
  while (running) {
    const isThere = await Deno.stat(join(archive.dir, "_logs", "inventory.db")).then(() => true, () => false);
    // The very first moment, in which the file is not a database yet, is nobody's archive.
    const looked = isThere
      ? await check(archive, { deep: looks % 2 === 1 }).catch(() => undefined)
      : undefined;
    if (looked) looks++;
    assert.deepEqual(looked?.lines ?? [], []);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await run;
  assert.ok(looks > 3, `${looks} looks`);
});

const stops: readonly (readonly [string, FaultRule])[] = [
  ["at the token", { on: "/oauth/token", do: "delay", ms: 60_000 }],
  ["before the first byte", { on: "/storage/*", do: "stall", bytes: 0 }],
  ["in the middle of the file", { on: "/storage/*", do: "stall", bytes: 2_500 }],
];

Deno.test.each(stops)(
  "a repair killed %s leaves the bad file, and the next one brings the exact tree back",
  async (_name, fault) => {
    await using zoom = await startSimulator({ account: smallAccount() });
    await using archive = await filledArchive(zoom);
    const before = await archive.digests();
    const { files: [path = ""], at } = placesOf(archive);
    await flipByte(at(path));
    zoom.resetCounts();
    zoom.fault(fault);
    const program = new Program(repairArgs(archive), { zoom });
    await until(() => zoom.count(fault.on) > 0, AbortSignal.timeout(30_000));
    program.kill("SIGKILL");
    await program.result;
    assert.equal((await Deno.stat(at(path))).size > 0, true);
    zoom.clearFaults();
    // A look alone sees that it is not well, although the row no longer says that the file is held.
    const found = await runProgram(verifyArgs(archive));
    assert.equal(found.code, 4);
    assert.match(found.stdout, /^\* .*its content is not; to be fetched again|^\* .*being fetched again/);
    const { code, stderr } = await runProgram(repairArgs(archive), { zoom });
    assert.equal(code, 0, stderr);
    assert.deepEqual(await archive.digests(), before);
    assert.deepEqual(await leftovers(archive), []);
  },
);

Deno.test("a repair killed before and after every step of the change is finished by the next one", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await filledArchive(zoom);
  const before = await archive.digests();
  const { files: [path = ""], at } = placesOf(archive);
  let kills = 0;
  for (let step = 0;; step++) {
    await flipByte(at(path));
    const killed = await runProgram([String(step), ...repairArgs(archive)], { zoom, entry: killedMain });
    if (killed.code === 0) break;
    assert.equal(killed.code, killedCode, killed.stderr);
    kills++;
    // At every moment the bad file or the good one is there, at its path or aside.
    const copies = (await archive.tree({ all: true })).filter((each) => each.endsWith(path));
    assert.ok(copies.length >= 1, `step ${step}`);
    const { summary, lines } = await check(archive, { repair: true, deep: true, zoom });
    assert.equal(summary.exit_code, 0, `step ${step}: ${lines}`);
    assert.deepEqual(await archive.digests(), before, `step ${step}`);
    assert.deepEqual(await leftovers(archive), [], `step ${step}`);
  }
  assert.equal(kills, 6);
});

Deno.test("where Zoom gives out another version, no kill of a repair loses the old file, whatever runs next", async () => {
  const next = { repair: 0, extract: 0 };
  for (let step = 0, isOver = false; !isOver; step++) {
    const account = smallAccount();
    await using zoom = await startSimulator({ account });
    await using archive = await filledArchive(zoom);
    const path = placesOf(archive).files.find((each) => each.endsWith(".mp4")) ?? "";
    await flipByte(join(archive.dir, path));
    const old = (await archive.digests())[path] ?? "";
    for (const meeting of account.meetings) {
      for (const file of meeting.files ?? []) file.seed = (file.seed ?? 0) + 1;
    }
    const killed = await runProgram([String(step), ...repairArgs(archive)], { zoom, entry: killedMain });
    isOver = killed.code === 0;
    assert.ok(isOver || killed.code === killedCode, killed.stderr);
    const isExtract = step % 2 === 1;
    if (!isOver) next[isExtract ? "extract" : "repair"]++;
    if (isExtract) assert.equal((await archive.run()).exit_code, 0, `step ${step}`);
    await check(archive, { repair: true, deep: true, zoom });
    assert.deepEqual((await check(archive, { deep: true })).lines, [`+ ${path}.orig-1`], `step ${step}`);
    const digests = await archive.digests();
    assert.equal(digests[`${path}.orig-1`], old, `step ${step}`);
    assert.notEqual(digests[path], old, `step ${step}`);
    assert.deepEqual(await leftovers(archive), [`${path}.orig-1`], `step ${step}`);
  }
  assert.ok(next.repair > 0 && next.extract > 0, JSON.stringify(next));
});

Deno.test("names that would steer a terminal are printed harmless, and --json keeps them exactly", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await filledArchive(zoom);
  const names = ["two\nlines", "red \x1b[31m", "c1 \x9b31m", "bidi \u202egpj.exe", "tab\there", "back\b"];
  for (const name of names) await Deno.writeTextFile(join(archive.dir, name), "x");
  const { code, stdout } = await runProgram(verifyArgs(archive));
  assert.equal(code, 4);
  assert.equal(stdout.split("\n").length, names.length + 1);
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  const json = await runProgram(verifyArgs(archive, "--json"));
  const objects = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    objects.filter(({ mark }) => mark === "+").map(({ path }) => path).sort(),
    names.toSorted(),
  );
  assert.equal(objects.at(-1).type, "summary");
  assert.equal(objects.at(-1).findings.extra, names.length);
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert.doesNotMatch(json.stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
});

Deno.test("--all and --json tell of every file, and the summary adds up", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await filledArchive(zoom);
  const { files: [path = ""], at } = placesOf(archive);
  await Deno.remove(at(path));
  const { code, stdout, stderr } = await runProgram(verifyArgs(archive, "--all", "--json"));
  assert.equal(code, 4);
  const objects = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const held = objects.filter(({ mark, kind }) => mark === "=" && kind === "recording");
  const { files, findings, exit_code } = objects.at(-1);
  assert.deepEqual([files.checked, files.held, exit_code], [held.length + 1, held.length, 4]);
  assert.deepEqual(findings, { missing: 1, different: 0, unreadable: 0, extra: 0 });
  const [missing] = objects.filter(({ mark }) => mark === "-");
  assert.deepEqual([missing.path, missing.state, missing.kind], [path, "missing", "recording"]);
  assert.match(missing.expected_sha256, /^[0-9a-f]{64}$/);
  assert.match(stderr, /Findings: 1 missing/);
});

Deno.test("bad values end with 2 before anything is looked at, and a repair without an account too", async () => {
  const wrong = [
    ["--subset", "0/7", "--deep"],
    ["--subset", "8/7", "--deep"],
    ["--subset", "1/0", "--deep"],
    ["--subset", "x", "--deep"],
    ["--subset", "1/7"],
    ["--subset", "1/99999", "--deep"],
    ["--repair"],
    [],
  ];
  for (const args of wrong) {
    const { code, stderr } = await runProgram(["verify", "--output-dir", "/nowhere/at/all", ...args]);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
  }
});

Deno.test("a repair says wrong credentials and an unreachable Zoom as a run does, and loses nothing", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await filledArchive(zoom);
  const { files: [path = ""], at } = placesOf(archive);
  await Deno.writeTextFile(at(path), "all that is left");
  const refused = await runProgram(repairArgs(archive), {
    zoom,
    env: { ZOOM_CLIENT_SECRET: "wrong-secret-value" },
  });
  assert.equal(refused.code, 3, refused.stderr);
  assert.equal(await archive.text(path), "all that is left");
  assert.deepEqual(await leftovers(archive), []);
  const repaired = await runProgram(repairArgs(archive), { zoom });
  assert.equal(repaired.code, 0, repaired.stderr);
  await assertKeepsSecrets(archive, zoom, [refused.stdout, refused.stderr, repaired.stdout, repaired.stderr]);
});
