import assert from "node:assert/strict";
import { type FaultRule, generateAccount, type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest, assertHoldsExactly, assertKeepsSecrets } from "../support/archive_under_test.ts";
import { Program, runProgram, until } from "../support/program.ts";

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

async function killAt(zoom: Simulator, archive: ArchiveUnderTest, fault: FaultRule): Promise<void> {
  zoom.fault(fault);
  const program = new Program(args(archive), { zoom });
  const seen = () => zoom.count(fault.on);
  try {
    await until(() => seen() > (fault.after ?? 0), AbortSignal.timeout(30_000));
  } finally {
    program.kill("SIGKILL");
    await program.result;
  }
  zoom.clearFaults();
}

Deno.test.each(points)("killed %s and started again, the archive is the same", async (_name, fault) => {
  await using zoom = await startSimulator({ account: account() });
  await using reference = await ArchiveUnderTest.of(zoom);
  await reference.run({ range: { from: day(80), to: day(0) } });

  await using archive = await ArchiveUnderTest.of(zoom);
  zoom.resetCounts();
  await killAt(zoom, archive, fault);
  const { code, stdout, stderr } = await runProgram(args(archive), { zoom });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).files.held, 40);
  await assertHoldsExactly(archive, zoom.truth());
  assert.deepEqual(await archive.digests(), await reference.digests());
  await assertKeepsSecrets(archive, zoom, [stdout, stderr]);
});

Deno.test("what was received before the kill is not received again", async () => {
  await using zoom = await startSimulator({
    account: generateAccount({ users: 1, months: 1, meetings: 1, files: 1, fileSizeBytes: 5_000_000, nowMs }),
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  zoom.fault({ on: "/storage/*", do: "stall", bytes: 4_000_000 });
  const program = new Program(args(archive), { zoom });
  const partial = async () => (await archive.tree()).find((path) => path.endsWith(".part"));
  const heldBytes = async () => {
    const path = await partial();
    return path === undefined ? 0 : (await Deno.stat(`${archive.dir}/${path}`)).size;
  };
  const deadline = AbortSignal.timeout(30_000);
  while (await heldBytes() < 2_000_000) deadline.throwIfAborted();
  program.kill("SIGKILL");
  await program.result;
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
  await assertHoldsExactly(archive, zoom.truth());
});

Deno.test("SIGINT ends the run within five seconds with 130, and --resume goes on without listing again", async () => {
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

  zoom.clearFaults();
  zoom.resetCounts();
  const resumed = await runProgram(
    ["--output-dir", archive.dir, "--min-free-space", "0", "--json", "--resume"],
    { zoom },
  );
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(JSON.parse(resumed.stdout).run_id, state.run_id);
  assert.equal(zoom.count("/accounts/*/recordings"), 0);
  await assertHoldsExactly(archive, zoom.truth());
});

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
