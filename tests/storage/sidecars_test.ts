import assert from "node:assert/strict";
import type { Meeting } from "../../src/core/recording.ts";
import { renderFilesCsv, renderMetaJson, type SidecarFile } from "../../src/storage/mod.ts";

const meeting: Meeting = {
  uuid: "abc==",
  id: "81234567890",
  hostId: "u1",
  hostEmail: "ann@example.com",
  topic: "Weekly",
  startTime: "2024-12-01T14:00:00Z",
  timezone: "",
  durationMinutes: 30,
};
const video: SidecarFile = {
  key: "k1",
  id: "k1",
  name: "20241201_140000Z_MP4.mp4",
  fileType: "MP4",
  recordingType: "gallery_view",
  recordingStart: "2024-12-01T14:00:00Z",
  recordingEnd: "2024-12-01T14:30:00Z",
  listedSizeBytes: 12,
  sizeBytes: 11,
  sha256: "ab".repeat(32),
  status: "completed",
};
const chat: SidecarFile = {
  key: "k2",
  name: '=HYPERLINK("http://example.com","x").txt',
  fileType: "CHAT",
  recordingType: "chat_file",
  recordingStart: "2024-12-01T13:59:00Z",
  recordingEnd: "",
  status: "failed",
  reason: "html",
};

Deno.test("renderFilesCsv() writes RFC 4180 in the order of time, and no formulas", () => {
  assert.equal(
    renderFilesCsv([video, chat]),
    "name,type,size,sha256,status,start,end\r\n" +
      `"'=HYPERLINK(""http://example.com"",""x"").txt",CHAT,,,failed,2024-12-01T13:59:00Z,\r\n` +
      `20241201_140000Z_MP4.mp4,MP4,11,${
        "ab".repeat(32)
      },completed,2024-12-01T14:00:00Z,2024-12-01T14:30:00Z\r\n`,
  );
});

Deno.test.each(["=1", "+1", "-1", "@x", "\tx", "\rx"])("renderFilesCsv() neutralises %j", (name) => {
  const [, row = ""] = renderFilesCsv([{ ...video, name }]).split("\r\n");
  assert.ok(row.replace(/^"/, "").startsWith(`'${name}`), row);
});

Deno.test.each(["a;=1+1", "a\t=1+1", "a\n=1+1", "a,=1+1"])(
  "renderFilesCsv() keeps %j one cell, also where another sign separates cells",
  (name) => {
    assert.ok(renderFilesCsv([{ ...video, name }]).includes(`\r\n"${name}",MP4`));
  },
);

Deno.test("renderFilesCsv() of no files is its header", () => {
  assert.equal(renderFilesCsv([]), "name,type,size,sha256,status,start,end\r\n");
});

Deno.test("renderMetaJson() is Zoom's description plus what is held, whatever the order of either", () => {
  const raw = { topic: "Weekly", uuid: "abc==", account_id: "acc", settings: { b: 1, a: [{ d: 1, c: 2 }] } };
  const shuffled = {
    settings: { a: [{ c: 2, d: 1 }], b: 1 },
    uuid: "abc==",
    account_id: "acc",
    topic: "Weekly",
  };
  const text = renderMetaJson({ ...meeting, raw }, [video, chat]);
  assert.equal(text, renderMetaJson({ ...meeting, raw: shuffled }, [chat, video]));
  const parsed = JSON.parse(text);
  assert.deepEqual(Object.keys(parsed).slice(0, 4), ["uuid", "id", "topic", "start_time"]);
  assert.equal(parsed.id, 81234567890);
  assert.equal(parsed.account_id, "acc");
  assert.deepEqual(parsed.files.map((file: { file_key: string }) => file.file_key), ["k2", "k1"]);
  assert.deepEqual(parsed.files[1], {
    name: "20241201_140000Z_MP4.mp4",
    file_key: "k1",
    id: "k1",
    file_type: "MP4",
    recording_type: "gallery_view",
    recording_start: "2024-12-01T14:00:00Z",
    recording_end: "2024-12-01T14:30:00Z",
    listed_size: 12,
    size: 11,
    sha256: "ab".repeat(32),
    status: "completed",
  });
});

Deno.test("renderMetaJson() holds no address and no passcode", () => {
  const raw = {
    share_url: "https://zoom.us/rec/share/secret-share",
    password: "secret-passcode",
    recording_files: [{ id: "k1", download_url: "https://zoom.us/rec/download/secret-download" }],
  };
  const text = renderMetaJson({ ...meeting, raw }, [video]);
  assert.doesNotMatch(text, /secret/);
  assert.deepEqual(JSON.parse(text).recording_files, [{ id: "k1" }]);
});
