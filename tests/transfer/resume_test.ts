import assert from "node:assert/strict";
import fc from "fast-check";
import { TransferError } from "../../src/core/errors.ts";
import {
  byteStream,
  fetchSource,
  FileServer,
  instantClock,
  memorySource,
  MemoryWriter,
  mp4,
  sha256,
  transfer,
} from "./_support.ts";

const content = mp4(300_000);
const digest = sha256(content);

Deno.test("transferFile() brings a file whole, digested and flushed, and leaves commit to its caller", async () => {
  await using server = new FileServer(content);
  const writer = new MemoryWriter();
  const opened: unknown[] = [];
  const progress: [number, number | undefined][] = [];
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    file: { fileType: "MP4", fileExtension: "mp4", listedSizeBytes: 300_000 },
    onOpened: (version) => opened.push(version),
    onProgress: (offset, sizeBytes) => progress.push([offset, sizeBytes]),
  });
  assert.deepEqual(outcome, {
    sizeBytes: 300_000,
    sha256: digest,
    attempts: 1,
    receivedBytes: 300_000,
    listedSizeMismatch: false,
  });
  assert.deepEqual(writer.bytes, content);
  assert.equal(writer.flushes, 1);
  assert.deepEqual(opened, [{ validator: '"v1"', sizeBytes: 300_000 }]);
  assert.deepEqual(progress.at(-1), [300_000, 300_000]);
});

Deno.test("transferFile() goes on after a cut with Range and If-Range, and receives no byte twice", async () => {
  await using server = new FileServer(content);
  server.faults.push(({ start }) => server.answerFrom(start, 100_000), undefined);
  const writer = new MemoryWriter();
  const retries: [number, string | undefined][] = [];
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    onRetry: (attempt, _delayMs, error) =>
      retries.push([attempt, error instanceof TransferError ? error.code : error.name]),
  });
  assert.equal(outcome.sha256, digest);
  assert.equal(outcome.receivedBytes, 300_000);
  assert.deepEqual(retries, [[1, "truncated"]]);
  assert.equal(writer.readBytes, 0, "the digest goes on without reading back");
  const [, second] = server.requests;
  assert.match(second?.range ?? "", /^bytes=\d+-$/);
  assert.equal(second?.ifRange, '"v1"');
});

Deno.test("transferFile() goes on with the partial of an earlier process, digested again", async () => {
  await using server = new FileServer(content);
  const writer = new MemoryWriter(content.subarray(0, 123_456));
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    resume: { validator: '"v1"', sizeBytes: 300_000 },
  });
  assert.equal(outcome.sha256, digest);
  assert.equal(outcome.receivedBytes, 300_000 - 123_456);
  assert.equal(writer.readBytes, 123_456);
  assert.deepEqual(server.requests, [{ range: "bytes=123456-", ifRange: '"v1"' }]);
});

Deno.test("transferFile() trusts a partial by its total alone, and no partial without any version", async () => {
  await using server = new FileServer(content);
  server.etag = undefined;
  const known = new MemoryWriter(content.subarray(0, 50_000));
  await transfer({ open: fetchSource(server.url), writer: known, resume: { sizeBytes: 300_000 } });
  const unknown = new MemoryWriter(mp4(50_000, 99));
  const outcome = await transfer({ open: fetchSource(server.url), writer: unknown });
  assert.deepEqual(server.requests.map(({ range }) => range), ["bytes=50000-", null]);
  assert.equal(outcome.sha256, digest);
  assert.deepEqual(unknown.bytes, content);
});

Deno.test("transferFile() starts over when the file has another validator by now", async () => {
  await using server = new FileServer(content);
  const writer = new MemoryWriter(mp4(50_000, 99));
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    resume: { validator: '"v0"', sizeBytes: 300_000 },
  });
  assert.deepEqual([outcome.sha256, outcome.attempts], [digest, 1]);
  assert.deepEqual(writer.bytes, content);
});

Deno.test("transferFile() starts over when the file has another size by now", async () => {
  await using server = new FileServer(content);
  server.etag = undefined;
  const writer = new MemoryWriter(mp4(50_000, 99));
  const outcome = await transfer({ open: fetchSource(server.url), writer, resume: { sizeBytes: 300_001 } });
  assert.deepEqual(server.requests.map(({ range }) => range), ["bytes=50000-", null]);
  assert.equal(outcome.sha256, digest);
});

Deno.test("transferFile() starts over when the server does not know ranges", async () => {
  await using server = new FileServer(content);
  server.honoursRange = false;
  server.faults.push(() => server.answerFrom(0, 200_000));
  const writer = new MemoryWriter();
  const outcome = await transfer({ open: fetchSource(server.url), writer });
  assert.equal(outcome.sha256, digest);
  assert.equal(outcome.attempts, 2);
  assert.equal(writer.restarts, 1);
});

Deno.test.each([-1, 1])(
  "transferFile() refuses a range that starts %i off, and starts over",
  async (shift) => {
    const open = memorySource(({ offset }, call) => {
      const start = call === 1 ? offset + shift : offset;
      return { offset: start, sizeBytes: 300_000, validator: "v", body: content.subarray(start) };
    });
    const writer = new MemoryWriter(content.subarray(0, 1000));
    const errors: Error[] = [];
    const outcome = await transfer({
      open,
      writer,
      resume: { validator: "v", sizeBytes: 300_000 },
      onRetry: (_attempt, _delayMs, error) => errors.push(error),
    });
    assert.deepEqual(open.calls.map(({ offset }) => offset), [1000, 0]);
    assert.match(
      errors[0]?.message ?? "",
      /^Cannot continue at byte 1000: it starts at byte (999|1001) instead of 1000$/,
    );
    assert.equal(outcome.sha256, digest);
  },
);

Deno.test("transferFile() starts over when the range is refused", async () => {
  await using server = new FileServer(content);
  server.faults.push(() => new Response(null, { status: 416 }));
  const writer = new MemoryWriter(content.subarray(0, 1000));
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    resume: { validator: '"v1"', sizeBytes: 300_000 },
  });
  assert.deepEqual(server.requests.map(({ range }) => range), ["bytes=1000-", null]);
  assert.equal(outcome.sha256, digest);
});

Deno.test("transferFile() accepts a partial that is whole already after asking", async () => {
  const open = memorySource(({ offset }) => ({ offset, sizeBytes: 300_000, body: new Uint8Array() }));
  const writer = new MemoryWriter(content);
  const outcome = await transfer({ open, writer, resume: { sizeBytes: 300_000 } });
  assert.deepEqual([outcome.sha256, outcome.receivedBytes], [digest, 0]);
});

Deno.test("transferFile() drops a partial that is longer than the file", async () => {
  await using server = new FileServer(content);
  const writer = new MemoryWriter(mp4(400_000));
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    resume: { validator: '"v1"', sizeBytes: 300_000 },
  });
  assert.equal(outcome.sha256, digest);
  assert.deepEqual(server.requests, [{ range: null, ifRange: null }]);
});

Deno.test("transferFile() keeps what it holds when a login page answers in place of the rest", async () => {
  await using server = new FileServer(content);
  server.faults.push(
    ({ start }) => server.answerFrom(start, 100_000),
    () => new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } }),
    () =>
      new Response("  <!DOCTYPE html><title>Sign in</title>", { headers: { "content-type": "video/mp4" } }),
  );
  const open = fetchSource(server.url);
  const writer = new MemoryWriter();
  const outcome = await transfer({ open, writer });
  assert.equal(outcome.sha256, digest);
  assert.equal(outcome.receivedBytes, 300_000, "nothing was fetched twice");
  assert.equal(writer.restarts, 0);
  assert.deepEqual(open.calls.map(({ refresh }) => refresh), [false, false, true, true]);
});

Deno.test("transferFile() does not forget the validator when an answer leaves it out", async () => {
  const other = mp4(300_000, 7);
  const open = memorySource(({ offset, validator }, call) => {
    if (call === 1) {
      const body = byteStream([content.subarray(offset, 150_000)], new TypeError("cut"));
      return { offset, sizeBytes: 300_000, body };
    }
    const start = validator === undefined || validator === "v2" ? offset : 0;
    return { offset: start, sizeBytes: 300_000, validator: "v2", body: other.subarray(start) };
  });
  const opened: unknown[] = [];
  const writer = new MemoryWriter(content.subarray(0, 100_000));
  const outcome = await transfer({
    open,
    writer,
    resume: { validator: "v1", sizeBytes: 300_000 },
    onOpened: (version) => opened.push(version),
  });
  assert.deepEqual(open.calls.map(({ validator }) => validator), ["v1", "v1"]);
  assert.deepEqual(writer.bytes, other, "all of one version");
  assert.equal(outcome.sha256, sha256(other));
  assert.deepEqual(opened, [
    { validator: "v1", sizeBytes: 300_000 },
    { validator: "v2", sizeBytes: 300_000 },
  ]);
});

Deno.test("transferFile() takes no validator for a proof that it has nothing to compare with", async () => {
  const open = memorySource(({ offset }) => ({
    offset,
    ...(offset > 0 ? {} : { sizeBytes: 300_000 }),
    validator: "v2",
    body: content.subarray(offset),
  }));
  const writer = new MemoryWriter(mp4(1000, 99));
  const outcome = await transfer({ open, writer, resume: { sizeBytes: 300_000 } });
  assert.deepEqual(open.calls.map(({ offset }) => offset), [1000, 0]);
  assert.equal(outcome.sha256, digest);
});

Deno.test("transferFile() holds a range without a total to the size known from before", async () => {
  const open = memorySource(({ offset }, call) => ({
    offset,
    validator: "v1",
    // A connection closed early can look like the end here.
    body: content.subarray(offset, call === 1 ? 200_000 : 300_000),
  }));
  const file = { fileType: "MP4", fileExtension: "mp4" };
  const errors: Error[] = [];
  const outcome = await transfer({
    open,
    writer: new MemoryWriter(content.subarray(0, 1000)),
    file,
    resume: { validator: "v1", sizeBytes: 300_000 },
    onRetry: (_attempt, _delayMs, error) => errors.push(error),
  });
  assert.deepEqual(errors.map((error) => error instanceof TransferError && error.code), ["truncated"]);
  assert.deepEqual(open.calls.map(({ offset }) => offset), [1000, 200_000]);
  assert.equal(outcome.sha256, digest);
});

Deno.test("transferFile() goes on when a range brings less than was asked for", async () => {
  const open = memorySource(({ offset }) => ({
    offset,
    sizeBytes: 300_000,
    validator: "v1",
    body: content.subarray(offset, offset + 40_000),
  }));
  const outcome = await transfer({ open, writer: new MemoryWriter() });
  assert.deepEqual([outcome.sha256, outcome.attempts, outcome.receivedBytes], [digest, 8, 300_000]);
});

Deno.test("transferFile() measures progress from zero where the partial is of no use", async () => {
  const open = memorySource(({ offset }) => ({
    offset,
    sizeBytes: 300_000,
    validator: "v1",
    body: byteStream(
      [content.subarray(offset, offset + 30_000)],
      offset + 30_000 < 300_000 ? new TypeError("cut") : undefined,
    ),
  }));
  const outcome = await transfer({ open, writer: new MemoryWriter(mp4(299_000, 99)) });
  assert.deepEqual([outcome.sha256, outcome.attempts], [digest, 10]);
});

Deno.test("transferFile() gives the same bytes and digest for any sequence of cuts", async () => {
  const contents = Array.from({ length: 10 }, (_, version) => mp4(5000, version));
  const cut = fc.record({
    bytes: fc.integer({ min: 0, max: 3000 }),
    pieces: fc.integer({ min: 1, max: 4 }),
    ignoresRange: fc.boolean(),
    newVersion: fc.boolean(),
    isByteStream: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(cut, { maxLength: 8 }),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 0, max: 5000 }),
      async (cuts, hasValidator, statesSize, heldBytes) => {
        let version = 1;
        const open = memorySource(({ offset, validator }, call) => {
          const plan = cuts[call - 1];
          // Without a validator nobody could tell two versions of one size apart.
          if (plan?.newVersion && hasValidator) version++;
          const isCurrent = validator === undefined || validator === `v${version}`;
          const start = plan?.ignoresRange || !isCurrent ? 0 : offset;
          const end = plan ? Math.min(start + plan.bytes, 5000) : 5000;
          const part = (contents[version] ?? new Uint8Array()).subarray(start, end);
          const step = Math.max(1, Math.ceil(part.byteLength / (plan?.pieces ?? 3)));
          const pieces = [];
          for (let at = 0; at < part.byteLength; at += step) pieces.push(part.subarray(at, at + step));
          const error = end < 5000 ? new TypeError("error reading a body from connection") : undefined;
          return {
            offset: start,
            ...(statesSize ? { sizeBytes: 5000 } : {}),
            ...(hasValidator ? { validator: `v${version}` } : {}),
            body: plan?.isByteStream === false ? plainStream(pieces, error) : byteStream(pieces, error),
          };
        });
        const writer = new MemoryWriter(contents[1]?.subarray(0, heldBytes));
        const outcome = await transfer({
          open,
          writer,
          resume: hasValidator ? { validator: "v1" } : statesSize ? { sizeBytes: 5000 } : {},
          backoff: { tries: 20, baseMs: 1, maxMs: 1 },
        });
        assert.equal(outcome.sizeBytes, 5000);
        assert.deepEqual(writer.bytes, contents[version], "all of one version");
        assert.equal(outcome.sha256, sha256(writer.bytes));
      },
    ),
    { numRuns: 150 },
  );
});

function plainStream(pieces: readonly Uint8Array[], error?: Error): ReadableStream<Uint8Array<ArrayBuffer>> {
  const queue = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = queue.shift();
      if (piece !== undefined) controller.enqueue(new Uint8Array(piece));
      else if (error !== undefined) controller.error(error);
      else controller.close();
    },
  });
}

Deno.test("transferFile() over a real connection arrives through many cuts", async () => {
  await using server = new FileServer(content);
  for (let n = 0; n < 12; n++) {
    server.faults.push(({ start }) => server.answerFrom(start, Math.min(start + 20_000, 299_999)));
  }
  const writer = new MemoryWriter();
  const clock = instantClock();
  const outcome = await transfer({ open: fetchSource(server.url), writer, clock });
  assert.equal(outcome.sha256, digest);
  assert.equal(outcome.attempts, 13, "every attempt got further, so five tries were not the end");
  assert.equal(clock.sleeps.length, 12);
});
