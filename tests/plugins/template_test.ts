import assert from "node:assert/strict";
import fc from "fast-check";
import { type Candidate, sampleCandidate, type SampleOptions, testPlugin } from "zoom-extract";
import template from "../../plugins/template/mod.ts";
import { defaultNaming, encodeSegment, foldKey, planFiles } from "../../src/storage/mod.ts";

const paths: readonly (readonly [path: string, change: SampleOptions, expected: readonly string[]])[] = [
  ["{user_email}/{start:%Y/%m}/{file_type}", {}, ["ana@example.test", "2024", "05", "MP4"]],
  ["{topic|untitled} [{meeting_id}]/{start:%H%M} {file_type}.{ext}", {}, [
    "Quarterly plan [81234567890]",
    "1400 MP4",
  ]],
  ["{topic|untitled}/x", { meeting: { topic: "" } }, ["untitled", "x"]],
  ["{topic}/x", { meeting: { topic: "a/b\\c" } }, ["a_b_c", "x"]],
  ["{file_name,topic|none}", {}, ["Quarterly plan"]],
  ["{file_type}{file_name& - {file_name}|}", {}, ["MP4"]],
  ["{file_type}{file_name& - {file_name}|}", { file: { fileName: "Bo.m4a" } }, ["MP4 - Bo"]],
  ["{topic:.9B}", { meeting: { topic: "ŽŽŽŽŽŽ" } }, ["ŽŽŽŽ"]],
  ["{file_type:lower}", {}, ["mp4"]],
  ["{duration_minutes:04}", {}, ["0045"]],
  ["{{{topic}}}", {}, ["{Quarterly plan}"]],
];

for (const [path, change, expected] of paths) {
  Deno.test(`template ${path} names ${JSON.stringify(change)}`, async () => {
    await using trial = await testPlugin(template, { options: { path } });
    const segments = await trial.name(sampleCandidate(change));
    assert.deepEqual(segments, expected);
  });
}

Deno.test("template tells times in the zone that is asked for", async () => {
  for (
    const [timezone, expected] of [[["UTC"], "1400"], [["meeting"], "1600"], [
      ["America/New_York"],
      "1000",
    ]] as const
  ) {
    await using trial = await testPlugin(template, { options: { path: "{start:%H%M}", timezone } });
    assert.deepEqual(await trial.name(sampleCandidate()), [expected]);
  }
});

const mistakes: readonly (readonly [options: Record<string, unknown>, message: RegExp])[] = [
  [{ path: "{topc}" }, /topc[\s\S]*topic/],
  [{ path: "{topic" }, /./],
  [{ path: "topic}" }, /./],
  [{ path: "" }, /./],
  [{ path: "{start:%Q}" }, /%Q|Q/],
  [{}, /preset/],
  [{ path: "x", preset: "flat" }, /together/],
  [{ path: "x", timezone: ["Nowhere/City"] }, /Nowhere\/City/],
];

for (const [options, message] of mistakes) {
  Deno.test(`template refuses ${JSON.stringify(options)} at the start`, async () => {
    await assert.rejects(testPlugin(template, { options }), message);
  });
}

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", "..", ".", "/", "a/../../b", "CON", "{topic}", "\0", "x".repeat(400), "é", "e\u0301"),
);

const candidates: fc.Arbitrary<Candidate> = fc.record({
  topic: text,
  id: fc.constantFrom("", "81234567890"),
  email: fc.oneof(fc.constantFrom("ana@example.test", ""), fc.emailAddress()),
  fileType: fc.constantFrom("MP4", "M4A", "CHAT", "NEW"),
  fileName: fc.option(text, { nil: undefined }),
  key: fc.uuid(),
}).map(({ topic, id, email, fileType, fileName, key }) =>
  sampleCandidate({
    user: { email: email.toWellFormed() },
    meeting: { topic: topic.toWellFormed(), id },
    file: { key, fileType, ...(fileName === undefined ? {} : { fileName: fileName.toWellFormed() }) },
  })
);

const templates = [
  "{user_email,user_id|nobody}/{start:%Y/%m}/{topic|untitled} [{meeting_id|0}]/{start:%H%M} {file_type}",
  "{topic}/{file_name}",
  "{topic}{file_name}",
];

Deno.test("template gives no empty segment, no more than it has, and the same each time, whatever Zoom says", async () => {
  for (const path of templates) {
    await using trial = await testPlugin(template, { options: { path } });
    const most = path.split("/").length;
    await fc.assert(
      fc.asyncProperty(candidates, async (candidate) => {
        const segments = await trial.name(candidate);
        assert.ok(segments.length >= 1 && segments.length <= most, JSON.stringify(segments));
        assert.deepEqual(await trial.name(candidate), segments);
        for (const segment of segments) {
          const encoded = encodeSegment(segment);
          assert.ok(
            encoded !== "" && encoded !== "." && encoded !== ".." && !/[/\\\0]/.test(encoded),
            encoded,
          );
          assert.equal(encodeSegment(encoded), encoded);
        }
      }),
      { numRuns: 150 },
    );
  }
});

Deno.test("files that a template names alike never share a path", async () => {
  await using trial = await testPlugin(template, { options: { path: "everything/{file_type}" } });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(candidates, { selector: ({ file }) => file.key, maxLength: 8 }),
      async (all) => {
        const files = [];
        for (const candidate of all) {
          const segments = await trial.name(candidate);
          files.push({
            key: candidate.file.key,
            baseName: segments.at(-1) ?? "",
            recordingType: candidate.file.recordingType,
            fileExtension: "mp4",
          });
        }
        const names = [...planFiles(files).values()].map(foldKey);
        assert.equal(new Set(names).size, all.length);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("the preset original names files as the program does without the plugin", async () => {
  await using trial = await testPlugin(template, { options: { preset: "original" } });
  await fc.assert(
    fc.asyncProperty(candidates, async (candidate) => {
      const own = defaultNaming(candidate).map((segment) => encodeSegment(segment));
      const made = (await trial.name(candidate)).map((segment) => encodeSegment(segment));
      assert.deepEqual(made, own);
    }),
    { numRuns: 300 },
  );
});

Deno.test("presets share folders where their folders are not a meeting's own", async () => {
  for (const [preset, folders] of [["flat", 1], ["by-topic", 2], ["by-month", 4]] as const) {
    await using trial = await testPlugin(template, { options: { preset } });
    assert.equal(
      (await trial.name(sampleCandidate())).length - 1,
      preset === "by-topic" ? 3 : folders,
      preset,
    );
  }
});
