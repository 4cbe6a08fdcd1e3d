import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { SinkWriter } from "../../src/core/sink.ts";
import { localSink } from "../../src/storage/mod.ts";
import {
  type ByteRange,
  ByteRanges,
  type ParallelRanges,
  type TransferOutcome,
} from "../../src/transfer/mod.ts";
import { fetchSource, FileServer, mp4, sha256, transfer } from "./_support.ts";

const kibibyte = 1024;
const never = new AbortController().signal;

/** Four connections, always free, with ranges of 64 KiB. */
const four: ParallelRanges = {
  most: 4,
  minSizeBytes: 256 * kibibyte,
  minRangeBytes: 64 * kibibyte,
  durableEveryBytes: 256 * kibibyte,
  spare: (signal) => signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(() => {}),
  isWanted: () => false,
};

/** A partial in a folder of its own, with what an earlier process would have remembered of it. */
class PartialUnderTest implements AsyncDisposable {
  ranges: readonly ByteRange[] | undefined;
  version: { validator?: string; sizeBytes?: number } = {};
  progress: number[] = [];
  /** What a flush waits for. */
  flushing: () => Promise<void> = () => Promise.resolve();
  onRemembered: (ranges: readonly ByteRange[] | undefined) => void = () => {};

  private constructor(readonly dir: string) {}

  static async make(): Promise<PartialUnderTest> {
    return new PartialUnderTest(await Deno.makeTempDir({ prefix: "zoom-extract-test-" }));
  }

  get path(): string {
    return join(this.dir, "a.mp4.part");
  }

  async fetch(
    server: FileServer,
    { isOneStream = false, signal = never } = {},
  ): Promise<TransferOutcome> {
    await using writer = await localSink(this.dir).begin(["a.mp4"], { signal });
    const flush = writer.flush.bind(writer);
    Object.assign(writer, { flush: () => this.flushing().then(flush) });
    const outcome = await transfer({
      open: fetchSource(server.url),
      writer,
      file: { fileType: "MP4", fileExtension: "mp4", listedSizeBytes: server.content.byteLength },
      parallel: isOneStream ? undefined : four,
      signal,
      resume: { ...this.version, ranges: this.ranges },
      onOpened: (version) => this.version = version,
      onRanges: (ranges) => {
        this.ranges = ranges && structuredClone(ranges);
        this.onRemembered(ranges);
      },
      onProgress: (offset) => this.progress.push(offset),
    });
    await writer.commit(outcome);
    return outcome;
  }

  async content(): Promise<Uint8Array> {
    return await Deno.readFile(join(this.dir, "a.mp4"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

Deno.test("ByteRanges says what a set of bytes would say", () => {
  const range = fc.tuple(fc.nat(60), fc.nat(20)).map(([start, length]) => [start, start + length] as const);
  fc.assert(
    fc.property(fc.array(range), fc.nat(80), fc.integer({ min: 1, max: 30 }), (ranges, size, length) => {
      const there = new Set(
        ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
      );
      const merged = new ByteRanges(ranges);
      assert.equal(merged.totalBytes, there.size);
      let contiguous = 0;
      while (there.has(contiguous)) contiguous++;
      assert.equal(merged.contiguousBytes, contiguous);
      const gap = merged.firstGap(size, length);
      assert.deepEqual(gap?.[0], contiguous < size ? contiguous : undefined);
      for (let at = gap?.[0] ?? 0; at < (gap?.[1] ?? 0); at++) assert.ok(!there.has(at) && at < size);
      assert.equal(merged.within(size).totalBytes, [...there].filter((at) => at < size).length);
      assert.deepEqual(new ByteRanges(merged.toJSON()).toJSON(), merged.toJSON());
    }),
  );
});

Deno.test("a large file arrives over several connections, every byte once, in its place and digested", async () => {
  const content = mp4(3_000_000);
  await using server = new FileServer(content);
  await using partial = await PartialUnderTest.make();
  const outcome = await partial.fetch(server);
  assert.equal(outcome.sha256, sha256(content));
  assert.deepEqual(await partial.content(), content);
  assert.equal(outcome.receivedBytes, content.byteLength);
  assert.ok(server.requests.length > 4 && server.requests.length < 48);
  assert.ok(server.requests.slice(1).every(({ ifRange }) => ifRange === '"v1"'));
  assert.deepEqual(partial.progress, partial.progress.toSorted((a, b) => a - b));
  assert.deepEqual(partial.ranges, [[0, content.byteLength]]);
});

Deno.test.each([
  {
    name: "does not honour ranges",
    change: (server: FileServer) => server.honoursRange = false,
    requests: 1,
  },
  { name: "states no version", change: (server: FileServer) => server.etag = undefined, requests: 2 },
])("a file comes in one stream where the server $name", async ({ change, requests }) => {
  const content = mp4(2_000_000);
  await using server = new FileServer(content);
  change(server);
  await using partial = await PartialUnderTest.make();
  const outcome = await partial.fetch(server);
  assert.deepEqual([outcome.sha256, outcome.attempts], [sha256(content), 1]);
  assert.equal(server.requests.length, requests);
  assert.equal(partial.ranges, undefined);
});

Deno.test("a small file asks for no range", async () => {
  const content = mp4(200_000);
  await using server = new FileServer(content);
  await using partial = await PartialUnderTest.make();
  await partial.fetch(server);
  assert.deepEqual(server.requests, [{ range: null, ifRange: null }]);
});

Deno.test("one connection that breaks off, stalls or is refused is made up for by the others, in one attempt", async () => {
  const content = mp4(3_000_000);
  await using server = new FileServer(content);
  const cut = ({ start }: { start: number }) => server.answerFrom(start, start + 10_000, start + 20_000);
  const busy = () => new Response(null, { status: 503 });
  server.faults.push(undefined, cut, busy);
  await using partial = await PartialUnderTest.make();
  const outcome = await partial.fetch(server);
  assert.deepEqual([outcome.sha256, outcome.attempts], [sha256(content), 1]);
});

Deno.test("a file that changes while its ranges arrive begins anew, and holds no byte of the older one", async () => {
  const before = mp4(3_000_000, 1);
  const after = mp4(3_000_000, 2);
  await using server = new FileServer(before);
  server.faults.push(undefined, undefined, undefined, () => {
    server.content = after;
    server.etag = '"v2"';
    return undefined;
  });
  await using partial = await PartialUnderTest.make();
  const outcome = await partial.fetch(server);
  assert.equal(outcome.sha256, sha256(after));
  assert.deepEqual(await partial.content(), after);
});

Deno.test("a page in place of one range is never kept", async () => {
  const content = mp4(3_000_000);
  await using server = new FileServer(content);
  server.faults.push(
    undefined,
    undefined,
    () => new Response("<html>", { headers: { "content-type": "text/html" } }),
  );
  await using partial = await PartialUnderTest.make();
  const outcome = await partial.fetch(server);
  assert.deepEqual(await partial.content(), content);
  assert.equal(outcome.sha256, sha256(content));
});

Deno.test("a partial with gaps is gone on with where its map says, and its gaps are never believed", async () => {
  const content = mp4(3_000_000);
  const range = fc.tuple(fc.nat(2_999_999), fc.integer({ min: 1, max: 900_000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(range, { maxLength: 4 }), fc.boolean(), async (drawn, isOneStream) => {
      const ranges = new ByteRanges(drawn.map(([start, length]) => [start, start + length])).within(
        3_000_000,
      );
      await using server = new FileServer(content);
      await using partial = await PartialUnderTest.make();
      await writeHoley(partial.path, content, ranges.toJSON());
      partial.ranges = ranges.toJSON();
      partial.version = { validator: '"v1"', sizeBytes: content.byteLength };
      const outcome = await partial.fetch(server, { isOneStream });
      assert.deepEqual(await partial.content(), content);
      assert.equal(outcome.sha256, sha256(content));
      const kept = isOneStream ? ranges.contiguousBytes : ranges.totalBytes;
      assert.equal(outcome.receivedBytes, content.byteLength - kept);
    }),
    { numRuns: 15 },
  );
});

Deno.test("an interrupted transfer leaves a map of what is durable, and the next one fetches only the rest", async () => {
  const content = mp4(6_000_000);
  await using server = new FileServer(content);
  await using partial = await PartialUnderTest.make();
  const stop = new AbortController();
  let requests = 0;
  server.faults.push(...Array.from({ length: 9 }, () => () => {
    if (++requests === 9) stop.abort(new Error("enough"));
    return undefined;
  }));
  await assert.rejects(partial.fetch(server, { signal: stop.signal }), /enough/);
  const heldBytes = new ByteRanges(partial.ranges).totalBytes;
  assert.ok(heldBytes > 0);
  const outcome = await partial.fetch(server);
  assert.equal(outcome.sha256, sha256(content));
  assert.equal(outcome.receivedBytes, content.byteLength - heldBytes);
});

Deno.test("what has come of a large file is remembered long before the rest has, also where flushing takes its time", async () => {
  const content = mp4(6_000_000);
  await using server = new FileServer(content);
  await using partial = await PartialUnderTest.make();
  const remembered = Promise.withResolvers<void>();
  // All that is served at first comes during the first flush.
  partial.flushing = async () => {
    while (!deadline.aborted && (partial.progress.at(-1) ?? 0) < 3_500_000) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    partial.flushing = () => Promise.resolve();
  };
  partial.onRemembered = (ranges) => {
    if (new ByteRanges(ranges).totalBytes > 1_000_000) remembered.resolve();
  };
  // The end of the file is not served before: nothing but a map written on the way gets the transfer to its end.
  server.faults.push(
    ...Array.from({ length: 100 }, () => async ({ start }: { start: number }) => {
      if (start > 4_000_000) await remembered.promise;
      return undefined;
    }),
  );
  const deadline = AbortSignal.timeout(30_000);
  deadline.addEventListener("abort", () => remembered.resolve());
  const outcome = await partial.fetch(server, { signal: deadline });
  assert.deepEqual([outcome.sha256, outcome.attempts], [sha256(content), 1]);
});

Deno.test("whoever takes over half of a range leaves out what is being written of it", async () => {
  const content = mp4(20 * kibibyte);
  await using server = new FileServer(content);
  await using partial = await PartialUnderTest.make();
  const writing = Promise.withResolvers<void>();
  const isAlone = Promise.withResolvers<void>();
  await using writer = await localSink(partial.dir).begin(["a.mp4"], { signal: never });
  const writeFrom = writer.writeFrom?.bind(writer) ?? assert.fail();
  const slowly: NonNullable<SinkWriter["writeFrom"]> = async (position) => {
    const place = await writeFrom(position);
    return {
      write: async (bytes) => {
        writing.resolve();
        if (position === 0) await isAlone.promise;
        await place.write(bytes);
      },
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  };
  Object.assign(writer, { writeFrom: slowly });
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    file: { fileType: "MP4", fileExtension: "mp4", listedSizeBytes: content.byteLength },
    parallel: {
      ...four,
      most: 2,
      minSizeBytes: kibibyte,
      minRangeBytes: kibibyte,
      spare: () => writing.promise.then(() => isAlone.resolve),
    },
  });
  assert.equal(outcome.sha256, sha256(content));
  assert.equal(outcome.receivedBytes, content.byteLength);
});

/** What is there is `content`; every gap is full of something else. */
async function writeHoley(path: string, content: Uint8Array, ranges: readonly ByteRange[]): Promise<void> {
  const bytes = new Uint8Array(ranges.at(-1)?.[1] ?? 0).fill(0xee);
  for (const [start, end] of ranges) bytes.set(content.subarray(start, end), start);
  await Deno.writeFile(path, bytes);
}
