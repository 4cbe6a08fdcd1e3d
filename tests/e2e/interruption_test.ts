import assert from "node:assert/strict";
import { type FaultRule, generateAccount, type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest, assertHoldsExactly, assertKeepsSecrets } from "../support/archive_under_test.ts";
import { Program, type ProgramResult, runProgram, until } from "../support/program.ts";
import { onPosix } from "../support/systems.ts";

const nowMs = Date.now();
const day = (back: number) => new Date(nowMs - back * 86_400_000).toISOString().slice(0, 10);
const args = (archive: ArchiveUnderTest, ...more: string[]) => [
  "--output-dir",
  archive.dir,
  "--from-date",
  day(80),
  "--to-date",
  day(0),
  "--min-free-space",
  "0",
  "--max-concurrent",
  "2",
  "--json",
  ...more,
];

function account(): ReturnType<typeof generateAccount> {
  return generateAccount({ users: 3, months: 2, meetings: 8, files: 40, fileSizeBytes: 50_000, nowMs });
}

/** Where the program is held, so that the kill meets it there and nowhere else. */
const points: readonly (readonly [string, FaultRule])[] = [
  ["at the token", { on: "/oauth/token", do: "delay", ms: 60_000 }],
  ["at the first list", { on: "/accounts/*/recordings", do: "delay", ms: 60_000 }],
  ["at the second window", { on: "/accounts/*/recordings", do: "delay", ms: 60_000, after: 1 }],
  ["at the first redirect", { on: "/rec/*", do: "delay", ms: 60_000 }],
  ["before the first byte of a file", { on: "/storage/*", do: "stall", bytes: 0 }],
  ["in the middle of the first file", { on: "/storage/*", do: "stall", bytes: 20_000 }],
  ["in the middle of the tenth file", { on: "/storage/*", do: "stall", bytes: 33_333, after: 9 }],
  ["one byte before the end of a file", { on: "/storage/*", do: "stall", bytes: 49_999, after: 15 }],
  ["at the redirect of the thirtieth file", { on: "/rec/*", do: "delay", ms: 60_000, after: 29 }],
  ["in the middle of the last file", { on: "/storage/*", do: "stall", bytes: 25_000, after: 39 }],
];

/** Kills the program once it is where it should be; fails when it ends by itself before. */
async function killWhen(program: Program, isThere: () => Promise<boolean>): Promise<void> {
  // Less than the delays of the faults, which would let the program go on.
  const deadline = AbortSignal.timeout(45_000);
  let ended: ProgramResult | undefined;
  void program.result.then((result) => ended = result);
  try {
    while (!await isThere()) {
      if (ended !== undefined) assert.fail(`it ended by itself with ${ended.code}: ${ended.stderr}`);
      deadline.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    if (ended === undefined) program.kill("SIGKILL");
    await program.result;
  }
}

/** What of the recordings lies in the archive: finished files, and bytes in partials. */
async function recordingsIn(archive: ArchiveUnderTest): Promise<{ files: number; partialBytes: number }> {
  let files = 0;
  let partialBytes = 0;
  for (const path of await archive.tree()) {
    const isPartial = path.endsWith(".part");
    // It may get its final name between the two looks.
    if (isPartial) {
      partialBytes += (await Deno.stat(`${archive.dir}/${path}`).catch(() => ({ size: 0 }))).size;
    } else if (!/\/(?:meta\.json|files\.csv)(?:\.tmp)?$/.test(path)) files++;
  }
  return { files, partialBytes };
}

async function killAt(zoom: Simulator, archive: ArchiveUnderTest, fault: FaultRule): Promise<void> {
  const { files: before } = await recordingsIn(archive);
  const { on, after = 0 } = fault;
  const hasBytes = fault.do === "stall" && (fault.bytes ?? 0) > 0;
  // One download each that the fault lets pass ends, and the first that it meets is the last thing that happens.
  const areDownloads = on !== "/oauth/token" && !on.startsWith("/accounts/");
  zoom.resetCounts();
  zoom.fault(fault);
  await killWhen(new Program(args(archive), { zoom }), async () => {
    if (zoom.count(on) <= after) return false;
    const { files, partialBytes } = await recordingsIn(archive);
    return !areDownloads || (files === before + after && (!hasBytes || partialBytes > 0));
  });
  zoom.clearFaults();
  const { files, partialBytes } = await recordingsIn(archive);
  if (areDownloads) assert.equal(files, before + after);
  if (hasBytes) assert.ok(partialBytes > 0);
}

/** Asserts that a run brought the archive to its end: nothing half-written, nothing under way. */
async function assertIsSettled(archive: ArchiveUnderTest, zoom: Simulator): Promise<void> {
  await assertHoldsExactly(archive, zoom.truth());
  const leftOver = (await archive.tree({ all: true })).filter((path) => /\.(?:part|tmp)$/.test(path));
  assert.deepEqual(leftOver, []);
  const statuses = archive.query("SELECT status, count(*) AS files FROM inventory GROUP BY status");
  assert.deepEqual(statuses, [{ status: "completed", files: zoom.truth().length }]);
}

Deno.test.each(points)("killed %s and started again, the archive is the same", async (_name, fault) => {
  await using zoom = await startSimulator({ account: account() });
  await using reference = await ArchiveUnderTest.of(zoom);
  await reference.run({ range: { from: day(80), to: day(0) } });

  await using archive = await ArchiveUnderTest.of(zoom);
  await killAt(zoom, archive, fault);
  const { code, stdout, stderr } = await runProgram(args(archive), { zoom });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).files.held, 40);
  await assertIsSettled(archive, zoom);
  assert.deepEqual(await archive.digests(), await reference.digests());
  await assertKeepsSecrets(archive, zoom, [stdout, stderr]);
});

Deno.test("killed again and again, the archive is the same, and no file that was held is fetched twice", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using reference = await ArchiveUnderTest.of(zoom);
  await reference.run({ range: { from: day(80), to: day(0) } });

  await using archive = await ArchiveUnderTest.of(zoom);
  for (const [bytes, after] of [[1, 4], [49_000, 9], [30_000, 13]] as const) {
    await killAt(zoom, archive, { on: "/storage/*", do: "stall", bytes, after });
  }
  zoom.resetCounts();
  const { code, stderr } = await runProgram(args(archive), { zoom });
  assert.equal(code, 0, stderr);
  assert.equal(zoom.count("/storage/*"), 40 - 4 - 9 - 13);
  await assertIsSettled(archive, zoom);
  assert.deepEqual(await archive.digests(), await reference.digests());
});

Deno.test("what was received before the kill is not received again", async () => {
  await using zoom = await startSimulator({
    account: generateAccount({ users: 1, months: 1, meetings: 1, files: 1, fileSizeBytes: 5_000_000, nowMs }),
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  zoom.fault({ on: "/storage/*", do: "stall", bytes: 4_000_000 });
  const heldBytes = async () => (await recordingsIn(archive)).partialBytes;
  await killWhen(new Program(args(archive), { zoom }), async () => await heldBytes() >= 2_000_000);
  const held = await heldBytes();
  zoom.clearFaults();
  zoom.resetCounts();
  const { code, stdout } = await runProgram(args(archive), { zoom });
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).bytes, 5_000_000 - held);
  const ranges = zoom.requests.filter(({ origin }) => origin === "storage").map(({ headers }) =>
    headers["range"]
  );
  assert.deepEqual(ranges, [`bytes=${held}-`]);
  await assertIsSettled(archive, zoom);
});

Deno.test(
  "SIGINT ends the run within five seconds with 130, and --resume goes on without listing again",
  onPosix,
  async () => {
    await using zoom = await startSimulator({ account: account() });
    await using archive = await ArchiveUnderTest.of(zoom);
    zoom.fault({ on: "/storage/*", do: "stall", bytes: 10_000, after: 12 });
    const program = new Program(args(archive, "--order", "oldest"), { zoom });
    // Listing has ended, and both transfers hang.
    await until(() => zoom.count("/storage/*") >= 14, AbortSignal.timeout(30_000));
    const stoppedMs = Date.now();
    program.kill("SIGINT");
    const { code, stdout } = await program.result;
    assert.equal(code, 130);
    assert.ok(Date.now() - stoppedMs < 5_000);
    assert.equal(JSON.parse(stdout).status, "interrupted");
    const state = JSON.parse(await archive.text("_metadata/extraction_state.json"));
    assert.equal(state.status, "interrupted");
    assert.deepEqual(archive.query("SELECT file_key FROM inventory WHERE status = 'active'"), []);

    zoom.clearFaults();
    zoom.resetCounts();
    const resumed = await runProgram(
      ["--output-dir", archive.dir, "--min-free-space", "0", "--json", "--resume"],
      { zoom },
    );
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(JSON.parse(resumed.stdout).run_id, state.run_id);
    assert.equal(zoom.count("/accounts/*/recordings"), 0);
    await assertIsSettled(archive, zoom);
  },
);

Deno.test("a second run of the same archive ends with 9 and names the first", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using archive = await ArchiveUnderTest.of(zoom);
  zoom.fault({ on: "/accounts/*/recordings", do: "delay", ms: 60_000 });
  const first = new Program(args(archive), { zoom });
  try {
    await until(() => zoom.count("/accounts/*/recordings") > 0, AbortSignal.timeout(30_000));
    const { code, stderr } = await runProgram(args(archive), { zoom });
    assert.equal(code, 9);
    assert.match(stderr, /run \d{8}T\d{6}Z-\w+ \(process \d+/);
  } finally {
    first.kill("SIGKILL");
    await first.result;
  }
});
