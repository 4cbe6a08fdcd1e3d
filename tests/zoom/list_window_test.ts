import assert from "node:assert/strict";
import { addDays, daysIn } from "../../src/core/date_range.ts";
import {
  type FaultRule,
  simAccount,
  simMeeting,
  type SimulatorOptions,
  simUser,
} from "../../src/simulator/mod.ts";
import { splitWindows } from "../../src/zoom/mod.ts";
import { type AccountUnderTest, listAll, type Listing, listRequest, startAccount } from "./_support.ts";

const ana = simUser({ email: "ana@example.test" });
const route = "/users/*/recordings";
const april = listRequest().range;

/** One user with a meeting at noon of each given day; a day may come several times. */
function start(days: readonly string[], options: SimulatorOptions = {}): Promise<AccountUnderTest> {
  const meetings = days.map((day, index) =>
    simMeeting({ host: ana, start: `${day}T12:00:00Z`, topic: `Meeting ${index}` })
  );
  return startAccount({ account: simAccount({ users: [ana], meetings }), ...options });
}

const answering = (body: unknown, rest: object = {}): FaultRule => ({
  on: route,
  do: "status",
  code: 200,
  body,
  ...rest,
});

const manyOn = (day: string, count: number) => Array.from({ length: count }, () => day);
const aDayEach = Array.from({ length: 30 }, (_, index) => addDays(april.from, index));

/** Every day of the range is in the proof, or the failure, of something. */
function assertEveryDayJudged({ proofs }: Listing, range = april): void {
  for (let day = range.from; day <= range.to; day = addDays(day, 1)) {
    assert.ok(proofs.some(({ asked }) => asked.from <= day && day <= asked.to), `nobody answers for ${day}`);
  }
}

Deno.test("a window that adds up costs one call and is proven", async () => {
  await using run = await start(aDayEach);
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 30);
  assert.deepEqual(
    listing.proofs.map(({ asked, seen, totalRecords, proven }) => ({ asked, seen, totalRecords, proven })),
    [
      { asked: april, seen: 30, totalRecords: 30, proven: true },
    ],
  );
  assert.equal(run.zoom.count(route), 1);
});

Deno.test("a range that Zoom narrows without a word is listed in full, and said so", async () => {
  await using run = await start(aDayEach, { quirks: { narrowDays: 10 } });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 30);
  assert.deepEqual(listing.unproven, []);
  assertEveryDayJudged(listing);
  assert.ok(listing.warnings.every(({ code }) => code === "narrowed") && listing.warnings.length > 0);
  assert.equal(run.zoom.count(route), 4);
});

Deno.test("a range over February takes the calls that its windows need, and no warning", async () => {
  const range = { from: "2023-01-01", to: "2023-03-28" };
  const days = Array.from({ length: daysIn(range) }, (_, index) => addDays(range.from, index));
  await using run = await start(days);
  const listing = await listAll(run.account, { discovery: "users", range });
  assert.equal(listing.meetings.size, days.length);
  assert.deepEqual([listing.warnings, listing.unproven], [[], []]);
  assertEveryDayJudged(listing, range);
  assert.equal(run.zoom.count(route), splitWindows(range, { direction: "newest" }).length);
});

Deno.test("a window that falls short once is listed again from page one", async () => {
  await using run = await start(aDayEach, { quirks: { lackingItem: "first" } });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 30);
  assert.deepEqual(listing.unproven, []);
  assert.equal(run.zoom.count(route), 2);
});

Deno.test("a window that always falls short is split, and what stays short is unproven", async () => {
  await using run = await start(["2024-04-10", "2024-04-10", "2024-04-20"], {
    quirks: { lackingItem: "always" },
  });
  const listing = await listAll(run.account, { discovery: "users" });
  const unproven = listing.unproven.map(({ asked, reason }) => [asked.from, asked.to, reason]);
  assert.deepEqual(unproven, [
    ["2024-04-10", "2024-04-10", "1 of 2 meetings arrived"],
    ["2024-04-20", "2024-04-20", "0 of 1 meetings arrived"],
  ]);
  assertEveryDayJudged(listing);
});

Deno.test("a token that comes twice ends the pass, and another pass brings the rest", async () => {
  await using run = await start(manyOn("2024-04-10", 40), {
    quirks: { pageSizeIgnored: true, repeatingPage: "first" },
  });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 40);
  assert.deepEqual(listing.unproven, []);
  assert.equal(run.zoom.count(route), 4);
});

Deno.test("a token that always comes twice does not list for ever and leaves the day unproven", async () => {
  await using run = await start(manyOn("2024-04-10", 40), {
    quirks: { pageSizeIgnored: true, repeatingPage: "always" },
  });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 30);
  assert.deepEqual(listing.unproven.map(({ asked, reason }) => [asked.from, reason]), [
    ["2024-04-10", "30 of 40 meetings arrived (a page token came twice)"],
  ]);
});

Deno.test("a page that brings nothing new ends the pass, though its token is fresh", async () => {
  const page = (token: string) => ({
    ...april,
    total_records: 2,
    next_page_token: token,
    meetings: [{ uuid: "one", id: 1 }],
  });
  await using run = await start(["2024-04-10", "2024-04-11"], {
    faults: [answering(page("a"), { times: 1 }), answering(page("b"), { times: 1 })],
  });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(run.zoom.count(route), 3);
  assert.deepEqual(listing.unproven, []);
  assert.ok(listing.meetings.has("one"));
});

Deno.test("an expired page token begins the window anew", async () => {
  const expired = { code: 300, message: "The next page token is either invalid or has expired." };
  await using run = await start(manyOn("2024-04-10", 40), {
    quirks: { pageSizeIgnored: true },
    faults: [{ on: route, do: "status", code: 400, body: expired, after: 1, times: 1 }],
  });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 40);
  assert.deepEqual(listing.unproven, []);
  assert.equal(run.zoom.count(route), 4);
});

Deno.test("page tokens that never live long enough are told about, and the listing ends", async () => {
  await using run = await start(manyOn("2024-04-10", 40), {
    quirks: { pageSizeIgnored: true },
    pageTokenLifetimeSeconds: 0,
  });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.deepEqual(listing.failed, []);
  assert.match(listing.unproven[0]?.reason ?? "", /the page token expired 4 times/);
  assertEveryDayJudged(listing);
});

Deno.test("code 300 without a page token is no expired token", async () => {
  const body = { code: 300, message: "Invalid Date." };
  await using run = await start(["2024-04-10"], { faults: [{ on: route, do: "status", code: 400, body }] });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.failed.length, 1);
  assert.equal(run.zoom.count(route), 1);
});

const noRecording = { code: 3301, message: "There is no recording for this meeting." };

Deno.test("404 with code 3301 is an empty list of a user once it has come twice", async () => {
  const faults = [{ on: route, do: "status", code: 404, body: noRecording }] as const;
  await using run = await start([], { faults });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.deepEqual(listing.failed, []);
  const proofs = listing.proofs.map(({ totalRecords, proven }) => [totalRecords, proven]);
  assert.deepEqual(proofs, [[undefined, true]]);
  assert.equal(run.zoom.count(route), 2);
});

Deno.test("404 with code 3301 that comes once hides no meeting", async () => {
  const faults = [{ on: route, do: "status", code: 404, body: noRecording, times: 1 }] as const;
  await using run = await start(["2024-04-10"], { faults });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 1);
  assert.deepEqual(listing.unproven, []);
});

Deno.test("404 with code 3301 for the whole account is a refusal: the users are asked", async () => {
  const faults = [{ on: "/accounts/*/recordings", do: "status", code: 404, body: noRecording }] as const;
  await using run = await start(["2024-04-10"], { faults });
  const listing = await listAll(run.account, { discovery: "auto" });
  assert.equal(listing.meetings.size, 1);
  assert.deepEqual(listing.modes, ["users"]);
});

Deno.test.each<[string, number, unknown]>([
  ["404 without a code", 404, "nothing here"],
  ["404 for another reason", 404, { code: 1001, message: "User does not exist." }],
  ["an error body with status 200", 200, { code: 200, message: "No permission." }],
  ["a server error that stays", 500, { code: 500, message: "x" }],
])("%s is a failed listing and never an empty one", async (_name, code, body) => {
  await using run = await start([], { faults: [{ on: route, do: "status", code, body }] });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.deepEqual(listing.failed.map(({ range }) => range), [april]);
  assert.deepEqual(listing.proofs, []);
});

Deno.test.each<[string, unknown, RegExp]>([
  ["no total", { ...april, meetings: [] }, /does not say how many/],
  [
    "entries that are no meetings",
    { ...april, total_records: 3, meetings: [{ uuid: "u" }, 5, null] },
    /2 entries were no meetings/,
  ],
  [
    "other days than asked for",
    { from: "2023-01-01", to: "2023-01-30", total_records: 0, meetings: [] },
    /answered for other days/,
  ],
])("an answer with %s proves nothing", async (_name, body, reason) => {
  await using run = await start([], { faults: [answering(body)] });
  const { unproven, proofs } = await listAll(run.account, { discovery: "users" });
  assert.ok(proofs.length > 0);
  assert.ok(unproven.some((proof) => reason.test(proof.reason ?? "")), JSON.stringify(proofs));
});

Deno.test("an answer without its list is no empty one: it is asked for again", async () => {
  await using run = await start(["2024-04-10"], {
    faults: [answering({ ...april, total_records: 1 }, { times: 1 })],
  });
  const listing = await listAll(run.account, { discovery: "users" });
  assert.equal(listing.meetings.size, 1);
  assert.equal(run.zoom.count(route), 2);
});

Deno.test("today, left out of the answer, is asked for and not believed to be empty", async () => {
  const body = { from: "2024-05-01", to: "2024-05-01", total_records: 0, meetings: [] };
  await using run = await start([], { faults: [answering(body)] });
  const range = { from: "2024-05-01", to: "2024-05-02" };
  const listing = await listAll(run.account, { discovery: "users", range });
  assertEveryDayJudged(listing, range);
  assert.deepEqual(listing.unproven.map(({ asked }) => asked), [{ from: "2024-05-02", to: "2024-05-02" }]);
});

Deno.test("days to come, left out of the answer, are nothing to ask for again", async () => {
  const body = { from: "2024-05-01", to: "2024-05-02", total_records: 0, meetings: [] };
  await using run = await start([], { faults: [answering(body)] });
  const listing = await listAll(run.account, {
    discovery: "users",
    range: { from: "2024-05-01", to: "2024-05-20" },
  });
  assert.deepEqual(listing.unproven, []);
  assert.equal(run.zoom.count(route), 1);
});

Deno.test("a window of days to come has a proof with its days in order", async () => {
  const body = { from: "2024-05-02", to: "2024-05-02", total_records: 0, meetings: [] };
  await using run = await start([], { faults: [answering(body)] });
  const range = { from: "2024-05-10", to: "2024-05-20" };
  const listing = await listAll(run.account, { discovery: "users", range });
  assert.deepEqual(listing.proofs.map(({ asked }) => [asked, daysIn(asked)]), [[range, 11]]);
});
