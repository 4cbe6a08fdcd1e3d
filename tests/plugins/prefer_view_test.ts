import assert from "node:assert/strict";
import { type Candidate, sampleCandidate, testPlugin } from "zoom-extract";
import preferView from "../../plugins/prefer_view.ts";

const first = "2024-05-02T14:00:10Z";
const second = "2024-05-02T15:00:10Z";

function view(
  recordingType: string,
  recordingStart = first,
  change: Partial<Candidate["file"]> = {},
): Candidate {
  const key = `${recordingType} ${recordingStart}`;
  return sampleCandidate({ file: { key, recordingType, recordingStart, ...change } });
}

async function taken(
  candidates: readonly Candidate[],
  options: Record<string, unknown> = {},
): Promise<string[]> {
  await using trial = await testPlugin(preferView, { options });
  const siblings = candidates.map(({ file }) => file);
  const kept: string[] = [];
  for (const candidate of candidates) {
    if (await trial.choose(candidate, siblings) === undefined) kept.push(candidate.file.key);
  }
  return kept;
}

const keyOf = (recordingType: string, start = first) => `${recordingType} ${start}`;

Deno.test("prefer-view keeps the best layout of each recording, and whatever is no layout", async () => {
  const audio = sampleCandidate({
    file: { key: "audio", fileType: "M4A", fileExtension: "m4a", recordingType: "audio_only" },
  });
  const candidates = [
    view("gallery_view"),
    view("shared_screen_with_speaker_view(CC)"),
    view("active_speaker"),
    view("gallery_view", second),
    audio,
  ];
  assert.deepEqual(await taken(candidates), [
    keyOf("shared_screen_with_speaker_view(CC)"),
    keyOf("gallery_view", second),
    "audio",
  ]);
});

Deno.test("prefer-view goes by the order that is asked for", async () => {
  const candidates = [view("gallery_view"), view("active_speaker"), view("shared_screen_with_speaker_view")];
  assert.deepEqual(await taken(candidates, { order: ["gallery_view"] }), [keyOf("gallery_view")]);
});

Deno.test("prefer-view lets no view that is not to be had keep another one away", async () => {
  const candidates = [
    view("gallery_view"),
    view("shared_screen_with_speaker_view", first, { status: "processing" }),
  ];
  assert.ok((await taken(candidates)).includes(keyOf("gallery_view")));
});
