import assert from "node:assert/strict";
import {
  allQuirks,
  noQuirks,
  type Quirks,
  simAccount,
  simMeeting,
  startSimulator,
} from "../../src/simulator/mod.ts";
import { accountOf, ana, signIn, today } from "./_client.ts";

type Json = Record<string, unknown>;

const range = "from=2024-05-20&to=2024-06-15";

/** What the user-level list shows of an account that has nothing but these quirks. */
async function listed(quirks: Partial<Quirks>): Promise<(Json & { recording_files?: Json[] })[]> {
  await using zoom = await startSimulator({ account: accountOf(), now: () => today, quirks });
  return await (await signIn(zoom)).meetings(`/users/me/recordings?page_size=300&${range}`);
}

Deno.test("without quirks an account is what was given, nothing more", async () => {
  assert.deepEqual(await listed({}), []);
});

Deno.test("old captions and timelines come without id, status, size, type and play_url", async () => {
  const [meeting] = await listed({ missingFileIds: true });
  const bare = meeting?.recording_files?.slice(1) ?? [];
  assert.deepEqual(bare.map((file) => file.file_type), ["CC", "CC", "TIMELINE"]);
  for (const file of bare) {
    for (const field of ["id", "status", "file_size", "recording_type", "play_url"]) {
      assert.equal(field in file, false, field);
    }
    assert.equal(typeof file.download_url, "string");
  }
});

Deno.test("a restarted recording has files of equal type that differ by start and id", async () => {
  const [meeting] = await listed({ duplicateSegments: true });
  const videos = meeting?.recording_files?.filter((file) => file.file_type === "MP4") ?? [];
  assert.ok(videos.length >= 3);
  assert.equal(new Set(videos.map((file) => file.recording_type)).size, 1);
  assert.equal(new Set(videos.map((file) => file.id)).size, videos.length);
  assert.ok(new Set(videos.map((file) => file.recording_start)).size < videos.length);
});

Deno.test("a meeting in progress has a file without type, end and address", async () => {
  const [meeting] = await listed({ meetingInProgress: true });
  const [file] = meeting?.recording_files ?? [];
  assert.deepEqual([file?.file_type, file?.recording_end, file?.file_size, file?.status], [
    "",
    "",
    0,
    "processing",
  ]);
  assert.deepEqual([meeting?.recording_count, meeting?.duration], [0, 0]);
  assert.equal(file && "download_url" in file, false);
});

Deno.test("recording_files, topic and timezone can be missing or empty", async () => {
  const [short] = await listed({ meetingWithoutFiles: true });
  assert.equal(short && "recording_files" in short, false);
  const [one, two] = (await listed({ emptyTopic: true })).map((meeting) => meeting.topic);
  assert.deepEqual(new Set([one, two]), new Set(["", undefined]));
  assert.equal((await listed({ emptyTimezone: true }))[0]?.timezone, "");
});

Deno.test("odd topics are all there, and two differ in case only", async () => {
  const topics = (await listed({ oddTopics: true })).map((meeting) => String(meeting.topic));
  assert.ok(topics.includes("CON"));
  assert.ok(topics.some((topic) => topic.length === 300));
  assert.ok(topics.some((topic) => topic.startsWith("=")));
  assert.ok(topics.some((topic) => topic.includes("\u202e")));
  const [one, two] = await listed({ topicsDifferByCase: true });
  assert.notEqual(one?.topic, two?.topic);
  assert.equal(String(one?.topic).toLowerCase(), String(two?.topic).toLowerCase());
});

Deno.test("sizes can be texts, and can be wrong", async () => {
  const [file] = (await listed({ stringFileSize: true, emptyTimezone: true }))[0]?.recording_files ?? [];
  assert.equal(file?.file_size, "12000");
  const [inexact] = (await listed({ inexactFileSize: true, emptyTimezone: true }))[0]?.recording_files ?? [];
  assert.notEqual(inexact?.file_size, 12_000);
});

Deno.test("the remaining oddities of files are there", async () => {
  const files = (await listed({
    unknownFileType: true,
    zeroByteChat: true,
    ccRecordingType: true,
    onPremiseFile: true,
    sharedFileIds: true,
  })).flatMap((meeting) => meeting.recording_files ?? []);
  assert.ok(files.some((file) => file.file_type === "HOLOGRAM"));
  assert.ok(files.some((file) => file.file_extension === "JPG"));
  assert.ok(files.some((file) => file.file_type === "CHAT" && file.file_size === 0));
  assert.ok(files.some((file) => file.recording_type === "shared_screen_with_speaker_view(CC)"));
  assert.ok(files.some((file) => "file_path" in file && !("download_url" in file)));
  assert.ok(new Set(files.map((file) => file.id)).size < files.length);
});

Deno.test("occurrences share their number, odd uuids need double encoding", async () => {
  const rooms = await listed({ sameNumberOccurrences: true });
  assert.equal(rooms.length, 2);
  assert.equal(new Set(rooms.map((meeting) => meeting.id)).size, 1);
  const uuids = (await listed({ slashUuids: true })).map((meeting) => String(meeting.uuid));
  assert.ok(uuids.some((uuid) => uuid.startsWith("/")));
  assert.ok(uuids.some((uuid) => uuid.includes("//")));
});

Deno.test("a late transcript appears a day later", async () => {
  let now = today;
  await using zoom = await startSimulator({
    account: accountOf(),
    now: () => now,
    quirks: { lateTranscript: true },
    tokenLifetimeSeconds: 1_000_000,
  });
  const client = await signIn(zoom);
  const types = async () => {
    const [meeting] = await client.meetings(`/users/me/recordings?${range}`);
    return (meeting?.recording_files as Json[]).map((file) => file.file_type);
  };
  assert.deepEqual(await types(), ["MP4"]);
  assert.equal(zoom.truth().length, 1);
  now += 86_400_000;
  assert.deepEqual(await types(), ["MP4", "TRANSCRIPT"]);
  assert.equal(zoom.truth().length, 2);
});

Deno.test("quirky users answer as they should, and truth knows who can be reached", async () => {
  const quirks = { forbiddenUser: true, missingUser: true, departedHost: true, inactiveHost: true };
  const build = (accountList: "allowed" | "refused") =>
    startSimulator({ account: accountOf(), now: () => today, quirks, accountList });
  await using refused = await build("refused");
  const client = await signIn(refused);
  assert.equal((await client.get("/users/forbidden@example.test/recordings")).body.code, 4711);
  assert.equal((await client.get("/users/missing@example.test/recordings")).body.code, 1001);
  assert.equal((await client.get("/users/departed@example.test/recordings")).body.code, 1001);
  const inactive = await client.meetings(`/users/inactive@example.test/recordings?${range}`);
  assert.equal(inactive.length, 1);
  assert.deepEqual(
    new Set(refused.truth().map((file) => file.userEmail)),
    new Set(["inactive@example.test"]),
  );
  await using allowed = await build("allowed");
  assert.equal(new Set(allowed.truth().map((file) => file.userEmail)).size, 4);
});

Deno.test("the trash quirks put a meeting and a file there", async () => {
  const quirks = { trashedMeeting: true, trashedFile: true, trashLacksUrls: true };
  await using zoom = await startSimulator({ account: accountOf(), now: () => today, quirks });
  const client = await signIn(zoom);
  for (const type of ["meeting_recordings", "recording_file"]) {
    const [meeting] = await client.meetings(`/users/me/recordings?trash=true&trash_type=${type}`);
    for (const file of meeting?.recording_files as Json[]) {
      assert.equal("download_url" in file, false);
      assert.equal(typeof file.deleted_time, "string");
    }
  }
});

const many = () =>
  accountOf(...Array.from({ length: 12 }, (_, index) => {
    const start = `2024-06-${String(index + 1).padStart(2, "0")}T09:00:00Z`;
    return simMeeting({ host: ana, start });
  }));

Deno.test("a window lacks a meeting the first time, or always, and total_records tells", async () => {
  for (const [lackingItem, second] of [["first", 12], ["always", 11]] as const) {
    await using zoom = await startSimulator({ account: many(), now: () => today, quirks: { lackingItem } });
    const client = await signIn(zoom);
    const path = `/users/me/recordings?page_size=5&${range}`;
    assert.equal((await client.meetings(path)).length, 11);
    assert.equal((await client.meetings(path)).length, second);
    assert.equal((await client.get(path)).body.total_records, 12);
  }
});

Deno.test("a page repeats with the same token the first time, or always", async () => {
  await using zoom = await startSimulator({
    account: many(),
    now: () => today,
    quirks: { repeatingPage: "first" },
  });
  const client = await signIn(zoom);
  const path = `/users/me/recordings?page_size=5&${range}`;
  const first = (await client.get(path)).body;
  const again = (await client.get(`${path}&next_page_token=${first.next_page_token}`)).body;
  assert.equal(again.next_page_token, first.next_page_token);
  const uuids = (page: { meetings: Json[] }) => page.meetings.map((meeting) => meeting.uuid);
  assert.deepEqual(uuids(again), uuids(first));
  assert.equal(new Set((await client.meetings(path)).map((meeting) => meeting.uuid)).size, 12);
});

Deno.test("windows can be narrowed further, and exclude their last day", async () => {
  for (
    const [quirks, from, count] of [
      [{ narrowDays: 3 }, "2024-06-03", 3],
      [{ toIsExclusive: true }, "2024-06-01", 4],
    ] as const
  ) {
    await using zoom = await startSimulator({ account: many(), now: () => today, quirks });
    const { body } = await (await signIn(zoom)).get("/users/me/recordings?from=2024-06-01&to=2024-06-05");
    assert.deepEqual([body.from, body.total_records], [from, count]);
  }
});

Deno.test("page_size can be ignored, api_url can lead astray, errors can come with 200", async () => {
  const quirks = { pageSizeIgnored: true, foreignApiUrl: true, errorWith200: true };
  await using zoom = await startSimulator({
    account: many(),
    now: () => today,
    quirks,
    accountList: "refused",
  });
  const client = await signIn(zoom);
  assert.equal((await client.get(`/users/me/recordings?page_size=300&${range}`)).body.page_size, 30);
  const list = await client.get("/accounts/me/recordings");
  assert.deepEqual([list.status, list.body.code], [200, 200]);
  const path = `/meetings/${zoom.account.meetings[0]?.id}/recordings`;
  const first = await client.get(path);
  assert.deepEqual([first.status, first.body.code], [200, 200]);
  assert.equal((await client.get(path)).body.code, undefined);
});

Deno.test("allQuirks switches on everything with which a careful client still gets everything", async () => {
  await using zoom = await startSimulator({ account: simAccount(), now: () => today, quirks: allQuirks });
  const client = await signIn(zoom);
  const on = Object.entries(allQuirks).filter(([name, value]) => noQuirks[name as keyof Quirks] !== value);
  assert.ok(on.length >= 34, `${on.length}`);
  const path = `/accounts/me/recordings?page_size=300&${range}`;
  const first = await client.get(path);
  assert.ok(first.body.meetings.length > 0);
  // The first pass lacks an item and repeats a page, the second one is whole.
  const meetings = await client.meetings(path);
  assert.equal(meetings.length, first.body.total_records);
  const found = meetings.flatMap((meeting) => meeting.recording_files as Json[] | undefined ?? []);
  const offered = found.filter((file) => file.download_url && file.status !== "processing");
  const inWindow = zoom.truth().filter((file) => file.meetingStart >= "2024-05-20");
  assert.equal(offered.length, inWindow.length);
  for (const file of offered.slice(0, 10)) {
    const response = await client.download(String(file.download_url));
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
});
