import assert from "node:assert/strict";
import { sampleCandidate, testPlugin } from "zoom-extract";
import transcript from "../../plugins/transcript/mod.ts";
import { parseChat } from "../../plugins/transcript/_chat.ts";
import { parseVtt } from "../../plugins/transcript/_vtt.ts";

const vtt = `\uFEFFWEBVTT\r
\r
NOTE made by nobody\r
\r
1\r
00:00:01.000 --> 00:00:03.500\r
Ana Žižek: Good morning &amp; welcome\r
\r
2\r
00:00:04.000 --> 00:00:05.000 align:start\r
Ana Žižek: Let us begin\r
\r
broken --> 00:00\r
nobody hears this\r
\r
01:05.250 --> 01:06.000\r
<v Bo Lindqvist>Fine <i>with</i> me\r
\r
1:00:00.000 --> 1:00:01.000\r
no speaker here\r
`;

const caption = sampleCandidate({ file: { fileType: "TRANSCRIPT", fileExtension: "vtt" } });
const chat = sampleCandidate({ file: { fileType: "CHAT", fileExtension: "txt" } });

Deno.test("a transcript becomes SRT, text with speakers and JSON, and stays as it is", async () => {
  await using trial = await testPlugin(transcript);
  const stored = await trial.store(caption, "m/t_TRANSCRIPT.vtt", vtt);
  assert.deepEqual(await trial.call("afterTransfer", stored), {
    made: ["m/t_TRANSCRIPT.srt", "m/t_TRANSCRIPT.transcript.txt", "m/t_TRANSCRIPT.transcript.json"],
  });
  const read = (ending: string) => Deno.readTextFile(`${trial.dir}/m/t_TRANSCRIPT.${ending}`);
  assert.equal(
    await read("srt"),
    "1\n00:00:01,000 --> 00:00:03,500\nAna Žižek: Good morning & welcome\n\n" +
      "2\n00:00:04,000 --> 00:00:05,000\nAna Žižek: Let us begin\n\n" +
      "3\n00:01:05,250 --> 00:01:06,000\nBo Lindqvist: Fine with me\n\n" +
      "4\n01:00:00,000 --> 01:00:01,000\nno speaker here\n\n",
  );
  assert.equal(
    await read("transcript.txt"),
    "[00:00:01] Ana Žižek\nGood morning & welcome Let us begin\n\n[00:01:05] Bo Lindqvist\nFine with me\n\n" +
      "[01:00:00]\nno speaker here\n",
  );
  const json = JSON.parse(await read("transcript.json"));
  assert.deepEqual(json.speakers, ["Ana Žižek", "Bo Lindqvist"]);
  assert.deepEqual(json.cues[2], {
    start_ms: 65_250,
    end_ms: 66_000,
    speaker: "Bo Lindqvist",
    text: "Fine with me",
  });
  assert.equal(await read("vtt"), vtt);
});

Deno.test("a colon in the middle of a sentence is no speaker", () => {
  const [cue] = parseVtt("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nWe agreed. One thing: money\n");
  assert.deepEqual([cue?.speaker, cue?.text], ["", "We agreed. One thing: money"]);
});

Deno.test("what is no caption at all gives no cues, and no error", () => {
  for (const text of ["", "WEBVTT", "\n\n\n", "{}", "00:00:01.000 --> 00:00:02.000"]) {
    assert.deepEqual(parseVtt(text), []);
  }
});

const lines: readonly (readonly [line: string, from: string, to: string, text: string])[] = [
  ["00:01:02\tAna:\tHello", "Ana", "", "Hello"],
  ["00:01:02\t Ana Žižek : Hello: there", "Ana Žižek", "", "Hello: there"],
  ["00:01:02 From Ana to Everyone:\tHello", "Ana", "Everyone", "Hello"],
  ["14:01:02 From  Ana to  Bo (Direct Message) : psst", "Ana", "Bo (Direct Message)", "psst"],
  ["00:01:02\tno sender", "", "", "no sender"],
  ["2024-05-02 10:00:01 From Ana to Everyone : dated", "Ana", "Everyone", "dated"],
];

for (const [line, from, to, text] of lines) {
  Deno.test(`the chat line ${JSON.stringify(line)} is understood`, () => {
    const [message] = parseChat(line);
    assert.deepEqual([message?.from, message?.to, message?.text], [from, to, text]);
  });
}

Deno.test("a chat becomes readable; lines without a time belong to the message before", async () => {
  await using trial = await testPlugin(transcript);
  const stored = await trial.store(
    chat,
    "m/c_CHAT.txt",
    "00:01:02\tAna:\tone\r\ntwo\r\n00:02:00 From Bo to Ana : hi\r\n",
  );
  assert.deepEqual(await trial.call("afterTransfer", stored), { made: ["m/c_CHAT.readable.txt"] });
  assert.equal(
    await Deno.readTextFile(`${trial.dir}/m/c_CHAT.readable.txt`),
    "[00:01:02] Ana\none\ntwo\n\n[00:02:00] Bo to Ana\nhi\n",
  );
});

Deno.test("formats and chat are options, an unknown format is refused at the start", async () => {
  await using trial = await testPlugin(transcript, { options: { formats: ["srt"], chat: false } });
  const made = await trial.call("afterTransfer", await trial.store(caption, "m/a.vtt", vtt));
  assert.deepEqual(made, { made: ["m/a.srt"] });
  assert.deepEqual(await trial.call("afterTransfer", await trial.store(chat, "m/a.txt", "x")), {});
  await assert.rejects(
    testPlugin(transcript, { options: { formats: ["docx"] } }),
    /no format "docx".*srt, txt, json/,
  );
});

Deno.test("a file that the plugin did not make is never written over", async () => {
  await using trial = await testPlugin(transcript, { options: { formats: ["srt"] } });
  const stored = await trial.store(caption, "m/a.vtt", vtt);
  await Deno.writeTextFile(`${trial.dir}/m/a.srt`, "my own");
  await assert.rejects(
    trial.call("afterTransfer", stored),
    /a file that this plugin did not make has that name/,
  );
  assert.equal(await Deno.readTextFile(`${trial.dir}/m/a.srt`), "my own");
});

Deno.test("a name of 255 bytes is shortened, and the hook may come twice", async () => {
  await using trial = await testPlugin(transcript, { options: { formats: ["txt"] } });
  const stored = await trial.store(caption, `m/${"ž".repeat(125)}.vtt`, vtt);
  const first = await trial.call("afterTransfer", stored);
  assert.deepEqual(await trial.call("afterTransfer", stored), first);
  assert.match(first.made?.[0] ?? "", /^m\/ž+~[0-9a-f]{16}\.transcript\.txt$/);
});
