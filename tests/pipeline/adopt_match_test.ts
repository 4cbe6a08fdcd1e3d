import assert from "node:assert/strict";
import fc from "fast-check";
import type { ListedMeeting } from "../../src/core/recording.ts";
import { AdoptUnderTest, meetingOf, sha256, StorageAccount, told } from "./_adopt_support.ts";

const start = "2024-06-20T10:00:05Z";
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** An account with one meeting of chats that hold these texts, at one start. */
function chats(texts: readonly string[], sizes: readonly (number | undefined)[] = []): StorageAccount {
  const meeting = meetingOf(
    "m",
    start,
    texts.map((text, i) => {
      const size = i in sizes ? sizes[i] : text.length;
      return size === undefined ? {} : { listedSizeBytes: size };
    }),
  );
  return new StorageAccount([meeting], new Map(texts.map((text, i) => [`m-${i}`, bytesOf(text)])));
}

const mp4 = { fileType: "MP4", recordingType: "gallery_view", fileExtension: "mp4" };

Deno.test("a medium of the right size and start is taken over without a question", async () => {
  await using test = await AdoptUnderTest.create();
  const video = bytesOf("....ftypmp42");
  await test.write({ "GMT20240620-100005_Recording_1920x1080.mp4": video });
  const meeting = meetingOf("m", start, [{ ...mp4, listedSizeBytes: video.length }]);
  const account = new StorageAccount([meeting], new Map([["m-0", video]]));
  const { rows, held, exitCode } = await test.adopt(account);
  assert.deepEqual(rows.map(({ status }) => status), ["adopted"]);
  assert.deepEqual([...held], [["m-0", sha256(video)]]);
  assert.deepEqual(account.opened, []);
  assert.equal(exitCode, 0);
});

Deno.test("a text is held against Zoom's whatever its size and name say", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ "GMT20240620-100005_RecordingnewChat.txt": "world" });
  const { rows } = await test.adopt(chats(["hello"]));
  assert.deepEqual(rows.map(({ status, why }) => [status, why]), [
    ["refused", "its bytes are not those of the recording"],
  ]);
});

Deno.test("two files that fit one recording are both left alone, and each names the other", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({
    "a/GMT20240620-100005_RecordingnewChat.txt": "hello",
    "b/GMT20240620-100005_RecordingnewChat.txt": "hello",
  });
  const { rows, held } = await test.adopt(chats(["hello"]));
  assert.deepEqual(told(rows), [
    [
      "a/GMT20240620-100005_RecordingnewChat.txt",
      "unmatched",
      '"b/GMT20240620-100005_RecordingnewChat.txt" fits the same recording',
    ],
    [
      "b/GMT20240620-100005_RecordingnewChat.txt",
      "unmatched",
      '"a/GMT20240620-100005_RecordingnewChat.txt" fits the same recording',
    ],
  ]);
  assert.equal(held.size, 0);
});

Deno.test("an id in the name beats a start", async () => {
  await using test = await AdoptUnderTest.create();
  const guid = "8cbaff24-d3f4-80c1-b690-2bc8951e028f";
  const meeting = meetingOf("m", start, [{ key: guid, id: guid, listedSizeBytes: 5 }]);
  await test.write({ [`Plan - Chat File - ${guid}.txt`]: "hello", "2024-06-20 10.00.05.txt": "hello" });
  const { rows } = await test.adopt(new StorageAccount([meeting], new Map([[guid, bytesOf("hello")]])));
  assert.deepEqual(told(rows).map(([path, status]) => [path, status]), [
    ["2024-06-20 10.00.05.txt", "unmatched"],
    [`Plan - Chat File - ${guid}.txt`, "adopted"],
  ]);
});

Deno.test("a file with an id that Zoom does not list is not taken for another of the same start", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ "2024-06-20 10.00.05 - 8cbaff24-d3f4-80c1-b690-2bc8951e028f.txt": "hello" });
  const { rows } = await test.adopt(chats(["hello"]));
  assert.deepEqual(rows.map(({ why }) => why), ["Zoom lists no recording with the id in its name"]);
});

Deno.test("recordings of one size and start are told apart by their bytes", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ "2024-06-20 10.00.05 x.txt": "hello", "2024-06-20 10.00.05 y.txt": "world" });
  const account = chats(["world", "hello"]);
  const { rows, held } = await test.adopt(account);
  assert.deepEqual(rows.map(({ file_key }) => file_key), ["m-1", "m-0"]);
  assert.equal(held.get("m-0"), sha256(bytesOf("world")));
  assert.ok(account.opened.length > 0);
});

Deno.test.each([{ other: 12 }, { other: undefined }])(
  "a medium with a twin elsewhere, listed with $other bytes, is not believed its name",
  async ({ other }) => {
    await using test = await AdoptUnderTest.create();
    const [mine, theirs] = [bytesOf("....ftyphere"), bytesOf("....ftypelse")];
    const size = other === undefined ? {} : { listedSizeBytes: other };
    const meetings = [
      meetingOf("m", start, [{ ...mp4, listedSizeBytes: 12 }]),
      meetingOf("n", "2024-06-21T10:00:05Z", [{ ...mp4, ...size }]),
    ];
    await test.write({ "GMT20240620-100005_Recording_1920x1080.mp4": theirs });
    const bytes = new Map([["m-0", mine], ["n-0", theirs]]);
    const { rows, held } = await test.adopt(new StorageAccount(meetings, bytes));
    assert.deepEqual(told(rows).map(([, ...rest]) => rest), [
      ["refused", "its bytes are not those of the recording"],
    ]);
    assert.equal(held.size, 0);
  },
);

Deno.test("recordings with the same bytes stay ambiguous", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ "2024-06-20 10.00.05 x.txt": "hello" });
  const { rows } = await test.adopt(chats(["hello", "hello"]));
  assert.deepEqual(rows.map(({ why }) => why), ["it fits 2 recordings with the same bytes"]);
});

Deno.test.each([
  { listed: undefined, content: "hello", status: "adopted" },
  { listed: 0, content: "hello", status: "adopted" },
  { listed: 7, content: "hello", status: "adopted" },
  { listed: undefined, content: "hell", status: "refused" },
  { listed: 7, content: "helloooo", status: "refused" },
  { listed: 7, content: "hel", status: "refused" },
  { listed: 50_000, content: "hello", status: "refused" },
])(
  "Zoom says $listed bytes and has 5: a file with $content is $status",
  async ({ listed, content, status }) => {
    await using test = await AdoptUnderTest.create();
    await test.write({ "GMT20240620-100005_RecordingnewChat.txt": content });
    const account = chats(["hello"], [listed]);
    const { rows, held } = await test.adopt(account);
    assert.equal(rows[0]?.status, status);
    assert.equal(held.size, status === "adopted" ? 1 : 0);
    // So far off that no question is worth it.
    assert.equal(account.opened.length > 0, listed !== 50_000);
  },
);

Deno.test("a file that ends in zeros, as a reserved one does, is held against Zoom's", async () => {
  await using test = await AdoptUnderTest.create();
  const size = 100_000;
  const whole = new Uint8Array(size).fill(7);
  whole.set(bytesOf("....ftypmp42"));
  const reserved = whole.slice().fill(0, 10_000);
  const meeting = meetingOf("m", start, [{ ...mp4, listedSizeBytes: size }]);
  await test.write({ "GMT20240620-100005_Recording_1920x1080.mp4": reserved });
  const { rows } = await test.adopt(new StorageAccount([meeting], new Map([["m-0", whole]])));
  assert.deepEqual(rows.map(({ status, why }) => [status, why]), [
    ["refused", "its bytes are not those of the recording"],
  ]);
});

Deno.test("when Zoom cannot be asked, nothing is taken over", async () => {
  await using test = await AdoptUnderTest.create();
  await test.write({ "GMT20240620-100005_RecordingnewChat.txt": "hello" });
  const account = chats(["hello"], [undefined]);
  account.onOpen = () => {
    throw new TypeError("no line");
  };
  const { rows, held } = await test.adopt(account);
  assert.deepEqual(rows.map(({ status, why }) => [status, why]), [
    ["unmatched", "Zoom could not be asked: no line"],
  ]);
  assert.equal(held.size, 0);
});

Deno.test("a number of a known meeting in the path binds a file to that meeting", async () => {
  await using test = await AdoptUnderTest.create();
  const meetings: ListedMeeting[] = [
    { ...meetingOf("m", start, [{ listedSizeBytes: 5 }]), id: "81111111111" },
    { ...meetingOf("n", "2024-06-21T10:00:05Z", [{ listedSizeBytes: 9 }]), id: "82222222222" },
  ];
  const bytes = new Map([["m-0", bytesOf("hello")], ["n-0", bytesOf("something")]]);
  await test.write({ "Plan 82222222222/2024-06-20 10.00.05.txt": "hello" });
  const { rows } = await test.adopt(new StorageAccount(meetings, bytes));
  assert.deepEqual(rows.map(({ why }) => why), ["the recordings that start then are of another meeting"]);
});

const kinds = [
  { fileType: "CHAT", recordingType: "chat_file", fileExtension: "txt", head: "" },
  { fileType: "TRANSCRIPT", recordingType: "audio_transcript", fileExtension: "vtt", head: "WEBVTT\n" },
  { fileType: "MP4", recordingType: "gallery_view", fileExtension: "mp4", head: "....ftyp" },
  { fileType: "MP4", recordingType: "speaker_view", fileExtension: "mp4", head: "....ftyp" },
] as const;

/** Few starts, few sizes, few kinds: as many twins as can be. */
const recordings = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    second: fc.integer({ min: 0, max: 2 }),
    size: fc.integer({ min: 10, max: 13 }),
    filler: fc.integer({ min: 0, max: 2 }),
    listsSize: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

/** A found file: the bytes of one recording under the name of one, maybe another; cut short; under another tool's name. */
const files = fc.array(
  fc.record({
    bytesOf: fc.nat(),
    nameOf: fc.nat(),
    isOwn: fc.boolean(),
    cut: fc.constantFrom(0, 0, 0, 1),
    naming: fc.integer({ min: 0, max: 4 }),
  }),
  { maxLength: 8 },
);

Deno.test("whatever names the files of a folder bear, what is taken over is what Zoom has", async () => {
  let takenOver = 0;
  await fc.assert(
    fc.asyncProperty(recordings, files, async (listed, found) => {
      await using test = await AdoptUnderTest.create();
      const contents = listed.map(({ kind, size, filler }) => bytesOf(kind.head.padEnd(size, "abc"[filler])));
      const isoOf = (second: number) => `2024-06-20T10:00:0${second * 4}Z`;
      const guidOf = (i: number) => `8cbaff24-d3f4-80c1-b690-00000000000${i}`;
      const meetings = listed.map(({ kind, second, listsSize }, i) => {
        const { head: _head, ...told } = kind;
        const id = guidOf(i);
        const size = listsSize ? { listedSizeBytes: contents[i]?.length ?? 0 } : {};
        return meetingOf(`m${i}`, isoOf(second), [{ ...told, key: id, id, ...size }]);
      });
      const namings = [
        (i: number) => `x - ${guidOf(i)}`,
        (i: number) => `GMT20240620-10000${(listed[i]?.second ?? 0) * 4}_Recording_1920x1080`,
        (i: number) =>
          `plan__${isoOf(listed[i]?.second ?? 0).toLowerCase()}__${listed[i]?.kind.recordingType}`,
        (i: number) => `2024.06.20 - 10.00 AM UTC - Plan - ${listed[i]?.kind.recordingType} - ${guidOf(i)}`,
        (i: number) => `${isoOf(listed[i]?.second ?? 0).replaceAll(":", ".")} Plan`,
      ];
      const tree: Record<string, Uint8Array> = {};
      found.forEach(({ bytesOf: source, nameOf, isOwn, cut, naming }, i) => {
        const from = source % listed.length;
        const named = isOwn ? from : nameOf % listed.length;
        const bytes = contents[from] ?? new Uint8Array();
        const name = namings[naming]?.(named) ?? "";
        tree[`${i}/${name}.${listed[named]?.kind.fileExtension}`] = bytes.subarray(0, bytes.length - cut);
      });
      await test.write(tree);
      const truth = new Map(contents.map((bytes, i) => [guidOf(i), bytes]));
      const { held } = await test.adopt(new StorageAccount(meetings, truth));
      takenOver += held.size;
      for (const [key, digest] of held) assert.equal(digest, sha256(truth.get(key) ?? new Uint8Array()));
      for (const [path, bytes] of Object.entries(tree)) {
        assert.deepEqual(await Deno.readFile(`${test.dir}/${path}`), Uint8Array.from(bytes));
      }
    }),
    { numRuns: 25 },
  );
  assert.ok(takenOver > 10, `only ${takenOver} taken over: the rule was hardly tried`);
});
