import assert from "node:assert/strict";
import fc from "fast-check";
import { sampleCandidate, type SampleOptions, testPlugin } from "zoom-extract";
import match from "../../plugins/match/mod.ts";

/** Whether the filter takes the sample, changed as said. */
async function takes(where: string, changes: SampleOptions = {}): Promise<boolean> {
  await using trial = await testPlugin(match, { options: { where } });
  const reason = await trial.choose(sampleCandidate(changes));
  assert.ok(reason === undefined || reason === "match/where");
  return reason === undefined;
}

/** The message that setting the plugin up ends with. */
async function complaint(where: string): Promise<string> {
  try {
    await using _ = await testPlugin(match, { options: { where } });
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return assert.fail(`"${where}" was accepted`);
}

// The sample: an MP4 of 1,000,000 bytes, "Quarterly plan" of 45 minutes on 2 May 2024, 14:00 UTC.
const verdicts: readonly [where: string, taken: boolean][] = [
  ["type in (MP4, M4A) and duration_minutes >= 5 and topic ~ /plan/i and not trashed", true],
  ["file_type = mp4", true],
  ["FILE_TYPE == Mp4", true],
  ["file_type != mp4", false],
  ["file_type not in (CHAT, TRANSCRIPT)", true],
  ["file_type NOT IN (CHAT, mp4)", false],
  ['topic = "Quarterly plan"', true],
  ["topic = 'quarterly plan'", false],
  ["topic ~ /^quarterly/", false],
  ["topic ~ /^quarterly/i", true],
  ["topic !~ /secret/", true],
  [String.raw`topic ~ /a\/b|[/x]|pl.n/`, true],
  ["user_name ~ /ž/i", true],
  ['user_name = "Ana Z\u030ciz\u030cek"', true],
  ["trashed", false],
  ["trashed = false", true],
  ["not processing", true],
  ["size = 1000000", true],
  ["size > 976K", true],
  ["size > 977K", false],
  ["size < 1M and size > 0.9M", true],
  ["size >= 1MiB", false],
  ["duration_minutes = 45", true],
  ["duration_minutes = 45m", true],
  ["duration_minutes < 1h", true],
  ["duration_minutes >= 0h44m60s", true],
  ["recording_minutes < 44.9 and recording_minutes > 44m", true],
  ["start = 2024", true],
  ["start = 2024-05", true],
  ["start > 2024-05", false],
  ["start >= 2024-05", true],
  ["start <= 2024-05", true],
  ["start < 2024-05", false],
  ["start = 2024-05-02T14:00", true],
  ["start > 2024-05-02T13:59:59Z and start < 2024-05-02T14:01", true],
  ["start in (2023, 2024-05-02)", true],
  ["start < yesterday", true],
  ["start = today", false],
  ["age_days > 30 and age_days > 4w", true],
  ["meeting_type in (2, 3)", true],
  ["meeting_id = 81234567890", true],
  ['meeting_uuid = "abcDEF123+/xyz=="', true],
  ["files = 1", true],
  ['auto_delete_date = ""', true],
  ['auto_delete_date != ""', false],
  ['topic != ""', true],
  // `not` before `and`, `and` before `or`
  ["trashed and trashed or files = 1", true],
  ["trashed and (trashed or files = 1)", false],
  ["not trashed or trashed and trashed", true],
  ["not (trashed or files = 1)", false],
  ["not not files = 1", true],
];

for (const [where, taken] of verdicts) {
  Deno.test(`match ${taken ? "takes" : "leaves out"} the sample for ${where}`, async () => {
    assert.equal(await takes(where), taken);
  });
}

Deno.test("match compares recording types without the (CC) that comes and goes", async () => {
  assert.ok(await takes("recording_type = gallery_view", { file: { recordingType: "gallery_view(CC)" } }));
});

Deno.test("match takes trashed and unfinished files for what they are", async () => {
  assert.ok(await takes("trashed", { file: { deletedTime: "2024-05-03T00:00:00Z" } }));
  assert.ok(await takes("processing", { file: { status: "processing" } }));
  assert.ok(await takes("processing", { file: { fileType: "" } }));
});

const unknowns: readonly [where: string, taken: boolean][] = [
  ["auto_delete_date > 2024", false],
  ["not auto_delete_date > 2024", false],
  ["auto_delete_date != 2024", false],
  ["auto_delete_date > 2024 ?", true],
  ["auto_delete_date? > 2024", true],
  ["not (auto_delete_date > 2024?)", false],
  ["auto_delete_date > 2024 or files = 1", true],
  ["auto_delete_date > 2024 and trashed or files = 1", true],
  ["not (auto_delete_date > 2024 and trashed)", true],
  ['auto_delete_date in (2024, "")', true],
  ['auto_delete_date not in (2024, "")', false],
  ["file_name ~ /x/", false],
  ["file_name !~ /x/ ?", true],
];

for (const [where, taken] of unknowns) {
  Deno.test(`match ${taken ? "takes" : "leaves out"} a file without those fields for ${where}`, async () => {
    assert.equal(await takes(where), taken);
  });
}

const mistakes: readonly [where: string, at: number, message: RegExp][] = [
  ["", 1, /it is empty/],
  ["topc = x", 1, /no field "topc", did you mean topic\? there are .*\btopic\b.*\buser_name\b/],
  ["files = 1 and qqqqqqqq = 2", 15, /no field "qqqqqqqq"; there are type, file_type/],
  ["constructor = x", 1, /no field "constructor"/],
  ["topic", 1, /topic is a text: compare it/],
  ["size", 1, /size is a size/],
  ["topic > b", 9, /topic has no order/],
  ["size = big", 8, /"big" does not go with size: write a size/],
  ["start > 2024-02-30", 9, /"2024-02-30" does not go with start: write a time/],
  ["start > 2024-13", 9, /does not go with start/],
  ["duration_minutes > 5x", 20, /does not go with duration_minutes: write minutes/],
  ["trashed = maybe", 11, /trashed is true or false/],
  ["topic = Weekly sync", 16, /a text with spaces needs quotes/],
  ['topic = "Weekly', 9, /the quote is never closed/],
  ["topic ~ /Weekly", 9, /the pattern is never closed/],
  ["topic ~ /(/", 9, /the pattern cannot be used: .*Unterminated group/],
  ["topic ~ /a/g", 9, /"g" is no flag/],
  ["topic ~ standup", 9, /expected a pattern: ~ \/standup\/i/],
  ["topic = /standup/", 9, /a pattern goes with ~/],
  ["size ~ /1/", 8, /size is no text/],
  ["(trashed", 9, /the end: expected "and", "or" or the \)/],
  ["trashed)", 8, /there is no \( for this/],
  ["file_type in MP4", 14, /expected a list/],
  ["file_type in (MP4", 18, /expected , or \)/],
  ["file_type in ()", 15, /expected a value/],
  ["file_type not MP4", 15, /expected "in"/],
  ["trashed && processing", 9, /write "and"/],
  ["trashed and", 12, /the end: expected the name of a field/],
  ["and", 1, /expected the name of a field/],
  ['size > ""', 1, /"" stands for an unknown field/],
  [`${"(".repeat(2000)}trashed`, 101, /more than 100 parentheses/],
];

for (const [where, at, message] of mistakes) {
  Deno.test(`match refuses "${where.slice(0, 40)}" before anything is fetched`, async () => {
    const text = await complaint(where);
    assert.match(text, message);
    assert.ok(text.includes(`Cannot use match.where at character ${at}, `), text);
  });
}

Deno.test("match says in an unknown field's error every field there is, within what the host shows", async () => {
  const text = await complaint("nonsense_that_is_long_enough_to_be_cut_somewhere = 1");
  assert.match(text, /user_name$/);
});

Deno.test("match needs its option", async () => {
  await assert.rejects(() => testPlugin(match), /option "where" is missing/);
});

Deno.test("match makes no pattern of what files say", async () => {
  const hostile = { meeting: { topic: "(((((((" }, file: { fileName: "/[/" } };
  assert.ok(await takes("topic ~ /^[(]+$/ and file_name ~ /./", hostile));
});

Deno.test("match finds any text that is quoted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: "grapheme" }), async (topic) => {
      const quoted = topic.replace(/["\\]/g, "\\$&");
      assert.ok(await takes(`topic = "${quoted}"`, { meeting: { topic } }));
    }),
    { numRuns: 50 },
  );
});

Deno.test("match either takes an expression or names a place in it", async () => {
  const pieces = fc.constantFrom(
    "topic",
    "size",
    "trashed",
    "=",
    "~",
    ">",
    "in",
    "(",
    ")",
    ",",
    "?",
    "not",
    "and",
    "or",
    "/a/",
    '"x"',
    "10M",
    "2024",
    "'",
    "/",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (words) => {
      const where = words.join(" ");
      try {
        await takes(where);
      } catch (error) {
        assert.match(String(error), /Cannot use match\.where at character \d+, /);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("match agrees with the truth about and, or and not", async () => {
  type Tree = { text: string; value: boolean };
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom({ text: "files = 1", value: true }, { text: "trashed", value: false }),
      tie("tree").map(({ text, value }) => ({ text: `not (${text})`, value: !value })),
      fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => ({
        text: `(${a.text}) and (${b.text})`,
        value: a.value && b.value,
      })),
      fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => ({
        text: `(${a.text}) or (${b.text})`,
        value: a.value || b.value,
      })),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async ({ text, value }) => assert.equal(await takes(text), value)),
    { numRuns: 60 },
  );
});
