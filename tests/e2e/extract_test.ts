import assert from "node:assert/strict";
import {
  allQuirks,
  simAccount,
  simFile,
  simMeeting,
  simUser,
  startSimulator,
} from "../../src/simulator/mod.ts";
import type { RunEvent } from "../../mod.ts";
import { ArchiveUnderTest, assertHoldsExactly, assertKeepsSecrets } from "../support/archive_under_test.ts";

const now = () => Date.parse("2024-06-30T12:00:00Z");
const wide = { range: { from: "2024-01-01", to: "2024-06-30" } };
const ana = simUser({ email: "ana@example.test" });
const bo = simUser({ email: "bo@example.test" });

Deno.test("a plain account arrives whole, and a second run downloads nothing", async () => {
  await using zoom = await startSimulator({ users: 4, months: 3, now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const first = await archive.run(wide);
  assert.equal(first.exit_code, 0, JSON.stringify(first.failures));
  await assertHoldsExactly(archive, zoom.truth());
  const truth = zoom.truth();
  assert.equal(first.files.downloaded, truth.length);
  assert.equal(first.bytes, truth.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));

  const before = await archive.digests();
  zoom.resetCounts();
  const second = await archive.run(wide);
  assert.equal(second.exit_code, 0);
  assert.equal(second.files.downloaded, 0);
  assert.equal(second.files.skipped, first.files.downloaded);
  assert.equal(zoom.count("/rec/*"), 0);
  assert.deepEqual(await archive.digests(), before);
  await assertKeepsSecrets(archive, zoom);
});

Deno.test("with every oddity on, each file that Zoom holds is there once, under a conventional name", async () => {
  await using zoom = await startSimulator({
    users: 4,
    months: 2,
    now,
    quirks: { ...allQuirks, forbiddenUser: false, missingUser: false },
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run({ ...wide, includeTrash: true, participantAudio: true });
  await assertHoldsExactly(archive, zoom.truth({ participantAudio: true }));
  assert.deepEqual(summary.failures, []);
  assert.equal(summary.exit_code, 0);
  assert.ok(summary.files.in_trash > 0);
  assert.ok(summary.files.not_ready > 0);
  assert.ok((await archive.tree()).every((path) => !path.endsWith(".part")));
  await assertKeepsSecrets(archive, zoom);

  const again = await archive.run({ ...wide, includeTrash: true, participantAudio: true });
  assert.equal(again.files.downloaded, 0);
  assert.equal(again.exit_code, 0);
});

Deno.test("the counts of the summary add up and agree with the inventory", async () => {
  await using zoom = await startSimulator({
    users: 3,
    months: 2,
    now,
    quirks: { meetingInProgress: true, trashedMeeting: true },
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const { files } = await archive.run({ ...wide, includeTrash: true, excludeTypes: ["CHAT"] });
  const by = Object.fromEntries(
    archive.query("SELECT status, count(*) AS n FROM inventory GROUP BY status").map((
      { status, n },
    ) => [status, n]),
  );
  assert.equal(files.found, Object.values(by).reduce<number>((sum, n) => sum + Number(n), 0));
  assert.equal(files.downloaded, by["completed"]);
  assert.equal(files.skipped, by["skipped"]);
  assert.equal(files.not_ready, by["not_ready"]);
  assert.equal(files.in_trash, by["in_trash"]);
  const reasons = archive.query("SELECT DISTINCT reason, file_type FROM inventory WHERE status = 'skipped'");
  assert.deepEqual(reasons, [{ reason: "exclude-types", file_type: "CHAT" }]);
});

Deno.test("a transcript that comes days later joins its meeting under the same folder", async () => {
  const meeting = simMeeting({ host: ana, start: "2024-06-20T09:00:00Z", topic: "Plan", files: ["MP4"] });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run(wide);
  meeting.files?.push(simFile({ fileType: "TRANSCRIPT" }));
  const summary = await archive.run(wide);
  assert.equal(summary.files.downloaded, 1);
  await assertHoldsExactly(archive, zoom.truth());
  const folders = new Set((await archive.tree()).map((path) => path.slice(0, path.lastIndexOf("/"))));
  assert.equal(folders.size, 1);
});

Deno.test("a renamed meeting keeps its folder and its files", async () => {
  const meeting = simMeeting({ host: ana, start: "2024-06-20T09:00:00Z", topic: "Plan", files: ["MP4"] });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run(wide);
  const before = (await archive.tree()).filter((path) => path.endsWith(".mp4"));
  meeting.topic = "Plan, final";
  meeting.files?.push(simFile({ fileType: "CHAT" }));
  await archive.run(wide);
  const after = await archive.tree();
  assert.ok(before.every((path) => after.includes(path)));
  assert.equal(after.filter((path) => path.endsWith(".txt")).length, 1);
  assert.equal(new Set(after.map((path) => path.split("/")[1])).size, 1);
  assert.deepEqual(archive.query("SELECT DISTINCT meeting_topic FROM inventory"), [{
    meeting_topic: "Plan, final",
  }]);
  const meta = JSON.parse(await archive.text(after.find((path) => path.endsWith("meta.json")) ?? ""));
  assert.equal(meta.topic, "Plan, final");
});

Deno.test("files that would share a name all get their recording type, a late one keeps the others' names", async () => {
  const meeting = simMeeting({
    host: ana,
    start: "2024-06-20T09:00:00Z",
    topic: "Views",
    files: [{ fileType: "MP4", recordingType: "gallery_view" }, {
      fileType: "MP4",
      recordingType: "active_speaker",
    }],
  });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run(wide);
  const names = async () =>
    (await archive.tree()).filter((path) => path.endsWith(".mp4")).map((path) =>
      path.slice(path.lastIndexOf("/") + 1)
    );
  assert.deepEqual(await names(), [
    "20240620_090010Z_MP4_active_speaker.mp4",
    "20240620_090010Z_MP4_gallery_view.mp4",
  ]);
  meeting.files?.push(simFile({ fileType: "MP4", recordingType: "gallery_view" }));
  await archive.run(wide);
  const later = await names();
  assert.equal(later.length, 3);
  assert.equal(later.filter((name) => /_gallery_view_[0-9a-f]{8}\.mp4$/i.test(name)).length, 1);
  meeting.files?.push(simFile({ fileType: "MP4", recordingType: "shared_screen" }));
  await archive.run(wide);
  assert.ok((await names()).includes("20240620_090010Z_MP4_shared_screen.mp4"), "as in a fresh archive");
  await assertHoldsExactly(archive, zoom.truth());
});

Deno.test("450 meetings of one host in one month are all found with the account list refused", async () => {
  const meetings = Array.from({ length: 450 }, (_, i) =>
    simMeeting({
      host: ana,
      start: new Date(Date.parse("2024-06-02T00:00:00Z") + i * 5_000_000).toISOString().replace(".000Z", "Z"),
      topic: `Meeting ${i}`,
      files: ["CHAT"],
    }));
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings }),
    accountList: "refused",
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run({ range: { from: "2024-06-01", to: "2024-06-30" } });
  assert.equal(summary.exit_code, 0);
  assert.equal(summary.files.downloaded, 450);
  assert.equal(summary.meetings, 450);
});

Deno.test("one user who answers 4711 is reported, the others are complete, exit 4", async () => {
  const closed = simUser({ email: "closed@example.test", recordings: "forbidden" });
  const meetings = [ana, bo, closed].map((host) =>
    simMeeting({ host, start: "2024-06-20T09:00:00Z", topic: "Plan", files: ["MP4", "CHAT"] })
  );
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana, bo, closed], meetings }),
    accountList: "refused",
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run(wide);
  assert.equal(summary.exit_code, 4);
  await assertHoldsExactly(archive, zoom.truth());
  assert.equal(summary.files.downloaded, 4);
  assert.ok(summary.failures.length > 0);
  assert.ok(
    summary.failures.every(({ code, message }) => code === "zoom_4711" && message.includes(closed.id ?? "?")),
  );
});

Deno.test("recordings of a host who left are found where the account list is allowed", async () => {
  const gone = simUser({ email: "gone@example.test", status: "departed" });
  const meeting = simMeeting({ host: gone, start: "2024-06-20T09:00:00Z", topic: "Legacy", files: ["MP4"] });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana, gone], meetings: [meeting] }),
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run(wide);
  assert.equal(summary.exit_code, 0);
  assert.ok(
    (await archive.tree()).some((path) => path.startsWith("gone@example.test/") && path.endsWith(".mp4")),
  );
});

Deno.test("a window that Zoom keeps incomplete is reported as unproven, exit 4", async () => {
  await using zoom = await startSimulator({ users: 2, months: 1, now, quirks: { lackingItem: "always" } });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run({ range: { from: "2024-06-01", to: "2024-06-30" } });
  assert.equal(summary.exit_code, 4);
  assert.ok(summary.windows.unproven > 0);
  assert.ok(summary.failures.some(({ code }) => code === "window_unproven"));
});

Deno.test("recordings deleted for good while a run knows them are gone, not failed", async () => {
  const meeting = simMeeting({
    host: ana,
    start: "2024-03-20T09:00:00Z",
    topic: "Plan",
    files: ["MP4", "CHAT"],
  });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ ...wide, types: ["CHAT"] });
  meeting.files = (meeting.files ?? []).filter(({ fileType }) => fileType === "CHAT");
  const summary = await archive.run(wide);
  assert.equal(summary.files.gone, 1);
  assert.equal(summary.files.failed, 0);
  assert.equal(summary.exit_code, 0);
});

Deno.test("what a list has just shown is never gone: a refused file fails, and is had when Zoom gives it out again", async () => {
  const meeting = simMeeting({
    host: ana,
    start: "2024-03-20T09:00:00Z",
    topic: "Plan",
    files: ["MP4", "CHAT"],
  });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  zoom.fault({ on: "/rec/*", do: "status", code: 404, times: 2 });
  zoom.fault({
    on: "/v2/meetings/*",
    do: "status",
    code: 404,
    body: { code: 3301, message: "No recording" },
    times: 9,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run(wide);
  assert.deepEqual([summary.exit_code, summary.files.gone, summary.files.failed], [4, 0, 2]);
  zoom.clearFaults();
  assert.equal((await archive.run(wide)).exit_code, 0);
  await assertHoldsExactly(archive, zoom.truth());
});

Deno.test("a listing that failed leaves its windows unproven, in the summary and in the inventory", async () => {
  const closed = simUser({ email: "closed@example.test", recordings: "forbidden" });
  const meetings = [ana, closed].map((host) =>
    simMeeting({ host, start: "2024-06-20T09:00:00Z", topic: "Plan", files: ["CHAT"] })
  );
  const account = simAccount({ users: [ana, closed], meetings });
  await using zoom = await startSimulator({ account, accountList: "refused", now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const { windows, processed, users } = await archive.run({
    range: { from: "2024-06-01", to: "2024-06-30" },
  });
  assert.deepEqual([windows.proven, windows.unproven, processed.users, users], [1, 1, 1, 2]);
  const rows = archive.query("SELECT proven_at IS NULL AS unproven FROM windows ORDER BY unproven");
  assert.deepEqual(rows, [{ unproven: 0 }, { unproven: 1 }]);
});

Deno.test("a partial that no run will go on with is removed by the next run that ends well", async () => {
  const meeting = simMeeting({
    host: ana,
    start: "2024-06-20T09:00:00Z",
    topic: "Plan",
    files: ["MP4", "CHAT"],
  });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  zoom.fault({ on: "/rec/*", do: "stall", bytes: 200 });
  await using archive = await ArchiveUnderTest.of(zoom);
  const stop = new AbortController();
  const onEvent = (event: RunEvent) => {
    if (event.type === "file_progress" && event.offset === 200) {
      stop.abort(new DOMException("stop", "AbortError"));
    }
  };
  await archive.run({ ...wide, signal: stop.signal, onEvent });
  const parts = async () => (await archive.tree()).filter((path) => path.endsWith(".part"));
  assert.ok((await parts()).length > 0);
  zoom.clearFaults();
  const summary = await archive.run({ ...wide, types: ["TRANSCRIPT"] });
  assert.equal(summary.exit_code, 0);
  assert.deepEqual(await parts(), []);
  await archive.run(wide);
  await assertHoldsExactly(archive, zoom.truth());
});

Deno.test("a file being processed waits, its window is listed again, and it arrives when it is ready", async () => {
  const meeting = simMeeting({
    host: ana,
    start: "2024-02-20T09:00:00Z",
    topic: "Plan",
    files: ["MP4", { fileType: "TRANSCRIPT", status: "processing" }],
  });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  const first = await archive.run(wide);
  assert.equal(first.files.not_ready, 1);
  assert.equal(first.exit_code, 0);
  const transcript = meeting.files?.[1];
  if (transcript) transcript.status = "completed";
  const second = await archive.run(wide);
  assert.equal(second.files.downloaded, 1);
  assert.equal(second.files.not_ready, 0);
});

Deno.test("a filter of a former run is asked anew, without listing old windows again", async () => {
  const meeting = simMeeting({
    host: ana,
    start: "2024-02-20T09:00:00Z",
    topic: "Plan",
    files: ["MP4", "CHAT"],
  });
  await using zoom = await startSimulator({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    now,
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ ...wide, types: ["MP4"] });
  zoom.resetCounts();
  const summary = await archive.run({ range: { from: "2024-02-01", to: "2024-02-28" } });
  assert.equal(zoom.count("/accounts/*/recordings"), 0);
  assert.equal(zoom.count("/meetings/*/recordings"), 1, "one call for the fresh address");
  assert.equal(summary.files.downloaded, 1);
  await assertHoldsExactly(archive, zoom.truth());
});
