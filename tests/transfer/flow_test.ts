import assert from "node:assert/strict";
import { join } from "node:path";
import { TransferError } from "../../src/core/errors.ts";
import { localSink } from "../../src/storage/mod.ts";
import { createRateLimiter } from "../../src/transfer/mod.ts";
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
  utf8,
} from "./_support.ts";

Deno.test("transferFile() gives up a connection without a byte, and goes on with a new one", async () => {
  const content = mp4(500_000);
  await using server = new FileServer(content);
  server.faults.push(() => stalling(content.subarray(0, 200_000), content.byteLength));
  const errors: Error[] = [];
  const writer = new MemoryWriter();
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer,
    idleTimeoutMs: 60,
    onRetry: (_attempt, _delayMs, error) => errors.push(error),
  });
  assert.equal(outcome.sha256, sha256(content));
  assert.deepEqual(errors.map((error) => error instanceof TransferError && error.code), ["stalled"]);
  assert.equal(errors[0]?.message, "Cannot receive the rest of the file: no byte for 0.06 s");
  assert.match(server.requests[1]?.range ?? "", /^bytes=[1-9]\d*-$/);
});

Deno.test("transferFile() never takes a slow stream for a stalled one", async () => {
  const content = mp4(40);
  let at = 0;
  const body = new ReadableStream({
    type: "bytes",
    async pull(controller: ReadableByteStreamController) {
      await new Promise((resolve) => setTimeout(resolve, 8));
      controller.enqueue(content.slice(at, at += 2));
      if (at < content.byteLength) return;
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
  const writer = new MemoryWriter();
  const outcome = await transfer({
    open: memorySource(() => ({ sizeBytes: 40, body })),
    writer,
    idleTimeoutMs: 80,
  });
  assert.deepEqual([outcome.sizeBytes, outcome.attempts], [40, 1]);
});

Deno.test("transferFile() never asks for more at once than the line gives in time", async () => {
  // Half a megabyte a second: a read of one mebibyte would outlast the idle timeout, one of half a second is far from it.
  const content = mp4(1_200_000);
  let at = 0;
  const slowBody = () =>
    new ReadableStream({
      type: "bytes",
      async pull(controller: ReadableByteStreamController) {
        // What was under way already comes at once, and tells nothing of the rate.
        if (at > 0) await new Promise((resolve) => setTimeout(resolve, 32));
        controller.enqueue(content.slice(at, at += 16_384));
        if (at < content.byteLength) return;
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  const writer = new MemoryWriter();
  const open = memorySource(() => ({ sizeBytes: content.byteLength, body: slowBody() }));
  const outcome = await transfer({ open, writer, idleTimeoutMs: 1_900 });
  assert.deepEqual([outcome.sha256, outcome.attempts], [sha256(content), 1]);
});

Deno.test("transferFile() reads in smaller pieces after a stall", async () => {
  const content = mp4(3_000_000);
  const open = memorySource(({ offset }, call) => ({
    offset,
    sizeBytes: content.byteLength,
    validator: "v",
    body: call === 1 ? stalled(content.subarray(0, 2_000_000)) : byteStream([content.subarray(offset)]),
  }));
  const writer = new MemoryWriter();
  let firstAttempt = 0;
  await transfer({ open, writer, idleTimeoutMs: 30, onRetry: () => firstAttempt = writer.writes.length });
  assert.ok(Math.max(...writer.writes.slice(0, firstAttempt)) > 65_536);
  assert.ok(Math.max(...writer.writes.slice(firstAttempt)) <= 65_536);
  assert.deepEqual(writer.bytes, content);
});

Deno.test("transferFile() reads pieces of a useful size, however often a long file has stalled", async () => {
  const content = mp4(4_000_000);
  const stalls = 6;
  const open = memorySource(({ offset }, call) => ({
    offset,
    sizeBytes: content.byteLength,
    validator: "v",
    body: call <= stalls
      ? stalled(content.subarray(offset, offset + 300_000))
      : byteStream([content.subarray(offset)]),
  }));
  const writer = new MemoryWriter();
  let before = 0;
  await transfer({ open, writer, idleTimeoutMs: 20, onRetry: () => before = writer.writes.length });
  assert.deepEqual(writer.bytes, content);
  assert.equal(open.calls.length, stalls + 1);
  const last = writer.writes.slice(before);
  assert.ok(last.length < 100, `${last.length} writes for the rest`);
});

Deno.test("transferFile() takes a trickle for what it is once a large read has stalled", async () => {
  const content = mp4(420_000);
  const open = memorySource(({ offset }) => ({
    offset,
    sizeBytes: 420_000,
    validator: "v",
    // Quick enough to begin with that large reads follow, too slow afterwards for any of them to end in time.
    body: trickle(content.subarray(offset), 200_000, 1000),
  }));
  const outcome = await transfer({ open, writer: new MemoryWriter(), idleTimeoutMs: 400 });
  assert.deepEqual([outcome.sha256, outcome.attempts], [sha256(content), 2]);
});

Deno.test("transferFile() can wait for ever", async () => {
  const content = mp4(100);
  const open = memorySource(() => ({ sizeBytes: 100, body: trickle(content, 0, 50) }));
  const outcome = await transfer({ open, writer: new MemoryWriter(), idleTimeoutMs: 1e12 });
  assert.equal(outcome.attempts, 1);
});

Deno.test("transferFile() does not count its own slow disk as a stalled stream", async () => {
  const writer = new MemoryWriter();
  const write = writer.write.bind(writer);
  writer.write = async (bytes) => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    await write(bytes);
  };
  const content = mp4(200_000);
  const pieces = [0, 50_000, 100_000, 150_000].map((at) => content.subarray(at, at + 50_000));
  const open = memorySource(() => ({ sizeBytes: 200_000, body: byteStream(pieces) }));
  const outcome = await transfer({ open, writer, idleTimeoutMs: 20 });
  assert.equal(outcome.attempts, 1);
});

Deno.test("transferFile() writes no more than a chunk at a time, from byte streams and from others", async () => {
  const content = mp4(300_000);
  const plain = () =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        controller.enqueue(content.slice());
        controller.close();
      },
    });
  for (const body of [() => byteStream([content]), plain]) {
    const writer = new MemoryWriter();
    const open = memorySource(() => ({ sizeBytes: 300_000, body: body() }));
    const outcome = await transfer({ open, writer, chunkSizeBytes: 70_000 });
    assert.equal(outcome.sha256, sha256(content));
    assert.deepEqual(writer.bytes, content);
    assert.ok(Math.max(...writer.writes) <= 70_000, String(writer.writes));
  }
});

Deno.test("transferFile() reads ahead while it writes", async () => {
  const events: string[] = [];
  const content = mp4(192 * 1024);
  let piece = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (piece === 3) return controller.close();
      await Promise.resolve();
      events.push(`read ${piece}`);
      controller.enqueue(content.slice(piece * 65536, ++piece * 65536));
    },
  }, { highWaterMark: 0 });
  const writer = new MemoryWriter();
  const write = writer.write.bind(writer);
  writer.write = async (bytes) => {
    const n = writer.writes.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await write(bytes);
    events.push(`written ${n}`);
  };
  await transfer({ open: memorySource(() => ({ sizeBytes: content.byteLength, body })), writer });
  assert.deepEqual(events, ["read 0", "read 1", "written 0", "read 2", "written 1", "written 2"]);
});

Deno.test("createRateLimiter() holds any number of takers to its rate together", async () => {
  const clock = instantClock();
  const limiter = createRateLimiter(1000, clock);
  const signal = new AbortController().signal;
  const start = clock.now();
  for (let n = 0; n < 40; n++) await limiter.take(250, signal);
  const seconds = (clock.now() - start) / 1000;
  assert.ok(seconds >= 9.5 && seconds <= 10, `10,000 bytes took ${seconds} s`);
});

Deno.test("createRateLimiter() lets little traffic pass without a pause, and saves up no more than a moment", async () => {
  const clock = instantClock();
  const limiter = createRateLimiter(1000, clock);
  const signal = new AbortController().signal;
  await limiter.take(200, signal);
  assert.deepEqual(clock.sleeps, []);
  await clock.sleep(3_600_000);
  await limiter.take(1000, signal);
  assert.deepEqual(clock.sleeps.slice(1), [750]);
});

Deno.test("createRateLimiter() does not wait for a clock that was set back", async () => {
  const clock = instantClock();
  let aheadMs = 3_600_000;
  const limiter = createRateLimiter(1000, { ...clock, now: () => clock.now() + aheadMs });
  const signal = new AbortController().signal;
  await limiter.take(1000, signal);
  aheadMs = 0;
  await limiter.take(1000, signal);
  assert.deepEqual(clock.sleeps, [750, 1750], "the debt last seen, and its own second");
});

Deno.test("createRateLimiter() passes on the reason of a cancelled signal", async () => {
  const reason = new Error("stop now");
  const limiter = createRateLimiter(1000, instantClock());
  await assert.rejects(() => limiter.take(1, AbortSignal.abort(reason)), (thrown) => thrown === reason);
  assert.throws(() => createRateLimiter(0), RangeError);
});

Deno.test("transferFile() pays the shared limiter for every byte, in pieces that flow evenly", async () => {
  const taken: number[] = [];
  const limiter = {
    bytesPerSecond: 40_000,
    take: (sizeBytes: number) => Promise.resolve(void taken.push(sizeBytes)),
  };
  const content = mp4(100_000);
  const open = memorySource(() => ({ sizeBytes: 100_000, body: byteStream([content]) }));
  await transfer({ open, writer: new MemoryWriter(), limiter });
  assert.equal(taken.reduce((sum, bytes) => sum + bytes, 0), 100_000);
  assert.ok(Math.max(...taken) <= 10_000, String(taken));
});

Deno.test("transferFile() moves a large file to disk in flat memory", async () => {
  const pieceBytes = 1024 ** 2;
  const pieces = 256;
  const piece = mp4(pieceBytes);
  let served = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          if (served++ < pieces) controller.enqueue(piece.slice());
          else controller.close();
        },
      }),
      { headers: { "content-length": String(pieces * pieceBytes), "content-type": "video/mp4" } },
    ));
  const root = await Deno.makeTempDir();
  try {
    const signal = new AbortController().signal;
    await using writer = await localSink(root).begin(["a.mp4"], { signal });
    const before = Deno.memoryUsage().rss;
    let peak = before;
    const outcome = await transfer({
      open: fetchSource(`http://127.0.0.1:${server.addr.port}/`),
      writer,
      onProgress: () => peak = Math.max(peak, Deno.memoryUsage().rss),
    });
    assert.equal(outcome.sizeBytes, pieces * pieceBytes);
    await writer.commit(outcome);
    assert.equal((await Deno.stat(join(root, "a.mp4"))).size, pieces * pieceBytes);
    const grownMiB = (peak - before) / 1024 ** 2;
    assert.ok(grownMiB < 120, `memory grew by ${grownMiB.toFixed(0)} MiB, serving included`);
  } finally {
    await server.shutdown();
    await Deno.remove(root, { recursive: true });
  }
});

function stalling(bytes: Uint8Array<ArrayBuffer>, sizeBytes: number): Response {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(bytes),
  });
  return new Response(body, {
    headers: { "content-length": String(sizeBytes), "content-type": "video/mp4", etag: '"v1"' },
  });
}

function stalled(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    start: (controller: ReadableByteStreamController) => controller.enqueue(bytes.slice()),
  });
}

/** `quick` bytes at once, the rest piece by piece with pauses. */
function trickle(
  bytes: Uint8Array<ArrayBuffer>,
  quick: number,
  step: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    type: "bytes",
    async pull(controller: ReadableByteStreamController) {
      if (at >= quick) await new Promise((resolve) => setTimeout(resolve, 15));
      const end = at < quick ? Math.min(quick, at + 200_000) : at + step;
      controller.enqueue(bytes.slice(at, end));
      at = end;
      if (at < bytes.byteLength) return;
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

Deno.test("a small file is read into a small buffer", async () => {
  const bytes = utf8("WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n");
  const asked: number[] = [];
  const body = new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      const request = controller.byobRequest;
      asked.push(request?.view?.byteLength ?? 0);
      if (asked.length > 1) {
        controller.close();
        request?.respond(0);
        return;
      }
      new Uint8Array(request?.view?.buffer as ArrayBuffer, request?.view?.byteOffset).set(bytes);
      request?.respond(bytes.byteLength);
    },
  });
  await transfer({
    open: memorySource(() => ({ sizeBytes: bytes.byteLength, contentType: "text/vtt", body })),
    writer: new MemoryWriter(),
    file: { fileType: "TRANSCRIPT", fileExtension: "vtt" },
  });
  assert.ok((asked[0] ?? 0) > 0 && Math.max(...asked) <= 4096, `${asked}`);
});
