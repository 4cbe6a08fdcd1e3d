import assert from "node:assert/strict";
import { AuthError, DailyLimitError } from "../../src/core/errors.ts";
import { compileUserFilter } from "../../src/core/user_filter.ts";
import {
  type FaultRule,
  simAccount,
  simMeeting,
  type SimulatorOptions,
  type SimUser,
  simUser,
} from "../../src/simulator/mod.ts";
import { type AccountUnderTest, listAll, listRequest, rejection, startAccount } from "./_support.ts";

const accountList = "/accounts/*/recordings";
const userList = "/users/*/recordings";

/** Nine hosts with a meeting each, of which an account-level list that is `partial` leaves some out. */
function nineHosts(): { users: SimUser[]; meetings: ReturnType<typeof simMeeting>[] } {
  const users = Array.from({ length: 9 }, (_, index) => simUser({ email: `host${index}@example.test` }));
  const meetings = users.map((host) => simMeeting({ host, start: "2024-04-10T09:00:00Z", topic: "Weekly" }));
  return { users, meetings };
}

function start(options: SimulatorOptions = {}): Promise<AccountUnderTest> {
  return startAccount({ account: simAccount(nineHosts()), ...options });
}

Deno.test("auto takes the account-wide list where it is allowed, in one call, departed hosts included", async () => {
  const { users, meetings } = nineHosts();
  const gone = simUser({ email: "gone@example.test", status: "departed" });
  const left = simMeeting({ host: gone, start: "2024-04-11T09:00:00Z" });
  await using run = await start({
    account: simAccount({ users: [...users, gone], meetings: [...meetings, left] }),
  });
  const listing = await listAll(run.account);
  assert.equal(listing.meetings.size, 10);
  assert.equal(listing.meetings.get(left.uuid)?.hostEmail, "gone@example.test");
  assert.deepEqual(listing.modes, ["account"]);
  assert.deepEqual(
    [run.zoom.count(accountList), run.zoom.count("api")],
    [1, 2],
    "more than the token and the list",
  );
});

Deno.test("auto asks the users for a window of the account-wide list that fails after others have come", async () => {
  const { users, meetings } = nineHosts();
  const [host = simUser({ email: "nobody@example.test" })] = users;
  meetings.push(simMeeting({ host, start: "2024-05-20T09:00:00Z", topic: "Later" }));
  const faults = [{ on: accountList, do: "status", code: 500, after: 1 }] as const;
  await using run = await start({ account: simAccount({ users, meetings }), faults });
  const listing = await listAll(run.account, { range: { from: "2024-04-01", to: "2024-05-25" } });
  assert.equal(listing.meetings.size, 10);
  assert.deepEqual([listing.modes, listing.failed, listing.unproven], [["account", "users"], [], []]);
});

Deno.test("a window is settled with all users, also those of whom earlier runs have proven it", async () => {
  await using run = await start({ accountList: "partial" });
  const uncovered = (scope: string, range: { from: string; to: string }) =>
    scope === "account" ? [range] : [];
  const listing = await listAll(run.account, { uncovered });
  assert.deepEqual([listing.meetings.size, listing.unproven], [9, []]);
});

Deno.test.each<[string, SimulatorOptions]>([
  ["is refused for a scope", { accountList: "refused" }],
  ["is refused with status 200", { accountList: "refused", quirks: { errorWith200: true } }],
  ["is refused with 401", {
    faults: [fault({ do: "status", code: 401, body: { code: 124, message: "x" } })],
  }],
  ["is refused with 403", { faults: [fault({ do: "status", code: 403 })] }],
  ["fails again and again", { faults: [fault({ do: "status", code: 500 })] }],
  ["is a web page", { faults: [fault({ do: "html" })] }],
  ["ends in the middle", { faults: [fault({ do: "truncatedJson" })] }],
])("auto walks the users where the account-wide list %s", async (_name, options) => {
  await using run = await start(options);
  const listing = await listAll(run.account);
  assert.equal(listing.meetings.size, 9);
  assert.deepEqual(listing.modes.at(-1), "users");
  assert.deepEqual(listing.failed, []);
  assert.deepEqual(listing.unproven, []);
  assert.equal(run.zoom.count(userList), 9);
});

Deno.test("credentials that no call accepts end the run, also in auto", async () => {
  const refused = { do: "status", code: 401, body: { code: 124, message: "Invalid access token." } } as const;
  const faults = [accountList, "/users", userList].map((on): FaultRule => ({ on, ...refused }));
  await using run = await start({ faults });
  const error = await rejection(listAll(run.account));
  assert.ok(error instanceof AuthError, `${error}`);
});

Deno.test("account alone names the scopes when it is refused", async () => {
  await using run = await start({ accountList: "refused" });
  const error = await rejection(listAll(run.account, { discovery: "account" }));
  assert.ok(error instanceof AuthError);
  assert.deepEqual([...error.missingScopes].sort(), [
    "cloud_recording:read:list_account_recordings:admin",
    "recording:master",
  ]);
  assert.equal(run.zoom.count("/users"), 0);
});

Deno.test("account alone leaves a list that falls short unproven", async () => {
  await using run = await start({ accountList: "partial" });
  const listing = await listAll(run.account, { discovery: "account" });
  assert.ok(listing.meetings.size < 9);
  assert.deepEqual(listing.unproven.map(({ asked }) => asked.from), ["2024-04-10"]);
  assert.equal(run.zoom.count(userList), 0);
});

Deno.test("auto completes an account-wide list that falls short with the users' own lists", async () => {
  await using run = await start({ accountList: "partial" });
  const listing = await listAll(run.account);
  assert.equal(listing.meetings.size, 9);
  assert.deepEqual(listing.failed, []);
  assert.deepEqual(listing.unproven, []);
  const whole = listing.proofs.find(({ scope, totalRecords }) => scope === "account" && totalRecords === 9);
  assert.deepEqual([whole?.seen, whole?.proven], [9, true]);
});

/** Which hosts a partial account-level list leaves out. */
async function omittedHosts(): Promise<Set<string>> {
  await using run = await start({ accountList: "partial" });
  const { meetings } = await listAll(run.account, { discovery: "account" });
  const shown = new Set([...meetings.values()].map(({ hostEmail }) => hostEmail));
  return new Set(nineHosts().users.map(({ email }) => email).filter((email) => !shown.has(email)));
}

Deno.test("a user who cannot be asked is no failure while the union has everything", async () => {
  const omitted = await omittedHosts();
  await using run = await start({ accountList: "partial" });
  for (const user of run.zoom.account.users) if (!omitted.has(user.email)) user.recordings = "forbidden";
  const listing = await listAll(run.account);
  assert.ok(omitted.size > 0 && omitted.size < 9);
  assert.equal(listing.meetings.size, 9);
  assert.deepEqual([listing.failed, listing.unproven], [[], []]);
});

Deno.test("a user who cannot be asked is a failure when the union lacks something", async () => {
  const [first] = await omittedHosts();
  await using run = await start({ accountList: "partial" });
  const user = run.zoom.account.users.find(({ email }) => email === first);
  if (user) user.recordings = "forbidden";
  const listing = await listAll(run.account);
  assert.equal(listing.meetings.size, 8);
  assert.deepEqual(listing.failed.map(({ scope }) => scope), [`user:${user?.id}`]);
  const whole = listing.unproven.find(({ scope }) => scope === "account");
  assert.deepEqual([whole?.seen, whole?.totalRecords], [8, 9]);
});

Deno.test("users that cannot be listed leave a short account-wide list unproven, with a warning", async () => {
  await using run = await start({
    accountList: "partial",
    scopes: ["cloud_recording:read:list_account_recordings:admin"],
  });
  const listing = await listAll(run.account);
  assert.equal(listing.unproven.length, 1);
  assert.ok(listing.warnings.some(({ code, hint }) => code === "users" && hint?.includes("user:read:admin")));
});

Deno.test("a consumer who leaves ends the calls that are under way", async () => {
  await using run = await start({ accountList: "partial", latencyMs: 20 });
  for await (const listed of run.account.list(listRequest())) {
    if (listed.type === "meetings" && listed.scope.startsWith("user:")) break;
  }
  const before = run.zoom.count();
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.equal(run.zoom.count(), before);
});

Deno.test("a daily limit of the account-wide list is told about and asks nothing more", async () => {
  await using run = await start({ faults: [fault({ do: "dailyLimit" })] });
  const listing = await listAll(run.account, { range: { from: "2024-01-01", to: "2024-04-30" } });
  assert.deepEqual(listing.failed.map(({ range }) => range), [{ from: "2024-01-01", to: "2024-04-30" }]);
  assert.ok(listing.failed.every(({ error }) => error instanceof DailyLimitError));
  assert.deepEqual([run.zoom.count(accountList), run.zoom.count("api")], [1, 2]);
});

Deno.test("a filter by e-mail chooses among the meetings of the account-wide list", async () => {
  await using run = await start();
  const userFilter = compileUserFilter(["host3@*", "nobody@example.test"]);
  const listing = await listAll(run.account, { userFilter });
  assert.deepEqual([...listing.meetings.values()].map(({ hostEmail }) => hostEmail), ["host3@example.test"]);
  assert.ok(listing.warnings.some(({ message }) => message.includes('"nobody@example.test"')));
  assert.match(listing.proofs[0]?.scope ?? "", /^account:[0-9a-f]{8}$/);
});

function fault(effect: object): FaultRule {
  return { on: accountList, ...effect } as FaultRule;
}
