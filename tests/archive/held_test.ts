import assert from "node:assert/strict";
import { startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { check, type Places, placesOf, smallAccount } from "./_support.ts";

/** A link in place of what is held, and what has to be missed then. */
interface Planted {
  readonly name: string;
  place(places: Places): string;
  missed(places: Places): readonly string[];
}

const one = ({ files }: Places) => files[0] ?? "";
const ofFolder = (folder: string, { files }: Places) => files.filter((path) => path.startsWith(`${folder}/`));
const userFolder = (places: Places) => one(places).slice(0, one(places).indexOf("/"));

const links: readonly Planted[] = [
  { name: "a file", place: one, missed: (places) => [one(places)] },
  {
    name: "a meeting's folder",
    place: ({ folder }) => folder,
    missed: (places) => ofFolder(places.folder, places),
  },
  {
    name: "a person's folder",
    place: userFolder,
    missed: (places) => ofFolder(userFolder(places), places),
  },
];

Deno.test("a link in place of what is held is held neither for a run nor for verify, whatever it leads to", async (t) => {
  for (const { name, place, missed } of links) {
    await t.step(name, async () => {
      await using zoom = await startSimulator({ account: smallAccount() });
      await using archive = await ArchiveUnderTest.of(zoom);
      await archive.run();
      const places = placesOf(archive);
      const elsewhere = await Deno.makeTempDir();
      try {
        await Deno.rename(places.at(place(places)), `${elsewhere}/moved`);
        await Deno.symlink(`${elsewhere}/moved`, places.at(place(places)));
        const wanted = missed(places).toSorted();
        const { findings } = await check(archive);
        const found = findings.filter(({ mark, kind }) => kind === "recording" && mark !== "=");
        assert.deepEqual(found.map(({ path }) => path).sort(), wanted);
        // A run does not write through a link either: it names each file, and where it stops.
        const failures = new Map<string, string>();
        const { exit_code: code } = await archive.run({
          onEvent: (event) => event.type === "file_failed" && failures.set(event.path, event.message),
        });
        assert.deepEqual([code, [...failures.keys()].sort()], [4, wanted]);
        for (const message of failures.values()) assert.match(message, /symbolic link/);
        const repaired = await check(archive, { repair: true, zoom });
        assert.deepEqual(repaired.summary.repair?.remaining, 0);
        assert.equal((await archive.run()).files.downloaded, 0);
      } finally {
        await Deno.remove(elsewhere, { recursive: true });
      }
    });
  }
});

Deno.test("what a run missed and Zoom no longer has is missed by verify, and held again once it is back", async () => {
  const account = smallAccount();
  await using zoom = await startSimulator({ account });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const places = placesOf(archive);
  const lost = ofFolder(places.folder, places);
  // As a disk that is not mounted at the time of a run.
  await Deno.rename(places.at(places.folder), places.at("_logs/away"));
  account.meetings = [];
  const { files } = await archive.run();
  assert.equal(files.gone, lost.length);
  assert.deepEqual((await check(archive)).lines, lost.map((path) => `- ${path}`).sort());
  await Deno.remove(places.at(places.folder), { recursive: true }).catch(() => {});
  await Deno.rename(places.at("_logs/away"), places.at(places.folder));
  zoom.resetCounts();
  const { summary } = await check(archive, { repair: true, zoom });
  assert.deepEqual([summary.exit_code, zoom.requests.length], [0, 0]);
  const [{ held } = {}] = archive.query("SELECT count(*) AS held FROM inventory WHERE status = 'completed'");
  assert.equal(held, places.files.length);
});
