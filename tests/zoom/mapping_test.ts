import assert from "node:assert/strict";
import fc from "fast-check";
import { mapMeeting } from "../../src/zoom/map_meeting.ts";
import { mapUser } from "../../src/zoom/map_user.ts";
import { parsePage } from "../../src/zoom/page.ts";
import { ResponseError } from "../../src/core/errors.ts";

const file = {
  id: "f1",
  recording_start: "2024-04-10T09:00:10Z",
  recording_end: "2024-04-10T09:45:00Z",
  file_type: "MP4",
  file_extension: "MP4",
  file_size: 1234,
  download_url: "https://zoom.us/rec/download/opaque",
  status: "completed",
  recording_type: "shared_screen",
};
const meeting = {
  uuid: "u/1+==",
  id: 98765432101,
  host_id: "h1",
  host_email: "Ana@Example.test",
  topic: "Plan",
  type: 8,
  start_time: "2024-04-10T09:00:00Z",
  timezone: "Europe/Berlin",
  duration: 45,
  recording_files: [file],
};

Deno.test("mapMeeting() says in our words what Zoom says in its own", () => {
  const { raw: _, ...mapped } = mapMeeting(meeting) ?? {};
  assert.deepEqual(mapped, {
    uuid: "u/1+==",
    id: "98765432101",
    hostId: "h1",
    hostEmail: "ana@example.test",
    topic: "Plan",
    startTime: "2024-04-10T09:00:00Z",
    timezone: "Europe/Berlin",
    durationMinutes: 45,
    type: 8,
    files: [{
      key: "f1",
      id: "f1",
      fileType: "MP4",
      recordingType: "shared_screen",
      fileExtension: "mp4",
      recordingStart: "2024-04-10T09:00:10Z",
      recordingEnd: "2024-04-10T09:45:00Z",
      listedSizeBytes: 1234,
      status: "completed",
      downloadUrl: "https://zoom.us/rec/download/opaque",
    }],
  });
});

const mapFile = (changes: object) =>
  mapMeeting({ ...meeting, recording_files: [{ ...file, ...changes }] })?.files[0];

Deno.test.each<[string, object, object]>([
  ["a size that is a text", { file_size: "1234" }, { listedSizeBytes: 1234 }],
  ["a size that is none", { file_size: "large" }, { listedSizeBytes: undefined }],
  ["a negative size", { file_size: -1 }, { listedSizeBytes: undefined }],
  ["a size of zero", { file_size: 0 }, { listedSizeBytes: 0 }],
  ["an id that is a number", { id: 77 }, { id: "77", key: "77" }],
  ["no status, which means ready", { status: undefined }, { status: "" }],
  ["a type nobody has seen", { file_type: "hologram", file_extension: "" }, {
    fileType: "HOLOGRAM",
    fileExtension: "bin",
  }],
  ["captions without an extension", { file_type: "CC", file_extension: null }, { fileExtension: "vtt" }],
  ["a recording under way", { file_type: "", file_extension: "", recording_end: "" }, {
    fileType: "",
    fileExtension: "",
    recordingEnd: "",
  }],
  ["an on-premise file", { download_url: undefined, file_path: "/mnt/a.mp4" }, {
    isOnPremise: true,
    downloadUrl: undefined,
  }],
  ["a literal (CC)", { recording_type: "shared_screen_with_speaker_view(CC)" }, {
    recordingType: "shared_screen_with_speaker_view(CC)",
  }],
  ["a time with an offset", { recording_start: "2024-04-10T11:00:10+02:00" }, {
    recordingStart: "2024-04-10T09:00:10Z",
  }],
  ["a time without a zone", { recording_start: "2024-04-10 09:00:10" }, {
    recordingStart: "2024-04-10T09:00:10Z",
  }],
  ["a time that is none", { recording_start: "yesterday" }, { recordingStart: "" }],
])("mapMeeting() understands a file with %s", (_name, changes, expected) => {
  const mapped = mapFile(changes) as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(expected)) assert.equal(mapped[name], value, name);
});

Deno.test("mapMeeting() fills in what the list of one user leaves out", () => {
  const { host_id: _, host_email: __, start_time: ___, ...rest } = meeting;
  const mapped = mapMeeting(rest, { id: "h9", email: "ben@example.test" });
  assert.deepEqual([mapped?.hostId, mapped?.hostEmail], ["h9", "ben@example.test"]);
  assert.equal(mapped?.startTime, "2024-04-10T09:00:10Z", "the earliest file stands in for the start");
});

Deno.test("mapMeeting() keeps meetings without a uuid apart", () => {
  const { uuid: _, ...rest } = meeting;
  const later = { ...rest, start_time: "2024-04-11T09:00:00Z" };
  assert.match(mapMeeting(rest)?.uuid ?? "", /^derived-/);
  assert.notEqual(mapMeeting(rest)?.uuid, mapMeeting(later)?.uuid);
});

Deno.test("mapMeeting() keeps no secret in the raw answer", () => {
  const secrets = {
    password: "pa55-word",
    recording_play_passcode: "p1ay-pass",
    share_url: "https://zoom.us/rec/share/sh4re",
  };
  const mapped = mapMeeting({ ...meeting, ...secrets, download_access_token: "t0ken-text" });
  const text = JSON.stringify(mapped?.raw);
  for (const secret of ["pa55-word", "p1ay-pass", "sh4re", "t0ken-text", "opaque"]) {
    assert.ok(!text.includes(secret), secret);
  }
});

Deno.test("mapMeeting() gives the day of automatic deletion only while that is on", () => {
  const date = "2024-06-01";
  const dayOf = (fields: object) => mapMeeting({ ...meeting, ...fields })?.autoDeleteDate;
  assert.equal(dayOf({ auto_delete: true, auto_delete_date: date }), date);
  assert.equal(dayOf({ auto_delete_date: date }), date);
  assert.equal(dayOf({ auto_delete: false, auto_delete_date: date }), undefined);
  assert.equal(dayOf({ auto_delete: true, auto_delete_date: "soon" }), undefined);
});

/** Anything JSON can hold, in place of any field. */
const anything = fc.jsonValue({ maxDepth: 3 });
const wrong = (shape: object) =>
  fc.record(Object.fromEntries(Object.keys(shape).map((name) => [name, anything])), { requiredKeys: [] });

Deno.test("mapMeeting() never throws, whatever is in whichever field", () => {
  const items = fc.oneof(
    wrong({ ...meeting, auto_delete: 0, auto_delete_date: 0, participant_audio_files: 0 }),
    anything,
  );
  fc.assert(fc.property(items, (item) => {
    const mapped = mapMeeting(item);
    const isObject = typeof item === "object" && item !== null && !Array.isArray(item);
    if (!isObject) assert.equal(mapped, undefined);
    else if ("uuid" in item && typeof item.uuid === "string" && item.uuid !== "") assert.ok(mapped);
    assert.ok(mapped === undefined || (mapped.uuid !== "" && mapped.durationMinutes >= 0));
  }));
});

Deno.test("mapMeeting() takes what has neither uuid, number nor files for no meeting", () => {
  assert.equal(mapMeeting({}), undefined);
  assert.equal(mapMeeting({ topic: "Plan", recording_files: [] }), undefined);
  assert.equal(mapMeeting({ topic: "Plan", recording_files: [file] })?.files.length, 1);
  assert.equal(mapMeeting({ id: 81234567890 })?.files.length, 0);
});

Deno.test("mapMeeting() takes a number that is not whole for one that was left out", () => {
  for (const wrong of [0.5, 1e300, -1e300, "0.5"]) {
    const recording_files = [{ ...file, file_size: wrong }];
    const mapped = mapMeeting({ ...meeting, type: wrong, duration: wrong, recording_files });
    assert.deepEqual([mapped?.type, mapped?.durationMinutes], [undefined, 0]);
    assert.equal(mapped?.files[0]?.listedSizeBytes, undefined);
  }
});

Deno.test("mapMeeting() never loses a file to its broken siblings, and no two share a key", () => {
  const siblings = fc.array(fc.oneof(wrong(file), anything), { maxLength: 6 });
  fc.assert(fc.property(siblings, fc.nat(), siblings, (others, at, audio) => {
    const good = { ...file, id: "the-good-one" };
    const listed = others.toSpliced(at % (others.length + 1), 0, good);
    const mapped = mapMeeting({ ...meeting, recording_files: listed, participant_audio_files: audio });
    const objects = [...listed, ...audio].filter((item) =>
      typeof item === "object" && item !== null && !Array.isArray(item)
    );
    assert.equal(mapped?.files.length, objects.length, "an entry was lost");
    assert.equal(new Set(mapped?.files.map(({ key }) => key)).size, objects.length, "two files share a key");
    assert.equal(mapped?.files.find(({ key }) => key === "the-good-one")?.listedSizeBytes, 1234);
  }));
});

Deno.test("mapUser() takes everybody with an id and nobody else", () => {
  assert.deepEqual(mapUser({ id: "u", email: " Ana@Example.test ", first_name: "Ana" }, "inactive"), {
    id: "u",
    email: "ana@example.test",
    displayName: "Ana",
    status: "inactive",
  });
  assert.equal(mapUser({ email: "pending@example.test" }, "active"), undefined);
  assert.equal(mapUser({ id: "u", status: "pending" }, "active"), undefined);
  fc.assert(
    fc.property(fc.oneof(wrong({ id: 0, email: 0, display_name: 0, status: 0 }), anything), (item) => {
      const user = mapUser(item, "active");
      assert.ok(user === undefined || user.id !== "");
    }),
  );
});

Deno.test("parsePage() gives a page or a ResponseError, whatever comes", () => {
  const answers = fc.oneof(
    wrong({ meetings: 0, total_records: 0, next_page_token: 0, from: 0, to: 0 }),
    anything,
  );
  fc.assert(fc.property(answers, (answer) => {
    try {
      const page = parsePage(answer, "meetings", "list");
      assert.ok(Array.isArray(page.items) && typeof page.nextPageToken === "string");
    } catch (error) {
      assert.ok(error instanceof ResponseError, `${error}`);
    }
  }));
});

Deno.test("mapMeeting() tells meetings without uuid and start apart by topic and first recording", () => {
  const { uuid: _uuid, start_time: _start, ...bare } = meeting;
  const later = { ...bare, recording_files: [{ ...file, recording_start: "2024-04-11T09:00:10Z" }] };
  const uuids = [bare, later, { ...bare, topic: "Other" }].map((item) => mapMeeting(item)?.uuid);
  assert.equal(new Set(uuids).size, 3);
  assert.equal(mapMeeting({ ...bare, recording_files: [file, { ...file, id: "late" }] })?.uuid, uuids[0]);
});

Deno.test("mapMeeting() takes half surrogates and NUL, which no database gives back, out of every text", () => {
  const files = [{ ...file, id: "f\0", recording_type: "\udc00" }];
  const mapped = mapMeeting({ ...meeting, uuid: "u\ud83d", topic: "a\0b", recording_files: files });
  assert.equal(mapped?.uuid, "u\ufffd");
  assert.equal(mapped?.topic, "a\ufffdb");
  assert.deepEqual([mapped?.files[0]?.id, mapped?.files[0]?.recordingType], ["f\ufffd", "\ufffd"]);
});
