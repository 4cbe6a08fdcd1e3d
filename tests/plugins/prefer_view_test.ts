import assert from "node:assert/strict";
import fc from "fast-check";
import { type RecordingFile, sampleCandidate, testPlugin } from "zoom-extract";
import preferView from "../../plugins/prefer_view.ts";

function video(recordingType: string, changes: Partial<RecordingFile> = {}): RecordingFile {
  return { ...sampleCandidate().file, key: recordingType, recordingType, ...changes };
}

/** Keys of the files that are kept. */
async function kept(files: readonly RecordingFile[], order?: readonly string[]): Promise<string[]> {
  await using trial = await testPlugin(preferView, order ? { options: { order } } : {});
  const keys: string[] = [];
  for (const file of files) {
    const reason = await trial.choose(sampleCandidate({ file }), files);
    if (reason === undefined) keys.push(file.key);
    else assert.equal(reason, "prefer-view/layout");
  }
  return keys;
}

Deno.test("prefer-view keeps the best layout and everything that is no video", async () => {
  const files = [
    video("gallery_view"),
    video("shared_screen_with_speaker_view(CC)"),
    video("active_speaker"),
    video("audio_only", { fileType: "M4A" }),
    video("chat_file", { fileType: "CHAT" }),
  ];
  assert.deepEqual(await kept(files), ["shared_screen_with_speaker_view(CC)", "audio_only", "chat_file"]);
});

Deno.test("prefer-view takes the next best where the best is not there", async () => {
  assert.deepEqual(await kept([video("shared_screen"), video("gallery_view")]), ["gallery_view"]);
});

Deno.test("prefer-view follows the order that is given, and its own behind that", async () => {
  const files = [video("shared_screen_with_speaker_view"), video("active_speaker"), video("gallery_view")];
  assert.deepEqual(await kept(files, ["gallery_view"]), ["gallery_view"]);
  assert.deepEqual(await kept(files.slice(0, 2), ["Gallery_View"]), ["shared_screen_with_speaker_view"]);
});

Deno.test("prefer-view chooses anew for each segment of a recording", async () => {
  const later = { recordingStart: "2024-05-02T15:00:00Z" };
  const files = [
    video("gallery_view"),
    video("active_speaker"),
    video("gallery_view", { ...later, key: "second" }),
  ];
  assert.deepEqual(await kept(files), ["active_speaker", "second"]);
});

Deno.test("prefer-view keeps videos that are no layout, unknown ones, and those without a start", async () => {
  const files = [
    video("active_speaker"),
    video("sign_interpretation"),
    video("hologram_view"),
    video(""),
    video("gallery_view", { recordingStart: "" }),
  ];
  assert.deepEqual(await kept(files), files.map(({ key }) => key));
});

Deno.test("prefer-view lets a type of the given order compete that is no layout otherwise", async () => {
  assert.deepEqual(await kept([video("host_video"), video("active_speaker")], ["host_video"]), [
    "host_video",
  ]);
});

Deno.test("prefer-view leaves nothing out for a layout that cannot be fetched", async () => {
  const processing = video("active_speaker", { status: "processing" });
  const trashed = video("shared_screen_with_speaker_view", { deletedTime: "2024-05-03T00:00:00Z" });
  const keys = await kept([processing, trashed, video("gallery_view")]);
  assert.ok(keys.includes("gallery_view"));
});

Deno.test("prefer-view refuses an empty name and mentions one that it does not know", async () => {
  await assert.rejects(
    () => testPlugin(preferView, { options: { order: "gallery_view,," } }),
    /Cannot use prefer-view\.order "gallery_view,,": a name is empty; there are shared_screen/,
  );
  await using trial = await testPlugin(preferView, { options: { order: ["galery_view"] } });
  assert.match(trial.logged.join("\n"), /warn: "galery_view" of order is no layout/);
});

Deno.test("prefer-view keeps something of every set, and one layout of a complete one", async () => {
  const layouts = ["shared_screen_with_speaker_view", "active_speaker", "gallery_view", "shared_screen"];
  const starts = ["2024-05-02T14:00:10Z", "2024-05-02T15:00:00Z"];
  const set = fc.uniqueArray(
    fc.tuple(fc.constantFrom(...layouts), fc.constantFrom(...starts)),
    { selector: (pair) => pair.join(), maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(set, async (pairs) => {
      const files = pairs.map(([type, recordingStart]) =>
        video(type, { recordingStart, key: `${type}@${recordingStart}` })
      );
      const startsKept = (await kept(files)).map((key) => key.split("@")[1]).sort();
      assert.deepEqual(startsKept, [...new Set(pairs.map(([, start]) => start))].sort());
    }),
    { numRuns: 30 },
  );
});
