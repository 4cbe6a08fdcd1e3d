import assert from "node:assert/strict";
import fc from "fast-check";
import {
  assignFileKeys,
  type FileIdentity,
  isProcessing,
  normalizeRecordingType,
} from "../../src/core/recording.ts";

const captions: FileIdentity = {
  fileType: "CC",
  recordingType: "",
  recordingStart: "2024-05-02T22:30:10Z",
  fileExtension: "vtt",
};

Deno.test("assignFileKeys() takes Zoom's id where there is one", () => {
  assert.deepEqual(assignFileKeys("m1==", [{ ...captions, id: "f1" }, { ...captions, id: "f2" }]), [
    "f1",
    "f2",
  ]);
});

Deno.test("assignFileKeys() derives the same key for a file without id in every listing", () => {
  const [alone] = assignFileKeys("m1==", [captions]);
  const [, beside] = assignFileKeys("m1==", [{ ...captions, id: "f1" }, captions]);
  assert.match(alone ?? "", /^derived-[0-9a-f]{32}$/);
  assert.equal(alone, beside);
  assert.notEqual(alone, assignFileKeys("m2==", [captions])[0]);
});

Deno.test("assignFileKeys() does not depend on how Zoom spells type and extension", () => {
  const [upper] = assignFileKeys("m1==", [{ ...captions, fileExtension: "VTT" }]);
  assert.equal(upper, assignFileKeys("m1==", [{ ...captions, fileType: "cc" }])[0]);
});

Deno.test("assignFileKeys() never gives two files of a meeting one key", () => {
  const identity = fc.record({
    id: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
    fileType: fc.constantFrom("MP4", "CC", ""),
    recordingType: fc.constantFrom("", "gallery_view"),
    recordingStart: fc.constantFrom("", "2024-05-02T22:30:10Z"),
    fileExtension: fc.constantFrom("", "vtt"),
  }).map(({ id, ...rest }): FileIdentity => id === undefined ? rest : { ...rest, id });
  fc.assert(fc.property(fc.array(identity, { maxLength: 12 }), (files) => {
    const keys = assignFileKeys("m1==", files);
    assert.equal(keys.length, files.length);
    assert.equal(new Set(keys).size, files.length);
  }));
});

Deno.test.each([
  [{ fileType: "", status: "processing" }, true],
  [{ fileType: "", status: "" }, true],
  [{ fileType: "TRANSCRIPT", status: "processing" }, true],
  [{ fileType: "TRANSCRIPT", status: "some_new_state" }, true],
  [{ fileType: "MP4", status: "completed" }, false],
  [{ fileType: "MP4", status: "COMPLETED" }, false],
  [{ fileType: "CC", status: "" }, false],
])("isProcessing(%j) is %s", (file, expected) => assert.equal(isProcessing(file), expected));

Deno.test("normalizeRecordingType() drops the (CC) that comes and goes", () => {
  assert.equal(
    normalizeRecordingType("shared_screen_with_speaker_view(CC)"),
    normalizeRecordingType("shared_screen_with_speaker_view"),
  );
});
