import assert from "node:assert/strict";
import { simAccount, simMeeting, type SimulatorOptions, simUser } from "../../src/simulator/mod.ts";
import { listAll, startAccount } from "./_support.ts";

const ana = simUser({ email: "ana@example.test" });
const meetingCall = "/meetings/*/recordings";
const audio = (name: string) => ({ fileType: "M4A", fileName: `Audio ${name}.m4a` });
const withAudio = (start: string, topic = "") =>
  simMeeting({ host: ana, start, topic, participantAudio: [audio("Ana"), audio("Ben")] });

function start(meetings: ReturnType<typeof simMeeting>[], options: SimulatorOptions = {}) {
  return startAccount({ account: simAccount({ users: [ana], meetings }), ...options });
}

Deno.test("participant audio costs one call per meeting and adds to the files of the list", async () => {
  await using run = await start(
    Array.from({ length: 12 }, (_, index) => withAudio(`2024-04-${10 + index}T09:00:00Z`)),
  );
  const { meetings, unproven } = await listAll(run.account, { participantAudio: true });
  assert.equal(run.zoom.count(meetingCall), 12);
  assert.deepEqual(unproven, []);
  for (const { files, raw } of meetings.values()) {
    assert.deepEqual(files.map(({ recordingType }) => recordingType), [
      "shared_screen_with_speaker_view",
      "audio_only_each_participant",
      "audio_only_each_participant",
    ]);
    assert.deepEqual(files.map(({ fileName }) => fileName), [undefined, "Audio Ana.m4a", "Audio Ben.m4a"]);
    assert.equal(new Set(files.map(({ key }) => key)).size, 3);
    assert.equal((raw.participant_audio_files as unknown[]).length, 2);
  }
});

Deno.test("a meeting that several windows show is asked for once, and has its audio each time", async () => {
  // 2024-04-02 is the day that both windows of these 58 days share.
  await using run = await start([withAudio("2024-04-02T09:00:00Z")]);
  const range = { from: "2024-03-05", to: "2024-05-01" };
  const { events, proofs } = await listAll(run.account, { participantAudio: true, range });
  const shown = events.flatMap((listed) => listed.type === "meetings" ? listed.meetings : []);
  assert.ok(proofs.length >= 2 && shown.length === 2, "the test needs a meeting in two windows");
  assert.deepEqual(shown.map(({ files }) => files.length), [3, 3]);
  assert.equal(run.zoom.count(meetingCall), 1);
});

Deno.test("participant audio is not asked for without the flag", async () => {
  await using run = await start([withAudio("2024-04-10T09:00:00Z")]);
  const { meetings } = await listAll(run.account);
  assert.equal(run.zoom.count(meetingCall), 0);
  assert.deepEqual([...meetings.values()].map(({ files }) => files.length), [1]);
});

Deno.test("a meeting whose audio cannot be asked for keeps its files, and its window is unproven", async () => {
  const refused = withAudio("2024-04-10T09:00:00Z");
  const on = `/meetings/${encodeURIComponent(refused.uuid)}/recordings`;
  await using run = await start([refused, withAudio("2024-04-11T09:00:00Z")], {
    faults: [{ on, do: "status", code: 403 }],
  });
  const { meetings, unproven } = await listAll(run.account, { participantAudio: true, discovery: "users" });
  assert.deepEqual([...meetings.values()].map(({ files }) => files.length).sort(), [1, 3]);
  assert.match(unproven[0]?.reason ?? "", /participant audio of 1 meetings/);
});

Deno.test("a missing scope for the meeting call is asked about once", async () => {
  const body = { code: 4711, message: "Invalid access token, does not contain scopes:[x]." };
  await using run = await start(
    Array.from({ length: 20 }, (_, index) => withAudio(`2024-04-10T09:00:${10 + index}Z`)),
    { faults: [{ on: meetingCall, do: "status", code: 400, body }] },
  );
  const { meetings, unproven } = await listAll(run.account, { participantAudio: true, discovery: "users" });
  assert.equal(meetings.size, 20);
  assert.match(unproven[0]?.reason ?? "", /code 4711/);
  assert.ok(run.zoom.count(meetingCall) <= 8, "it went on asking");
});

Deno.test("3301 for a meeting that is listed with files leaves it as the list shows it, and its window unproven", async () => {
  const body = { code: 3301, message: "There is no recording for this meeting." };
  await using run = await start([withAudio("2024-04-10T09:00:00Z")], {
    faults: [{ on: meetingCall, do: "status", code: 404, body }],
  });
  const { meetings, unproven } = await listAll(run.account, { participantAudio: true });
  assert.deepEqual([...meetings.values()].map(({ files }) => files.length), [1]);
  assert.ok(unproven.length > 0);
});

const trashedAt = "2024-04-20T08:00:00Z";

Deno.test("both kinds of trash are listed, apart from what is not in the trash", async () => {
  const whole = simMeeting({ host: ana, start: "2024-04-10T09:00:00Z", files: ["MP4", "CHAT"], trashedAt });
  const partly = simMeeting({
    host: ana,
    start: "2024-04-11T09:00:00Z",
    files: ["MP4", { fileType: "CHAT", trashedAt }],
  });
  const old = simMeeting({ host: ana, start: "2019-01-11T09:00:00Z", trashedAt });
  for (const discovery of ["users", "account", "auto"] as const) {
    await using run = await start([whole, partly, old]);
    const { meetings, trash, proofs } = await listAll(run.account, { includeTrash: true, discovery });
    assert.deepEqual([...meetings.keys()], [partly.uuid]);
    const shown = trash.map(({ whole, meetings }) => ({
      whole,
      meetings: meetings.map(({ uuid, files }) => [uuid, files.map(({ fileType }) => fileType).sort()]),
    }));
    assert.deepEqual(shown, [
      { whole: true, meetings: [[whole.uuid, ["CHAT", "MP4"]], [old.uuid, ["MP4"]]] },
      { whole: false, meetings: [[partly.uuid, ["CHAT"]]] },
    ]);
    const files = trash.flatMap(({ meetings }) => meetings.flatMap((meeting) => meeting.files));
    assert.ok(files.every(({ deletedTime }) => deletedTime === trashedAt));
    const scopes = proofs.filter(({ proven }) => proven).map(({ scope }) => scope);
    assert.ok(scopes.includes(`user:${ana.id}/trash`) && scopes.includes(`user:${ana.id}/trash-files`));
    const asked = run.zoom.requests.filter(({ query }) => query.trash === "true");
    assert.deepEqual(asked.map(({ query }) => query.trash_type), ["meeting_recordings", "recording_file"]);
    assert.ok(asked.every(({ query }) => query.from === undefined && query.to === undefined));
  }
});

Deno.test("trash entries without type and address are shown all the same", async () => {
  const whole = simMeeting({ host: ana, start: "2024-04-10T09:00:00Z", trashedAt });
  await using run = await start([whole], { quirks: { trashLacksUrls: true } });
  const { trash } = await listAll(run.account, { includeTrash: true });
  const [file] = trash[0]?.meetings[0]?.files ?? [];
  assert.deepEqual([file?.fileType, file?.downloadUrl], ["", undefined]);
});

Deno.test("the trash is left alone unless asked for", async () => {
  await using run = await start([simMeeting({ host: ana, start: "2024-04-10T09:00:00Z", trashedAt })]);
  const { trash } = await listAll(run.account, { discovery: "users" });
  assert.deepEqual(trash, []);
  assert.ok(run.zoom.requests.every(({ query }) => query.trash === undefined));
});

Deno.test("a user whose trash is refused is told about, and the others are complete", async () => {
  const ben = simUser({ email: "ben@example.test" });
  const whole = simMeeting({ host: ben, start: "2024-04-10T09:00:00Z", trashedAt });
  await using run = await startAccount({ account: simAccount({ users: [ana, ben], meetings: [whole] }) });
  const [first] = run.zoom.account.users;
  if (first) first.recordings = "missing";
  const { trash, failed } = await listAll(run.account, { includeTrash: true });
  assert.equal(trash.length, 1);
  assert.deepEqual(failed.map(({ scope }) => scope), [`user:${ana.id}/trash`, `user:${ana.id}/trash-files`]);
});

Deno.test("participant audio that cannot be asked for leaves its window unproven, whatever the users' lists add", async () => {
  for (const [code, zoomCode] of [[500, 500], [404, 3301]] as const) {
    const body = { code: zoomCode, message: "Not now." };
    const faults = [{ on: "/meetings/*/recordings", do: "status", code, body }] as const;
    await using run = await start([withAudio("2024-04-10T09:00:00Z")], { faults });
    const listing = await listAll(run.account, { participantAudio: true, discovery: "auto" });
    assert.equal(listing.meetings.size, 1);
    assert.ok(listing.unproven.length > 0, `after HTTP ${code}`);
  }
});
