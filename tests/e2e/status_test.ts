import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { archiveStatus } from "../../src/app_status.ts";
import { definePlugin } from "../../mod.ts";
import type { Clock } from "../../src/core/clock.ts";
import { systemClock } from "../../src/core/clock.ts";
import { simAccount, simMeeting, simUser, startSimulator, type TruthFile } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { Program, runProgram, until } from "../support/program.ts";
import { onLinux } from "../support/systems.ts";

const nowMs = Date.parse("2024-06-30T12:00:00Z");
const clock: Clock = { ...systemClock, now: () => nowMs };
const range = { from: "2024-05-01", to: "2024-06-30" };
const ana = simUser({ email: "ana@example.test" });
const bo = simUser({ email: "bo@example.test" });
const old = simUser({ email: "old@example.test", status: "inactive" });
const noSummaries = definePlugin({
  apiVersion: 1,
  name: "acme",
  version: "1.0.0",
  description: "Leaves summaries out.",
  setup: () => ({ filters: { brief: ({ file }) => file.fileType !== "SUMMARY" } }),
});

Deno.test("status equals what the simulated account really has, run by run", async () => {
  const account = simAccount({
    users: [ana, bo, old],
    meetings: [
      simMeeting({
        host: ana,
        start: "2024-05-07T10:00:00Z",
        topic: "A",
        files: ["MP4", "M4A", "CHAT", "SUMMARY"],
      }),
      simMeeting({ host: ana, start: "2024-06-07T10:00:00Z", topic: "B", autoDeleteDate: "2024-07-04" }),
      simMeeting({
        host: bo,
        start: "2024-06-29T10:00:00Z",
        topic: "C",
        files: ["MP4", { fileType: "M4A", status: "processing" }],
      }),
      simMeeting({ host: bo, start: "2024-06-20T10:00:00Z", topic: "D", trashedAt: "2024-06-21T08:00:00Z" }),
      simMeeting({ host: old, start: "2024-05-20T10:00:00Z", topic: "E", files: ["MP4", "CHAT"] }),
    ],
  });
  await using zoom = await startSimulator({ account, accountList: "refused", now: () => nowMs });
  await using archive = await ArchiveUnderTest.of(zoom);
  const run = () =>
    archive.run({
      range,
      includeTrash: true,
      excludeTypes: ["CHAT"],
      plugins: { given: [noSummaries] },
      relist: true,
    });
  const isWanted = ({ fileType }: TruthFile) => !["CHAT", "SUMMARY"].includes(fileType);
  const read = (userFilter: readonly string[] = []) =>
    archiveStatus({ outputDir: archive.dir, userFilter }, { withMonths: true, clock });
  const groups = (status: Awaited<ReturnType<typeof read>>) =>
    status.missing.map(({ status, why, files }) => [status, why, files]);

  assert.equal((await run()).exit_code, 0);
  const first = await read();
  const truth = zoom.truth();
  const wanted = truth.filter(isWanted);
  assert.equal(first.totals.held_files, wanted.length);
  assert.equal(first.totals.held_bytes, wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  assert.equal(first.complete, true, first.incomplete.join());
  assert.deepEqual(groups(first), [
    ["in_trash", "", 1],
    ["not_ready", "", 1],
    ["skipped", "exclude-types", 2],
    [
      "skipped",
      "acme/brief",
      1,
    ],
  ]);
  assert.deepEqual(
    first.months?.map((each) => [each.user_email, each.month, each.held_files, each.known_files]),
    [
      ["ana@example.test", "2024-05", 2, 4],
      ["ana@example.test", "2024-06", 1, 1],
      ["bo@example.test", "2024-06", 1, 3],
      ["old@example.test", "2024-05", 1, 2],
    ],
  );
  for (const { user_email, month, held_bytes } of first.months ?? []) {
    const its = wanted.filter((file) => file.userEmail === user_email && file.meetingStart.startsWith(month));
    assert.equal(
      held_bytes,
      its.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      `${user_email} ${month}`,
    );
  }
  assert.ok(first.users.every((each) => each.asked_days > 0 && each.proven_days === each.asked_days));
  assert.deepEqual(
    first.departed?.map(({ user_email, state, files, held }) => [user_email, state, files, held]),
    [
      ["old@example.test", "inactive", 2, 1],
    ],
  );
  assert.deepEqual(first.expiring.map(({ day, cause, files, held }) => [day, cause, files, held]), [
    ["2024-07-04", "auto_delete", 0, 1],
    ["2024-07-21", "trash", 1, 0],
  ]);

  account.meetings.find(({ topic }) => topic === "C")?.files?.pop();
  account.meetings.push(
    simMeeting({
      host: ana,
      start: "2024-06-28T10:00:00Z",
      topic: "F",
      files: ["MP4", "M4A"],
      autoDeleteDate: "2024-07-02",
    }),
  );
  zoom.fault({ on: "/rec/*", do: "html" });
  const summary = await run();
  assert.equal(summary.exit_code, 4);
  const second = await read();
  const nothing = { held: 0, in_trash: 0, not_ready: 0, skipped: 0, pending: 0 };
  assert.deepEqual(second.changes, { ...nothing, run_id: summary.run_id, new: 2, failed: 2, gone: 1 });
  assert.deepEqual(groups(second).at(0), ["failed", "html", 2]);
  assert.deepEqual(groups(second).at(-1), ["gone", "", 1]);
  assert.deepEqual(second.incomplete, ["last_run", "failed"]);
  assert.deepEqual(second.expiring[0], { ...second.expiring[0], day: "2024-07-02", files: 2, held: 0 });
  assert.equal(second.totals.held_files, wanted.length);
  assert.equal(second.totals.known_files, zoom.truth().length + 1 + 1, "offered, one in the trash, one gone");
  const { missing, changes, departed, expiring } = second;
  assert.deepEqual(
    summary.reconciliation,
    { missing, changes, departed, expiring },
    "a run ends with the same",
  );
  const ofBo = await read(["bo@*"]);
  assert.deepEqual(groups(ofBo), [["in_trash", "", 1], ["gone", "", 1]]);
  const args = ["status", "-o", archive.dir, "--fail-if-incomplete", "--json"];
  const failing = await runProgram(args);
  assert.equal(failing.code, 4, failing.stderr);
  assert.equal(JSON.parse(failing.stdout).totals.failed, 2);

  zoom.clearFaults();
  assert.equal((await run()).exit_code, 0);
  const third = await read();
  assert.equal(third.totals.held_files, zoom.truth().filter(isWanted).length);
  assert.deepEqual([third.changes?.new, third.changes?.held, third.changes?.failed], [0, 2, 0]);
  assert.equal((await runProgram(args)).code, 0);
});

Deno.test("status answers beside a run, and tells of it; no credentials, no network", async () => {
  await using zoom = await startSimulator({ users: 3, months: 1, storageLatencyMs: 400 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const run = new Program(["-o", archive.dir, "--min-free-space", "0", "-c", "1"], { zoom });
  let hasDownloads = false;
  const timeout = AbortSignal.timeout(60_000);
  await until(() => (hasDownloads ||= zoom.count("/rec/*") > 1), timeout);
  const permissions = [`--allow-read=${archive.dir},.env`, "--allow-env", "--deny-net", "--deny-write"];
  const { code, stdout, stderr } = await runProgram(["status", "-o", archive.dir, "--json"], { permissions });
  assert.equal(code, 0, stderr);
  const status = JSON.parse(stdout);
  assert.equal(status.running.run_id, status.runs[0].run_id);
  assert.equal(status.runs[0].status, "running");
  assert.ok(status.totals.pending > 0);
  assert.equal((await run.result).code, 0, "the run is not disturbed");
  const after = JSON.parse(
    (await runProgram(["status", "-o", archive.dir, "--json"], { permissions })).stdout,
  );
  assert.equal(after.running, null);
  assert.equal(after.totals.held_files, zoom.truth().length);
  assert.equal(after.complete, true, after.incomplete.join());
});

Deno.test(
  "export of an archive: what sha256sum checks, and a reader that leaves early is no failure",
  onLinux,
  async () => {
    await using zoom = await startSimulator({ users: 3, months: 2, now: () => nowMs });
    await using archive = await ArchiveUnderTest.of(zoom);
    await archive.run({ range: { from: "2024-01-01", to: "2024-06-30" } });
    const sums = await runProgram([
      "export",
      "-o",
      archive.dir,
      "--format",
      "sha256sums",
      "--output",
      `${archive.dir}/SUMS`,
    ]);
    assert.equal(sums.code, 0, sums.stderr);
    assert.equal(sums.stdout, "");
    const checked = await new Deno.Command("sha256sum", { args: ["--quiet", "-c", "SUMS"], cwd: archive.dir })
      .output();
    assert.equal(checked.code, 0, new TextDecoder().decode(checked.stderr));
    const lines = (await archive.text("SUMS")).trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => line.slice(0, 64)).toSorted(),
      zoom.truth().map(({ sha256 }) => sha256).toSorted(),
    );
    const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
    for (const command of ["export --format jsonl", "export --format csv", "status --csv", "status"]) {
      const pipe =
        `set -o pipefail; ${Deno.execPath()} run -A -q ${main} ${command} -o '${archive.dir}' | head -c 20`;
      const { code, stderr } = await new Deno.Command("bash", { args: ["-c", pipe] }).output();
      assert.equal(code, 0, `${command}: ${new TextDecoder().decode(stderr)}`);
      assert.equal(new TextDecoder().decode(stderr), "");
    }
  },
);

Deno.test("a user filter that means nobody whom a run has seen is not complete; somebody without recordings is", async () => {
  const idle = simUser({ email: "idle@example.test" });
  const account = simAccount({
    users: [ana, idle],
    meetings: [simMeeting({ host: ana, start: "2024-06-07T10:00:00Z", topic: "A" })],
  });
  await using zoom = await startSimulator({ account, accountList: "refused", now: () => nowMs });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range });
  for (
    const [filter, code] of [["ana@example.test", 0], ["idle@example.test", 0], ["anna@example.test", 4]]
  ) {
    const { code: found, stdout } = await runProgram(
      ["status", "--output-dir", archive.dir, "--user-filter", String(filter), "--fail-if-incomplete"],
    );
    assert.equal(found, code, stdout);
    if (code === 4) assert.match(stdout, /Incomplete: no run has seen anybody whom --user-filter means/);
  }
});
