import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import {
  checksumLine,
  type ExportTally,
  exportText,
  manifestLine,
  writeBag,
} from "../../src/archive/export/mod.ts";
import { StorageError, UsageError } from "../../src/core/errors.ts";
import { exportedColumns } from "../../src/inventory/mod.ts";
import { InventoryUnderTest } from "./_inventory_under_test.ts";
import { onLinux } from "../support/systems.ts";

const calm = new AbortController().signal;

function textOf(archive: InventoryUnderTest, format: "csv" | "jsonl" | "sha256sums", choice = {}): string {
  const tally: ExportTally = { files: 0, withoutChecksum: 0 };
  return [...exportText(archive.inventory, { format, choice, tally })].join("");
}

/** Writes a file of the archive and its row. */
async function hold(archive: InventoryUnderTest, key: string, path: string, text: string): Promise<void> {
  archive.file({ key, path, bytes: new TextEncoder().encode(text).length });
  const sha256 = createHash("sha256").update(text).digest("hex");
  archive.inventory.files.setStatus(key, { status: "completed", sha256 }, "run-1");
  const target = join(archive.dir, path);
  await Deno.mkdir(join(target, ".."), { recursive: true });
  await Deno.writeTextFile(target, text);
}

async function sha256sumChecks(cwd: string, sums: string): Promise<{ code: number; text: string }> {
  const child = new Deno.Command("sha256sum", {
    args: ["-c"],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(sums));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("jsonl has one object per file, in the order in which they became known, under the inventory's names", async () => {
  await using archive = await InventoryUnderTest.create();
  for (let n = 0; n < 1_203; n++) {
    archive.inventory.transaction(() => archive.file({ key: `k${n}`, day: "2024-06-02" }));
  }
  archive.file({ key: "f", status: "failed", user: "bo" });
  const rows = textOf(archive, "jsonl").trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(rows.length, 1_204);
  assert.deepEqual(rows.map(({ file_key }) => file_key).slice(0, 3), ["k0", "k1", "k2"]);
  assert.deepEqual(Object.keys(rows[0]), [...exportedColumns]);
  assert.equal(rows.at(-1).error_code, "html");
  const failed = textOf(archive, "jsonl", { statuses: ["failed"] }).trimEnd().split("\n");
  assert.equal(failed.length, 1);
  const bo = textOf(archive, "jsonl", {
    userIds: ["id-bo"],
    range: { from: "2024-06-02", to: "2024-06-02" },
  });
  assert.equal(JSON.parse(bo).file_key, "f");
  assert.equal(textOf(archive, "jsonl", { range: { from: "2024-06-03", to: "2024-06-30" } }), "");
});

Deno.test("csv is RFC 4180, and no cell runs as a formula", async () => {
  await using archive = await InventoryUnderTest.create();
  const topics = ["=1+1", "+a", "-a", "@a", 'said "so"', "two\nlines", "a;=1", "plain, too"];
  topics.forEach((topic, n) => archive.file({ key: `k${n}`, day: `2024-06-0${n + 1}`, topic }));
  const text = textOf(archive, "csv");
  assert.ok(text.startsWith(`${exportedColumns.join(",")}\r\n`));
  const at = exportedColumns.indexOf("meeting_topic");
  const cells = parseCsv(text).slice(1).map((row) => row[at]);
  assert.deepEqual(cells, ["'=1+1", "'+a", "'-a", "'@a", 'said "so"', "two\nlines", "a;=1", "plain, too"]);
  assert.ok(parseCsv(text).every((row) => row.length === exportedColumns.length));
  assert.ok(text.includes('"a;=1"'), "a semicolon begins no cell of its own");
});

/** RFC 4180, read by the letter. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const row = rows.at(-1) ?? [];
    const char = text[i] ?? "";
    if (quoted && char === '"' && text[i + 1] === '"') row[row.length - 1] = `${row.at(-1)}${text[i++]}`;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === ",") row.push("");
    else if (!quoted && char === "\r" && text[i + 1] === "\n") {
      i++;
      rows.push([""]);
    } else row[row.length - 1] = `${row.at(-1)}${char}`;
  }
  return rows.slice(0, -1);
}

Deno.test(
  "sha256sums is what sha256sum -c checks in the archive's folder, odd names included",
  onLinux,
  async () => {
    await using archive = await InventoryUnderTest.create();
    await hold(archive, "a", "ana@example.test/plain name.mp4", "aaa");
    await hold(archive, "b", "ana@example.test/back\\slash.mp4", "bbb");
    await hold(archive, "c", "ana@example.test/two\nlines.mp4", "ccc");
    await hold(archive, "d", "ana@example.test/résumé *x.mp4", "ddd");
    archive.file({ key: "e", status: "failed" });
    const sums = textOf(archive, "sha256sums");
    assert.equal(sums.trimEnd().split("\n").length, 4);
    const good = await sha256sumChecks(archive.dir, sums);
    assert.equal(good.code, 0, good.text);
    await Deno.writeTextFile(join(archive.dir, "ana@example.test", "two\nlines.mp4"), "ccC");
    assert.equal((await sha256sumChecks(archive.dir, sums)).code, 1);
  },
);

Deno.test("checksumLine() can be read back, whatever the name", () => {
  const unit = fc.constantFrom("\\", "\n", "\r", "n", "r", " ", "é", "x");
  fc.assert(fc.property(fc.string({ unit }), (name) => {
    const line = checksumLine("ab".repeat(32), name);
    assert.equal(line.indexOf("\n"), line.length - 1);
    const [, escaped, , rest = ""] = /^(\\?)([0-9a-f]{64}) {2}([^]*)\n$/.exec(line) ?? [];
    const back = escaped === "\\"
      ? rest.replace(/\\([\\nr])/g, (_, c) => c === "n" ? "\n" : c === "r" ? "\r" : "\\")
      : rest;
    assert.equal(back, name);
  }));
});

Deno.test("files that a plugin has replaced have no line of their own, and are counted", async () => {
  await using archive = await InventoryUnderTest.create();
  archive.file({ key: "a" });
  archive.inventory.files.setReplaced("a", "ana@example.test/a.mkv");
  const tally: ExportTally = { files: 0, withoutChecksum: 0 };
  const text = [...exportText(archive.inventory, { format: "sha256sums", choice: {}, tally })].join("");
  assert.equal(text, "");
  assert.deepEqual(tally, { files: 0, withoutChecksum: 1 });
});

/** The rules of RFC 8493 for a complete and valid bag, sections 2 and 3, read by the letter. */
async function assertValidBag(bag: string): Promise<Record<string, string>> {
  const digest = async (path: string) =>
    createHash("sha256").update(await Deno.readFile(join(bag, path))).digest("hex");
  assert.equal(
    await Deno.readTextFile(join(bag, "bagit.txt")),
    "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
  );
  const manifest: Record<string, string> = {};
  for (const line of (await Deno.readTextFile(join(bag, "manifest-sha256.txt"))).trimEnd().split("\n")) {
    const [, sha256 = "", encoded = ""] = /^([0-9a-f]{64}) {2}(data\/.+)$/.exec(line) ?? [];
    const path = encoded.replace(/%(25|0A|0D)/g, (code) => decodeURIComponent(code));
    assert.ok(!(path in manifest), `${path} is listed once`);
    manifest[path] = sha256;
    assert.equal(await digest(path), sha256, path);
  }
  const payload = (await walk(join(bag, "data"))).map((path) => `data/${path}`);
  assert.deepEqual(
    payload.toSorted(),
    Object.keys(manifest).toSorted(),
    "every payload file is listed, none else",
  );
  const tags = (await Deno.readTextFile(join(bag, "tagmanifest-sha256.txt"))).trimEnd().split("\n");
  for (const line of tags) {
    const [sha256 = "", path = ""] = line.split("  ");
    assert.equal(await digest(path), sha256, path);
  }
  const tagFiles = (await walk(bag)).filter((path) =>
    !path.startsWith("data/") && !path.startsWith("tagmanifest-")
  );
  assert.deepEqual(tags.map((line) => line.slice(66)).toSorted(), tagFiles.toSorted());
  const info = await Deno.readTextFile(join(bag, "bag-info.txt"));
  let bytes = 0;
  for (const path of payload) bytes += (await Deno.stat(join(bag, path))).size;
  assert.ok(info.includes(`Payload-Oxum: ${bytes}.${payload.length}\n`), info);
  for (const line of info.trimEnd().split("\n")) assert.match(line, /^[A-Za-z-]+: .+$/);
  return manifest;
}

async function walk(dir: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(dir, prefix))) {
    if (isDirectory) paths.push(...await walk(dir, `${prefix}${name}/`));
    else paths.push(`${prefix}${name}`);
  }
  return paths;
}

interface BagFixture extends AsyncDisposable {
  readonly archive: InventoryUnderTest;
  readonly target: string;
  bag(change?: { target?: string; copy?: boolean; signal?: AbortSignal }): ReturnType<typeof writeBag>;
}

async function bagFixture(): Promise<BagFixture> {
  const archive = await InventoryUnderTest.create();
  const outside = await Deno.makeTempDir({ prefix: "zoom-extract-bag-" });
  const target = join(outside, "bag");
  const request = {
    root: archive.dir,
    target,
    choice: {},
    copy: false,
    agent: "zoom-extract 0",
    signal: calm,
  };
  await hold(archive, "a", "ana@example.test/m/100% sure.mp4", "aaa");
  await hold(archive, "b", "ana@example.test/m/two\nlines.mp4", "bbb");
  archive.inventory.meetings.setFolder("meeting-ana-2024-06-02", "ana@example.test/m", "ana@example.test/m");
  await Deno.writeTextFile(join(archive.dir, "ana@example.test/m/meta.json"), "{}\n");
  return {
    archive,
    target,
    bag: (change = {}) => writeBag(archive.inventory, { ...request, clock: archive.clock, ...change }),
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]();
      await Deno.remove(outside, { recursive: true });
    },
  };
}

Deno.test("a bag is complete and valid by RFC 8493, shares the archive's bytes, and takes the sidecars along", async () => {
  await using fixture = await bagFixture();
  const { archive, target } = fixture;
  archive.file({ key: "f", status: "failed" });
  const report = await fixture.bag();
  assert.deepEqual(report, { files: 3, bytes: 9, leftOut: 0, firstLeftOut: [] });
  const manifest = await assertValidBag(target);
  assert.deepEqual(Object.keys(manifest).toSorted(), [
    "data/ana@example.test/m/100% sure.mp4",
    "data/ana@example.test/m/meta.json",
    "data/ana@example.test/m/two\nlines.mp4",
  ]);
  const inode = async (path: string) => (await Deno.stat(path)).ino;
  const name = "ana@example.test/m/100% sure.mp4";
  assert.equal(await inode(join(target, "data", name)), await inode(join(archive.dir, name)));
});

Deno.test("--copy makes a bag of its own bytes", async () => {
  await using fixture = await bagFixture();
  await fixture.bag({ copy: true });
  await assertValidBag(fixture.target);
  const stat = await Deno.stat(join(fixture.target, "data/ana@example.test/m/100% sure.mp4"));
  assert.equal(stat.nlink, 1);
});

Deno.test("a file that is not on disk as the inventory has it is left out and told, and the bag is valid", async () => {
  await using fixture = await bagFixture();
  const { archive, target } = fixture;
  await Deno.remove(join(archive.dir, "ana@example.test/m/two\nlines.mp4"));
  await Deno.writeTextFile(join(archive.dir, "ana@example.test/m/100% sure.mp4"), "longer");
  const report = await fixture.bag();
  assert.equal(report.leftOut, 2);
  assert.equal(report.files, 1);
  assert.deepEqual(Object.keys(await assertValidBag(target)), ["data/ana@example.test/m/meta.json"]);
});

Deno.test("a file that a plugin has put in the place of a recording is part of the bag", async () => {
  await using fixture = await bagFixture();
  const { archive, target } = fixture;
  const other = "ana@example.test/m/100% sure.mkv";
  await Deno.remove(join(archive.dir, "ana@example.test/m/100% sure.mp4"));
  await Deno.writeTextFile(join(archive.dir, other), "smaller");
  archive.inventory.files.setReplaced("a", other);
  assert.equal((await fixture.bag()).leftOut, 0);
  assert.ok(`data/${other}` in await assertValidBag(target));
});

Deno.test("a bag is refused inside and around the archive, and where something stands", async () => {
  await using fixture = await bagFixture();
  const { archive, target } = fixture;
  for (const inside of [archive.dir, join(archive.dir, "bag"), join(archive.dir, "..")]) {
    await assert.rejects(fixture.bag({ target: inside }), UsageError);
  }
  await assert.rejects(fixture.bag({ target: join(target, "deeper", "bag") }), StorageError);
  await Deno.mkdir(target);
  await assert.rejects(fixture.bag(), /it exists already/);
  await Deno.remove(target);
  await Deno.mkdir(`${target}.part`);
  await assert.rejects(fixture.bag(), /an export that was stopped has left it/);
});

Deno.test("a bag that cannot be finished leaves nothing, and the archive as it was", async () => {
  await using fixture = await bagFixture();
  const { archive, target } = fixture;
  const before = await walk(archive.dir);
  await assert.rejects(fixture.bag({ signal: AbortSignal.abort(new Error("stop")) }), /stop/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(join(target, ".."))), []);
  assert.deepEqual((await walk(archive.dir)).toSorted(), before.toSorted());
});

Deno.test("no link leads the bag out of the archive", async () => {
  await using fixture = await bagFixture();
  const { archive } = fixture;
  const name = join(archive.dir, "ana@example.test/m/100% sure.mp4");
  await Deno.remove(name);
  await Deno.symlink("/etc/hostname", name, { type: "file" });
  await assert.rejects(fixture.bag(), StorageError);
});

Deno.test("manifestLine() encodes line breaks and percent signs, and those only", () => {
  const sum = "ab".repeat(32);
  assert.equal(manifestLine(sum, "data/100%\r\n é\\"), `${sum}  data/100%25%0D%0A é\\\n`);
});
