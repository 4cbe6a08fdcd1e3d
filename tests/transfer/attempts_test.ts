import assert from "node:assert/strict";
import { ApiError, AuthError, NetworkError, StorageError, TransferError } from "../../src/core/errors.ts";
import type { OpenedFile } from "../../src/core/source.ts";
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

const content = mp4(10_000);
const status = (code: number, options: { retryAfterMs?: number; exhausted?: boolean } = {}) =>
  new ApiError(`Cannot get the file: ${code}`, { status: code, url: "(double)", ...options });
const failing = (...errors: Error[]) =>
  memorySource((_options, call) => {
    const error = errors[call - 1];
    if (error !== undefined) throw error;
    return { sizeBytes: content.byteLength, body: content };
  });

Deno.test("transferFile() tries five times with growing pauses, then gives the last error", async () => {
  const errors = Array.from({ length: 5 }, (_, n) => new NetworkError(`reset ${n + 1}`));
  const open = failing(...errors);
  const clock = instantClock();
  await assert.rejects(
    () => transfer({ open, writer: new MemoryWriter(), clock }),
    /^NetworkError: reset 5$/,
  );
  assert.equal(open.calls.length, 5);
  assert.deepEqual(clock.sleeps, [50, 100, 200, 400]);
});

Deno.test("transferFile() waits as long as the server says", async () => {
  const clock = instantClock();
  await transfer({ open: failing(status(503, { retryAfterMs: 7000 })), writer: new MemoryWriter(), clock });
  assert.deepEqual(clock.sleeps, [7000]);
});

Deno.test("transferFile() asks for a fresh address twice in a row and no more", async () => {
  const open = failing(status(403), status(401), status(404));
  await assert.rejects(() => transfer({ open, writer: new MemoryWriter() }), { status: 404 });
  assert.deepEqual(open.calls.map(({ refresh }) => refresh), [false, true, true]);
  const cured = failing(status(403), status(403));
  const outcome = await transfer({ open: cured, writer: new MemoryWriter() });
  assert.equal(outcome.attempts, 3);
});

Deno.test("transferFile() refreshes only right after a refusal", async () => {
  const open = failing(status(401), new NetworkError("reset"));
  await transfer({ open, writer: new MemoryWriter() });
  assert.deepEqual(open.calls.map(({ refresh }) => refresh), [false, true, false]);
});

Deno.test.each<[string, Error]>([
  ["gone", new TransferError("gone", { code: "gone" })],
  ["credentials", new AuthError("refused")],
  ["spent by the request ring", new NetworkError("down", { exhausted: true })],
  ["400", status(400)],
  ["a mistake of ours", new RangeError("bug")],
])("transferFile() does not repeat what repeating cannot cure: %s", async (_name, error) => {
  const open = failing(error);
  await assert.rejects(() => transfer({ open, writer: new MemoryWriter() }), (thrown) => thrown === error);
  assert.equal(open.calls.length, 1);
});

Deno.test("transferFile() ends with a server that gives a byte at a time", async () => {
  const open = memorySource(({ offset }) => ({
    offset,
    sizeBytes: content.byteLength,
    validator: "v",
    body: byteStream([content.subarray(offset, offset + 1)], new TypeError("cut")),
  }));
  const writer = new MemoryWriter();
  await assert.rejects(() => transfer({ open, writer }), { code: "truncated" });
  assert.equal(open.calls.length, 50);
  assert.deepEqual(writer.bytes, content.subarray(0, 50), "what arrived is kept for the next run");
});

Deno.test("transferFile() does not take the same bytes again and again for progress", async () => {
  const open = memorySource(() => ({
    sizeBytes: content.byteLength,
    body: byteStream([content.subarray(0, 5000)], new TypeError("cut")),
  }));
  await assert.rejects(() => transfer({ open, writer: new MemoryWriter() }), { code: "truncated" });
  assert.equal(open.calls.length, 1 + 4, "the first attempt counts as progress and as one failure");
});

Deno.test("transferFile() passes a full disk on at once and keeps what is there", async () => {
  const writer = new MemoryWriter();
  const full = new StorageError('Cannot write "a": no space left on the device', {
    code: "disk_full",
    path: "a",
  });
  const write = writer.write.bind(writer);
  writer.write = (bytes) => writer.offset + bytes.byteLength > 4000 ? Promise.reject(full) : write(bytes);
  const pieces = [content.subarray(0, 4000), content.subarray(4000)];
  const open = memorySource(() => ({ sizeBytes: 10_000, body: byteStream(pieces) }));
  await assert.rejects(() => transfer({ open, writer }), (thrown) => thrown === full);
  assert.equal(open.calls.length, 1);
  assert.equal(writer.offset, 4000);
  assert.equal(writer.flushes, 0);
});

Deno.test("transferFile() digests again when a write left the writer behind", async () => {
  const writer = new MemoryWriter();
  const write = writer.write.bind(writer);
  let failures = 1;
  writer.write = async (bytes) => {
    if (writer.offset > 0 && failures-- > 0) {
      await write(bytes.slice(0, 10));
      throw new NetworkError("the sink is remote");
    }
    await write(bytes);
  };
  const open = memorySource(({ offset }) => ({
    offset,
    sizeBytes: 10_000,
    validator: "v",
    body: byteStream([content.subarray(offset, 6000), content.subarray(Math.max(6000, offset))]),
  }));
  const outcome = await transfer({ open, writer });
  assert.equal(outcome.sha256, sha256(content));
  assert.deepEqual(writer.bytes, content);
  assert.ok(writer.readBytes > 0);
});

Deno.test("transferFile() stops before the first request when it is cancelled already", async () => {
  const reason = new Error("stop now");
  const open = failing();
  await assert.rejects(
    () => transfer({ open, writer: new MemoryWriter(), signal: AbortSignal.abort(reason) }),
    (thrown) => thrown === reason,
  );
  assert.equal(open.calls.length, 0);
});

Deno.test("transferFile() stops in the middle with the signal's own reason and keeps what it has", async () => {
  await using server = new FileServer(mp4(2_000_000));
  server.faults.push(() => neverEnding(server.content.subarray(0, 200_000), 2_000_000));
  const controller = new AbortController();
  const writer = new MemoryWriter();
  const reason = new Error("stop now");
  await assert.rejects(
    () =>
      transfer({
        open: fetchSource(server.url),
        writer,
        signal: controller.signal,
        onProgress: (offset) => {
          if (offset > 0) controller.abort(reason);
        },
      }),
    (thrown) => thrown === reason,
  );
  assert.ok(writer.offset > 0);
  assert.deepEqual(writer.bytes, server.content.subarray(0, writer.offset));
  assert.equal(server.requests.length, 1);
});

Deno.test("transferFile() gives the signal's reason where the source wraps it", async () => {
  const controller = new AbortController();
  const reason = new Error("stop now");
  const open = () => {
    controller.abort(reason);
    return Promise.reject(new NetworkError("the connection was closed"));
  };
  let retries = 0;
  await assert.rejects(
    () => transfer({ open, onRetry: () => retries++, writer: new MemoryWriter(), signal: controller.signal }),
    (thrown) => thrown === reason,
  );
  assert.equal(retries, 0);
});

Deno.test("transferFile() stops during a pause with the signal's own reason", async () => {
  const controller = new AbortController();
  const reason = new Error("stop now");
  const open = failing(new NetworkError("reset"));
  await assert.rejects(
    () =>
      transfer({
        open,
        writer: new MemoryWriter(),
        signal: controller.signal,
        onRetry: () => controller.abort(reason),
      }),
    (thrown) => thrown === reason,
  );
  assert.equal(open.calls.length, 1);
});

Deno.test("transferFile() gives up a body that ignores every signal", async () => {
  const controller = new AbortController();
  const reason = new Error("stop now");
  let cancelled: unknown;
  const open = (): Promise<OpenedFile> => {
    setTimeout(() => controller.abort(reason), 5);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      type: "bytes",
      cancel: (why) => void (cancelled = why),
    });
    return Promise.resolve({ offset: 0, contentType: "video/mp4", body });
  };
  await assert.rejects(
    () => transfer({ open, writer: new MemoryWriter(), signal: controller.signal }),
    (thrown) => thrown === reason,
  );
  assert.equal(cancelled, reason);
});

function neverEnding(bytes: Uint8Array<ArrayBuffer>, sizeBytes: number): Response {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(bytes),
  });
  return new Response(body, {
    headers: { "content-length": String(sizeBytes), "content-type": "video/mp4" },
  });
}
