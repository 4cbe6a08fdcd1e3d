import assert from "node:assert/strict";
import { type ExpectedFile, transferFile } from "../../src/transfer/mod.ts";
import {
  byteStream,
  fetchSource,
  FileServer,
  instantClock,
  memorySource,
  MemoryWriter,
  mp4,
  transfer,
  utf8,
} from "./_support.ts";

const mp4File: ExpectedFile = { fileType: "MP4", fileExtension: "mp4" };
const vtt: ExpectedFile = { fileType: "TRANSCRIPT", fileExtension: "vtt" };
const chat: ExpectedFile = { fileType: "CHAT", fileExtension: "txt" };
const timeline: ExpectedFile = { fileType: "TIMELINE", fileExtension: "json" };
const unknown: ExpectedFile = { fileType: "HOLOGRAM", fileExtension: "" };
const refusedJson = '{"status":false,"errorCode":124,"errorMessage":"Forbidden"}';

/** One attempt at one answer. */
async function attempt(
  file: ExpectedFile,
  body: string | Uint8Array,
  contentType = "application/octet-stream",
): Promise<MemoryWriter> {
  const bytes = typeof body === "string" ? utf8(body) : body;
  const writer = new MemoryWriter();
  try {
    await transferFile({
      open: memorySource(() => ({ sizeBytes: bytes.byteLength, contentType, body: bytes })),
      writer,
      file,
      idleTimeoutMs: 10_000,
      chunkSizeBytes: 1024 ** 2,
      signal: new AbortController().signal,
      clock: instantClock(),
      backoff: { tries: 1, baseMs: 1, maxMs: 1 },
    });
  } catch (error) {
    assert.equal(writer.offset, 0, "nothing of a refused answer is kept");
    assert.equal(writer.flushes, 0);
    throw error;
  }
  return writer;
}

Deno.test.each<[string, ExpectedFile, string | Uint8Array, string]>([
  ["an MP4", mp4File, mp4(64), "video/mp4"],
  ["an M4A", { fileType: "M4A", fileExtension: "m4a" }, mp4(64), "audio/x-m4a"],
  ["an MP4 known by its type alone", { fileType: "MP4", fileExtension: "" }, mp4(64), ""],
  ["captions", vtt, "WEBVTT\r\n\r\n", "text/vtt"],
  ["captions after a byte order mark", vtt, "\ufeffWEBVTT", "text/vtt"],
  ["a chat", chat, "00:00:01\tAnn:\thello", "text/plain"],
  ["a chat about pages", chat, "00:00:01 see <html> and <!DOCTYPE html>", "text/plain"],
  ["an empty chat", chat, "", "text/plain"],
  ["a timeline", timeline, '{"timeline":[]}', "application/json"],
  ["a timeline with a status", timeline, '{"status":false,"timeline":[]}', "application/json"],
  ["a timeline with a video's content type", timeline, '{"timeline":[]}', "video/mp4"],
  ["a timeline after a byte order mark", timeline, '\ufeff{"timeline":[]}', "application/json"],
  ["a timeline that speaks of an error", timeline, '{"status":true,"errorCode":0}', "application/json"],
  ["a chat that is JSON all the same", chat, '{"messages":[]}', "text/plain"],
  ["a chat about comments", chat, "<!-- hello --> world", "text/plain"],
  ["an empty timeline", timeline, "", "application/json"],
  ["an empty video that is listed as empty", { ...mp4File, listedSizeBytes: 0 }, "", "video/mp4"],
  ["a kind nobody has heard of", unknown, "\u0001\u0002", "application/json"],
])("transferFile() accepts %s", async (_name, file, body, contentType) => {
  const writer = await attempt(file, body, contentType);
  assert.deepEqual(writer.bytes, typeof body === "string" ? utf8(body) : body);
});

Deno.test.each<[string, ExpectedFile, string | Uint8Array, string, string]>([
  ["a page by its type", mp4File, mp4(64), "text/html", "html"],
  ["a page by its type, with parameters", chat, "hi", "text/html; charset=utf-8", "html"],
  ["a page as a video", mp4File, "<!DOCTYPE html><html>", "video/mp4", "html"],
  ["a page as a chat", chat, "\r\n\t <HTML><body>Sign in", "text/plain", "html"],
  ["a page as captions, after a byte order mark", vtt, "\ufeff <!doctype HTML>", "text/vtt", "html"],
  ["a page as what nobody has heard of", unknown, "<html>", "", "html"],
  [
    "nothing as a chat that is listed with bytes",
    { ...chat, listedSizeBytes: 600 },
    "",
    "text/plain",
    "content",
  ],
  ["words as a timeline", timeline, '"text"', "application/json", "content"],
  ["nothing at all as a timeline", timeline, "null", "application/json", "content"],
  [
    "an error object as a timeline",
    timeline,
    '{"code":200,"message":"No"}',
    "application/json",
    "json_error",
  ],
  ["an error object as a video", mp4File, refusedJson, "application/json", "json_error"],
  ["an error object as a video, with a video's type", mp4File, refusedJson, "video/mp4", "json_error"],
  ["an error object as a chat", chat, refusedJson, "text/plain", "json_error"],
  ["an error object as a timeline", timeline, ` ${refusedJson}`, "application/json", "json_error"],
  ["an error object as what nobody has heard of", unknown, refusedJson, "", "json_error"],
  ["an error object after a byte order mark", timeline, `\ufeff${refusedJson}`, "text/plain", "json_error"],
  [
    "an error without a status as a chat",
    chat,
    '{"errorCode":201,"errorMessage":"not signed in"}',
    "text/plain",
    "json_error",
  ],
  [
    "an error in the API's own form as a table",
    { fileType: "CSV", fileExtension: "csv" },
    '{"code":3001,"message":"Meeting does not exist"}',
    "application/octet-stream",
    "json_error",
  ],
  ["a page behind a comment", chat, "<!-- v2 -->\n<!DOCTYPE html>", "text/plain", "html"],
  ["a page behind an XML declaration", chat, '<?xml version="1.0"?>\n<html>', "text/plain", "html"],
  ["an MP4 that calls itself JSON", mp4File, mp4(64), "application/json; charset=utf-8", "json_error"],
  ["JSON as a chat", chat, '{"a":1}', "application/json", "json_error"],
  ["long JSON as captions", vtt, `[${"1,".repeat(5000)}1]`, "application/json", "json_error"],
  ["noise as a video", mp4File, new Uint8Array(64).fill(1), "video/mp4", "content"],
  ["seven bytes as a video", mp4File, mp4(7), "video/mp4", "content"],
  ["plain text as captions", vtt, "00:00:01 hello", "text/vtt", "content"],
  ["nothing as a video", mp4File, "", "video/mp4", "content"],
  [
    "nothing as a video that is listed with a size",
    { ...mp4File, listedSizeBytes: 10 },
    "",
    "video/mp4",
    "content",
  ],
  ["nothing as captions", vtt, "", "text/vtt", "content"],
])("transferFile() refuses %s", async (_name, file, body, contentType, code) => {
  await assert.rejects(() => attempt(file, body, contentType), { name: "TransferError", code });
});

Deno.test("transferFile() refuses a page that comes a byte at a time", async () => {
  const pieces = [..."  <!DOCTYPE html><html>sign in</html>"].map((letter) => utf8(letter));
  const writer = new MemoryWriter();
  const open = memorySource(() => ({ body: byteStream(pieces) }));
  await assert.rejects(
    () => transfer({ open, writer, file: chat, backoff: { tries: 1, baseMs: 1, maxMs: 1 } }),
    { code: "html" },
  );
  assert.equal(writer.offset, 0);
});

Deno.test("transferFile() says what Zoom's error object says, without its secrets", async () => {
  const body = JSON.stringify({ status: false, errorCode: 124, errorMessage: "bad Bearer abcdefghijklmnop" });
  await assert.rejects(() => attempt(mp4File, body), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.message, 'Cannot accept the answer as "MP4": received error 124: bad Bearer …');
    return true;
  });
});

Deno.test("transferFile() does not download a page of two gibibytes", async () => {
  let pulled = 0;
  const body = () => {
    let isFirst = true;
    return new ReadableStream({
      type: "bytes",
      pull(controller: ReadableByteStreamController) {
        pulled += 65536;
        controller.enqueue(isFirst ? utf8("<html>".padEnd(65536)) : new Uint8Array(65536));
        isFirst = false;
      },
    });
  };
  const open = memorySource(() => ({ sizeBytes: 2 * 1024 ** 3, body: body() }));
  await assert.rejects(() => transfer({ open, writer: new MemoryWriter(), file: chat }), { code: "html" });
  assert.ok(pulled < 3 * 8 * 65536, `${pulled} bytes were taken`);
});

Deno.test("transferFile() refuses a body that is longer than announced", async () => {
  const open = memorySource(() => ({ sizeBytes: 100, body: mp4(101) }));
  const writer = new MemoryWriter();
  await assert.rejects(() => transfer({ open, writer }), { code: "truncated", received: "101" });
  assert.equal(writer.offset, 0);
});

Deno.test("transferFile() refuses an end before the stated size", async () => {
  const open = memorySource(() => ({ sizeBytes: 100, body: mp4(99) }));
  await assert.rejects(() => transfer({ open, writer: new MemoryWriter() }), {
    code: "truncated",
    received: "99",
  });
});

Deno.test("transferFile() accepts what Zoom lists with another size, and says so", async () => {
  await using server = new FileServer(mp4(1000));
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer: new MemoryWriter(),
    file: { ...mp4File, listedSizeBytes: 1200 },
  });
  assert.deepEqual([outcome.listedSizeMismatch, outcome.attempts], [true, 1]);
});

Deno.test("transferFile() takes the end of the stream for the end where no size is stated, and asks again for a text far too short", async () => {
  await using server = new FileServer(utf8("hello"));
  server.statesLength = false;
  server.contentType = "text/plain";
  const outcome = await transfer({
    open: fetchSource(server.url),
    writer: new MemoryWriter(),
    file: { ...chat, listedSizeBytes: 99 },
  });
  assert.deepEqual([outcome.sizeBytes, outcome.attempts, outcome.listedSizeMismatch], [5, 2, true]);
});

Deno.test("transferFile() asks again for a chat of less than half its listed size, of which nothing is kept", async () => {
  const whole = utf8("00:00:01\tAnn:\thello and good-bye");
  const wrongOnce = memorySource((_options, call) => ({ body: call === 1 ? utf8("oops") : whole }));
  const file = { ...chat, listedSizeBytes: whole.length };
  const writer = new MemoryWriter();
  const outcome = await transfer({ open: wrongOnce, writer, file });
  assert.deepEqual([writer.bytes, outcome.attempts], [whole, 2]);
  const alwaysShort = memorySource(() => ({ body: utf8("oops") }));
  const accepted = await transfer({ open: alwaysShort, writer: new MemoryWriter(), file });
  assert.deepEqual([accepted.sizeBytes, accepted.attempts, accepted.listedSizeMismatch], [4, 2, true]);
});

Deno.test("transferFile() asks again for a video without a stated size that ends before the listed one", async () => {
  const whole = mp4(1000);
  const cutOnce = memorySource((_options, call) => ({ body: call === 1 ? whole.subarray(0, 600) : whole }));
  const file = { ...mp4File, listedSizeBytes: 1000 };
  const outcome = await transfer({ open: cutOnce, writer: new MemoryWriter(), file });
  assert.deepEqual([outcome.sizeBytes, outcome.attempts], [1000, 2]);
  const alwaysShort = memorySource(() => ({ body: whole.subarray(0, 600) }));
  const accepted = await transfer({ open: alwaysShort, writer: new MemoryWriter(), file });
  assert.deepEqual([accepted.sizeBytes, accepted.attempts, accepted.listedSizeMismatch], [600, 2, true]);
});
