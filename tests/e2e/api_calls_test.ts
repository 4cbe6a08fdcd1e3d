import assert from "node:assert/strict";
import { generateAccount, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";

const nowMs = Date.parse("2024-06-30T12:00:00Z");
const now = () => nowMs;
const account = (users: number, meetings: number) =>
  generateAccount({ users, months: 6, meetings, files: meetings, nowMs });

/** 182 days need seven windows of at most 30 days whose neighbours share a day. */
const range = { from: "2024-01-01", to: "2024-06-30" };
const windows = 7;

Deno.test("with the account list allowed, the calls are windows × pages + 3 at most", async () => {
  await using zoom = await startSimulator({ account: account(20, 60), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run({ range });
  assert.equal(summary.exit_code, 0);
  assert.ok(zoom.count("api") <= windows + 3, `${zoom.count("api")} calls`);
  assert.equal(summary.api_requests, zoom.count("api"));
});

Deno.test("user by user, the calls are users × windows × pages + users/300 + 3 at most", async () => {
  const users = 12;
  await using zoom = await startSimulator({ account: account(users, 60), accountList: "refused", now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const summary = await archive.run({ range });
  assert.equal(summary.exit_code, 0);
  assert.ok(zoom.count("api") <= users * windows + 1 + 3, `${zoom.count("api")} calls`);
  assert.equal(summary.api_requests, zoom.count("api"));
});

Deno.test("more than one page costs one call each", async () => {
  await using zoom = await startSimulator({ account: account(3, 700), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const june = { from: "2024-06-01", to: "2024-06-30" };
  const inJune = zoom.account.meetings.filter(({ start }) => start >= "2024-06").length;
  await archive.run({ range: june, dryRun: true });
  assert.ok(
    zoom.count("api") <= Math.ceil(inJune / 300) + 3,
    `${zoom.count("api")} calls for ${inJune} meetings`,
  );
});

Deno.test("windows proven and older than the look-back cost nothing in the next run", async () => {
  await using zoom = await startSimulator({ account: account(5, 40), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range });
  zoom.resetCounts();
  const summary = await archive.run({ range });
  assert.equal(summary.exit_code, 0);
  assert.equal(zoom.count("/accounts/*/recordings"), 1, "the look-back of 14 days fits one window");
  zoom.resetCounts();
  await archive.run({ range, relist: true });
  assert.equal(zoom.count("/accounts/*/recordings"), windows);
});

Deno.test("a file costs one redirect and one storage request, and no call of its own", async () => {
  await using zoom = await startSimulator({ account: account(3, 30), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const { files } = await archive.run({ range });
  assert.equal(zoom.count("/rec/*"), files.downloaded);
  assert.equal(zoom.count("storage"), files.downloaded);
  assert.equal(zoom.count("/meetings/*/recordings"), 0);
});
