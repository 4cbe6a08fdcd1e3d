import assert from "node:assert/strict";
import { readName } from "../../src/pipeline/adopt/name.ts";

const utc = (iso: string, spanS: 1 | 60 = 1) => [{ wallS: Date.parse(iso) / 1000, zone: 0, spanS }];
const wall = (iso: string, spanS: 1 | 60 = 1) => [{ wallS: Date.parse(iso) / 1000, zone: "unknown", spanS }];
const second = "2024-05-02T22:30:10Z";
const minute = "2024-05-02T22:30:00Z";

Deno.test.each([
  { path: "GMT20240502-223010_Recording_1920x1080.mp4", times: utc(second), kind: {} },
  {
    path: "GMT20240502-223010_Recording_gallery_1920x1080.mp4",
    times: utc(second),
    kind: { recordingTypes: ["shared_screen_with_gallery_view", "gallery_view"] },
  },
  {
    path: "GMT20240502-223010_Recording_gvo_1280x720.mp4",
    times: utc(second),
    kind: { recordingTypes: ["gallery_view"] },
  },
  {
    path: "GMT20240502-223010_Recording_as_1920x1080.mp4",
    times: utc(second),
    kind: { recordingTypes: ["active_speaker", "speaker_view"] },
  },
  {
    path: "GMT20240502-223010_Recording.transcript.vtt",
    times: utc(second),
    kind: { fileTypes: ["TRANSCRIPT"] },
  },
  { path: "GMT20240502-223010_Recording.cc.vtt", times: utc(second), kind: { fileTypes: ["CC"] } },
  {
    path: "GMT20240502-223010_RecordingnewChat.txt",
    times: utc(second),
    kind: { fileTypes: ["CHAT", "CHAT_MESSAGE"] },
  },
  { path: "GMT20240502-223010_Recording.m4a", times: utc(second), kind: { fileTypes: ["M4A"] } },
  { path: "GMT20240502-223010_Recording_1920x1080 (1).mp4", times: utc(second), kind: {} },
  { path: "Sales sync GMT20240502-223010_Recording_640x360.mp4", times: utc(second), kind: {} },
  {
    path:
      "2024.05.02 - 10.30 PM UTC - Sales - Shared Screen With Speaker View - 8CBAFF24-D3F4-80C1-B690-2BC8951E028F.mp4",
    times: utc(minute, 60),
    kind: { recordingTypes: ["shared_screen_with_speaker_view"] },
  },
  {
    path: "2024.05.02-18.30-0400-Sales-Audio Only.m4a",
    times: [{ wallS: Date.parse("2024-05-02T18:30:00Z") / 1000, zone: -14_400, spanS: 60 }],
    kind: { fileTypes: ["M4A"] },
  },
  {
    path: "ana@example.test/sales/sales__2024-05-02t223010z__gallery_view.mp4",
    times: utc(second),
    kind: { recordingTypes: ["gallery_view"] },
  },
  {
    path: "sales__2024-05-02t223010z__shared_screen_with_speaker_viewcc.mp4",
    times: utc(second),
    kind: { recordingTypes: ["shared_screen_with_speaker_view"] },
  },
  {
    path: "ana@example.test/20240502_223000Z_Plan_81234567890/20240502_223010Z_TRANSCRIPT.vtt",
    times: utc(second),
    kind: { fileTypes: ["TRANSCRIPT"] },
  },
  {
    path: "20240502_223010Z_MP4_gallery_view.mp4",
    times: utc(second),
    kind: { recordingTypes: ["gallery_view"] },
  },
  { path: "2024-05-02T22:30:10Z.mp4", times: utc(second), kind: {} },
  { path: "2024-05-02 22.30.10 Plan 81234567890/video1.mp4", times: wall(second), kind: {} },
  { path: "2024-05-02_22-30 Plan.mp4", times: wall(minute, 60), kind: {} },
  { path: "Plan 2024-05-02 at 22h30.mp4", times: wall(minute, 60), kind: {} },
])("readName() of $path", ({ path, times, kind }) => {
  const clues = readName(path.split("/"));
  assert.deepEqual(clues.times, times);
  assert.deepEqual(clues.kind, kind);
});

Deno.test.each([
  { name: "2024-05-02.mp4", why: "a day alone" },
  { name: "2024-05-02_1920x1080.mp4", why: "the size of a picture" },
  { name: "2024-13-02 10.30.00.mp4", why: "no month" },
  { name: "2024-02-30 10.30.00.mp4", why: "no day" },
  { name: "2024-05-02 25.30.00.mp4", why: "no hour" },
  { name: "2024.05.02 - 13.30 PM UTC.mp4", why: "no hour of a half day" },
  { name: "video1234567890.mp4", why: "a number" },
  { name: "120240502_223010.mp4", why: "the end of a longer number" },
  { name: "20240502_2230101.mp4", why: "a number that goes on" },
  { name: "1999-05-02 10.30.00.mp4", why: "before Zoom" },
])("readName() sees no time in $name: $why", ({ name }) => assert.deepEqual(readName([name]).times, []));

Deno.test("readName() takes the times of the folders where the name has none", () => {
  assert.deepEqual(readName(["2024.05.02 - 10.30 PM UTC", "audio.m4a"]).times, utc(minute, 60));
  assert.deepEqual(readName(["2023-01-01 10.00.00", "20240502_223010Z.m4a"]).times, utc(second));
});

Deno.test("readName() finds ids of files, numbers and uuids of meetings", () => {
  const guid = "8CBAFF24-D3F4-80C1-B690-2BC8951E028F";
  const named = readName(["a - MP4 - " + guid + " (2).mp4"]);
  assert.equal(named.ids[0], guid);
  assert.ok(named.bearsId);
  assert.ok(!readName(["GMT20240502-223010_Recording.mp4"]).bearsId);
  assert.deepEqual(readName(["Plan_81234567890", "x.mp4"]).meetingIds, ["81234567890"]);
  assert.deepEqual(readName(["1234567890123456", "x.mp4"]).meetingIds, []);
  assert.deepEqual(readName(["4444AAAiAAAAAiAiAiiAii==", "x.mp4"]).uuidSlugs, ["4444AAAiAAAAAiAiAiiAii"]);
  assert.deepEqual(readName(["%2F444AAAiAAAAAiAiAiiAi%2F%3D%3D", "x.mp4"]).uuidSlugs, [
    "444AAAiAAAAAiAiAiiAi",
  ]);
});

Deno.test.each(["x.mp4.part", "x.crdownload", "x.mp4.tmp", "Unconfirmed 1.download"])(
  "readName() knows %s for a download that did not end",
  (name) => assert.ok(readName([name]).isUnfinished),
);
