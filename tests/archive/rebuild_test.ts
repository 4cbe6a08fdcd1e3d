import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { Candidate, Plugin, StoredFile } from "../../mod.ts";
import { InventoryError } from "../../src/core/errors.ts";
import { allQuirks, generateAccount, type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { assertMode } from "../support/systems.ts";
import { essentials, loseInventory, rebuild } from "./_rebuild.ts";
import { check } from "./_support.ts";

const nowMs = Date.parse("2024-06-30T12:00:00Z");
const now = () => nowMs;
const wide = { range: { from: "2024-01-01", to: "2024-06-30" } };

interface Made extends AsyncDisposable {
  readonly zoom: Simulator;
  readonly archive: ArchiveUnderTest;
}

/** An archive of a small account, after one run. */
async function filled(options: Parameters<ArchiveUnderTest["run"]>[0] = {}): Promise<Made> {
  await using stack = new AsyncDisposableStack();
  const account = generateAccount({ users: 2, meetings: 4, files: 12, fileSizeBytes: 3_000, nowMs });
  const zoom = stack.use(await startSimulator({ account, now }));
  const archive = stack.use(await ArchiveUnderTest.of(zoom));
  await archive.run({ ...wide, ...options });
  const resources = stack.move();
  return { zoom, archive, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Path of the first sidecar of an archive. */
async function firstMeta(archive: ArchiveUnderTest): Promise<string> {
  return (await archive.tree()).find((path) => path.endsWith("/meta.json")) ?? "";
}

/** Asserts that a run after a rebuild downloads `files` files and changes no path. */
async function assertRunFetches({ zoom, archive }: Made, files: number): Promise<void> {
  zoom.resetCounts();
  const summary = await archive.run(wide);
  assert.deepEqual([summary.exit_code, summary.files.downloaded], [0, files], JSON.stringify(summary));
  if (files === 0) assert.equal(zoom.count("/rec/*"), 0);
}

/** What a run with every kind of file knew is known again after a rebuild, and nothing is fetched twice. */
async function assertComesBack(
  options: Parameters<typeof startSimulator>[0],
  { losesJournal, excludeTypes }: { losesJournal: boolean; excludeTypes: readonly string[] },
): Promise<void> {
  await using zoom = await startSimulator({ ...options, now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const run = { ...wide, excludeTypes, participantAudio: true, includeTrash: true };
  await archive.run(run);
  const before = { rows: essentials(archive), digests: await archive.digests() };
  await loseInventory(archive.dir);
  if (losesJournal) await Deno.remove(join(archive.dir, "_logs", "inventory.jsonl"));
  const summary = await rebuild(archive.dir);
  assert.deepEqual(summary.oddities, []);
  const held = before.rows.filter(({ status }) => status === "completed");
  assert.deepEqual(essentials(archive, "status = 'completed'"), held);
  assert.deepEqual(archive.query("SELECT * FROM windows"), [], "nothing is proven any more");
  zoom.resetCounts();
  const second = await archive.run(run);
  assert.equal(zoom.count("/rec/*"), 0);
  assert.equal(second.files.downloaded, 0);
  assert.deepEqual(essentials(archive), before.rows);
  assert.deepEqual(await archive.digests(), before.digests);
}

Deno.test("for any account: a rebuilt inventory knows what the lost one did, and the next run downloads nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(10_000),
        users: fc.integer({ min: 1, max: 3 }),
        losesJournal: fc.boolean(),
        excludeTypes: fc.constantFrom([], ["CHAT"]),
      }),
      ({ seed, users, ...losses }) =>
        assertComesBack({ account: generateAccount({ seed, users, months: 1, nowMs }) }, losses),
    ),
    { numRuns: 4 },
  );
});

Deno.test("so it does with every oddity of Zoom, also from the sidecars alone", async () => {
  const quirks = { ...allQuirks, forbiddenUser: false, missingUser: false };
  await assertComesBack({ users: 2, months: 1, quirks }, { losesJournal: true, excludeTypes: [] });
});

Deno.test("times, attempts and the last run come back from the journal and the state", async () => {
  await using made = await filled();
  const { archive } = made;
  const sql = "SELECT file_key, attempts, run_id, completed_at FROM inventory ORDER BY file_key";
  const run = "SELECT run_id, status, range_from, range_to FROM runs";
  const before = [archive.query(sql), archive.query(run)];
  await loseInventory(archive.dir);
  await rebuild(archive.dir);
  assert.deepEqual([archive.query(sql), archive.query(run)], before);
});

Deno.test("a file that is gone from disk or has another size is fetched again, to its old path", async () => {
  await using made = await filled();
  const { archive } = made;
  const before = await archive.digests();
  const [gone, cut] = Object.keys(before).filter((path) => path.endsWith(".mp4"));
  await Deno.remove(join(archive.dir, gone ?? ""));
  await Deno.truncate(join(archive.dir, cut ?? ""), 10);
  await loseInventory(archive.dir);
  const summary = await rebuild(archive.dir);
  assert.deepEqual(summary.oddity_counts, { missing: 1, differs: 1 });
  assert.deepEqual(summary.files, { completed: 10, pending: 2 });
  // How they were stored is not forgotten: they are missed, by name.
  const { lines } = await check(archive);
  assert.deepEqual(lines, [`- ${gone}`, `* ${cut}`].sort());
  await assertRunFetches(made, 2);
  const after = await archive.digests();
  assert.deepEqual(Object.fromEntries(Object.entries(after).filter(([path]) => path in before)), before);
});

Deno.test("changed bytes of the right size are believed, but not with --deep", async () => {
  await using made = await filled();
  const { archive } = made;
  const path = (await archive.tree()).find((each) => each.endsWith(".mp4")) ?? "";
  const bytes = await Deno.readFile(join(archive.dir, path));
  await Deno.writeFile(join(archive.dir, path), bytes.fill(7));
  await loseInventory(archive.dir);
  assert.deepEqual((await rebuild(archive.dir)).oddity_counts, {});
  await loseInventory(archive.dir);
  const deep = await rebuild(archive.dir, { deep: true });
  assert.deepEqual(deep.oddities.map(({ kind, path }) => [kind, path]), [["differs", path]]);
  await assertRunFetches(made, 1);
});

Deno.test("what nothing knows is reported and left in place", async () => {
  await using made = await filled();
  const { archive } = made;
  const folder = (await firstMeta(archive)).replace("/meta.json", "");
  const strange = ["notes.txt", `${folder}/own.mp4`];
  for (const path of strange) await Deno.writeTextFile(join(archive.dir, path), "mine");
  await Deno.symlink("/etc", join(archive.dir, folder, "elsewhere"), { type: "dir" });
  await loseInventory(archive.dir);
  const { oddities } = await rebuild(archive.dir);
  assert.deepEqual(
    oddities.map(({ kind, path }) => [kind, path]).sort(),
    [
      ["link", `${folder}/elsewhere`],
      ...strange.map((path) => ["unknown", path]),
    ].sort(),
  );
  await assertRunFetches(made, 0);
  for (const path of strange) assert.equal(await archive.text(path), "mine");
});

/** Turns the text of a good `meta.json` into something else. */
const damages: readonly (readonly [string, (text: string) => string])[] = [
  ["empty", () => ""],
  ["cut off in the middle", (text) => text.slice(0, text.length / 2)],
  ["binary", () => "\0\xff\x01".repeat(500)],
  ["an array", () => "[]"],
  ["null", () => "null"],
  ["without files", (text) => JSON.stringify({ ...JSON.parse(text), files: undefined })],
  ["with files of another type", (text) => JSON.stringify({ ...JSON.parse(text), files: { a: 1 } })],
  ["of no meeting", (text) => JSON.stringify({ ...JSON.parse(text), uuid: undefined })],
  ["larger than any", (text) => JSON.stringify({ ...JSON.parse(text), more: "x".repeat(17 * 1024 ** 2) })],
  ["nested deeply", () => "[".repeat(200_000)],
];

Deno.test("a damaged meta.json: the journal knows its files, and the next run fetches none and writes it again", async (t) => {
  await using made = await filled();
  const { archive } = made;
  const before = essentials(archive);
  const meta = await firstMeta(archive);
  const good = await archive.text(meta);
  for (const [name, damage] of damages) {
    await t.step(name, async () => {
      await Deno.writeTextFile(join(archive.dir, meta), damage(good));
      await loseInventory(archive.dir);
      const summary = await rebuild(archive.dir);
      assert.deepEqual(summary.oddities.map(({ kind, path }) => [kind, path]), [["unreadable", meta]]);
      assert.ok(summary.from_journal > 0);
      assert.deepEqual(essentials(archive), before);
    });
  }
  await assertRunFetches(made, 0);
  assert.equal(await archive.text(meta), good);
});

Deno.test("a meta.json that is lost together with the journal: its files are reported, and fetched to their old paths", async () => {
  await using made = await filled();
  const { archive } = made;
  const before = await archive.digests();
  const meta = await firstMeta(archive);
  const folder = meta.replace("/meta.json", "");
  const own = Object.keys(before).filter((path) =>
    path.startsWith(folder) && /\.(?!json|csv)\w+$/.test(path)
  );
  await Deno.writeTextFile(join(archive.dir, meta), "{");
  await Deno.remove(join(archive.dir, "_logs", "inventory.jsonl"));
  await loseInventory(archive.dir);
  const { oddities } = await rebuild(archive.dir);
  assert.deepEqual(
    oddities.map(({ kind, path }) => `${kind} ${path}`).sort(),
    [`unreadable ${meta}`, ...own.map((path) => `unknown ${path}`)].sort(),
  );
  await assertRunFetches(made, own.length);
  assert.deepEqual(await archive.digests(), before, "one copy of what is the same");
});

type Entry = Record<string, unknown>;
/** Bad entries for files. */
const badEntries: readonly (readonly [string, (entry: Entry) => unknown])[] = [
  ["is no object", () => 7],
  ["has no key", ({ file_key: _, ...rest }) => rest],
  ["has a key of another type", (entry) => ({ ...entry, file_key: 5 })],
  ["has an unknown status", (entry) => ({ ...entry, status: "lovely" })],
  ["goes up", (entry) => ({ ...entry, name: "../../../../etc/passwd" })],
  ["is absolute", (entry) => ({ ...entry, name: "/etc/passwd" })],
  ["has a name with a slash", (entry) => ({ ...entry, name: `a/${entry["name"]}` })],
  ["has a name with a NUL", (entry) => ({ ...entry, name: "a\0b.mp4" })],
  ["names no file", (entry) => ({ ...entry, name: ".." })],
  ["has a path that goes up", (entry) => ({ ...entry, path: "../outside.mp4" })],
  ["has an absolute path", (entry) => ({ ...entry, path: "/etc/passwd" })],
  ["claims the inventory", (entry) => ({ ...entry, path: "_logs/inventory.jsonl" })],
  ["claims the inventory in another case", (entry) => ({ ...entry, path: "_LOGS/inventory.jsonl" })],
  ["claims a sidecar", (entry) => ({ ...entry, name: "meta.json" })],
  ["claims a partial", (entry) => ({ ...entry, name: "a.mp4.part" })],
];

Deno.test("an entry of a meta.json that cannot be is told about and harms nothing else", async (t) => {
  await using made = await filled();
  const { archive } = made;
  const path = await firstMeta(archive);
  const meta = JSON.parse(await archive.text(path));
  const [first, ...rest] = meta.files;
  await Deno.remove(join(archive.dir, "_logs", "inventory.jsonl"));
  for (const [name, spoil] of badEntries) {
    await t.step(`it ${name}`, async () => {
      const text = JSON.stringify({ ...meta, files: [spoil(first), ...rest] });
      await Deno.writeTextFile(join(archive.dir, path), text);
      await loseInventory(archive.dir);
      const summary = await rebuild(archive.dir);
      assert.equal(summary.oddity_counts.unreadable, 1);
      assert.equal(summary.files["completed"], 11);
      for (const row of archive.query("SELECT path FROM inventory WHERE path IS NOT NULL")) {
        assert.match(String(row["path"]), /^[^/_][^/]*\/[^/]+\/\d{8}_\d{6}Z_[^/]+$/);
      }
    });
  }
  await assertRunFetches(made, 1);
});

Deno.test.each(["size", "sha256"])("a %s that meta.json lacks is taken from files.csv", async (field) => {
  await using made = await filled();
  const { archive } = made;
  const before = essentials(archive);
  const path = await firstMeta(archive);
  const meta = JSON.parse(await archive.text(path));
  for (const file of meta.files) delete file[field];
  await Deno.writeTextFile(join(archive.dir, path), JSON.stringify(meta));
  await Deno.remove(join(archive.dir, "_logs", "inventory.jsonl"));
  await loseInventory(archive.dir);
  assert.deepEqual((await rebuild(archive.dir)).oddities, []);
  assert.deepEqual(essentials(archive), before);
});

Deno.test("a meta.json that is a symbolic link is not followed", async () => {
  await using made = await filled();
  const { archive } = made;
  const path = await firstMeta(archive);
  const elsewhere = `${archive.dir}.json`;
  await Deno.rename(join(archive.dir, path), elsewhere);
  try {
    await Deno.symlink(elsewhere, join(archive.dir, path));
    await loseInventory(archive.dir);
    const { oddities } = await rebuild(archive.dir);
    const told = oddities.filter((each) => each.path === path).map(({ message }) => message);
    assert.deepEqual(told, ["it is a symbolic link"]);
  } finally {
    await Deno.remove(elsewhere);
  }
});

Deno.test("a folder that was copied does not take the place of the original; one that was moved is found", async () => {
  await using made = await filled();
  const { archive } = made;
  const before = essentials(archive);
  const folder = (await firstMeta(archive)).replace("/meta.json", "");
  // It comes first in any order that a file system could have.
  for (const place of ["!copy", "~copy"]) {
    await Deno.mkdir(join(archive.dir, place));
    for (const { name } of await Array.fromAsync(Deno.readDir(join(archive.dir, folder)))) {
      await Deno.copyFile(join(archive.dir, folder, name), join(archive.dir, place, name));
    }
  }
  await loseInventory(archive.dir);
  const copied = await rebuild(archive.dir);
  assert.equal(copied.oddity_counts.duplicate, 2);
  assert.deepEqual(essentials(archive), before);

  await Deno.remove(join(archive.dir, "!copy"), { recursive: true });
  await Deno.remove(join(archive.dir, "~copy"), { recursive: true });
  await Deno.rename(join(archive.dir, folder), join(archive.dir, "moved"));
  await loseInventory(archive.dir);
  assert.deepEqual((await rebuild(archive.dir)).oddities, []);
  await assertRunFetches(made, 0);
  assert.ok((await archive.tree()).some((path) => path === "moved/meta.json"));
});

const journals: readonly (readonly [string, (text: string) => string])[] = [
  ["has a torn last line", (text) => text.slice(0, -20)],
  ["has lost its end", (text) => text.slice(0, text.length / 2)],
  ["has lost its beginning", (text) => text.slice(text.length / 2)],
  ["is binary", () => "\0\x01\xff\n".repeat(1000)],
  ["is one endless line", () => "x".repeat(3 * 1024 ** 2)],
  [
    "tells of files in other types",
    (text) => `${text}{"seq":1,"file_key":5,"to":"completed"}\n[]\n"x"\n{}\n`,
  ],
];

Deno.test("a damaged journal is read as far as it goes", async (t) => {
  await using made = await filled();
  const { archive } = made;
  const before = essentials(archive);
  const path = "_logs/inventory.jsonl";
  const good = await archive.text(path);
  for (const [name, damage] of journals) {
    await t.step(`it ${name}`, async () => {
      await Deno.writeTextFile(join(archive.dir, path), damage(good));
      await loseInventory(archive.dir);
      const { oddities } = await rebuild(archive.dir);
      assert.ok(oddities.every(({ kind, path: told }) => kind === "unreadable" && told === path));
      assert.deepEqual(essentials(archive), before);
    });
  }
  await assertRunFetches(made, 0);
});

Deno.test("all sidecars gone: the journal alone brings every file back", async () => {
  await using made = await filled();
  const { archive } = made;
  const before = { rows: essentials(archive), digests: await archive.digests() };
  for (const path of await archive.tree()) {
    if (/\/(?:meta\.json|files\.csv)$/.test(path)) await Deno.remove(join(archive.dir, path));
  }
  await loseInventory(archive.dir);
  const summary = await rebuild(archive.dir);
  assert.equal(summary.from_journal, 12);
  assert.deepEqual(essentials(archive), before.rows);
  await assertRunFetches(made, 0);
  assert.deepEqual(await archive.digests(), before.digests, "the sidecars are there again, as they were");
});

Deno.test("an inventory that is whole is left alone unless that is asked for, and then kept", async () => {
  await using made = await filled();
  const { archive } = made;
  const before = essentials(archive);
  const bytes = await Deno.readFile(join(archive.dir, "_logs", "inventory.db"));
  await assert.rejects(
    rebuild(archive.dir),
    (error) =>
      error instanceof InventoryError && error.code === "inventory_whole" && /12 files/.test(error.message),
  );
  assert.deepEqual(await Deno.readFile(join(archive.dir, "_logs", "inventory.db")), bytes);
  const { backup } = await rebuild(archive.dir, { force: true });
  assert.match(backup ?? "", /^_logs\/inventory\.db\.\d{8}T\d{6}Z\.bak$/);
  assert.deepEqual(await Deno.readFile(join(archive.dir, backup ?? "")), bytes);
  assert.deepEqual(essentials(archive), before);
});

Deno.test("a damaged inventory is kept with what belongs to it, byte for byte", async () => {
  await using made = await filled();
  const { archive } = made;
  const contents = { "": "garbage ".repeat(1000), "-wal": "more garbage" };
  for (const [suffix, text] of Object.entries(contents)) {
    await Deno.writeTextFile(join(archive.dir, "_logs", `inventory.db${suffix}`), text);
  }
  const { backup = "" } = await rebuild(archive.dir);
  for (const [suffix, text] of Object.entries(contents)) {
    assert.equal(await archive.text(`${backup}${suffix}`), text);
  }
  const logs = (await archive.tree({ all: true })).filter((path) => path.startsWith("_logs/inventory.db"));
  assert.deepEqual(logs.filter((path) => !path.endsWith("-shm")), [
    "_logs/inventory.db",
    backup,
    `${backup}-wal`,
  ]);
  await assertMode(join(archive.dir, "_logs/inventory.db"), 0o600);
  await assertRunFetches(made, 0);
});

/** Calls of the file system that put the new database in place; the rebuild makes no others of these. */
const steps = ["link", "remove", "rename"] as const;

Deno.test("whatever step fails, the old inventory or the new one is in place, never one with the other's log", async () => {
  await using made = await filled();
  const { archive } = made;
  const path = join(archive.dir, "_logs", "inventory.db");
  const original = { link: Deno.link, remove: Deno.remove, rename: Deno.rename };
  let failures = 0;
  for (let failing = 0, isOver = false; !isOver; failing++) {
    for (const suffix of ["", "-wal"]) {
      await Deno.writeTextFile(`${path}${suffix}`, `old${suffix} `.repeat(500));
    }
    let calls = 0;
    for (const step of steps) {
      Object.assign(Deno, {
        [step]: (from: string, ...rest: never[]) =>
          String(from).startsWith(path) && !String(from).startsWith(`${path}.rebuild-`) && calls++ === failing
            ? Promise.reject(new Deno.errors.PermissionDenied("stop"))
            : (original[step] as (...args: unknown[]) => unknown)(from, ...rest),
      });
    }
    try {
      await rebuild(archive.dir);
      isOver = calls <= failing;
    } catch {
      failures++;
    } finally {
      Object.assign(Deno, original);
    }
    const isOld = (await Deno.readTextFile(path)).startsWith("old ");
    const wal = await Deno.readTextFile(`${path}-wal`).catch(() => "");
    if (!isOld) {
      assert.ok(!wal.startsWith("old"), `at step ${failing} the old log lies beside the new database`);
    }
    const kept = (await archive.tree({ all: true })).filter((each) => /inventory\.db.*\.bak$/.test(each));
    for (const each of kept) assert.match(await archive.text(each), /^old /);
    if (!isOld) assert.ok(kept.length > 0);
    for (const each of kept) await Deno.remove(join(archive.dir, each));
  }
  assert.ok(failures >= 3, `only ${failures} steps failed`);
  await assertRunFetches(made, 0);
});

Deno.test("interrupted, nothing has changed", async () => {
  await using made = await filled();
  const { archive } = made;
  await loseInventory(archive.dir);
  const before = await archive.tree({ all: true });
  const signal = AbortSignal.abort(new DOMException("stop", "AbortError"));
  await assert.rejects(rebuild(archive.dir, { signal }), { name: "AbortError" });
  assert.deepEqual(await archive.tree({ all: true }), before);
});

const byMonth = {
  apiVersion: 1,
  name: "by-month",
  version: "1.0.0",
  description: "Files of many meetings in a folder per month.",
  setup: () => ({
    namings: {
      path: {
        sharesFolders: true,
        name: ({ meeting, file }: Candidate) =>
          [meeting.startTime.slice(0, 7), `${meeting.id} ${file.fileType}`] as const,
      },
    },
  }),
} satisfies Plugin;

/** Puts a text beside each file; in place of chats. */
const noter = {
  apiVersion: 1,
  name: "noter",
  version: "1.0.0",
  description: "Makes files of files.",
  setup: () => ({
    hooks: {
      afterTransfer: async ({ path, relativePath, file }: StoredFile) => {
        const made = [`${relativePath}.note`];
        await Deno.writeTextFile(`${path}.note`, file.key);
        if (file.fileType !== "TRANSCRIPT") return { made };
        await Deno.remove(path);
        return { made, replacedBy: `${relativePath}.note` };
      },
    },
  }),
} satisfies Plugin;

Deno.test.each([false, true])(
  "shared folders, and what hooks made or put in place of files, come back (journal lost: %s)",
  async (losesJournal) => {
    const plugins = { plugins: { given: [byMonth, noter] } };
    await using made = await filled(plugins);
    const { zoom, archive } = made;
    const sql = "SELECT path, file_key, plugin FROM made_files ORDER BY path";
    const before = { rows: essentials(archive), made: archive.query(sql), digests: await archive.digests() };
    assert.equal(before.made.length, 12);
    assert.equal(before.rows.filter(({ replaced_by: by }) => by !== null).length, 4);
    await loseInventory(archive.dir);
    if (losesJournal) await Deno.remove(join(archive.dir, "_logs", "inventory.jsonl"));
    assert.deepEqual((await rebuild(archive.dir)).oddities, []);
    assert.deepEqual(essentials(archive), before.rows);
    assert.deepEqual(archive.query(sql), before.made);
    zoom.resetCounts();
    const summary = await archive.run({ ...wide, ...plugins });
    assert.deepEqual([summary.exit_code, summary.files.downloaded, zoom.count("/rec/*")], [0, 0, 0]);
    assert.deepEqual(await archive.digests(), before.digests);
  },
);
