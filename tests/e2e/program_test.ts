import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { generateAccount, simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest, assertHoldsExactly, assertKeepsSecrets } from "../support/archive_under_test.ts";
import { runProgram } from "../support/program.ts";

const nowMs = Date.now();
const today = new Date(nowMs).toISOString().slice(0, 10);

Deno.test("--json prints one object with the contract's keys, and stderr tells the same to people", async () => {
  await using zoom = await startSimulator({ users: 3, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const log = `${archive.dir}.jsonl`;
  const flags = ["--output-dir", archive.dir, "--json", "--min-free-space", "0", "--log-file", log];
  const { code, stdout, stderr } = await runProgram(flags, { zoom });
  const logText = await Deno.readTextFile(log);
  await Deno.remove(log);
  assert.equal(code, 0, stderr);
  const summary = JSON.parse(stdout);
  const keys = [
    "run_id",
    "status",
    "exit_code",
    "files",
    "users",
    "meetings",
    "bytes",
    "seconds",
    "api_requests",
    "windows",
    "failures",
  ];
  for (const key of keys) assert.ok(key in summary, key);
  for (const key of ["found", "downloaded", "skipped", "failed", "not_ready", "in_trash", "gone"]) {
    assert.ok(Number.isInteger(summary.files[key]), key);
  }
  assert.match(stderr, /Progress: \d+\/\d+ files processed \(100\.0%\)/);
  assert.match(stderr, new RegExp(`Files downloaded: ${summary.files.downloaded}\\b`));
  for (const line of logText.trimEnd().split("\n")) JSON.parse(line);
  await assertKeepsSecrets(archive, zoom, [stdout, stderr, logText]);
});

Deno.test("a run that an error ends is reconciled all the same: --json, the summary and the log file say so", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const log = join(archive.dir, "run.jsonl");
  const flags = ["--output-dir", join(archive.dir, "a"), "--json", "--log-file", log];
  const env = { ZOOM_CLIENT_SECRET: "not-the-secret-of-this-app" };
  const { code, stdout, stderr } = await runProgram(flags, { zoom, env });
  assert.equal(code, 3, stderr);
  const summary = JSON.parse(stdout);
  assert.deepEqual([summary.exit_code, summary.status, summary.failures.length], [3, "failed", 1]);
  assert.match(stderr, /Windows proven: 0\/0[\s\S]*Stopped: Zoom refuses the credentials/);
  const logText = await Deno.readTextFile(log);
  const errors = logText.trimEnd().split("\n").map((line) => JSON.parse(line)).filter(({ level }) =>
    level === "ERROR"
  );
  assert.ok(errors.some(({ message }) => /client/i.test(message)), logText);
  assert.match(logText, /POST .*\/oauth\/token: 400/);
  assert.doesNotMatch(stderr + stdout + logText, /not-the-secret/);
});

Deno.test("a dry run says what it would do and creates nothing", async () => {
  await using zoom = await startSimulator({ users: 3, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const outputDir = join(archive.dir, "never");
  const { code, stdout, stderr } = await runProgram(["--output-dir", outputDir, "--dry-run", "--json"], {
    zoom,
  });
  assert.equal(code, 0, stderr);
  const { plan, files } = JSON.parse(stdout);
  assert.equal(files.downloaded, 0);
  assert.ok(plan.fetch.files > 0);
  assert.equal(zoom.count("/rec/*"), 0);
  assert.deepEqual(await archive.tree({ all: true }), []);
  await assert.rejects(Deno.stat(outputDir), Deno.errors.NotFound);
});

Deno.test("beside a first run that has only just begun, readers say so, and a dry run plans it all", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  await Deno.mkdir(join(archive.dir, "_logs"));
  {
    using db = new DatabaseSync(join(archive.dir, "_logs", "inventory.db"));
    db.exec("PRAGMA journal_mode = WAL");
  }
  const plan = await runProgram(["--output-dir", archive.dir, "--dry-run", "--json"], { zoom });
  assert.equal(plan.code, 0, plan.stderr);
  assert.ok(JSON.parse(plan.stdout).plan.fetch.files > 0);
  const { code, stderr } = await runProgram(["status", "--output-dir", archive.dir], { cwd: archive.dir });
  assert.equal(code, 6);
  assert.match(stderr, /it holds nothing yet/);
});

Deno.test("a dry run of an archive that exists changes no byte of it and knows what is held", async () => {
  await using zoom = await startSimulator({ users: 3, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const first = await archive.run();
  const before = await archive.tree({ all: true });
  const { stdout } = await runProgram(["--output-dir", archive.dir, "--dry-run", "--json"], { zoom });
  const { plan } = JSON.parse(stdout);
  assert.equal(plan.fetch.files, 0);
  assert.equal(plan.held.files, first.files.downloaded);
  assert.deepEqual(await archive.tree({ all: true }), before);
});

Deno.test("a wrong secret ends with 3 and a way out", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const env = { ZOOM_CLIENT_SECRET: "wrong-secret-value" };
  const { code, stderr } = await runProgram(["--output-dir", archive.dir], { zoom, env });
  assert.equal(code, 3);
  assert.match(stderr, /ZOOM_CLIENT_SECRET|client secret/i);
  assert.ok(!stderr.includes("wrong-secret-value"));
});

Deno.test("nothing listening ends with 5, soon", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const dir = await Deno.makeTempDir();
  try {
    const env = {
      ZOOM_ACCOUNT_ID: "a",
      ZOOM_CLIENT_ID: "b",
      ZOOM_CLIENT_SECRET: "c",
      ZOOM_API_URL: `http://127.0.0.1:${port}/v2`,
      ZOOM_OAUTH_URL: `http://127.0.0.1:${port}/oauth/token`,
    };
    const { code, stderr } = await runProgram(["--output-dir", dir], { env });
    assert.equal(code, 5);
    assert.match(stderr, /refuses the connection/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a missing scope for the users list ends with 3 and names both scopes", async () => {
  await using zoom = await startSimulator({
    users: 1,
    months: 1,
    scopes: [
      "cloud_recording:read:list_user_recordings:admin",
      "cloud_recording:read:list_recording_files:admin",
    ],
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const { code, stderr } = await runProgram(["--output-dir", archive.dir], { zoom });
  assert.equal(code, 3);
  assert.match(stderr, /user:read:admin/);
  assert.match(stderr, /user:read:list_users:admin/);
});

Deno.test("an output directory that is a file ends with 6", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const path = join(archive.dir, "file");
  await Deno.writeTextFile(path, "x");
  const { code, stderr } = await runProgram(["--output-dir", path], { zoom });
  assert.equal(code, 6);
  assert.ok(stderr.includes(path));
});

Deno.test("--min-free-space that the disk cannot give ends with 6 and leaves nothing half-written", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const { code, stderr } = await runProgram(["--output-dir", archive.dir, "--min-free-space", "900T"], {
    zoom,
  });
  assert.equal(code, 6);
  assert.match(stderr, /--min-free-space/);
  assert.equal(zoom.count("/rec/*"), 0);
  const again = await runProgram(["--output-dir", archive.dir, "--min-free-space", "0"], { zoom });
  assert.equal(again.code, 0);
  await assertHoldsExactly(archive, zoom.truth());
});

Deno.test("--max-transfer stops with 8, and the next run brings the rest", async () => {
  const account = generateAccount({
    users: 2,
    months: 1,
    meetings: 4,
    files: 20,
    fileSizeBytes: 40_000,
    nowMs,
  });
  await using zoom = await startSimulator({ account });
  await using archive = await ArchiveUnderTest.of(zoom);
  const flags = ["--output-dir", archive.dir, "--json", "--min-free-space", "0"];
  const first = await runProgram([...flags, "--max-transfer", "200K"], { zoom });
  assert.equal(first.code, 8, first.stderr);
  const { files, bytes } = JSON.parse(first.stdout);
  assert.ok(files.downloaded >= 1 && files.downloaded < 20);
  assert.ok(bytes < 400_000, `${bytes} bytes`);
  const second = await runProgram(flags, { zoom });
  assert.equal(second.code, 0, second.stderr);
  await assertHoldsExactly(archive, zoom.truth());
});

Deno.test("memory does not depend on the size of a file: 1 GiB stays under 200 MB", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const ana = simUser({ email: "ana@example.test" });
  const sizeBytes = 1024 ** 3;
  const meeting = simMeeting({
    host: ana,
    start: `${today}T00:10:00Z`,
    topic: "Long",
    files: [{ fileType: "MP4", sizeBytes }],
  });
  await using zoom = await startSimulator({ account: simAccount({ users: [ana], meetings: [meeting] }) });
  await using archive = await ArchiveUnderTest.of(zoom);
  const flags = ["--output-dir", archive.dir, "--json", "--min-free-space", "0"];
  const { code, stdout, stderr, peakMemoryBytes } = await runProgram(flags, { zoom });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).bytes, sizeBytes);
  assert.ok(
    peakMemoryBytes > 0 && peakMemoryBytes < 200 * 1024 ** 2,
    `${Math.round(peakMemoryBytes / 1024 ** 2)} MiB`,
  );
});
