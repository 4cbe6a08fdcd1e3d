import assert from "node:assert/strict";
import { simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { accountOf, ana, signIn, today } from "./_client.ts";

const daily = Array.from({ length: 60 }, (_, index) =>
  simMeeting({
    host: ana,
    topic: `Day ${index}`,
    start: new Date(today - index * 86_400_000).toISOString().slice(0, 19) + "Z",
  }));

Deno.test.each([
  { asked: "from=2024-06-01&to=2024-06-10", from: "2024-06-01", to: "2024-06-10", count: 10 },
  { asked: "from=2024-01-01&to=2024-06-15", from: "2024-05-15", to: "2024-06-15", count: 32 },
  { asked: "from=2024-03-01&to=2024-05-31", from: "2024-04-30", to: "2024-05-31", count: 32 },
  { asked: "", from: "2024-06-15", to: "2024-06-16", count: 1 },
  { asked: "from=2024-06-10", from: "2024-06-10", to: "2024-06-11", count: 2 },
])("the window $asked answers $from to $to without an error", async ({ asked, from, to, count }) => {
  await using zoom = await startSimulator({ account: accountOf(...daily), now: () => today });
  const { body, status } = await (await signIn(zoom)).get(`/users/me/recordings?page_size=300&${asked}`);
  assert.equal(status, 200);
  assert.deepEqual([body.from, body.to, body.total_records, body.meetings.length], [from, to, count, count]);
});

Deno.test("pages cover the window exactly once and count meetings, not files", async () => {
  await using zoom = await startSimulator({ account: accountOf(...daily), now: () => today });
  const client = await signIn(zoom);
  const meetings = await client.meetings("/users/me/recordings?page_size=7&from=2024-05-20&to=2024-06-15");
  assert.equal(new Set(meetings.map((meeting) => meeting.uuid)).size, 27);
  assert.equal(meetings.length, 27);
  assert.equal(zoom.count("/users/*/recordings"), 4);
});

Deno.test("page_size is 30 by default and at most 300", async () => {
  await using zoom = await startSimulator({ account: accountOf(...daily), now: () => today });
  const client = await signIn(zoom);
  const sizeOf = async (query: string) => (await client.get(`/users/me/recordings?${query}`)).body.page_size;
  assert.equal(await sizeOf(""), 30);
  assert.equal(await sizeOf("page_size=1000"), 300);
});

Deno.test("a page token is good for its lifetime and its parameters only", async () => {
  let now = today;
  await using zoom = await startSimulator({ account: accountOf(...daily), now: () => now });
  const client = await signIn(zoom);
  const path = "/users/me/recordings?page_size=10&from=2024-06-01&to=2024-06-15";
  const { body } = await client.get(path);
  const token = body.next_page_token;
  assert.equal((await client.get(`${path}&next_page_token=${token}`)).status, 200);
  const other = await client.get(`${path.replace("06-01", "06-02")}&next_page_token=${token}`);
  assert.deepEqual([other.status, other.body.code], [400, 300]);
  now += 900_000;
  const late = await client.get(`${path}&next_page_token=${token}`);
  assert.deepEqual([late.status, late.body.code], [400, 300]);
});

Deno.test.each([
  { query: "from=2024-02-30" },
  { query: "from=yesterday" },
  { query: "from=2024-06-02&to=2024-06-01" },
  { query: "page_size=x" },
])(
  "the bad parameter $query is 400 with code 300",
  async ({ query }) => {
    await using zoom = await startSimulator({ account: accountOf(), now: () => today });
    const { status, body } = await (await signIn(zoom)).get(`/users/me/recordings?${query}`);
    assert.deepEqual([status, body.code, body.errors.length], [400, 300, 1]);
  },
);

Deno.test("an empty window is an empty list with zero counters", async () => {
  await using zoom = await startSimulator({ account: accountOf(), now: () => today });
  const { body } = await (await signIn(zoom)).get("/users/me/recordings?from=2020-01-01&to=2020-01-30");
  assert.deepEqual([body.meetings, body.total_records, body.page_count], [[], 0, 0]);
});

Deno.test("a user who is refused answers 4711, one who is missing 1001", async () => {
  const account = simAccount({
    users: [
      simUser({ email: "no@example.test", recordings: "forbidden" }),
      simUser({ email: "lost@example.test", recordings: "missing" }),
    ],
  });
  await using zoom = await startSimulator({ account, now: () => today });
  const client = await signIn(zoom);
  const forbidden = await client.get("/users/no@example.test/recordings");
  assert.deepEqual([forbidden.status, forbidden.body.code], [400, 4711]);
  const missing = await client.get("/users/lost@example.test/recordings");
  assert.deepEqual([missing.status, missing.body.code], [404, 1001]);
});

const gone = simUser({ email: "gone@example.test", status: "departed" });
const mixed = () =>
  simAccount({
    users: [ana, gone],
    meetings: [
      ...daily.slice(0, 20),
      simMeeting({ host: gone, start: "2024-06-03T10:00:00Z", topic: "Of one who left" }),
    ],
  });

Deno.test("the account-level list has all hosts, those who left included, with their address", async () => {
  await using zoom = await startSimulator({ account: mixed(), now: () => today });
  const client = await signIn(zoom);
  const meetings = await client.meetings("/accounts/me/recordings?from=2024-05-20&to=2024-06-15");
  assert.equal(meetings.length, 21);
  assert.ok(meetings.some((meeting) => meeting.host_email === "gone@example.test"));
  const byUser = await client.get("/users/me/recordings?from=2024-05-20&to=2024-06-15");
  assert.equal("host_email" in byUser.body.meetings[0], false);
  assert.equal(zoom.truth().length, 21);
});

Deno.test("a refused account-level list answers 4711, and truth leaves out whom nobody can reach", async () => {
  await using zoom = await startSimulator({ account: mixed(), now: () => today, accountList: "refused" });
  const { status, body } = await (await signIn(zoom)).get("/accounts/me/recordings");
  assert.deepEqual([status, body.code], [400, 4711]);
  assert.equal(zoom.truth().length, 20);
  assert.equal(zoom.truth({ unreachable: true }).length, 21);
});

Deno.test("a partial account-level list leaves meetings out and says so by total_records", async () => {
  await using zoom = await startSimulator({ account: mixed(), now: () => today, accountList: "partial" });
  const { body } = await (await signIn(zoom)).get("/accounts/me/recordings?from=2024-05-20&to=2024-06-15");
  assert.equal(body.total_records, 21);
  assert.ok(body.meetings.length < 21 && body.meetings.length > 5, `${body.meetings.length} meetings`);
});

Deno.test("the account is live: what changes is in the next answer", async () => {
  const meeting = simMeeting({ host: ana, start: "2024-06-14T10:00:00Z", topic: "Before" });
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const client = await signIn(zoom);
  const look = () => client.meetings("/users/me/recordings?from=2024-06-01&to=2024-06-15");
  assert.equal((await look())[0]?.topic, "Before");
  meeting.topic = "After";
  meeting.files?.push({
    fileType: "TRANSCRIPT",
    fileExtension: "VTT",
    recordingType: "audio_transcript",
    sizeBytes: 300,
    status: "completed",
    hasPlayUrl: true,
  });
  const [seen] = await look();
  assert.equal(seen?.topic, "After");
  const files = seen?.recording_files as { id: string }[];
  assert.equal(new Set(files.map((file) => file.id)).size, 2);
  assert.equal(zoom.truth().length, 2);
});
