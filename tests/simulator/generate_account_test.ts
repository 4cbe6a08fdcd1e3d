import assert from "node:assert/strict";
import fc from "fast-check";
import { generateAccount, startSimulator } from "../../src/simulator/mod.ts";
import { signIn, today } from "./_client.ts";

Deno.test("generateAccount() makes the same account of the same seed and day", () => {
  const one = generateAccount({ seed: 5, nowMs: today });
  assert.deepEqual(one, generateAccount({ seed: 5, nowMs: today + 3_600_000 }));
  assert.notDeepEqual(one, generateAccount({ seed: 6, nowMs: today }));
});

Deno.test("generateAccount() keeps every meeting within the asked months, with a uuid of its own", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 14 }),
      fc.nat(),
      (users, months, seed) => {
        const account = generateAccount({ seed, users, months, nowMs: today });
        const earliest = new Date(today - months * 30 * 86_400_000).toISOString();
        for (const meeting of account.meetings) {
          assert.ok(meeting.start >= earliest && meeting.start <= "2024-06-15T12", meeting.start);
        }
        assert.equal(new Set(account.meetings.map((meeting) => meeting.uuid)).size, account.meetings.length);
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("generateAccount() has every kind of user and meeting that a demonstration needs", () => {
  const { users, meetings } = generateAccount({ nowMs: today });
  assert.deepEqual(new Set(users.map((user) => user.status)), new Set(["active", "inactive", "pending"]));
  const numbers = meetings.map((meeting) => meeting.id);
  assert.ok(new Set(numbers).size < numbers.length, "a recurring meeting");
  assert.ok(meetings.some((meeting) => meeting.trashedAt));
  assert.ok(meetings.some((meeting) => meeting.files?.some((file) => file.fileType === "")));
  assert.ok(meetings.some((meeting) => meeting.files?.some((file) => file.status === "processing")));
  assert.ok(meetings.some((meeting) => /\p{Script=Arabic}|\p{Script=Cyrillic}/u.test(meeting.topic ?? "")));
});

Deno.test("generateAccount() makes exactly so many meetings and files as asked", () => {
  const { meetings } = generateAccount({
    users: 10,
    meetings: 200,
    files: 1100,
    fileSizeBytes: 2000,
    nowMs: today,
  });
  const files = meetings.flatMap((meeting) => meeting.files ?? []);
  assert.deepEqual([meetings.length, files.length], [200, 1100]);
  assert.ok(files.every((file) => file.sizeBytes === 2000));
});

Deno.test("an account of 40,000 files is made, listed and known in full", async () => {
  const account = generateAccount({ users: 5, meetings: 8_000, files: 40_000, months: 12, nowMs: today });
  await using zoom = await startSimulator({ account, now: () => today });
  const client = await signIn(zoom);
  const listed = await client.get("/accounts/me/recordings?page_size=300&from=2024-05-16&to=2024-06-15");
  assert.ok(listed.body.total_records > 400);
  assert.equal(listed.body.meetings.length, 300);
  assert.equal(zoom.truth().length, 40_000);
});
