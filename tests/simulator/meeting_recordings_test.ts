import assert from "node:assert/strict";
import { simMeeting, startSimulator } from "../../src/simulator/mod.ts";
import { accountOf, ana, signIn, today } from "./_client.ts";

const start = "2024-06-14T10:00:00Z";

Deno.test.each([
  { uuid: "abcDEF123+/xyz==", segment: "abcDEF123%2B%2Fxyz%3D%3D", status: 200 },
  { uuid: "abcDEF123+/xyz==", segment: "abcDEF123%252B%252Fxyz%253D%253D", status: 200 },
  { uuid: "/abcDEF123==", segment: "%252FabcDEF123%253D%253D", status: 200 },
  { uuid: "/abcDEF123==", segment: "%2FabcDEF123%3D%3D", status: 404 },
  { uuid: "abc//DEF==", segment: "abc%252F%252FDEF%253D%253D", status: 200 },
  { uuid: "abc//DEF==", segment: "abc%2F%2FDEF%3D%3D", status: 404 },
  { uuid: "abc//DEF==", segment: "abc//DEF==", status: 404 },
])("the uuid $uuid as $segment answers $status", async ({ uuid, segment, status }) => {
  await using zoom = await startSimulator({
    account: accountOf(simMeeting({ host: ana, start, uuid })),
    now: () => today,
  });
  const reply = await (await signIn(zoom)).get(`/meetings/${segment}/recordings`);
  assert.equal(reply.status, status);
  if (status === 200) assert.equal(reply.body.uuid, uuid);
});

Deno.test("a number means the latest occurrence only", async () => {
  const occurrences = ["2024-06-01T10:00:00Z", "2024-06-08T10:00:00Z", "2024-06-05T10:00:00Z"];
  const meetings = occurrences.map((start) => simMeeting({ host: ana, start, id: 81234567890 }));
  await using zoom = await startSimulator({ account: accountOf(...meetings), now: () => today });
  const { body } = await (await signIn(zoom)).get("/meetings/81234567890/recordings");
  assert.equal(body.start_time, "2024-06-08T10:00:00Z");
});

Deno.test("only the meeting-level call shows participant audio and the passcode", async () => {
  const meeting = simMeeting({
    host: ana,
    start,
    participantAudio: [{ fileType: "M4A", fileName: "Audio only - Bo.m4a" }],
  });
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const client = await signIn(zoom);
  const { body } = await client.get(`/meetings/${encodeURIComponent(meeting.uuid)}/recordings`);
  assert.equal(body.participant_audio_files[0].file_name, "Audio only - Bo.m4a");
  assert.equal("recording_type" in body.participant_audio_files[0], false);
  assert.equal(body.recording_count, 2);
  assert.equal(body.password, meeting.passcode);
  assert.equal("download_access_token" in body, false);
  const [listed] = await client.meetings("/users/me/recordings?from=2024-06-01&to=2024-06-15");
  assert.equal(listed && "participant_audio_files" in listed, false);
  assert.equal(zoom.truth().length, 1);
  assert.equal(zoom.truth({ participantAudio: true }).length, 2);
  const audio = await client.download(body.participant_audio_files[0].download_url);
  assert.equal((await audio.arrayBuffer()).byteLength, zoom.truth({ participantAudio: true })[1]?.sizeBytes);
});

Deno.test("a download_access_token opens its own meeting until its ttl, and no API call", async () => {
  let now = today;
  const [one, two] = [
    simMeeting({ host: ana, start, topic: "1" }),
    simMeeting({ host: ana, start, topic: "2" }),
  ];
  await using zoom = await startSimulator({ account: accountOf(one, two), now: () => now });
  const client = await signIn(zoom);
  const read = async (uuid: string, query: string) =>
    (await client.get(`/meetings/${encodeURIComponent(encodeURIComponent(uuid))}/recordings?${query}`)).body;
  const first = await read(one.uuid, "include_fields=download_access_token&ttl=60");
  const second = await read(two.uuid, "");
  const tryUrl = async (url: string) => {
    const authorization = `Bearer ${first.download_access_token}`;
    const response = await fetch(url, { redirect: "manual", headers: { authorization } });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await tryUrl(first.recording_files[0].download_url), 302);
  assert.equal(await tryUrl(second.recording_files[0].download_url), 401);
  assert.equal(await tryUrl(`${zoom.apiUrl}/users`), 401);
  now += 60_000;
  assert.equal(await tryUrl(first.recording_files[0].download_url), 401);
  assert.ok(zoom.secrets().includes(first.download_access_token));
});

Deno.test("a meeting of which nothing is ready is 404 with code 3301", async () => {
  const meeting = simMeeting({ host: ana, start, files: [{ fileType: "", status: "processing" }] });
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const client = await signIn(zoom);
  for (const key of [encodeURIComponent(encodeURIComponent(meeting.uuid)), "81", "nonsense"]) {
    const reply = await client.get(`/meetings/${key}/recordings`);
    assert.deepEqual([reply.status, reply.body.code], [404, 3301]);
  }
});

Deno.test("settings tell the recording's name and passcode", async () => {
  const meeting = simMeeting({ host: ana, start, topic: "Renamed", autoDeleteDate: "2024-12-01" });
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const { body } = await (await signIn(zoom)).get(`/meetings/${meeting.id}/recordings/settings`);
  assert.deepEqual([body.topic, body.password, body.auto_delete_date], [
    "Renamed",
    meeting.passcode,
    "2024-12-01",
  ]);
});
