import assert from "node:assert/strict";
import { DailyLimitError } from "../../src/core/errors.ts";
import type { HttpRequest, RateLabel } from "../../src/http/mod.ts";
import { good, type Scripted, scripted, testClock } from "./_support.ts";

const perDay = "You have reached the maximum daily rate limit for this API.";

async function refusalOf(api: Scripted, label?: RateLabel): Promise<DailyLimitError> {
  const request: Partial<HttpRequest> = label === undefined ? {} : { label };
  const error = await api.call(request).then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof DailyLimitError, `not a daily limit: ${error}`);
  return error;
}

Deno.test("a daily limit stops its label without further requests while other labels go on", async () => {
  await using api = await scripted([{ do: "dailyLimit", times: 1 }, good]);
  const first = await refusalOf(api, "medium");
  assert.equal(first.resumesAt, "2024-05-03T00:00:00Z");
  assert.equal(first.label, "medium");
  assert.match(first.message, /daily limit for medium requests is used up until 2024-05-03T00:00:00Z$/);
  await refusalOf(api, "medium");
  assert.equal(api.arrived, 1, "the used-up label was asked again");
  assert.deepEqual(await api.call({ label: "light" }), { users: [] });
  assert.equal(api.arrived, 2);
  assert.deepEqual(api.clock.sleeps, []);
});

Deno.test("a daily limit ends at the moment Zoom states", async () => {
  await using api = await scripted([{ do: "dailyLimit", times: 1 }, good]);
  await refusalOf(api, "medium");
  api.clock.advance(12 * 3_600_000 - 1);
  await refusalOf(api, "medium");
  api.clock.advance(1);
  assert.deepEqual(await api.call({ label: "medium" }), { users: [] });
});

Deno.test.each<[string, Record<string, string>, unknown, string]>([
  [
    "by its header alone",
    { "x-ratelimit-type": "Daily-limit" },
    { code: 429, message: "" },
    "2024-05-03T00:00:00Z",
  ],
  ["by the words of the body alone", {}, { code: 429, message: perDay }, "2024-05-03T00:00:00Z"],
  [
    "with junk for its end",
    { "retry-after": "junk" },
    { code: 429, message: perDay },
    "2024-05-03T00:00:00Z",
  ],
  [
    "with an end that has passed",
    { "retry-after": "2020-05-31T00:00:00Z" },
    { code: 429, message: perDay },
    "2024-05-03T00:00:00Z",
  ],
  [
    "with an end in seconds",
    { "retry-after": "3600" },
    { code: 429, message: perDay },
    "2024-05-02T13:00:00Z",
  ],
  [
    "with an end beyond all calendars",
    { "retry-after": "8999999999999" },
    { code: 429, message: perDay },
    "2024-05-03T00:00:00Z",
  ],
])("a daily limit is known %s", async (_name, headers, body, resumesAt) => {
  await using api = await scripted([{ do: "status", code: 429, headers, body }]);
  assert.equal((await refusalOf(api, "medium")).resumesAt, resumesAt);
  assert.equal(api.arrived, 1);
});

Deno.test("a request that waits for its slot is not sent once the daily limit is reached", async () => {
  const refused = Promise.withResolvers<void>();
  const clock = testClock();
  const slow = { ...clock, sleep: () => refused.promise };
  await using api = await scripted([{ do: "dailyLimit", times: 1 }, good], {
    client: { plan: "free", clock: slow },
  });
  const first = refusalOf(api, "heavy");
  // One request a second at most: the second one waits for its slot until the first has been refused.
  const second = refusalOf(api, "heavy");
  await first;
  refused.resolve();
  await second;
  assert.equal(api.arrived, 1);
});
