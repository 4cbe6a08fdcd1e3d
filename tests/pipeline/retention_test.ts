import assert from "node:assert/strict";
import { purgeDay } from "../../src/core/retention.ts";
import { listedFile, listedMeeting, PipelineUnderTest } from "./_support.ts";

function notice(pipeline: PipelineUnderTest, code: string): { level: string; message: string } | undefined {
  const event = pipeline.events.find((event) => event.type === "notice" && event.code === code);
  return event?.type === "notice" ? { level: event.level, message: event.message } : undefined;
}

const dates: readonly (readonly [string, boolean])[] = [
  ["2024-06-29", true],
  ["2024-07-07", true],
  ["2024-07-08", false],
];

Deno.test.each(dates)("a file not held that Zoom deletes on %s is warned of: %s", async (day, expected) => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("m==", { autoDeleteDate: day, topic: "Board" })];
  await pipeline.run({ types: ["MP4"] });
  assert.equal(notice(pipeline, "expiring") !== undefined, expected);
  if (expected) {
    assert.match(notice(pipeline, "expiring")?.message ?? "", /1 file .* "Board" of ana@example\.test/);
  }
  await pipeline.run();
  assert.equal(notice(pipeline, "expiring"), undefined, "held by now");
});

Deno.test("what lies in the trash is reported with the days on which it is purged, the urgent as a warning", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const trashed = (key: string, deletedTime: string) =>
    listedMeeting(key, { topic: key, files: [listedFile(key, { deletedTime })] });
  pipeline.account.trash = [
    trashed("later", "2024-06-25T08:00:00Z"),
    trashed("soon", "2024-06-03T08:00:00Z"),
    trashed("also soon", "2024-06-03T09:00:00Z"),
  ];
  await pipeline.run({ includeTrash: true });
  assert.deepEqual(notice(pipeline, "in_trash"), {
    level: "warning",
    message: "In the trash and not held: 3 files; Zoom purges 2 on 2024-07-03, 1 on 2024-07-25; " +
      'the first is "soon" of ana@example.test',
  });
});

Deno.test("trash that stays for weeks, or without a date, is told without alarm", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.trash = [listedMeeting("undated")];
  await pipeline.run({ includeTrash: true });
  assert.deepEqual(notice(pipeline, "in_trash"), {
    level: "info",
    message: "In the trash and not held: 1 file",
  });
});

Deno.test("purgeDay() is 30 days after the deletion, and nothing without one", () => {
  assert.equal(purgeDay("2024-06-03T08:00:00Z"), "2024-07-03");
  assert.deepEqual([purgeDay(null), purgeDay(""), purgeDay("soon")], [undefined, undefined, undefined]);
});
