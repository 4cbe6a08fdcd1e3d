import assert from "node:assert/strict";
import type { SheetRow } from "../../src/inventory/adopt/mod.ts";
import { readName } from "../../src/pipeline/adopt/name.ts";
import { compareSize, kindFits, startsWhen, unusable, windowOf } from "../../src/pipeline/adopt/rules.ts";

const row = (change: Partial<SheetRow> = {}): SheetRow => ({
  file_key: "k",
  file_id: "k",
  meeting_uuid: "u==",
  meeting_id: "81234567890",
  meeting_start: "2024-05-02T22:30:00Z",
  timezone: "Europe/Ljubljana",
  file_type: "MP4",
  recording_type: "gallery_view",
  file_extension: "mp4",
  recording_start: "2024-05-02T22:30:10Z",
  size: 1000,
  status: "pending",
  reason: null,
  path: "a/b.mp4",
  ...change,
});

Deno.test.each([
  { name: "GMT20240502-223010.mp4", fits: true, why: "the recording's start" },
  { name: "GMT20240502-223000.mp4", fits: true, why: "the meeting's start" },
  { name: "GMT20240502-223012.mp4", fits: true, why: "two seconds off" },
  { name: "GMT20240502-223013.mp4", fits: false, why: "three seconds off" },
  { name: "2024.05.02 - 10.30 PM UTC.mp4", fits: true, why: "the minute" },
  { name: "2024.05.02 - 10.31 PM UTC.mp4", fits: false, why: "the next minute" },
  { name: "2024.05.02 - 10.29 PM UTC.mp4", fits: false, why: "the minute before" },
  { name: "2024-05-02 22.30.10.mp4", fits: true, why: "no zone, as UTC" },
  { name: "2024-05-03 00.30.10.mp4", fits: true, why: "no zone, as the meeting's, in summer" },
  { name: "2024-05-02 23.30.10.mp4", fits: false, why: "no zone, the meeting's in winter" },
  { name: "2024-05-02 18.30.10.mp4", fits: true, why: "no zone, as this machine's" },
  { name: "2024-05-02 20.30.10.mp4", fits: false, why: "no zone, a zone of nobody's" },
  { name: "2024-05-02 18.30-0400.mp4", fits: true, why: "a stated zone" },
  { name: "2024-05-02 22.30-0400.mp4", fits: false, why: "a stated zone that is not UTC" },
  { name: "20240503_003010Z.mp4", fits: false, why: "stated as UTC, in the meeting's zone" },
])("startsWhen() of $name is $fits: $why", ({ name, fits }) => {
  const [clue] = readName([name]).times;
  assert.ok(clue);
  assert.equal(startsWhen(clue, row(), "America/New_York"), fits);
  if (!fits) return;
  const { fromS, toS } = windowOf(clue);
  const startsS = [row().recording_start, row().meeting_start].map((iso) => Date.parse(iso) / 1000);
  assert.ok(startsS.some((startS) => startS >= fromS && startS <= toS), "the query finds it");
});

Deno.test("startsWhen() knows nothing of a zone that does not exist, nor of a meeting without a start", () => {
  const [clue] = readName(["2024-05-03 00.30.10.mp4"]).times;
  assert.ok(clue);
  assert.equal(startsWhen(clue, row({ timezone: "Mars/Olympus" }), "Nowhere"), false);
  assert.equal(startsWhen(clue, row({ recording_start: "", meeting_start: "" }), "UTC"), false);
});

Deno.test.each([
  { size: 1000, listed: 1000, is: "exact" },
  { size: 1000, listed: null, is: "unknown" },
  { size: 1000, listed: 0, is: "unknown" },
  { size: 1000, listed: 1200, is: "near" },
  { size: 1_000_000_000, listed: 1_000_300_000, is: "near" },
  { size: 1_000_000_000, listed: 1_002_000_000, is: "wrong" },
  { size: 100_000, listed: 200_000, is: "wrong" },
])(
  "compareSize($size, $listed) is $is",
  ({ size, listed, is }) => assert.equal(compareSize(size, listed), is),
);

Deno.test.each([
  { name: "x__gallery_view.mp4", fits: "yes" },
  { name: "x__gallery_viewcc.mp4", fits: "yes" },
  { name: "x__speaker_view.mp4", fits: "no" },
  { name: "x_Recording_gallery_1x1.mp4", fits: "yes" },
  { name: "x_Recording_1x1.mp4", fits: "unsaid" },
])("kindFits() of $name is $fits", ({ name, fits }) => {
  assert.equal(kindFits(readName([name]).kind, row({ recording_type: "gallery_view(CC)" })), fits);
});

Deno.test.each([
  { status: "pending", usable: true },
  { status: "failed", usable: true },
  { status: "gone", usable: true },
  { status: "skipped", usable: false },
  { status: "not_ready", usable: false },
  { status: "in_trash", usable: false },
])("a recording that is $status can be taken over: $usable", ({ status, usable }) => {
  assert.equal(unusable(row({ status })) === undefined, usable);
  assert.ok(unusable(row({ path: null })));
});
