import assert from "node:assert/strict";
import { sampleCandidate, type SampleOptions, testPlugin } from "zoom-extract";
import match from "../../plugins/match/mod.ts";

const expressions: readonly (readonly [where: string, change: SampleOptions, taken: boolean])[] = [
  ["file_type in (MP4, M4A)", {}, true],
  ["file_type in (mp4, m4a)", {}, true],
  ["file_type not in (MP4, M4A)", {}, false],
  ["file_type = CHAT or ext = mp4", {}, true],
  ["duration_minutes >= 5", {}, true],
  ["duration_minutes >= 1h", {}, false],
  ["size > 10M", {}, false],
  ["size > 500K", {}, true],
  ["size? > 10M", { file: { listedSizeBytes: 5 } }, false],
  ["topic ~ /quarterly/i", {}, true],
  ["topic ~ /quarterly/", {}, false],
  ["topic !~ /standup/i", {}, true],
  ['topic = "Quarterly plan"', {}, true],
  ["not trashed", {}, true],
  ["trashed", { file: { deletedTime: "2024-05-03T00:00:00Z" } }, true],
  ["start = 2024-05", {}, true],
  ["start > 2024-05", {}, false],
  ["start < 2024-05-03 and start >= 2024-05-02", {}, true],
  ["user_email = ANA@example.test", {}, true],
  ["auto_delete_date < 2025", {}, false],
  ["auto_delete_date? < 2025", {}, true],
  ["auto_delete_date < 2025 ?", {}, true],
  ["not auto_delete_date < 2025", {}, false],
  ["file_type in (MP4, M4A) and duration_minutes >= 5 and topic ~ /plan/i and not trashed", {}, true],
  ["(file_type = CHAT or file_type = MP4) and not (topic ~ /plan/)", {}, false],
];

for (const [where, change, taken] of expressions) {
  Deno.test(`match ${taken ? "takes" : "leaves out"} ${JSON.stringify(change)} by: ${where}`, async () => {
    await using trial = await testPlugin(match, { options: { where } });
    assert.equal(await trial.choose(sampleCandidate(change)), taken ? undefined : "match/where");
  });
}

const mistakes: readonly (readonly [where: string, message: RegExp])[] = [
  ["colour = red", /colour[\s\S]*file_type/],
  ["topc ~ /x/", /topic/],
  ["file_type in (MP4", /\)/],
  ["file_type =", /./],
  ["topic ~ /(/", /./],
  ["size > many", /./],
  ["", /./],
  ["file_type = MP4 file_type", /./],
];

for (const [where, message] of mistakes) {
  Deno.test(`match refuses ${JSON.stringify(where)} at the start`, async () => {
    await assert.rejects(testPlugin(match, { options: { where } }), message);
  });
}
