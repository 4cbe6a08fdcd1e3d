import assert from "node:assert/strict";
import fc from "fast-check";
import { startSimulator } from "../../src/simulator/mod.ts";
import { isInSubset } from "../../src/archive/verify/subset.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { check, flipByte, type Places, placesOf, smallAccount } from "./_support.ts";

/** One way to damage an archive by hand. */
interface Damage {
  readonly name: string;
  readonly deep?: boolean;
  apply(places: Places): Promise<unknown>;
  /** What a check has to say, marks and paths. */
  lines(places: Places): readonly string[];
  /** Files that a repair fetches; 0 where nothing need be. */
  fetched(places: Places): number;
  /** What a repair leaves where it was found besides the exact tree: nobody but its owner knows what it is worth. */
  readonly leaves?: readonly string[];
}

const one = ({ files }: Places, index = 0) => files[index] ?? "";
const recordings = ({ inFolder }: Places) => inFolder.length - 2;
const allInFolder = ({ folder, inFolder }: Places) => inFolder.map((name) => `- ${folder}/${name}`).sort();

const damages: readonly Damage[] = [
  {
    name: "a file cut short",
    apply: (places) => Deno.truncate(places.at(one(places)), 100),
    lines: (places) => [`* ${one(places)}`],
    fetched: () => 1,
  },
  {
    name: "a file made longer",
    apply: (places) => Deno.writeTextFile(places.at(one(places)), "more", { append: true }),
    lines: (places) => [`* ${one(places)}`],
    fetched: () => 1,
  },
  {
    name: "an empty file",
    apply: (places) => Deno.truncate(places.at(one(places)), 0),
    lines: (places) => [`* ${one(places)}`],
    fetched: () => 1,
  },
  {
    name: "one bit changed",
    deep: true,
    apply: (places) => flipByte(places.at(one(places))),
    lines: (places) => [`* ${one(places)}`],
    fetched: () => 1,
  },
  {
    name: "a file deleted",
    apply: (places) => Deno.remove(places.at(one(places))),
    lines: (places) => [`- ${one(places)}`],
    fetched: () => 1,
  },
  {
    name: "a folder deleted",
    apply: (places) => Deno.remove(places.at(places.folder), { recursive: true }),
    lines: allInFolder,
    fetched: recordings,
  },
  {
    name: "meta.json deleted",
    apply: (places) => Deno.remove(places.at(`${places.folder}/meta.json`)),
    lines: ({ folder }) => [`- ${folder}/meta.json`],
    fetched: () => 0,
  },
  {
    name: "meta.json emptied",
    apply: (places) => Deno.truncate(places.at(`${places.folder}/meta.json`), 0),
    lines: ({ folder }) => [`* ${folder}/meta.json`],
    fetched: () => 0,
  },
  {
    name: "files.csv garbled",
    deep: true,
    apply: (places) => flipByte(places.at(`${places.folder}/files.csv`)),
    lines: ({ folder }) => [`* ${folder}/files.csv`],
    fetched: () => 0,
  },
  {
    name: "an empty directory in the place of a file",
    async apply(places) {
      await Deno.remove(places.at(one(places)));
      await Deno.mkdir(places.at(one(places)));
    },
    lines: (places) => [`* ${one(places)}`],
    fetched: () => 1,
  },
  {
    name: "a directory with something in it in the place of a file",
    async apply(places) {
      await Deno.remove(places.at(one(places)));
      await Deno.mkdir(places.at(one(places)));
      await Deno.writeTextFile(places.at(`${one(places)}/notes.txt`), "somebody's notes");
    },
    lines: (places) => [`* ${one(places)}`],
    fetched: () => 1,
  },
  {
    name: "a symbolic link in the place of a file",
    async apply(places) {
      await Deno.rename(places.at(one(places)), places.at("elsewhere.bin"));
      await Deno.symlink(places.at("elsewhere.bin"), places.at(one(places)));
    },
    lines: (places) => [`* ${one(places)}`, "+ elsewhere.bin"],
    fetched: () => 1,
    leaves: ["elsewhere.bin"],
  },
  {
    name: "a symbolic link in the place of a folder",
    async apply(places) {
      await Deno.rename(places.at(places.folder), places.at("moved"));
      await Deno.symlink(places.at("moved"), places.at(places.folder));
    },
    lines: (places) =>
      [
        ...allInFolder(places),
        `+ ${places.folder}`,
        ...places.inFolder.map((name) => `+ moved/${name}`),
      ].sort(),
    fetched: recordings,
    leaves: ["moved/"],
  },
  {
    name: "a file in the place of a folder",
    async apply(places) {
      await Deno.remove(places.at(places.folder), { recursive: true });
      await Deno.writeTextFile(places.at(places.folder), "somebody's notes");
    },
    lines: (places) => [...allInFolder(places), `+ ${places.folder}`].sort(),
    fetched: recordings,
  },
  {
    name: "a file renamed to another case",
    apply: (places) =>
      Deno.rename(
        places.at(one(places)),
        places.at(one(places).toUpperCase().replace(/^[^/]+\/[^/]+/, places.folder)),
      ),
    lines: (places) =>
      [
        `- ${one(places)}`,
        `+ ${one(places).toUpperCase().replace(/^[^/]+\/[^/]+/, places.folder)}`,
      ].sort(),
    fetched: () => 0,
  },
  {
    name: "a folder renamed to another case",
    apply: (places) => Deno.rename(places.at(places.folder), places.at(otherCase(places))),
    lines: (places) =>
      [...allInFolder(places), ...places.inFolder.map((name) => `+ ${otherCase(places)}/${name}`)].sort(),
    fetched: () => 0,
  },
  {
    name: "two files of one size swapped",
    deep: true,
    async apply(places) {
      const [a, b] = twoOfOneSize(places).map((path) => places.at(path));
      await Deno.rename(a ?? "", places.at("swap"));
      await Deno.rename(b ?? "", a ?? "");
      await Deno.rename(places.at("swap"), b ?? "");
    },
    lines: (places) => twoOfOneSize(places).map((path) => `* ${path}`).sort(),
    fetched: () => 2,
  },
  {
    name: "everything deleted",
    async apply(places) {
      for await (const { name } of Deno.readDir(places.root)) {
        if (!name.startsWith("_")) await Deno.remove(places.at(name), { recursive: true });
      }
    },
    lines: ({ files }) => {
      const folders = new Set(files.map((path) => path.slice(0, path.lastIndexOf("/"))));
      return [
        ...files,
        ...[...folders].flatMap((folder) => [`${folder}/meta.json`, `${folder}/files.csv`]),
      ].map((path) => `- ${path}`).sort();
    },
    fetched: ({ files }) => files.length,
  },
];

function otherCase({ folder }: Places): string {
  const slash = folder.lastIndexOf("/") + 1;
  const name = folder.slice(slash);
  return folder.slice(0, slash) + (name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase());
}

/** All files of the account have the same size as at least one other. */
function twoOfOneSize({ files, at }: Places): string[] {
  const bySize = Map.groupBy(files, (path) => Deno.statSync(at(path)).size);
  return [...bySize.values()].find((group) => group.length > 1)?.slice(0, 2) ?? [];
}

Deno.test("each damage done by hand is found and told by its line, and a repair brings the exact tree back", async (t) => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  const before = await archive.digests();
  assert.equal(twoOfOneSize(places).length, 2);
  const sound = await check(archive, { deep: true });
  assert.deepEqual([sound.summary.exit_code, sound.lines], [0, []]);
  assert.equal(sound.summary.files.held, places.files.length);
  for (const damage of damages) {
    await t.step(damage.name, async () => {
      const deep = damage.deep ?? false;
      const lines = damage.lines(places);
      await damage.apply(places);
      const found = await check(archive, { deep });
      assert.deepEqual(found.lines, lines);
      assert.equal(found.summary.exit_code, 4);
      zoom.resetCounts();
      const repaired = await check(archive, { deep, repair: true, zoom });
      assert.deepEqual(repaired.lines, lines);
      assert.equal(zoom.count("/storage/*"), damage.fetched(places));
      const leaves = damage.leaves ?? [];
      const isLeft = (path: string) => leaves.some((left) => path.startsWith(left));
      const after = Object.entries(await archive.digests()).filter(([path]) => !isLeft(path));
      assert.deepEqual(Object.fromEntries(after), before);
      assert.equal(repaired.summary.exit_code, leaves.length > 0 ? 4 : 0);
      for (const left of leaves) await Deno.remove(places.at(left), { recursive: true });
      const again = await check(archive, { deep: true });
      assert.deepEqual([again.lines, again.summary.exit_code], [[], 0]);
      // What stood in the way and was not the bad file itself is kept; all else of the repair is cleared away.
      const kept = (await archive.tree({ all: true })).filter((path) => path.startsWith("_metadata/aside/"));
      const isKept = repaired.notices.some((notice) => notice.startsWith("kept_aside"));
      assert.equal(isKept, kept.length > 0);
      assert.deepEqual(
        await archive.tree({ all: true }).then((all) => all.filter((path) => path.endsWith(".part"))),
        [],
      );
      await Deno.remove(places.at("_metadata/aside"), { recursive: true }).catch(() => {});
    });
  }
});

Deno.test("after a repair the exit code says whether all is well now", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  await Deno.remove(places.at(places.files[0] ?? ""));
  const { summary } = await check(archive, { repair: true, zoom });
  assert.equal(summary.exit_code, 0);
  assert.deepEqual(summary.repair && { ...summary.repair, bytes: summary.repair.bytes > 0 }, {
    repaired: 1,
    remaining: 0,
    bytes: true,
  });
  const journal = await archive.text("_logs/inventory.jsonl");
  assert.match(journal, /"from":"completed","to":"pending","path":"[^"]+","reason":"verify: missing"/);
});

Deno.test("a different file that Zoom no longer has stays at its path, and the row and the message say so", async () => {
  const account = smallAccount();
  await using zoom = await startSimulator({ account });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  const [path = "", lost = ""] = places.files;
  await Deno.writeTextFile(places.at(path), "all that is left");
  await Deno.remove(places.at(lost));
  zoom.fault({ on: "/meetings/*", do: "status", code: 404, body: { code: 3301, message: "no recording" } });
  const { summary, notices } = await check(archive, { repair: true, zoom });
  assert.equal(summary.exit_code, 4);
  assert.equal(await archive.text(path), "all that is left");
  assert.ok(
    notices.some((notice) => notice.includes(path) && /kept as it is/.test(notice)),
    notices.join("\n"),
  );
  const rows = archive.query(
    `SELECT status, error FROM inventory WHERE path = '${path.replaceAll("'", "''")}'`,
  );
  assert.match(String(rows[0]?.["error"]), /is kept as it is/);
  // It is missed for as long as it is not there, by a look alone, whatever became of its row.
  const later = await check(archive);
  assert.deepEqual(later.lines, [`* ${path}`, `- ${lost}`].sort());
  assert.equal(later.summary.exit_code, 4);
  zoom.clearFaults();
  const better = await check(archive, { repair: true, zoom });
  assert.equal(better.summary.exit_code, 0);
});

Deno.test("where Zoom gives out another version by now, a repair keeps the old file beside the new one", async () => {
  const account = smallAccount();
  await using zoom = await startSimulator({ account });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  const path = places.files.find((each) => each.endsWith(".mp4")) ?? "";
  await flipByte(places.at(path));
  const old = await Deno.readFile(places.at(path));
  for (const meeting of account.meetings) {
    for (const file of meeting.files ?? []) file.seed = (file.seed ?? 0) + 1;
  }
  const { summary, notices } = await check(archive, { deep: true, repair: true, zoom });
  assert.equal(summary.exit_code, 0);
  assert.ok(notices.some((notice) => notice.startsWith("other_version:")), notices.join("\n"));
  assert.notDeepEqual(await Deno.readFile(places.at(path)), old);
  assert.deepEqual(await Deno.readFile(places.at(`${path}.orig-1`)), old);
  assert.deepEqual((await check(archive)).lines, [`+ ${path}.orig-1`]);
});

Deno.test("a lost file that lies in Zoom's trash is missing, and not called gone", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  const [path = ""] = places.files;
  const where = `path = '${path.replaceAll("'", "''")}'`;
  await Deno.remove(places.at(path));
  archive.change(`UPDATE inventory SET status = 'in_trash' WHERE ${where}`);
  const { summary, lines } = await check(archive, { repair: true, zoom });
  assert.deepEqual([summary.exit_code, lines], [4, [`- ${path}`]]);
  assert.equal(archive.query(`SELECT status FROM inventory WHERE ${where}`)[0]?.["status"], "in_trash");
});

Deno.test("files that are not in the inventory are told, and count unless they are to be ignored", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  await Deno.writeTextFile(places.at("notes.txt"), "mine");
  await Deno.mkdir(places.at("my own/deep"), { recursive: true });
  await Deno.writeTextFile(places.at("my own/deep/x"), "mine");
  await Deno.symlink("/etc", places.at("my own/etc"), { type: "dir" });
  await Deno.writeTextFile(places.at(`${places.files[0]}.part`), "no longer to come");
  const found = await check(archive);
  assert.deepEqual(
    found.lines,
    [
      `+ ${places.files[0]}.part`,
      "+ my own/deep/x",
      "+ my own/etc",
      "+ notes.txt",
    ].sort(),
  );
  assert.equal(found.summary.exit_code, 4);
  assert.equal((await check(archive, { ignoreExtra: true })).summary.exit_code, 0);
  const repaired = await check(archive, { repair: true, zoom });
  assert.deepEqual([repaired.summary.exit_code, repaired.summary.repair?.remaining], [4, 4]);
  const ignored = await check(archive, { repair: true, zoom, ignoreExtra: true });
  assert.deepEqual([ignored.summary.exit_code, ignored.summary.repair?.remaining], [0, 0]);
  assert.equal(await archive.text("notes.txt"), "mine");
});

Deno.test("what hooks made is known, and a replacement has to be there in place of its recording", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  const [path = ""] = places.files;
  const replacement = `${path}.mkv`;
  await Deno.rename(places.at(path), places.at(replacement));
  await Deno.writeTextFile(places.at(`${path}.sha256`), "a digest");
  archive.change(
    `UPDATE inventory SET replaced_by = '${replacement}' WHERE path = '${path}';
     INSERT INTO made_files SELECT '${replacement}', file_key, 'transcode', '' FROM inventory WHERE path = '${path}';
     INSERT INTO made_files SELECT '${path}.sha256', file_key, 'checksum', '' FROM inventory WHERE path = '${path}';
     UPDATE meetings SET sidecars_due = 1;`,
  );
  assert.deepEqual((await check(archive, { deep: true })).lines, []);
  await Deno.remove(places.at(replacement));
  assert.deepEqual((await check(archive)).lines, [`- ${replacement}`]);
  const { summary } = await check(archive, { repair: true, zoom });
  assert.equal(summary.exit_code, 0);
  assert.ok((await Deno.stat(places.at(path))).isFile);
  const due = archive.query("SELECT plugin FROM hook_runs WHERE status = 'pending' ORDER BY plugin");
  assert.deepEqual(due, [{ plugin: "checksum" }, { plugin: "transcode" }]);
});

Deno.test("a part of the files is read back with --subset, and all parts together read each once", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 50 }), fc.integer({ min: 1, max: 40 }), (keys, of) => {
      for (const key of keys) {
        const parts = Array.from({ length: of }, (_, i) => i + 1).filter((part) =>
          isInSubset(key, { part, of })
        );
        assert.equal(parts.length, 1);
      }
    }),
  );
  const keys = Array.from({ length: 7_000 }, (_, i) => `file-${i}`);
  for (let part = 1; part <= 7; part++) {
    const share = keys.filter((key) => isInSubset(key, { part, of: 7 })).length;
    assert.ok(share > 850 && share < 1_150, `${share} of 7,000 in one part`);
  }
});

Deno.test("a deep check in parts finds a changed bit in exactly one of them", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  await flipByte(places.at(places.files[3] ?? ""));
  const found: string[] = [];
  let readBytes = 0;
  for (const part of [1, 2, 3]) {
    const { lines, summary } = await check(archive, { deep: true, subset: { part, of: 3 } });
    found.push(...lines);
    readBytes += summary.bytes_read;
    assert.equal(summary.files.checked, places.files.length);
  }
  assert.equal(found[0], `* ${places.files[3]}`);
  const sizes = archive.query("SELECT sum(file_size) AS bytes FROM inventory WHERE status = 'completed'");
  // The damaged file is read twice before it is told.
  assert.ok(readBytes >= Number(sizes[0]?.["bytes"]) && readBytes < 1.5 * Number(sizes[0]?.["bytes"]));
});

Deno.test("a damaged inventory ends with a way out, and without one there is nothing to check", async () => {
  await using zoom = await startSimulator({ account: smallAccount() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  await Deno.writeTextFile(
    `${archive.dir}/_logs/inventory.db`,
    "this is no database, by any means ".repeat(100),
  );
  await assert.rejects(check(archive), { code: "inventory_corrupt", hint: /zoom-extract rebuild/ });
  await Deno.remove(`${archive.dir}/_logs/inventory.db`);
  await assert.rejects(check(archive), { code: "inventory_lost", hint: /zoom-extract rebuild/ });
});
