import assert from "node:assert/strict";
import fc from "fast-check";
import type { ListedFile, ListedMeeting } from "../../src/core/recording.ts";
import { openInventory } from "../../src/inventory/mod.ts";
import { ingestPage } from "../../src/pipeline/ingest.ts";
import { createSelection, namingOf } from "../../src/pipeline/mod.ts";
import { UrlCache } from "../../src/pipeline/url_cache.ts";
import { defaultNaming, foldKey } from "../../src/storage/mod.ts";
import { listedFile, listedMeeting } from "./_support.ts";

const file = fc.record({
  id: fc.constantFrom("f1", "f2", "f3", "f4"),
  fileType: fc.constantFrom("MP4", "CHAT", ""),
  recordingType: fc.constantFrom("gallery_view", "GALLERY_VIEW", "speaker_view", ""),
  recordingStart: fc.constantFrom("2024-06-20T10:00:05Z", "2024-06-20T10:20:00Z"),
  status: fc.constantFrom("completed", "processing"),
});
const meeting = fc.record({
  uuid: fc.constantFrom("a==", "b==", "c=="),
  topic: fc.constantFrom("Plan", "PLAN", "Pla\u0301n", "Pl\u00e1n", "", "../up", "con"),
  hostId: fc.constantFrom("u-ana", "u-bo", ""),
  hostEmail: fc.constantFrom("ana@example.test", "ANA@example.test", "bo@example.test", ""),
  files: fc.uniqueArray(file, { selector: ({ id }) => id, maxLength: 4 }),
});
const listings = fc.array(fc.array(meeting, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });

Deno.test("a path once given never changes and is nobody else's, under any sequence of listings", async () => {
  await fc.assert(
    fc.asyncProperty(listings, fc.subarray(["MP4", "CHAT"]), async (pages, types) => {
      using inventory = openInventory(":memory:");
      const given = new Map<string, string>();
      for (const [run, page] of pages.entries()) {
        await ingestPage(page.map(toListed), {
          inventory,
          runId: `run${run}`,
          select: createSelection({ types, excludeTypes: [] }),
          naming: namingOf(defaultNaming),
          onDue: () => {},
          urls: new UrlCache(),
        });
        const rows = ["a==", "b==", "c=="].flatMap((uuid) => inventory.files.ofMeeting(uuid));
        for (const { file_key: key, path, status } of rows) {
          if (given.has(key)) assert.equal(path, given.get(key));
          else if (path !== null) given.set(key, path);
          assert.ok(path !== null || status === "not_ready", "what can be fetched has a path");
        }
        const paths = rows.flatMap(({ path }) => path === null ? [] : [foldKey(path)]);
        assert.equal(new Set(paths).size, paths.length);
        assert.ok(paths.every((path) => path.split("/").length === 3 && !path.split("/").includes("..")));
      }
    }),
    { numRuns: 200 },
  );
});

function toListed({ files, ...change }: {
  readonly uuid: string;
  readonly files: readonly Partial<ListedFile>[];
}): ListedMeeting {
  return listedMeeting(change.uuid, { ...change, files: files.map((f) => listedFile(f.id ?? "", f)) });
}
