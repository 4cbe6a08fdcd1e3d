import assert from "node:assert/strict";
import { AuthError, DailyLimitError } from "../../src/core/errors.ts";
import type { Listed } from "../../src/core/listing.ts";
import { compileUserFilter } from "../../src/core/user_filter.ts";
import { allScopes, simAccount, simMeeting, simUser } from "../../src/simulator/mod.ts";
import { listAll, rejection, startAccount } from "./_support.ts";

const userList = "/users/*/recordings";
const users = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => simUser({ email: `user${String(index).padStart(3, "0")}@example.test` }),
  );
const withMeetings = (people: ReturnType<typeof users>) =>
  simAccount({
    users: people,
    meetings: people.map((host) => simMeeting({ host, start: "2024-04-10T09:00:00Z" })),
  });

function announced(events: readonly Listed[]): string[] {
  return events.flatMap((listed) => listed.type === "users" ? listed.users.map(({ email }) => email) : []);
}

Deno.test("active and inactive users are walked, pending ones are not", async () => {
  const people = [
    simUser({ email: "Active@Example.test" }),
    simUser({ email: "inactive@example.test", status: "inactive" }),
    simUser({ email: "pending@example.test", status: "pending" }),
  ];
  await using run = await startAccount({ account: withMeetings(people.slice(0, 2)) });
  run.zoom.account.users.push(...people.slice(2));
  const { events, meetings, unproven } = await listAll(run.account, { discovery: "users" });
  assert.deepEqual(announced(events), ["active@example.test", "inactive@example.test"]);
  assert.equal(meetings.size, 2);
  assert.deepEqual(unproven, []);
  const asked = run.zoom.requests.filter(({ route }) => route === "/users").map(({ query }) => query.status);
  assert.deepEqual(asked, ["active", "inactive"]);
});

Deno.test("450 users are found over two pages, and each is walked once", async () => {
  await using run = await startAccount({ account: withMeetings(users(450)) });
  const { meetings } = await listAll(run.account, { discovery: "users" });
  assert.equal(meetings.size, 450);
  assert.equal(run.zoom.count("/users"), 3);
  assert.equal(run.zoom.count(userList), 450);
});

Deno.test("a repeating page of users is noticed, and another pass brings the others", async () => {
  await using run = await startAccount({
    account: withMeetings(users(40)),
    quirks: { pageSizeIgnored: true, repeatingPage: "first" },
  });
  const { events, warnings } = await listAll(run.account, { discovery: "users" });
  assert.equal(announced(events).length, 40);
  assert.deepEqual(warnings, []);
});

Deno.test("an expired page token of the users begins their list anew", async () => {
  const body = { code: 300, message: "The next page token is either invalid or has expired." };
  await using run = await startAccount({
    account: withMeetings(users(40)),
    quirks: { pageSizeIgnored: true },
    faults: [{ on: "/users", do: "status", code: 400, body, after: 1, times: 1 }],
  });
  const { events, failed, warnings } = await listAll(run.account, { discovery: "users" });
  assert.equal(announced(events).length, 40);
  assert.deepEqual([failed, warnings], [[], []]);
});

Deno.test("fewer users than Zoom counts are a failure: their recordings are missing", async () => {
  const body = { total_records: 5, next_page_token: "", users: [{ id: "u1", email: "u1@example.test" }] };
  await using run = await startAccount({
    account: withMeetings([]),
    faults: [{ on: "/users", do: "status", code: 200, body }],
  });
  const { failed } = await listAll(run.account, { discovery: "users" });
  assert.ok(
    failed.some(({ scope, error }) => scope === "users/active" && error.message.includes("1 of 5 active")),
  );
});

Deno.test.each<["forbidden" | "missing", string]>([["forbidden", "zoom_4711"], ["missing", "zoom_1001"]])(
  "one user whose list is %s is told about, and the others are complete",
  async (recordings, code) => {
    await using run = await startAccount({ account: withMeetings(users(12)) });
    const [first] = run.zoom.account.users;
    if (first) first.recordings = recordings;
    const { meetings, failed, unproven } = await listAll(run.account, { discovery: "users" });
    assert.equal(meetings.size, 11);
    assert.deepEqual(unproven, []);
    assert.deepEqual(failed.map(({ scope, error }) => [scope, error.code]), [[`user:${first?.id}`, code]]);
    assert.ok(code !== "zoom_4711" || /new token/.test(failed[0]?.error.hint ?? ""));
  },
);

Deno.test("a scope that is missing for everybody ends the run and names both scopes and the new token", async () => {
  const scopes = allScopes.filter((scope) => !scope.includes("list_user_recordings"));
  await using run = await startAccount({ account: withMeetings(users(30)), scopes });
  const error = await rejection(listAll(run.account, { discovery: "users" }));
  assert.ok(error instanceof AuthError);
  assert.deepEqual([...error.missingScopes].sort(), [
    "cloud_recording:read:list_user_recordings:admin",
    "recording:read:admin",
  ]);
  for (const word of [...error.missingScopes, "new token"]) assert.ok(error.hint?.includes(word), word);
  assert.ok(run.zoom.count(userList) <= 18, "it went on asking");
});

Deno.test("the scope for the list of users is named when it is missing, after one call", async () => {
  await using run = await startAccount({ account: withMeetings(users(2)), scopes: ["user:read:user:admin"] });
  const error = await rejection(listAll(run.account, { discovery: "users" }));
  assert.ok(error instanceof AuthError);
  assert.deepEqual([...error.missingScopes].sort(), ["user:read:admin", "user:read:list_users:admin"]);
  assert.equal(run.zoom.count("/users"), 1);
});

Deno.test("one user who is refused thrice, for the trash as well, is still one user", async () => {
  const [first, second] = users(2);
  assert.ok(first && second);
  await using run = await startAccount({
    account: withMeetings([{ ...first, recordings: "forbidden" }, second]),
    faults: [{ on: `/users/${second.id}/recordings`, do: "delay", ms: 150, times: 1 }],
  });
  const { meetings, failed } = await listAll(run.account, { discovery: "users", includeTrash: true });
  assert.equal(meetings.size, 1);
  assert.deepEqual(failed.map(({ scope }) => scope), [
    `user:${first.id}`,
    `user:${first.id}/trash`,
    `user:${first.id}/trash-files`,
  ]);
});

Deno.test("a daily limit ends the walk, and everybody who was left out is told about", async () => {
  await using run = await startAccount({
    account: withMeetings(users(40)),
    faults: [{ on: userList, do: "dailyLimit", after: 5 }],
  });
  const { meetings, failed } = await listAll(run.account, { discovery: "users" });
  assert.equal(meetings.size, 5);
  assert.ok(failed.every(({ error }) => error instanceof DailyLimitError));
  assert.ok(run.zoom.count(userList) <= 5 + 16, "it went on asking");
  const rest = failed.at(-1)?.scope ?? "";
  const notStarted = Number(/^users \((\d+) more\)$/.exec(rest)?.[1]);
  assert.equal(5 + (failed.length - 1) + notStarted, 40);
});

Deno.test("what earlier runs have proven is not asked for", async () => {
  await using run = await startAccount({ account: withMeetings(users(3)) });
  const [first] = run.zoom.account.users;
  await listAll(run.account, {
    discovery: "users",
    uncovered: (scope, range) => scope === `user:${first?.id}` ? [] : [range],
  });
  assert.equal(run.zoom.count(userList), 2);
});

Deno.test("a filter that matches nobody is a failed listing that names the pattern, and never an empty success", async () => {
  await using run = await startAccount({ account: withMeetings(users(3)) });
  const userFilter = compileUserFilter(["nobody@example.test"]);
  const { failed } = await listAll(run.account, { discovery: "users", userFilter });
  assert.deepEqual(failed.map(({ scope, error }) => [scope, error.code]), [["users", "no_user"]]);
  assert.match(failed[0]?.error.message ?? "", /none of 3 users matches "nobody@example\.test"/);
});

Deno.test("the reason of an abort passes through a walk", async () => {
  await using run = await startAccount({ account: withMeetings(users(20)), latencyMs: 20 });
  const controller = new AbortController();
  const reason = new Error("stopped by hand");
  const listing = listAll(run.account, { discovery: "users", signal: controller.signal });
  while (run.zoom.count(userList) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(reason);
  assert.equal(await rejection(listing), reason);
  const before = run.zoom.count();
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(run.zoom.count(), before);
});
