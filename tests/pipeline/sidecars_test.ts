import assert from "node:assert/strict";
import { type Inventory, openInventory, toListedColumns } from "../../src/inventory/mod.ts";
import { Sidecars } from "../../src/pipeline/sidecars.ts";
import { listedFile, listedMeeting, PipelineUnderTest } from "./_support.ts";

function addMeeting(inventory: Inventory, uuid: string, keys: readonly string[]): void {
  const { files: _files, ...meeting } = listedMeeting(uuid);
  inventory.meetings.save({ ...meeting, files: [] }, "run1");
  inventory.meetings.setFolder(uuid, `ana/${uuid}`, `ana/${uuid}`);
  const user = { id: meeting.hostId, email: meeting.hostEmail, displayName: "", status: "" };
  for (const key of keys) {
    inventory.files.insert(
      toListedColumns({ user, meeting, file: listedFile(key) }),
      { status: "pending" },
      "run1",
    );
    inventory.files.setPath(key, `ana/${uuid}/${key}.txt`, `ana/${uuid}/${key}.txt`);
  }
}

function complete(inventory: Inventory, key: string): void {
  inventory.files.setStatus(key, { status: "completed", file_size: 5, sha256: "ab" }, "run1");
}

/** Writes into memory; `gate` holds each write back until told. */
function memory(gate: () => Promise<void> = () => Promise.resolve()) {
  const texts = new Map<string, string>();
  const writes: string[] = [];
  return {
    texts,
    writes,
    write: async (path: readonly string[], text: string) => {
      await gate();
      writes.push(path.join("/"));
      texts.set(path.join("/"), text);
    },
  };
}

Deno.test("meta.json holds Zoom's description and what is known of each file, files.csv one row each", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [
    listedMeeting("m==", {
      topic: "=cmd|calc",
      files: [listedFile("1"), listedFile("2", { fileType: "CC" })],
      raw: { uuid: "m==", topic: "=cmd|calc", total_size: 7 },
    }),
  ];
  await pipeline.run({ excludeTypes: ["CC"] });
  const folder = String(pipeline.rows()[0]?.path).replace(/\/[^/]+$/, "");
  const meta = JSON.parse(await Deno.readTextFile(`${pipeline.dir}/${folder}/meta.json`));
  assert.deepEqual([meta.uuid, meta.host_email, meta.total_size], ["m==", "ana@example.test", 7]);
  assert.deepEqual(
    meta.files.map((file: Record<string, unknown>) => [file.file_key, file.status, file.reason, file.size]),
    [["2", "skipped", "exclude-types", undefined], ["1", "completed", undefined, "content of 1".length]],
  );
  const [header, ...rows] = (await Deno.readTextFile(`${pipeline.dir}/${folder}/files.csv`)).trim().split(
    "\r\n",
  );
  assert.equal(header, "name,type,size,sha256,status,start,end");
  assert.equal(rows.length, 2);
  assert.match(rows[1] ?? "", /^20240620_100005Z_CHAT\.txt,CHAT,12,[0-9a-f]{64},completed,/);
});

Deno.test("sidecars wait for the last file of their meeting", async () => {
  using inventory = openInventory(":memory:");
  addMeeting(inventory, "m", ["1", "2"]);
  const disk = memory();
  const sidecars = new Sidecars(inventory, disk.write);
  complete(inventory, "1");
  await sidecars.settle("m");
  assert.deepEqual(disk.writes, []);
  complete(inventory, "2");
  await sidecars.settle("m");
  assert.deepEqual(disk.writes, ["ana/m/meta.json", "ana/m/files.csv"]);
});

Deno.test("files that are settled in the same moment cause one writing", async () => {
  using inventory = openInventory(":memory:");
  addMeeting(inventory, "m", ["1", "2"]);
  const disk = memory();
  const sidecars = new Sidecars(inventory, disk.write);
  complete(inventory, "1");
  complete(inventory, "2");
  await Promise.all([sidecars.settle("m"), sidecars.settle("m"), sidecars.drain()]);
  assert.equal(disk.writes.length, 2);
});

Deno.test("a change that comes while they are written is written as well", async () => {
  using inventory = openInventory(":memory:");
  addMeeting(inventory, "m", ["1", "2"]);
  complete(inventory, "1");
  inventory.files.setStatus("2", { status: "failed" }, "run1");
  let isFirst = true;
  const disk = memory(() => {
    if (isFirst) complete(inventory, "2");
    isFirst = false;
    return Promise.resolve();
  });
  await new Sidecars(inventory, disk.write).settle("m");
  assert.ok(!(disk.texts.get("ana/m/files.csv") ?? "").includes("failed"));
  assert.equal(inventory.meetings.areSidecarsDue("m"), false);
});

Deno.test("sidecars that a crash or a full disk kept from being written stay due", async () => {
  using inventory = openInventory(":memory:");
  addMeeting(inventory, "m", ["1"]);
  complete(inventory, "1");
  const refusing = new Sidecars(inventory, () => {
    assert.ok(inventory.meetings.areSidecarsDue("m"), "not before they are on disk");
    return Promise.reject(new Error("disk full"));
  });
  await assert.rejects(refusing.settle("m"), /disk full/);
  const disk = memory();
  await new Sidecars(inventory, disk.write).drain();
  assert.equal(disk.writes.length, 2);
  await new Sidecars(inventory, disk.write).drain();
  assert.equal(disk.writes.length, 2, "and once only");
});

Deno.test("a meeting of which nothing is held gets no sidecars and holds up nobody", async () => {
  using inventory = openInventory(":memory:");
  for (let i = 0; i < 300; i++) addMeeting(inventory, `empty${i}`, [`e${i}`]);
  addMeeting(inventory, "m", ["1"]);
  complete(inventory, "1");
  const disk = memory();
  await new Sidecars(inventory, disk.write).drain();
  assert.deepEqual(disk.writes, ["ana/m/meta.json", "ana/m/files.csv"]);
});

Deno.test("a stopped run writes sidecars only as long as it may; the rest stays due", async () => {
  using inventory = openInventory(":memory:");
  for (const uuid of ["a", "b", "c"]) {
    addMeeting(inventory, uuid, [`${uuid}1`]);
    complete(inventory, `${uuid}1`);
  }
  const disk = memory();
  await new Sidecars(inventory, disk.write).drain(() => disk.writes.length >= 4);
  assert.equal(disk.writes.length, 4);
  assert.equal(inventory.meetings.sidecarsDue(10).length, 1);
});
