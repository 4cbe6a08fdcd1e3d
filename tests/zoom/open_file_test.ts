import assert from "node:assert/strict";
import { ApiError, type AppError, NetworkError, TransferError } from "../../src/core/errors.ts";
import type { FileRef } from "../../src/core/listing.ts";
import type { OpenedFile } from "../../src/core/source.ts";
import {
  type FaultRule,
  type FileInput,
  simAccount,
  simMeeting,
  type SimulatorOptions,
  simUser,
} from "../../src/simulator/mod.ts";
import { type AccountUnderTest, onlyFile, rejection, startAccount } from "./_support.ts";

const ana = simUser({ email: "ana@example.test" });
const meetingCall = "/meetings/*/recordings";

/** An account with one file, an MP4 unless said otherwise. */
function start(
  options: Parameters<typeof startAccount>[0] & { file?: FileInput; faults?: readonly FaultRule[] } = {},
): Promise<AccountUnderTest> {
  const { file = { fileType: "MP4" }, ...rest } = options;
  const meeting = simMeeting({ host: ana, start: "2024-04-10T09:00:00Z", files: [file] });
  return startAccount({ account: simAccount({ users: [ana], meetings: [meeting] }), ...rest });
}

const open = (run: AccountUnderTest, file: FileRef, options: { offset?: number; refresh?: boolean } = {}) =>
  run.account.open(file, { offset: 0, refresh: false, signal: new AbortController().signal, ...options });

async function bytesOf(opened: OpenedFile): Promise<Uint8Array> {
  return new Uint8Array(await new Response(opened.body).arrayBuffer());
}

const storage = (run: AccountUnderTest) => run.zoom.requests.filter(({ origin }) => origin === "storage");
const downloads = (run: AccountUnderTest) =>
  run.zoom.requests.filter(({ route }) => route.startsWith("/rec/"));

Deno.test("a file is opened with the header at Zoom's host and without it at the storage host", async () => {
  await using run = await start();
  const opened = await open(run, await onlyFile(run.account));
  const [truth] = run.zoom.truth();
  assert.equal((await bytesOf(opened)).length, truth?.sizeBytes);
  assert.equal(opened.sizeBytes, truth?.sizeBytes);
  assert.match(downloads(run)[0]?.headers.authorization ?? "", /^Bearer /);
  assert.equal(storage(run).length, 1);
  assert.equal(storage(run)[0]?.headers.authorization, undefined);
  assert.ok(
    [...downloads(run), ...storage(run)].every(({ headers, query }) =>
      headers["accept-encoding"] === "identity" && query.access_token === undefined
    ),
  );
});

Deno.test("a file is opened from where the held bytes end", async () => {
  await using run = await start();
  const opened = await open(run, await onlyFile(run.account), { offset: 5000 });
  assert.equal(opened.offset, 5000);
  assert.equal((await bytesOf(opened)).length, (opened.sizeBytes ?? 0) - 5000);
  assert.equal(storage(run)[0]?.headers.range, "bytes=5000-");
});

Deno.test("a whole file that is held is an empty rest", async () => {
  await using run = await start();
  const file = await onlyFile(run.account);
  const sizeBytes = run.zoom.truth()[0]?.sizeBytes ?? 0;
  const opened = await open(run, file, { offset: sizeBytes });
  assert.deepEqual([opened.offset, opened.sizeBytes, (await bytesOf(opened)).length], [
    sizeBytes,
    sizeBytes,
    0,
  ]);
});

Deno.test("more held bytes than the file has make it begin anew", async () => {
  await using run = await start();
  const opened = await open(run, await onlyFile(run.account), { offset: 10_000_000 });
  assert.equal(opened.offset, 0);
  assert.equal((await bytesOf(opened)).length, opened.sizeBytes);
});

Deno.test.each<[string, FileInput, FaultRule, string]>([
  ["a sign-in page", { fileType: "MP4" }, { on: "/rec/*", do: "html" }, "html"],
  ["a JSON error", { fileType: "MP4" }, { on: "/rec/*", do: "jsonError" }, "json_error"],
  [
    "a JSON error in place of a JSON file",
    { fileType: "TIMELINE" },
    { on: "/rec/*", do: "jsonError" },
    "json_error",
  ],
  ["a redirect to a sign-in page", { fileType: "MP4" }, {
    on: "/rec/*",
    do: "redirectTo",
    url: "https://zoom.us/signin",
  }, "redirect"],
  [
    "204, which is no file",
    { fileType: "CHAT" },
    { on: "/rec/*", do: "status", code: 204, body: "" },
    "content",
  ],
  [
    "202, which is no file yet",
    { fileType: "CHAT" },
    { on: "/rec/*", do: "status", code: 202, body: "soon" },
    "content",
  ],
])("%s is not taken for the file", async (_name, file, fault, code) => {
  await using run = await start({ file, faults: [fault] });
  const error = await rejection(open(run, await onlyFile(run.account)));
  assert.ok(error instanceof TransferError, `${error}`);
  assert.equal(error.code, code);
});

Deno.test("a range that begins elsewhere is refused", async () => {
  await using run = await start({ faults: [{ on: "/rec/*", do: "wrongRange" }] });
  const error = await rejection(open(run, await onlyFile(run.account), { offset: 5000 }));
  assert.ok(error instanceof TransferError && error.code === "range");
});

Deno.test("a JSON file that breaks off at its beginning is a failure of the network, worth another attempt", async () => {
  await using run = await start({
    file: { fileType: "TIMELINE" },
    faults: [{ on: "/rec/*", do: "cutAfter", bytes: 10 }],
  });
  const error = await rejection(open(run, await onlyFile(run.account)));
  assert.ok(error instanceof NetworkError && !error.exhausted, `${error}`);
});

Deno.test("a JSON file that stands still at its beginning does not keep the run waiting for ever", async () => {
  await using run = await start({
    file: { fileType: "TIMELINE" },
    faults: [{ on: "/rec/*", do: "stall", bytes: 10 }],
    timeoutMs: 200,
  });
  const error = await rejection(open(run, await onlyFile(run.account)));
  assert.ok(error instanceof NetworkError, `${error}`);
  assert.match(error.message, /within 0\.2 s/);
});

Deno.test("a JSON file keeps all its bytes after the look at its beginning", async () => {
  await using run = await start({ file: { fileType: "TIMELINE" } });
  const bytes = await bytesOf(await open(run, await onlyFile(run.account)));
  assert.equal(bytes.length, run.zoom.truth()[0]?.sizeBytes);
  assert.ok(typeof JSON.parse(new TextDecoder().decode(bytes)) === "object");
});

Deno.test("an invalid token is renewed for the next attempt", async () => {
  await using run = await start({
    quirks: { softDownloadErrors: true },
    faults: [{ on: "/rec/*", do: "jsonError", times: 1 }],
  });
  const file = await onlyFile(run.account);
  await rejection(open(run, file));
  await bytesOf(await open(run, file, { refresh: true }));
  assert.equal(run.zoom.count("/oauth/token"), 2);
});

Deno.test("the meeting's own token opens what the account's does not, once refused", async () => {
  await using run = await start({ quirks: { downloadAuth: "meetingToken" } });
  const file = await onlyFile(run.account);
  assert.ok(await rejection(open(run, file)) instanceof ApiError);
  assert.equal(
    (await bytesOf(await open(run, file, { refresh: true }))).length,
    run.zoom.truth()[0]?.sizeBytes,
  );
  assert.equal(run.zoom.count(meetingCall), 1);
});

Deno.test("the token goes into the query only with the flag, and only after everything else", async () => {
  const queried = async (allowQueryToken: boolean) => {
    await using run = await start({ quirks: { downloadAuth: "queryToken" }, config: { allowQueryToken } });
    const file = await onlyFile(run.account);
    await rejection(open(run, file));
    const before = downloads(run).filter(({ query }) => query.access_token !== undefined).length;
    const outcome = await open(run, file, { refresh: true }).then(bytesOf, (error: AppError) => error);
    const after = downloads(run).filter(({ query }) => query.access_token !== undefined).length;
    assert.equal(before, 0, "the query was used at the first attempt");
    assert.ok(storage(run).every(({ query }) => query.access_token === undefined));
    return { outcome, after };
  };
  const refused = await queried(false);
  assert.equal(refused.after, 0);
  assert.ok(refused.outcome instanceof Error);
  const allowed = await queried(true);
  assert.equal(allowed.after, 1);
  assert.ok(allowed.outcome instanceof Uint8Array);
});

Deno.test("one meeting call serves all files of a meeting, and a second refresh of a file makes another", async () => {
  await using run = await start();
  const file = { ...await onlyFile(run.account), downloadUrl: undefined };
  for (let i = 0; i < 3; i++) await bytesOf(await open(run, file));
  assert.equal(run.zoom.count(meetingCall), 1);
  await bytesOf(await open(run, file, { refresh: true }));
  assert.equal(run.zoom.count(meetingCall), 2);
});

Deno.test("a file that its meeting positively no longer lists is gone", async () => {
  await using run = await start();
  const file = await onlyFile(run.account);
  const [meeting] = run.zoom.account.meetings;
  if (meeting) meeting.files = [];
  const error = await rejection(open(run, file, { refresh: true }));
  assert.ok(error instanceof TransferError && error.code === "gone");
});

Deno.test.each<[string, string, (error: unknown) => boolean]>([
  ["an old meeting is gone", "2024-04-10T09:00:00Z", (e) => e instanceof TransferError && e.code === "gone"],
  [
    "a recent meeting is still processed",
    "2024-05-02T10:00:00Z",
    (e) => e instanceof ApiError && e.zoomCode === 3301,
  ],
])("3301 for %s", async (_name, meetingStart, expected) => {
  const body = { code: 3301, message: "There is no recording for this meeting." };
  await using run = await start({ faults: [{ on: meetingCall, do: "status", code: 404, body }] });
  const file = { ...await onlyFile(run.account), meetingStart };
  const error = await rejection(open(run, file, { refresh: true }));
  assert.ok(expected(error), `${error}`);
});

Deno.test("an answer about another occurrence is not believed", async () => {
  await using run = await start({
    faults: [{ on: meetingCall, do: "status", code: 200, body: { uuid: "other", recording_files: [] } }],
  });
  const error = await rejection(open(run, await onlyFile(run.account), { refresh: true }));
  assert.match(String(error), /Zoom answered for another one, "other"/);
});

Deno.test("a file on a recorder of the customer's own has no address", async () => {
  const options: SimulatorOptions = {};
  await using run = await start({ ...options, file: { fileType: "MP4", filePath: "/mnt/rec/a.mp4" } });
  const error = await rejection(open(run, await onlyFile(run.account)));
  assert.ok(error instanceof TransferError && error.code === "no_url");
});

Deno.test("of two files with one id the one is opened that was asked for, whichever the meeting shows first", async () => {
  const files = [{ fileType: "MP4", id: "twice" }, { fileType: "CHAT", id: "twice" }];
  const start = "2024-04-10T09:00:00Z";
  const meeting = simMeeting({ host: ana, start, files });
  await using run = await startAccount({ account: simAccount({ users: [ana], meetings: [meeting] }) });
  const ref = { meetingUuid: meeting.uuid, meetingStart: start, key: "twice", id: "twice" };
  const recordingStart = "2024-04-10T09:00:10Z";
  const chat = { fileExtension: "txt", fileType: "CHAT", recordingType: "chat_file", recordingStart };
  const opened = await open(run, { ...ref, ...chat });
  assert.equal(opened.contentType, "text/plain");
  await opened.body.cancel();
  const unknown = await rejection(open(run, { ...ref, ...chat, fileType: "CSV", fileExtension: "csv" }));
  assert.equal((unknown as TransferError).code, "no_url", "neither of them is fetched in its place");
});
