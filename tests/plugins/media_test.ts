import assert from "node:assert/strict";
import { join } from "node:path";
import { type Candidate, type PluginTrial, sampleCandidate, type StoredFile, testPlugin } from "zoom-extract";
import mediaCheck from "../../plugins/media_check.ts";
import transcode from "../../plugins/transcode/mod.ts";
import { isProgram } from "../../plugins/_program.ts";
import { makeMedia, testWith } from "./_tools.ts";

const programs = ["ffmpeg", "ffprobe"];
const hostile = `-i; rm -rf %d 'x' "y" $(z).mp4`;

async function namesIn(dir: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
}

/** A candidate that lasts `seconds`. */
function lasting(seconds: number, type: "MP4" | "M4A" = "MP4"): Candidate {
  const end = new Date(Date.parse("2024-05-02T14:00:00Z") + seconds * 1000).toISOString();
  return sampleCandidate({
    file: {
      fileType: type,
      fileExtension: type.toLowerCase(),
      recordingStart: "2024-05-02T14:00:00Z",
      recordingEnd: end,
    },
  });
}

async function media(
  trial: PluginTrial,
  path: string,
  { candidate = lasting(2), kind = "video" as "video" | "audio" } = {},
): Promise<StoredFile> {
  const stored = await trial.store(candidate, path, "");
  await makeMedia(stored.path, 2, kind);
  return stored;
}

await testWith(programs, "media-check lets good media pass, also under a hostile name", async () => {
  await using trial = await testPlugin(mediaCheck, { options: { decode: true } });
  assert.deepEqual(await trial.call("afterTransfer", await media(trial, `m/${hostile}`)), {});
  const chat = sampleCandidate({ file: { fileType: "CHAT", fileExtension: "txt" } });
  assert.deepEqual(await trial.call("afterTransfer", await trial.store(chat, "m/c.txt", "no media")), {});
});

await testWith(
  programs,
  "media-check rejects what cannot be opened, what is too short, and what cannot be decoded",
  async () => {
    await using trial = await testPlugin(mediaCheck, { options: { decode: true } });
    const noise = await trial.store(lasting(2), "m/noise.mp4", "no video at all");
    assert.match((await trial.call("afterTransfer", noise)).reject ?? "", /./);
    const short = await media(trial, "m/short.mp4", { candidate: lasting(600) });
    assert.match((await trial.call("afterTransfer", short)).reject ?? "", /plays 2\.\d s, and 600 s/);
    const torn = await media(trial, "m/torn.mp4");
    const bytes = await Deno.readFile(torn.path);
    bytes.fill(0x55, 600, Math.floor(bytes.length / 2));
    await Deno.writeFile(torn.path, bytes);
    assert.match((await trial.call("afterTransfer", torn)).reject ?? "", /./);
  },
);

await testWith(
  programs,
  "transcode makes an MP3 beside the audio, tells how far it is, and has nothing to do again",
  async () => {
    await using trial = await testPlugin(transcode, { options: { preset: "mp3" } });
    const stored = await media(trial, "m/sound.m4a", { candidate: lasting(2, "M4A"), kind: "audio" });
    const progress: number[] = [];
    const result = await trial.call("afterTransfer", stored, (fraction) => void progress.push(fraction));
    assert.deepEqual(result, { made: ["m/sound.mp3"] });
    assert.ok(progress.length > 0 && progress.every((fraction) => fraction >= 0 && fraction <= 1));
    const first = await Deno.stat(join(trial.dir, "m/sound.mp3"));
    assert.ok(first.size > 1000);
    await trial.call("afterTransfer", stored);
    assert.deepEqual((await Deno.stat(join(trial.dir, "m/sound.mp3"))).mtime, first.mtime);
    assert.deepEqual(await namesIn(join(trial.dir, "m")), [
      "sound.m4a",
      "sound.mp3",
    ]);
  },
);

await testWith(programs, "transcode replaces the original only once the new file plays as long", async () => {
  await using trial = await testPlugin(transcode, { options: { preset: "720p-h264", replace: true } });
  const stored = await media(trial, `m/${hostile}`);
  const made = `m/${hostile.replace(/\.mp4$/, ".720p.mp4")}`;
  assert.deepEqual(await trial.call("afterTransfer", stored), { made: [made], replacedBy: made });
  await assert.rejects(Deno.stat(stored.path), Deno.errors.NotFound);
  // A stop before the row knew of it: the call comes again, and the original is gone.
  assert.deepEqual(await trial.call("afterTransfer", stored), { made: [made], replacedBy: made });

  await using cutting = await testPlugin(transcode, {
    options: { args: ["-t", "0.5", "-codec", "copy"], extension: "cut.mp4", replace: true },
  });
  const kept = await media(cutting, "m/long.mp4", { candidate: lasting(2) });
  await makeMedia(kept.path, 4);
  await assert.rejects(cutting.call("afterTransfer", kept), /does not play as long/);
  assert.deepEqual(await namesIn(join(cutting.dir, "m")), ["long.mp4"]);
});

await testWith(programs, "transcode tells what ffmpeg says, and leaves nothing half made", async () => {
  await using trial = await testPlugin(transcode, {
    options: { args: ["-codec:a", "no-such-codec"], extension: "x.mp4" },
  });
  const stored = await media(trial, "m/v.mp4");
  await assert.rejects(trial.call("afterTransfer", stored), /ffmpeg ended with \d+: .*no-such-codec/);
  assert.deepEqual(await namesIn(join(trial.dir, "m")), ["v.mp4"]);
});

await testWith(
  programs,
  "transcode takes no file of Zoom's for its own, and leaves alone what has no sound",
  async () => {
    await using trial = await testPlugin(transcode, { options: { preset: "m4a", replace: true } });
    const stored = await media(trial, "m/talk.mp4");
    await Deno.writeTextFile(join(trial.dir, "m", "talk.m4a"), "Zoom's own sound");
    await Deno.writeTextFile(join(trial.dir, "m", "talk.audio.m4a"), "somebody else's");
    await assert.rejects(trial.call("afterTransfer", stored), /did not make has that name/);
    assert.deepEqual(await namesIn(join(trial.dir, "m")), ["talk.audio.m4a", "talk.m4a", "talk.mp4"]);

    const silent = await trial.store(lasting(2), "m/silent.mp4", "");
    const picture = ["-f", "lavfi", "-i", "testsrc=size=130x101:rate=10:duration=2", "-pix_fmt", "yuv444p"];
    await new Deno.Command("ffmpeg", { args: ["-v", "error", "-y", ...picture, silent.path], stdin: "null" })
      .output();
    assert.deepEqual(await trial.call("afterTransfer", silent), {});
    await using odd = await testPlugin(transcode, { options: { preset: "720p-h264" } });
    const copy = await odd.store(lasting(2), "m/odd.mp4", await Deno.readFile(silent.path));
    assert.deepEqual(await odd.call("afterTransfer", copy), { made: ["m/odd.720p.mp4"] });
  },
);

await testWith(programs, "transcode makes it anew when the original is another one", async () => {
  await using trial = await testPlugin(transcode, { options: { preset: "mp3" } });
  const candidate = lasting(2, "M4A");
  const first = await media(trial, "m/s.m4a", { candidate, kind: "audio" });
  await trial.call("afterTransfer", first);
  const made = join(trial.dir, "m/s.mp3");
  const before = (await Deno.stat(made)).size;
  await makeMedia(first.path, 5, "audio");
  await trial.call("afterTransfer", { ...first, receipt: { ...first.receipt, sha256: "1".repeat(64) } });
  assert.ok((await Deno.stat(made)).size > before * 1.5);
});

Deno.test("media-check does not reject a file that is not there", async () => {
  const missing = {
    ...sampleCandidate(),
    path: "/nowhere/x.mp4",
    relativePath: "x.mp4",
    receipt: { sizeBytes: 1, sha256: "" },
  };
  const isThere = await isProgram("ffprobe");
  if (!isThere) return await assert.rejects(testPlugin(mediaCheck));
  await using trial = await testPlugin(mediaCheck);
  await assert.rejects(trial.call("afterTransfer", missing), /x\.mp4/);
});

const wrongOptions: readonly (readonly [options: Record<string, unknown>, message: RegExp])[] = [
  [{}, /either preset or args/],
  [{ preset: "mp3", args: ["-an"] }, /either preset or args/],
  [{ args: ["-an"] }, /extension "" is none/],
  [{ args: ["-an"], extension: "../x" }, /extension "\.\.\/x" is none/],
  [{ preset: "mp4" }, /720p-h264|transcode\.preset/],
];

for (const [options, message] of wrongOptions) {
  Deno.test(`transcode refuses the options ${JSON.stringify(options)} at the start`, async () => {
    await assert.rejects(testPlugin(transcode, { options }), message);
  });
}

Deno.test("a missing ffmpeg is said at the start, with how to get it", async () => {
  const path = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", "/nowhere");
  try {
    await assert.rejects(testPlugin(mediaCheck), /"ffprobe" is not installed.*apt install ffmpeg/);
    await assert.rejects(testPlugin(transcode, { options: { preset: "mp3" } }), /"ffmpeg" is not installed/);
  } finally {
    Deno.env.set("PATH", path);
  }
});
