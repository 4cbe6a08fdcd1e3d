import assert from "node:assert/strict";
import type { Candidate } from "../../src/core/recording.ts";
import { defaultNaming } from "../../src/storage/mod.ts";

function candidate(
  overrides: { user?: object; meeting?: object; file?: object } = {},
): Candidate {
  return {
    user: { id: "u1", email: "ann@example.com", displayName: "Ann", status: "active", ...overrides.user },
    meeting: {
      uuid: "abc==",
      id: "81234567890",
      hostId: "u1",
      hostEmail: "ann@example.com",
      topic: "Weekly sync",
      startTime: "2024-12-01T14:00:00Z",
      timezone: "",
      durationMinutes: 30,
      ...overrides.meeting,
    },
    file: {
      key: "k1",
      fileType: "MP4",
      recordingType: "gallery_view",
      fileExtension: "mp4",
      recordingStart: "2024-12-01T14:05:09Z",
      recordingEnd: "2024-12-01T15:00:00Z",
      status: "completed",
      ...overrides.file,
    },
  };
}

Deno.test("defaultNaming() names user, meeting and file", () => {
  assert.deepEqual(defaultNaming(candidate()), [
    "ann@example.com",
    "20241201_140000Z_Weekly sync_81234567890",
    "20241201_140509Z_MP4",
  ]);
});

Deno.test("defaultNaming() copes with what Zoom leaves out", () => {
  const bare = candidate({
    user: { email: "" },
    meeting: { topic: "", id: "", startTime: "" },
    file: { fileType: "", fileExtension: "json", recordingStart: "" },
  });
  assert.deepEqual(defaultNaming(bare), [
    "u1",
    "00000000_000000Z_untitled_0",
    "00000000_000000Z_JSON",
  ]);
});

Deno.test("defaultNaming() shortens a topic, never the time or the meeting number", () => {
  const [, folder = ""] = defaultNaming(candidate({ meeting: { topic: "Я".repeat(400) } }));
  assert.match(folder, /^20241201_140000Z_Я+_81234567890$/);
  assert.ok(new TextEncoder().encode(folder).byteLength <= 255);
});

Deno.test("defaultNaming() tells participants' audio apart by Zoom's file name", () => {
  const named = candidate({ file: { fileType: "M4A", fileName: "Audio only - Bob/Ann.m4a" } });
  assert.equal(defaultNaming(named)[2], "20241201_140509Z_M4A_Audio only - Bob_Ann");
});

Deno.test("defaultNaming() keeps a hostile topic in one segment", () => {
  const [, folder] = defaultNaming(candidate({ meeting: { topic: "../../etc/passwd\u0000" } }));
  assert.equal(folder, "20241201_140000Z_.._.._etc_passwd_81234567890");
});
