import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { shortHash } from "../../src/core/recording.ts";
import { containedPath, type FileToPlace, foldKey, planFiles, planFolder } from "../../src/storage/mod.ts";

const none: ReadonlySet<string> = new Set();
const file = (key: string, recordingType = "", baseName = "20241201_140000Z_MP4"): FileToPlace => ({
  key,
  baseName,
  recordingType,
  fileExtension: "mp4",
});
const plan = (files: FileToPlace[], existing?: ReadonlyMap<string, string>) =>
  Object.fromEntries(planFiles(files, existing ? { existing } : {}));

Deno.test("planFiles() leaves a name alone that nobody shares", () => {
  assert.deepEqual(plan([file("a", "gallery_view"), file("b", "", "20241201_140000Z_CHAT")]), {
    a: "20241201_140000Z_MP4.mp4",
    b: "20241201_140000Z_CHAT.mp4",
  });
});

Deno.test("planFiles() gives all that share a name their recording type, without (CC)", () => {
  assert.deepEqual(plan([file("a", "gallery_view"), file("b", "shared_screen(CC)")]), {
    a: "20241201_140000Z_MP4_gallery_view.mp4",
    b: "20241201_140000Z_MP4_shared_screen.mp4",
  });
});

Deno.test("planFiles() adds the file key where the recording type does not tell them apart", () => {
  const files = [
    file("11111111-aaaa", "gallery_view"),
    file("22222222-bbbb", "gallery_view"),
    file("33333333-cccc", "active_speaker"),
  ];
  assert.deepEqual(plan(files), {
    "11111111-aaaa": "20241201_140000Z_MP4_gallery_view_11111111.mp4",
    "22222222-bbbb": "20241201_140000Z_MP4_gallery_view_22222222.mp4",
    "33333333-cccc": "20241201_140000Z_MP4_active_speaker.mp4",
  });
});

Deno.test("planFiles() looks behind what all derived keys begin with", () => {
  const names = plan([file("derived-0123456789abcdef"), file("derived-fedcba9876543210")]);
  assert.deepEqual(Object.values(names), [
    "20241201_140000Z_MP4_01234567.mp4",
    "20241201_140000Z_MP4_fedcba98.mp4",
  ]);
});

Deno.test("planFiles() goes on to longer digits where the first 8 of the key are equal", () => {
  const names = Object.values(plan([file("same-key-1", "chat"), file("same-key-2", "chat")]));
  assert.equal(new Set(names.map(foldKey)).size, 2);
  for (const name of names) assert.match(name, /^20241201_140000Z_MP4_chat_[0-9a-f]{16}\.mp4$/);
});

Deno.test("planFiles() never changes a name once given: a late file gets the suffix alone", () => {
  const first = plan([file("a", "gallery_view")]);
  const later = plan(
    [file("a", "gallery_view"), file("b", "active_speaker")],
    new Map(Object.entries(first)),
  );
  assert.deepEqual(later, {
    a: "20241201_140000Z_MP4.mp4",
    b: "20241201_140000Z_MP4_active_speaker.mp4",
  });
});

Deno.test("planFiles() never takes the names of the sidecars, in no case and with no ending of a partial", () => {
  const names = plan([
    { key: "aaaaaaaa1", baseName: "Meta", recordingType: "", fileExtension: "JSON" },
    { key: "bbbbbbbb1", baseName: "files", recordingType: "poll", fileExtension: "csv" },
    { key: "cccccccc1", baseName: "x.mp4", recordingType: "", fileExtension: "part" },
  ]);
  assert.equal(names.aaaaaaaa1, "Meta_aaaaaaaa.JSON");
  assert.equal(names.bbbbbbbb1, "files_poll.csv");
  assert.notEqual(names.cccccccc1, "x.mp4.part");
  const temporary = { key: "dddddddd1", baseName: "meta.json", recordingType: "", fileExtension: "tmp" };
  assert.equal(plan([temporary]).dddddddd1, "meta.json_dddddddd.tmp");
});

Deno.test("planFiles() never gives two files the same folded name, and does not depend on their order", () => {
  const anyFile = fc.record({
    key: fc.oneof(fc.constantFrom("k1", "k2", "derived-k3"), fc.string({ minLength: 1, maxLength: 12 })),
    baseName: fc.oneof(
      fc.constantFrom(
        "A",
        "a",
        "é",
        "e\u0301",
        "ß",
        "SS",
        "A_x",
        "CON",
        "",
        "é".repeat(127),
        "É".repeat(127),
      ),
      fc.string({ unit: "binary", maxLength: 300 }),
    ),
    recordingType: fc.constantFrom("", "x", "x(CC)", "X", "/", "я".repeat(100)),
    fileExtension: fc.constantFrom("", "mp4", "MP4", "part", ".mp4", "averyveryverylongextension"),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(anyFile, { selector: (f) => f.key, maxLength: 12 }),
      fc.integer({ min: 0, max: 12 }),
      (files, split) => {
        const early = planFiles(files.slice(0, split));
        const all = planFiles(files, { existing: early });
        const names = [...all.values()];
        assert.equal(new Set(names.map(foldKey)).size, files.length);
        for (const name of names) assert.ok(new TextEncoder().encode(name).byteLength <= 255);
        for (const [key, name] of early) assert.equal(all.get(key), name);
        const again = planFiles(files.toReversed(), { existing: early });
        assert.deepEqual(new Map([...again].sort()), new Map([...all].sort()));
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("planFiles() keeps time, type and extension of a name that is too long for its suffix", () => {
  const baseName = `20241201_140000Z_M4A_${"participant ".repeat(40)}`;
  const names = Object.values(
    plan([file("11111111", "audio", baseName), file("22222222", "audio", baseName)]),
  );
  for (const name of names) assert.match(name, /^20241201_140000Z_M4A_.*_audio_(11111111|22222222)\.mp4$/);
});

Deno.test("planFolder() gives a meeting whose folder another has a suffix of its own", () => {
  const request = { segments: ["ann@example.com", "Weekly"], uuid: "abc==" };
  assert.deepEqual(planFolder({ ...request, takenKeys: none }), ["ann@example.com", "Weekly"]);
  const takenKeys = new Set([foldKey("ANN@example.com/weekly")]);
  const [, name = ""] = planFolder({ ...request, takenKeys });
  assert.match(name, /^Weekly_[0-9a-f]{8}$/);
  assert.deepEqual(planFolder({ ...request, takenKeys }), ["ann@example.com", name], "the same every time");
  const evenThat = new Set([...takenKeys, foldKey(`ann@example.com/${name}`)]);
  assert.match(planFolder({ ...request, takenKeys: evenThat })[1] ?? "", /^Weekly_[0-9a-f]{16}$/);
});

Deno.test("planFolder() keeps time and number of a folder that is too long for its suffix", () => {
  const long = `20241201_140000Z_${"я".repeat(113)}_81234567890`;
  const takenKeys = new Set([foldKey(`ann/${long}`)]);
  const [, name = ""] = planFolder({ segments: ["ann", long], uuid: "abc==", takenKeys });
  assert.match(name, /^20241201_140000Z_я+_81234567890_[0-9a-f]{8}$/);
  assert.ok(new TextEncoder().encode(name).byteLength <= 255);
});

Deno.test.each(["_metadata", "_LOGS", "_Logs. "])(
  "planFolder() never gives the archive's own folder %j to a user",
  (top) => {
    const [first] = planFolder({
      segments: [top, "Weekly"],
      uuid: "abc==",
      takenKeys: none,
      user: { id: "u1", takenKeys: none },
    });
    assert.match(first, /^_(metadata|LOGS|Logs)_[0-9a-f]{8}$/);
  },
);

Deno.test("planFolder() tells users apart whose folders a file system takes for one", () => {
  const user = { id: "u2", takenKeys: new Set([foldKey("José@example.com")]) };
  const [top, ...rest] = planFolder({
    segments: ["jose\u0301@example.com", "x"],
    uuid: "abc==",
    takenKeys: none,
    user,
  });
  assert.match(top, /^josé@example\.com_[0-9a-f]{8}$/);
  assert.deepEqual(rest, ["x"]);
});

Deno.test("planFolder() makes a folder of nothing at all", () => {
  assert.deepEqual(planFolder({ segments: [], uuid: "abc==", takenKeys: none }), ["untitled"]);
});

Deno.test.each([[""], ["."], [".."], ["a", ".."], ["a/b"], ["a\\b"], ["/etc"], ["a\0"]])(
  "containedPath() refuses a segment that could lead out: %j",
  (...segments: string[]) => {
    assert.throws(() => containedPath("/archive", segments), { name: "StorageError", code: "path" });
  },
);

Deno.test("containedPath() joins what planFolder() gives, and stays inside", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 50 }), { maxLength: 4 }), (segments) => {
      const folder = planFolder({ segments, uuid: shortHash(segments), takenKeys: none });
      const path = containedPath("/archive", folder);
      assert.ok(path.startsWith("/archive/") && path === join("/archive", ...folder));
    }),
  );
});

Deno.test.each([["STRASSE", "straße"], ["é", "E\u0301"], ["ΑΣ", "ας"], ["Ａ", "ａ"]])(
  "foldKey() takes %j and %j for one",
  (...[a, b]: [string, string]) => assert.equal(foldKey(a), foldKey(b)),
);
