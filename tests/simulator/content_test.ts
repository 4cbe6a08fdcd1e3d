import assert from "node:assert/strict";
import fc from "fast-check";
import { contentOf } from "../../src/simulator/_content.ts";
import { type FileInput, simFile } from "../../src/simulator/mod.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

function bytesOf(input: FileInput): Uint8Array<ArrayBuffer> {
  const content = contentOf({ ...simFile(input), seed: input.seed ?? 7 });
  const bytes = content.read(0, content.sizeBytes);
  assert.equal(bytes.length, content.sizeBytes);
  return bytes;
}

/** Top-level boxes of an ISO base media file; throws when they do not tile it. */
function boxes(bytes: Uint8Array<ArrayBuffer>): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names = [];
  for (let offset = 0; offset < bytes.length;) {
    const size = view.getUint32(offset);
    names.push(decoder.decode(bytes.subarray(offset + 4, offset + 8)));
    assert.ok(size >= 8 && offset + size <= bytes.length, `box at ${offset}`);
    offset += size;
  }
  return names;
}

Deno.test.each([{ fileType: "MP4" }, { fileType: "M4A" }])(
  "$fileType files tile into ftyp, moov, mdat and padding at any size",
  ({ fileType }) => {
    assert.deepEqual(boxes(bytesOf({ fileType, sizeBytes: 100_000 })), [
      "ftyp",
      "moov",
      "free",
      "mdat",
      "free",
    ]);
    assert.deepEqual(boxes(bytesOf({ fileType, sizeBytes: 2_000 })), ["ftyp", "free"]);
  },
);

Deno.test("a file beyond 4 GiB has a 64-bit free box and costs no memory", () => {
  const content = contentOf({ ...simFile({ fileType: "MP4", sizeBytes: 5 * 1024 ** 3 }), seed: 1 });
  assert.equal(content.sizeBytes, 5 * 1024 ** 3);
  const tail = content.read(5 * 1024 ** 3 - 100, 1000);
  assert.equal(tail.length, 100);
  assert.deepEqual(content.read(5 * 1024 ** 3 - 100, 1000), tail);
});

Deno.test("bytes read in any pieces are the bytes read at once", () => {
  const content = contentOf({ ...simFile({ fileType: "MP4", sizeBytes: 200_000 }), seed: 3 });
  const whole = content.read(0, 200_000);
  fc.assert(
    fc.property(fc.nat(200_000), fc.nat(140_000), (offset, length) => {
      assert.deepEqual(content.read(offset, length), whole.subarray(offset, offset + length));
    }),
    { numRuns: 40 },
  );
});

Deno.test("no two files and no two places of a file are equal", () => {
  for (
    const fileType of ["MP4", "M4A", "TRANSCRIPT", "CHAT", "SUMMARY", "THUMBNAIL", "CC", "CSV", "TIMELINE"]
  ) {
    assert.notDeepEqual(bytesOf({ fileType, seed: 1 }), bytesOf({ fileType, seed: 2 }), fileType);
  }
  const size = 400_000;
  const one = bytesOf({ fileType: "MP4", sizeBytes: size, seed: 1 });
  const two = bytesOf({ fileType: "MP4", sizeBytes: size, seed: 2 });
  assert.notDeepEqual(one, two);
  assert.notDeepEqual(one.subarray(70_000, 135_536), one.subarray(135_536, 201_072));
});

Deno.test("texts have exactly the asked size and are valid in their format at any size", () => {
  const kinds = ["TRANSCRIPT", "CC", "CHAT", "TIMELINE", "SUMMARY", "CSV"];
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.integer({ min: 0, max: 5_000 }),
      fc.nat(),
      (fileType, sizeBytes, seed) => {
        const bytes = bytesOf({ fileType, sizeBytes, seed });
        assert.equal(bytes.length, sizeBytes);
        const text = decoder.decode(bytes);
        if ((fileType === "TIMELINE" || fileType === "SUMMARY") && sizeBytes >= 2) JSON.parse(text);
        if ((fileType === "TRANSCRIPT" || fileType === "CC") && sizeBytes >= 8) {
          assert.match(
            text,
            /^WEBVTT\n\n/,
          );
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("a transcript has cues with speakers in order of time", () => {
  const text = decoder.decode(bytesOf({ fileType: "TRANSCRIPT", sizeBytes: 3_000 }));
  const cues = [...text.matchAll(/^(\d+)\n(\S+) --> (\S+)\n([^:\n]+): (.+)$/gm)];
  assert.ok(cues.length > 10);
  for (const [index, [, ordinal, start = "", end = ""]] of cues.entries()) {
    assert.equal(ordinal, String(index + 1));
    assert.match(start, /^\d\d:\d\d:\d\d\.\d{3}$/);
    assert.ok(start < end);
    assert.ok(start >= (cues[index - 1]?.[3] ?? ""));
  }
});

Deno.test("a chat has a time, a name and a text on every line", () => {
  const text = decoder.decode(bytesOf({ fileType: "CHAT", sizeBytes: 900 }));
  for (const line of text.trimEnd().split("\r\n")) assert.match(line, /^\d\d:\d\d:\d\d\t .+ : .+$/);
});

Deno.test("a timeline has its entries in an array of that name", () => {
  const timeline = JSON.parse(decoder.decode(bytesOf({ fileType: "TIMELINE", sizeBytes: 1_000 })));
  assert.ok(timeline.timeline.length > 3);
  assert.equal(typeof timeline.timeline[0].users[0].username, "string");
});

Deno.test("a thumbnail begins and is recognised as JPEG", () => {
  assert.deepEqual([...bytesOf({ fileType: "THUMBNAIL" }).subarray(0, 3)], [0xff, 0xd8, 0xff]);
});

Deno.test("given content is served as it is", () => {
  const content = new TextEncoder().encode("exactly this");
  assert.deepEqual(bytesOf({ fileType: "CHAT", content }), content);
});
