import assert from "node:assert/strict";
import { TransferError } from "../../src/core/errors.ts";
import { assignFileKeys, type ListedFile } from "../../src/core/recording.ts";
import { listedFile, listedMeeting, PipelineUnderTest } from "./_support.ts";

const uuid = "m==";
const chat = listedFile("x");
const other = listedFile("x", { recordingType: "poll", fileType: "CSV", fileExtension: "csv" });

/** The meeting with these files, keyed as a listing keys them. */
function showing(...files: ListedFile[]) {
  const keys = assignFileKeys(uuid, files);
  return [listedMeeting(uuid, { files: files.map((file, i) => ({ ...file, key: keys[i] ?? "" })) })];
}

Deno.test("a file stays the one it was when its id turns up for a second file, and when that one goes again", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = showing(chat);
  await pipeline.run();
  const [before] = pipeline.rows();
  pipeline.account.meetings = showing(other, chat);
  assert.equal((await pipeline.plan()).files.pending, 1);
  assert.equal((await pipeline.run()).files.downloaded, 1);
  const [, second] = assignFileKeys(uuid, [chat, other]);
  assert.deepEqual(pipeline.account.opened, [second]);
  assert.deepEqual(pipeline.rows().find(({ file_key }) => file_key === "x"), before);
  for (const left of [other, chat]) {
    pipeline.account.meetings = showing(left);
    assert.equal((await pipeline.run()).files.downloaded, 0);
    assert.equal(pipeline.rows().length, 2);
  }
});

Deno.test("a mistake in opening one file is that file's failure, and the others are fetched", async () => {
  await using pipeline = await PipelineUnderTest.create();
  pipeline.account.meetings = [listedMeeting("a=="), listedMeeting("b==")];
  pipeline.account.onOpen = ({ key }) => {
    if (key === "a==-f") throw new TypeError("Cannot read properties of undefined");
  };
  const summary = await pipeline.run();
  assert.deepEqual([summary.exit_code, summary.files.downloaded], [4, 1]);
  assert.deepEqual(summary.failures.map(({ file_key, code }) => [file_key, code]), [["a==-f", "unexpected"]]);
  pipeline.account.onOpen = () => {};
  assert.equal((await pipeline.run()).exit_code, 0);
});

Deno.test("a file of a meeting that began the evening before the range is tried again though its window is proven", async () => {
  await using pipeline = await PipelineUnderTest.create();
  const range = { from: "2024-03-02", to: "2024-03-20" };
  const recordingStart = "2024-03-02T00:10:00Z";
  const meeting = listedMeeting(uuid, {
    startTime: "2024-03-01T23:50:00Z",
    files: [listedFile("late", { recordingStart })],
  });
  const list = pipeline.account.list.bind(pipeline.account);
  pipeline.account.list = async function* (request) {
    for await (const listed of list(request)) {
      // Zoom lists it by the day on which it was recorded.
      if (listed.type === "window") yield { type: "meetings", scope: "account", meetings: [meeting] };
      yield listed;
    }
  };
  pipeline.account.onOpen = () => {
    throw new TransferError("Cannot open it: refused", { code: "no_url" });
  };
  assert.equal((await pipeline.run({ range })).exit_code, 4);
  const again = await pipeline.run({ range });
  assert.deepEqual(pipeline.account.asked, [], "the window is proven");
  assert.deepEqual(pipeline.account.opened.at(-1), "late");
  assert.equal(again.exit_code, 4, "what is not held is not forgotten");
});
