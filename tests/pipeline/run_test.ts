import assert from "node:assert/strict";
import { join } from "node:path";
import { openInventory } from "../../src/inventory/mod.ts";
import { inventoryPath } from "../../src/archive/mod.ts";
import { DailyLimitError, StorageError } from "../../src/core/errors.ts";
import type { RunSummary } from "../../src/core/events.ts";
import { listedFile, listedMeeting, PipelineUnderTest } from "./_support.ts";

function assertAddsUp({ files }: RunSummary): void {
  const { found, downloaded, skipped, failed, not_ready, in_trash, gone, pending } = files;
  assert.equal(found, downloaded + skipped + failed + not_ready + in_trash + gone + pending);
}

Deno.test("a file that was removed from disk is not held: the next run fetches it again", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [
    listedMeeting("old==", { startTime: "2024-02-01T10:00:00Z" }),
    listedMeeting("new=="),
  ];
  await pipeline.run();
  for (const { path } of pipeline.rows()) await Deno.remove(join(pipeline.dir, String(path)));

  const summary = await pipeline.run();
  assert.deepEqual(
    pipeline.account.opened.sort(),
    ["new==-f", "old==-f"],
    "also where no listing was needed",
  );
  assert.deepEqual([summary.files.downloaded, summary.exit_code], [2, 0]);
  assert.ok(pipeline.notices().includes("lost"));
  assertAddsUp(summary);
});

Deno.test("a file that was changed on disk is fetched again, and the changed one is kept aside", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  await pipeline.run();
  const path = join(pipeline.dir, String(pipeline.rows()[0]?.path));
  await Deno.writeTextFile(path, "notes of my own");
  await pipeline.run();
  assert.equal(await Deno.readTextFile(path), "content of m==-f");
  const kept = (await Array.fromAsync(Deno.readDir(join(path, "..")))).filter(({ name }) =>
    name.includes(".orig-1")
  );
  assert.equal(kept.length, 1);
  assert.equal((await pipeline.run()).files.downloaded, 0);
});

Deno.test("a file that is on disk no more, nor at Zoom, is gone, and how it was stored stays known", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  await pipeline.run();
  const [held] = pipeline.rows();
  await Deno.remove(join(pipeline.dir, String(held?.path)));
  pipeline.account.meetings = [];
  const summary = await pipeline.run();
  assert.equal(summary.files.gone, 1);
  const [row] = pipeline.rows();
  assert.deepEqual([row?.status, row?.file_size, row?.sha256], ["gone", held?.file_size, held?.sha256]);
});

Deno.test("a file that Zoom deleted after it was held stays held", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  await pipeline.run();
  pipeline.account.meetings = [];
  const summary = await pipeline.run();
  assert.deepEqual([summary.files.held, summary.files.gone, summary.exit_code], [1, 0, 0]);
});

Deno.test("a recording recovered from the trash is fetched by the next run, however old its window", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const old = listedMeeting("m==", {
    startTime: "2024-02-01T10:00:00Z",
    files: [listedFile("m==-f", { deletedTime: "2024-06-25T08:00:00Z" })],
  });
  pipeline.account.trash = [old];
  const first = await pipeline.run({ includeTrash: true });
  assert.equal(first.files.in_trash, 1);
  assertAddsUp(first);

  pipeline.account.trash = [];
  pipeline.account.meetings = [{ ...old, files: [listedFile("m==-f")] }];
  const second = await pipeline.run();
  assert.deepEqual([second.files.in_trash, second.files.downloaded], [0, 1]);
  assert.ok(pipeline.account.asked.some(({ from, to }) => from <= "2024-02-01" && to >= "2024-02-01"));
});

Deno.test("what lay in the trash longer than Zoom keeps it, and is listed no more, is gone", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const trashed = (key: string, deletedTime: string) =>
    listedMeeting(key, { files: [listedFile(`${key}-f`, { deletedTime })] });
  pipeline.account.trash = [
    trashed("purged", "2024-05-01T08:00:00Z"),
    trashed("waiting", "2024-06-20T08:00:00Z"),
  ];
  await pipeline.run({ includeTrash: true });
  pipeline.account.trash = [];
  const summary = await pipeline.run();
  assert.deepEqual(pipeline.statuses(), [["purged-f", "gone"], ["waiting-f", "in_trash"]]);
  assertAddsUp(summary);
});

Deno.test("a meeting that vanished while it was processed is asked for, not waited for, forever", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const meeting = listedMeeting("m==", {
    files: [listedFile("video", { status: "processing" }), listedFile("live", { fileType: "" })],
  });
  pipeline.account.meetings = [meeting];
  assert.equal((await pipeline.run()).files.not_ready, 2);
  pipeline.account.meetings = [];
  const summary = await pipeline.run();
  assert.deepEqual(pipeline.statuses(), [["video", "gone"]], "the entry of a running recording was no file");
  assertAddsUp(summary);
});

Deno.test("a failed file of a meeting without a date is tried again when its window is not listed", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==", { startTime: "" })];
  pipeline.account.onOpen = () => {
    throw new StorageError("name too long", { path: "x", code: "path" });
  };
  const spring = { range: { from: "2024-01-01", to: "2024-03-31" } };
  assert.equal((await pipeline.run(spring)).files.failed, 1);
  pipeline.account.onOpen = () => {};
  const summary = await pipeline.run(spring);
  assert.deepEqual(pipeline.account.asked, []);
  assert.deepEqual([summary.files.downloaded, summary.exit_code], [1, 0]);
});

Deno.test("participant audio asked for later is listed, although the windows were proven without it", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const spring = { range: { from: "2024-01-01", to: "2024-03-31" } };
  await pipeline.run(spring);
  await pipeline.run(spring);
  assert.deepEqual(pipeline.account.asked, []);
  await pipeline.run({ ...spring, participantAudio: true });
  assert.equal(pipeline.account.asked.length, 1);
  await pipeline.run(spring);
  assert.deepEqual(pipeline.account.asked, [], "a proof with it is as good without");
});

Deno.test("what was proven for one account says nothing about another one in the same archive", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const spring = { range: { from: "2024-01-01", to: "2024-03-31" } };
  await pipeline.run(spring);
  await pipeline.run({ ...spring, accountId: "another" });
  assert.equal(pipeline.account.asked.length, 1);
});

Deno.test("a wider range lists only what is new, one day into what is proven", async () => {
  await using pipeline = await PipelineUnderTest.create();
  await pipeline.run({ range: { from: "2024-02-01", to: "2024-02-29" } });
  await pipeline.run({ range: { from: "2024-01-01", to: "2024-03-31" } });
  assert.deepEqual(pipeline.account.asked, [
    { from: "2024-01-01", to: "2024-02-01" },
    { from: "2024-02-29", to: "2024-03-31" },
  ]);
  await pipeline.run({ range: { from: "2024-02-10", to: "2024-02-20" } });
  assert.deepEqual(pipeline.account.asked, []);
});

Deno.test("a narrower range and a user filter leave the files of others alone", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [
    listedMeeting("ana==", { startTime: "2024-02-01T10:00:00Z" }),
    listedMeeting("bo==", {
      startTime: "2024-02-02T10:00:00Z",
      hostId: "u-bo",
      hostEmail: "bo@example.test",
    }),
    listedMeeting("march==", { startTime: "2024-03-02T10:00:00Z" }),
  ];
  pipeline.account.onOpen = () => {
    throw new StorageError("name too long", { path: "x", code: "path" });
  };
  await pipeline.run();
  pipeline.account.onOpen = () => {};
  const february = { range: { from: "2024-02-01", to: "2024-02-29" } };
  const summary = await pipeline.run({ ...february, userFilter: ["ana@*"] });
  assert.deepEqual([summary.files.found, summary.files.downloaded], [1, 1]);
  assert.deepEqual(pipeline.statuses(), [["ana==-f", "completed"], ["bo==-f", "failed"], [
    "march==-f",
    "failed",
  ]]);
});

Deno.test("a filter by address finds remembered meetings whose list did not state the address", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const spring = { range: { from: "2024-01-01", to: "2024-03-31" } };
  pipeline.account.meetings = [listedMeeting("m==", { startTime: "2024-02-01T10:00:00Z", hostEmail: "" })];
  const ana = { id: "u-ana", email: "ana@example.test", displayName: "", status: "active" };
  pipeline.account.more = [{ type: "users", users: [ana] }];
  await pipeline.run(spring);
  const summary = await pipeline.run({ ...spring, userFilter: ["ana@example.test"] });
  assert.equal(summary.files.held, 1);
});

Deno.test("other --types take up what they add, skip what they leave out, and drop nothing that is held", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const files = ["CHAT", "CC", "CSV"].map((fileType) => listedFile(fileType, { fileType }));
  pipeline.account.meetings = [listedMeeting("m==", { startTime: "2024-02-01T10:00:00Z", files })];
  const spring = { range: { from: "2024-01-01", to: "2024-03-31" } };
  await pipeline.run({ ...spring, types: ["CHAT"] });
  assert.deepEqual(pipeline.statuses(), [["CC", "skipped"], ["CHAT", "completed"], ["CSV", "skipped"]]);
  const summary = await pipeline.run({ ...spring, types: ["CSV"] });
  assert.deepEqual(pipeline.statuses(), [["CC", "skipped"], ["CHAT", "completed"], ["CSV", "completed"]]);
  assertAddsUp(summary);
});

Deno.test("a file id that two meetings share is two files, each under its own path", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = ["a==", "b=="].map((uuid) =>
    listedMeeting(uuid, { files: [listedFile("same")], topic: uuid })
  );
  const summary = await pipeline.run();
  assert.deepEqual([summary.files.found, summary.files.downloaded], [2, 2]);
  assert.equal(new Set(pipeline.rows().map(({ path }) => path)).size, 2);
  assert.equal((await pipeline.run()).files.found, 2);
});

Deno.test("a meeting that moves to another host keeps its folder and changes its owner", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  await pipeline.run();
  const before = pipeline.rows()[0]?.path;
  pipeline.account.meetings = [
    listedMeeting("m==", {
      hostId: "u-bo",
      hostEmail: "bo@example.test",
      files: [listedFile("m==-f"), listedFile("late")],
    }),
  ];
  await pipeline.run();
  const rows = pipeline.rows();
  assert.ok(rows.some(({ path }) => path === before));
  assert.ok(rows.every(({ path }) => String(path).startsWith("ana@example.test/")));
  assert.deepEqual(new Set(rows.map(({ user_email }) => user_email)), new Set(["bo@example.test"]));
});

Deno.test("hosts without an id are told apart by their address", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = ["ana", "bo"].map((name) =>
    listedMeeting(name, { hostId: "", hostEmail: `${name}@example.test` })
  );
  await pipeline.run();
  assert.deepEqual(
    pipeline.rows().map(({ path }) => String(path).split("/")[0]),
    ["ana@example.test", "bo@example.test"],
  );
});

Deno.test("a daily limit that keeps single files away ends with 5", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("a=="), listedMeeting("b==")];
  pipeline.account.onOpen = ({ key }) => {
    if (key !== "a==-f") return;
    throw new DailyLimitError("Cannot ask: the daily limit is reached", {
      url: "https://zoom.example",
      label: "light",
      resumesAt: "2024-07-01T00:00:00Z",
    });
  };
  const summary = await pipeline.run();
  assert.deepEqual([summary.exit_code, summary.files.downloaded, summary.files.failed], [5, 1, 1]);
});

Deno.test("a transfer limit that is reached with the last byte of all leaves nothing to do: 0", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  const summary = await pipeline.run({ maxTransferBytes: 1 });
  const isHeld = summary.files.held === 1;
  assert.equal(summary.exit_code, isHeld ? 0 : 8);
  assertAddsUp(summary);
  const next = await pipeline.run();
  assert.deepEqual([next.exit_code, next.files.held], [0, 1]);
});

Deno.test("a database that refuses a write in the middle of a run ends it with 6, not as a mistake", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==")];
  await pipeline.run();
  pipeline.account.meetings = [listedMeeting("m=="), listedMeeting("n==")];
  const { DatabaseSync } = await import("node:sqlite");
  using db = new DatabaseSync(inventoryPath(pipeline.dir));
  db.exec(`CREATE TRIGGER full BEFORE UPDATE ON inventory BEGIN SELECT RAISE(ABORT, 'disk is full'); END`);
  await assert.rejects(pipeline.run(), (error) => {
    assert.ok(error instanceof Error && "code" in error);
    assert.deepEqual([error.name, error.code], ["InventoryError", "inventory"]);
    return true;
  });
  const summary = pipeline.events.find((event) => event.type === "run_finished")?.summary;
  assert.equal(summary?.exit_code, 6);
});

Deno.test("an interruption leaves files pending and the state interrupted, whatever it meets", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("a=="), listedMeeting("b=="), listedMeeting("c==")];
  const stop = new AbortController();
  let opened = 0;
  pipeline.account.onOpen = () => {
    if (++opened === 2) stop.abort(new DOMException("stop", "AbortError"));
  };
  const summary = await pipeline.run({ maxConcurrent: 1 }, { signal: stop.signal });
  assert.deepEqual([summary.status, summary.exit_code], ["interrupted", 130]);
  assert.deepEqual([summary.files.downloaded, summary.files.pending], [1, 2]);
  assertAddsUp(summary);
  const state = JSON.parse(await Deno.readTextFile(join(pipeline.dir, "_metadata/extraction_state.json")));
  assert.equal(state.status, "interrupted");
  using inventory = openInventory(inventoryPath(pipeline.dir));
  assert.equal(inventory.runs.last()?.status, "interrupted");
});
