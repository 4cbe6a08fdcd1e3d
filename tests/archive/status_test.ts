import assert from "node:assert/strict";
import { readMonths, readStatus, type StatusRequest } from "../../src/archive/status/mod.ts";
import type { ArchiveStatus } from "../../src/core/archive_status.ts";
import { shortHash } from "../../src/core/recording.ts";
import { InventoryUnderTest } from "./_inventory_under_test.ts";

function statusOf(archive: InventoryUnderTest, request: Partial<StatusRequest> = {}): ArchiveStatus {
  return readStatus(archive.inventory, {
    root: archive.dir,
    userFilter: [],
    withMonths: true,
    running: undefined,
    clock: archive.clock,
    ...request,
  });
}

Deno.test("known and held are counted per person and month, and add up", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.file({ key: "a", bytes: 10 });
  archive.file({ key: "b", day: "2024-05-31", bytes: 5 });
  archive.file({ key: "c", day: "2024-05-30", status: "failed", bytes: 7 });
  archive.file({ key: "d", user: "bo", day: "", status: "not_ready", bytes: 1 });
  archive.file({ key: "e", user: "bo", day: "2024-06-09", status: "active", bytes: 2 });
  const { months = [], users, totals } = statusOf(archive);
  assert.deepEqual(
    months.map((each) => [
      each.user_email,
      each.month,
      each.known_files,
      each.known_bytes,
      each.held_files,
      each.held_bytes,
    ]),
    [
      ["ana@example.test", "2024-05", 2, 12, 1, 5],
      ["ana@example.test", "2024-06", 1, 10, 1, 10],
      ["bo@example.test", "", 1, 1, 0, 0],
      ["bo@example.test", "2024-06", 1, 2, 0, 0],
    ],
  );
  assert.deepEqual(
    users.map((
      each,
    ) => [each.user_id, each.known_files, each.held_bytes, each.failed, each.pending, each.not_ready]),
    [["id-ana", 3, 15, 1, 0, 0], ["id-bo", 2, 0, 0, 1, 1]],
  );
  assert.equal(totals.known_files, 5);
  assert.equal(totals.held_bytes, 15);
  assert.deepEqual([totals.people, totals.meetings, totals.first_meeting, totals.last_meeting], [
    2,
    5,
    "2024-05-30",
    "2024-06-09",
  ]);
});

Deno.test("people and days narrow every part", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.run("run-1");
  archive.file({ key: "a", day: "2024-05-31", status: "failed" });
  archive.file({ key: "b", day: "2024-06-01" });
  archive.file({ key: "c", day: "2024-06-30", autoDelete: "2024-07-03", status: "skipped" });
  archive.file({ key: "d", day: "2024-07-01" });
  archive.file({ key: "e", user: "bo", day: "2024-06-10", status: "failed" });
  const request = { userFilter: ["ana@*"], from: "2024-06-01", to: "2024-06-30" };
  const status = statusOf(archive, request);
  assert.deepEqual(status.narrowed, { from: "2024-06-01", to: "2024-06-30", users: ["ana@*"] });
  assert.equal(status.totals.known_files, 2);
  assert.equal(status.totals.meetings, 2);
  assert.deepEqual(status.missing.map(({ status, files }) => [status, files]), [["skipped", 1]]);
  assert.equal(status.changes?.new, 2);
  assert.deepEqual(status.expiring.map(({ day }) => day), ["2024-07-03"]);
  const rows = [...readMonths(archive.inventory, { ...request, running: undefined })];
  assert.deepEqual(rows.map(({ user_id, month, known_files }) => [user_id, month, known_files]), [
    ["id-ana", "2024-06", 2],
  ]);
});

Deno.test("what is missing is told by reason, what can be helped first, with the first few paths", async () => {
  await using archive = await InventoryUnderTest.create();
  for (let n = 0; n < 5; n++) archive.file({ key: `s${n}`, status: "skipped", why: "acme/short" });
  archive.file({ key: "t", status: "skipped", why: "types" });
  archive.file({ key: "f", status: "failed", why: "truncated" });
  archive.file({ key: "g", status: "gone" });
  const { missing } = statusOf(archive);
  assert.deepEqual(missing.map(({ status, why, files, bytes }) => [status, why, files, bytes]), [
    ["failed", "truncated", 1, 100],
    ["skipped", "acme/short", 5, 500],
    ["skipped", "types", 1, 100],
    ["gone", "", 1, 100],
  ]);
  assert.equal(missing[0]?.first[0]?.path, "ana@example.test/2024-06-02/f.mp4");
  assert.equal(missing[0]?.first[0]?.error, "an HTML page came");
  assert.equal(missing[1]?.first.length, 3);
});

Deno.test("what a run changed is held against how files stood before it", async () => {
  await using archive = await InventoryUnderTest.create();
  const { inventory } = archive;
  archive.run("run-1");
  archive.file({ key: "again", status: "failed" });
  archive.file({ key: "cured", status: "failed" });
  archive.file({ key: "lost" });
  archive.file({ key: "left" });
  archive.clock.set("2024-07-01T12:00:00Z");
  archive.run("run-2");
  for (const key of ["again", "cured"]) inventory.files.setStatus(key, { status: "pending" }, "run-2");
  inventory.files.setStatus("again", { status: "failed" }, "run-2");
  inventory.files.setStatus("cured", { status: "completed" }, "run-2");
  inventory.files.setStatus("lost", { status: "pending" }, "run-2");
  inventory.files.setStatus("lost", { status: "gone" }, "run-2");
  archive.file({ key: "new", run: "run-2" });
  const nothing = { failed: 0, gone: 0, in_trash: 0, not_ready: 0, skipped: 0, pending: 0 };
  assert.deepEqual(statusOf(archive).changes, { ...nothing, run_id: "run-2", new: 1, held: 2, gone: 1 });
  archive.run("run-2", { status: "running" });
  inventory.files.setStatus("again", { status: "pending" }, "run-2");
  inventory.files.setStatus("again", { status: "completed" }, "run-2");
  assert.equal(statusOf(archive).changes?.held, 3, "a resumed run goes on with its own changes");
});

const complete: readonly (readonly [string, (archive: InventoryUnderTest) => void, readonly string[]])[] = [
  ["all is held and proven", () => {}, []],
  ["files are not ready, in the trash, gone or left out", (archive) => {
    for (const status of ["not_ready", "in_trash", "gone", "skipped"] as const) {
      archive.file({ key: status, status });
    }
  }, []],
  ["a file failed", (archive) => archive.file({ key: "f", status: "failed" }), ["failed"]],
  ["a file is pending", (archive) => archive.file({ key: "p", status: "pending" }), ["pending"]],
  ["a file is active", (archive) => archive.file({ key: "p", status: "active" }), ["pending"]],
  ["the last run failed", (archive) => archive.run("run-2", { status: "failed" }), ["last_run"]],
  ["the last run was killed", (archive) => archive.run("run-2", { status: "running" }), ["last_run"]],
  ["days that a run asked for are not proven", (archive) => archive.run("run-2", { from: "2024-05-31" }), [
    "windows",
  ]],
  [
    "a window is not proven",
    (archive) => archive.window("account", "2024-05-01", "2024-05-30", { proven: false }),
    [
      "windows",
    ],
  ],
  [
    "the trash was not listed whole",
    (archive) => archive.window("account/trash", "", "", { proven: false }),
    [
      "windows",
    ],
  ],
];

Deno.test.each(complete.map(([name, change, incomplete]) => ({ name, change, incomplete })))(
  "an archive where $name is complete, or not",
  async ({ change, incomplete }) => {
    await using archive = await InventoryUnderTest.create();
    archive.run("run-1");
    archive.window("account", "2024-06-01", "2024-06-30");
    archive.file({ key: "held" });
    archive.clock.set("2024-06-30T13:00:00Z");
    change(archive);
    const status = statusOf(archive);
    assert.deepEqual(status.incomplete, incomplete);
    assert.equal(status.complete, incomplete.length === 0);
  },
);

Deno.test("an archive in which no run has ended is not complete; one that goes on is judged by the run before", async () => {
  await using archive = await InventoryUnderTest.create();
  const running = { run_id: "run-1", pid: 1, started_at: "2024-06-30T12:00:00Z" };
  archive.run("run-1", { status: "running" });
  assert.deepEqual(statusOf(archive, { running }).incomplete, ["no_run"]);
  archive.run("run-1");
  archive.window("account", "2024-06-01", "2024-06-30");
  archive.clock.set("2024-06-30T13:00:00Z");
  archive.run("run-2", { from: "2024-01-01", status: "running" });
  const status = statusOf(archive, { running: { ...running, run_id: "run-2" } });
  assert.deepEqual(status.incomplete, [], "neither its end nor its days are due yet");
  assert.equal(status.running?.run_id, "run-2");
});

Deno.test("days are proven by the account's list, by a person's own, and by the account's under a filter", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.user("ana");
  archive.user("bo");
  archive.run("run-1");
  archive.file({ key: "a" });
  archive.file({ key: "b", user: "bo" });
  archive.window("account", "2024-06-01", "2024-06-10");
  archive.window("user:id-ana", "2024-06-11", "2024-06-30");
  const days = (status: ArchiveStatus) => status.users.map((each) => [each.proven_days, each.asked_days]);
  const first = statusOf(archive);
  assert.deepEqual(days(first), [[30, 30], [10, 30]]);
  assert.deepEqual(first.windows.gaps, [
    { from: "2024-06-11", to: "2024-06-30", users: 1, user_email: "bo@example.test" },
  ]);
  archive.run("run-2", { from: "2024-06-11", users: ["bo@example.test"] });
  archive.window(`account:${shortHash(["bo@example.test"], 8)}`, "2024-06-11", "2024-06-30", {
    run: "run-2",
  });
  const second = statusOf(archive);
  assert.deepEqual(days(second), [[30, 30], [30, 30]]);
  assert.deepEqual(second.windows.gaps, []);
});

Deno.test("days of people whom nobody asked for are no gap: before they came, after they left, of other filters", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.clock.set("2024-04-30T12:00:00Z");
  archive.user("early", "active", "run-1");
  archive.run("run-1", { from: "2024-04-01", to: "2024-04-30" });
  archive.inventory.runs.markUsersListed("run-1");
  archive.window("user:id-early", "2024-04-01", "2024-04-30");
  archive.clock.set("2024-06-30T12:00:00Z");
  archive.user("late", "active", "run-2");
  archive.run("run-2", { from: "2024-06-01", to: "2024-06-30" });
  archive.inventory.runs.markUsersListed("run-2");
  archive.window("user:id-late", "2024-06-01", "2024-06-30", { run: "run-2" });
  assert.deepEqual(statusOf(archive).windows.gaps, []);
  archive.run("run-3", { from: "2024-05-01", to: "2024-06-30", users: ["late@*"] });
  assert.deepEqual(statusOf(archive).windows.gaps, [
    { from: "2024-05-01", to: "2024-05-31", users: 1, user_email: "late@example.test" },
  ]);
});

Deno.test("a window that failed and whose days another has proven since is no longer unproven", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.run("run-1");
  archive.window("account", "2024-06-01", "2024-06-30", { proven: false });
  assert.equal(statusOf(archive).windows.unproven, 1);
  archive.run("run-2");
  archive.window("account", "2024-06-01", "2024-06-15", { run: "run-2" });
  archive.window("account", "2024-06-15", "2024-06-30", { run: "run-2" });
  const { windows, incomplete } = statusOf(archive);
  assert.deepEqual([windows.proven, windows.unproven, windows.gaps.length], [2, 0, 0]);
  assert.deepEqual(incomplete, []);
});

Deno.test("who left is known from the list of users alone: inactive, or no longer in it", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.file({ key: "a" });
  archive.file({ key: "b", user: "bo" });
  archive.file({ key: "c", user: "cy", status: "failed" });
  archive.file({ key: "d", user: "dee" });
  archive.run("run-1");
  assert.equal(statusOf(archive).departed, null, "nobody has asked");
  for (const name of ["ana", "bo"]) archive.user(name, "active", "run-1");
  archive.user("cy", "inactive", "run-1");
  archive.inventory.runs.markUsersListed("run-1");
  const first = statusOf(archive).departed ?? [];
  assert.deepEqual(first.map(({ user_id, state, files, held }) => [user_id, state, files, held]), [
    ["id-cy", "inactive", 1, 0],
    ["id-dee", "not listed", 1, 1],
  ]);
  archive.clock.set("2024-07-01T12:00:00Z");
  archive.run("run-2");
  archive.user("ana", "active", "run-2");
  archive.user("dee", "active", "run-2");
  assert.deepEqual(
    statusOf(archive).departed?.map(({ user_id }) => user_id),
    ["id-cy"],
    "not seen whole yet",
  );
  archive.inventory.runs.markUsersListed("run-2");
  const second = statusOf(archive).departed ?? [];
  assert.deepEqual(second.map(({ user_id, state }) => [user_id, state]), [
    ["id-bo", "not listed"],
    ["id-cy", "not listed"],
  ]);
  archive.clock.set("2024-07-02T12:00:00Z");
  archive.file({ key: "e", user: "eve", run: "run-3" });
  archive.user("eve", "");
  assert.equal(
    statusOf(archive).departed?.length,
    2,
    "who came after the last whole list is not judged by it",
  );
});

Deno.test("what expires next: automatic deletion and the trash, by day, what is not held apart from what is", async () => {
  await using archive = await InventoryUnderTest.create();
  const add = (key: string, autoDelete: string, status: "completed" | "failed") =>
    archive.file({ key, user: key, autoDelete, status });
  add("held", "2024-07-05", "completed");
  add("open", "2024-07-05", "failed");
  add("past", "2024-06-20", "failed");
  add("held-past", "2024-06-20", "completed");
  add("long-past", "2024-05-01", "failed");
  add("far", "2024-08-30", "failed");
  archive.file({ key: "trash", user: "bin", status: "in_trash", deleted: "2024-06-10T08:00:00Z" });
  assert.deepEqual(statusOf(archive).expiring, [
    { day: "2024-06-20", cause: "auto_delete", files: 1, bytes: 100, held: 0 },
    { day: "2024-07-05", cause: "auto_delete", files: 1, bytes: 100, held: 1 },
    { day: "2024-07-10", cause: "trash", files: 1, bytes: 100, held: 0 },
  ]);
});
