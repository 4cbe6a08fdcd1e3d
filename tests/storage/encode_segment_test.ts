import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeSegment, maxSegmentBytes } from "../../src/storage/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme-composite", maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom(
      "\ud800",
      ...'/\\:*?"<>|. \t\r\n\0\x85\u200b\u202e\ufeff\u0301\u0338eCON1.é_👨\u200d',
    ),
    maxLength: 300,
  }),
);
const anyOptions = fc.record(
  { keepPrefix: anyText, keepSuffix: anyText, fallback: anyText },
  { requiredKeys: [] },
);
// deno-lint-ignore no-control-regex
const forbidden = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff/\\:*?"<>|]/;
const device = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

Deno.test("encodeSegment() gives a name every file system takes, whatever it is given", () => {
  fc.assert(
    fc.property(anyText, anyOptions, (raw, options) => {
      const segment = encodeSegment(raw, options);
      assert.ok(segment !== "" && bytes(segment) <= maxSegmentBytes, `${bytes(segment)} bytes`);
      assert.ok(segment.isWellFormed() && segment === segment.normalize("NFC"));
      assert.doesNotMatch(segment, forbidden);
      assert.doesNotMatch(segment, /^ |[. ]$/);
      assert.doesNotMatch(segment, device);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("encodeSegment() leaves its own results alone", () => {
  fc.assert(
    fc.property(anyText, anyOptions, (raw, options) => {
      const once = encodeSegment(raw, options);
      assert.equal(encodeSegment(once), once);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("encodeSegment() keeps prefix and suffix and shortens only what is between", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 99_999_999_999 }), (topic, id) => {
      const segment = encodeSegment(topic, { keepPrefix: "20241201_140000Z_", keepSuffix: `_${id}` });
      assert.ok(segment.startsWith("20241201_140000Z_") && segment.endsWith(`_${id}`), segment);
    }),
    { numRuns: 500 },
  );
});

Deno.test.each([
  ["Weekly sync", "Weekly sync"],
  ["Q1/Q2: review?", "Q1_Q2_ review_"],
  ["<<a>>", "_a_"],
  ["tab\tand\nnewline", "tab and newline"],
  ["  spaces   inside  ", "spaces inside"],
  ["trailing. . .", "trailing"],
  ["", "untitled"],
  ["...", "untitled"],
  [" . ", "untitled"],
  ["..", "untitled"],
  ["\u202eevil\u200b", "evil"],
  ["a\u0000b", "ab"],
  ["e\u0301", "é"],
  ["e\u200d\u0301", "é"],
  ["\ud800x", "\ufffdx"],
  ["CON", "_CON"],
  ["con.txt", "_con.txt"],
  ["aux .log", "_aux .log"],
  ["COM¹", "_COM¹"],
  ["lpt0.tar.gz", "_lpt0.tar.gz"],
  ["console", "console"],
  [".hidden", ".hidden"],
  ["會議 2024 🎉", "會議 2024 🎉"],
])("encodeSegment() reads well: %j", (...[raw, expected]: [string, string]) => {
  assert.equal(encodeSegment(raw), expected);
});

Deno.test("encodeSegment() cuts between visible characters", () => {
  const family = "👨‍👩‍👧".replaceAll("\u200d", "");
  const cut = encodeSegment("é̈".repeat(200), { keepSuffix: ".mp4" });
  assert.ok(cut.endsWith("\u0308.mp4") && bytes(cut) <= 255, "no accent is torn from its letter");
  assert.equal(encodeSegment(family.repeat(40)), family.repeat(21), "255 bytes hold 63 emoji of 4");
  assert.equal(bytes(encodeSegment(`a${"\u0301".repeat(300)}`)) <= 255, true);
});

Deno.test("encodeSegment() leaves no space where it cut", () => {
  const cut = encodeSegment(`${"x".repeat(246)} tail`, { keepSuffix: "_8123.mp4" });
  assert.equal(cut, `${"x".repeat(246)}_8123.mp4`);
  const atSpace = encodeSegment(`${"x".repeat(245)} tail`, { keepSuffix: "_8123.mp4" });
  assert.equal(atSpace, `${"x".repeat(245)}_8123.mp4`);
});

Deno.test("encodeSegment() uses the fallback that is asked for", () => {
  assert.equal(encodeSegment(" ", { fallback: "unknown/user" }), "unknown_user");
  assert.equal(encodeSegment("", { keepPrefix: "P_", keepSuffix: "_S" }), "P_untitled_S");
});
