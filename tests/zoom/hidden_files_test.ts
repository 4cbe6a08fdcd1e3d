import assert from "node:assert/strict";
import { type FaultRule, simAccount, simMeeting, simUser } from "../../src/simulator/mod.ts";
import { listAll, startAccount } from "./_support.ts";

const ana = simUser({ email: "ana@example.test" });
const lists = "/users/*/recordings";
const calls = "/meetings/*/recordings";

function start(files: readonly string[], faults: readonly FaultRule[]) {
  const meetings = ["2024-04-10", "2024-04-11"].map((day) =>
    simMeeting({ host: ana, start: `${day}T12:00:00Z`, topic: day, files: [...files] })
  );
  return startAccount({ account: simAccount({ users: [ana], meetings }), faults: [...faults] });
}

const edit = (on: string, path: string, value?: unknown): FaultRule => ({
  on,
  do: "editJson",
  path,
  ...(value === undefined ? {} : { value }),
});

const hidden: readonly [name: string, edit: FaultRule][] = [
  ["no list of files", edit(lists, "meetings/0/recording_files")],
  ["an empty list of files", edit(lists, "meetings/0/recording_files", [])],
  ["a text in place of its files", edit(lists, "meetings/0/recording_files", "none")],
  ["a number in place of a file", edit(lists, "meetings/0/recording_files/0", 7)],
];

for (const [name, fault] of hidden) {
  Deno.test(`a meeting that is listed with ${name} is asked for by itself, and its window is proven`, async () => {
    await using run = await start(["MP4", "CHAT"], [fault]);
    const listing = await listAll(run.account, { discovery: "users" });
    const counts = [...listing.meetings.values()].map(({ files }) => files.length);
    assert.deepEqual(counts, [2, 2]);
    assert.deepEqual(listing.unproven, []);
    assert.equal(run.zoom.count(calls), 1);
  });
}

Deno.test("a meeting without files is believed when the meeting call says the same", async () => {
  await using run = await start(["MP4"], [
    edit(lists, "meetings/0/recording_files"),
    edit(calls, "recording_files"),
  ]);
  const listing = await listAll(run.account, { discovery: "users" });
  assert.deepEqual([...listing.meetings.values()].map(({ files }) => files.length).sort(), [0, 1]);
  assert.deepEqual(listing.unproven, []);
});

Deno.test("files that cannot be read in either answer keep their window from being proven, and lose no other", async () => {
  await using run = await start(["MP4", "CHAT"], [
    edit(lists, "meetings/0/recording_files/0", "x"),
    edit(calls, "recording_files/0", "x"),
  ]);
  const listing = await listAll(run.account, { discovery: "users" });
  assert.deepEqual([...listing.meetings.values()].map(({ files }) => files.length).sort(), [1, 2]);
  assert.match(listing.unproven[0]?.reason ?? "", /the files of one meeting could not be read/);
});

Deno.test("a meeting call that fails keeps the window of a meeting without files from being proven", async () => {
  await using run = await start(["MP4"], [
    edit(lists, "meetings/0/recording_files"),
    { on: calls, do: "status", code: 404, body: { code: 3301, message: "There is no recording." } },
  ]);
  const listing = await listAll(run.account, { discovery: "users" });
  assert.match(listing.unproven[0]?.reason ?? "", /the files of one meeting could not be read/);
});

Deno.test("a meeting without files of which Zoom counts none costs no call", async () => {
  await using run = await start([], [edit(lists, "meetings/0/recording_files")]);
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 2);
  assert.deepEqual(listing.unproven, []);
  assert.equal(run.zoom.count(calls), 0);
});
