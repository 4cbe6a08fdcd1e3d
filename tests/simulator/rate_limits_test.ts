import assert from "node:assert/strict";
import { startSimulator } from "../../src/simulator/mod.ts";
import { accountOf, signIn, today } from "./_client.ts";

Deno.test.each(
  [
    { plan: "free", path: "/users", label: "Medium", limit: 2 },
    { plan: "free", path: "/users/me", label: "Light", limit: 4 },
    { plan: "pro", path: "/users", label: "Medium", limit: 20 },
    { plan: "business", path: "/users", label: "Medium", limit: 60 },
  ] as const,
)("the $plan plan allows $limit $label calls per second", async ({ plan, path, label, limit }) => {
  let now = today;
  await using zoom = await startSimulator({ account: accountOf(), now: () => now, plan });
  const client = await signIn(zoom);
  for (let index = 1; index <= limit; index++) {
    const { status, headers } = await client.get(path);
    assert.equal(status, 200);
    assert.equal(headers.get("x-ratelimit-category"), label);
    assert.equal(headers.get("x-ratelimit-type"), "QPS");
    assert.equal(headers.get("x-ratelimit-limit"), String(limit));
    assert.equal(headers.get("x-ratelimit-remaining"), String(limit - index));
  }
  const refused = await client.get(path);
  assert.deepEqual([refused.status, refused.body.code], [429, 429]);
  assert.match(refused.body.message, /maximum per-second rate limit/);
  assert.equal(refused.headers.get("retry-after"), null);
  now += 1000;
  assert.equal((await client.get(path)).status, 200);
});

Deno.test("the daily limit answers an ISO Retry-After and ends at midnight, UTC", async () => {
  let now = today;
  await using zoom = await startSimulator({
    account: accountOf(),
    now: () => now,
    dailyLimits: { Medium: 2 },
    tokenLifetimeSeconds: 100_000,
  });
  const client = await signIn(zoom);
  for (let index = 0; index < 2; index++) assert.equal((await client.get("/users")).status, 200);
  const refused = await client.get("/users");
  assert.equal(refused.status, 429);
  assert.match(refused.body.message, /maximum daily rate limit/);
  assert.equal(refused.headers.get("retry-after"), "2024-06-16T00:00:00Z");
  assert.equal(refused.headers.get("x-ratelimit-type"), "Daily-limit");
  assert.equal((await client.get("/users/me")).status, 200);
  now = Date.parse("2024-06-16T00:00:00Z");
  assert.equal((await client.get("/users")).status, 200);
});

Deno.test("without limits there are no headers; the quirk hides those of a plan", async () => {
  for (const options of [{}, { plan: "pro", quirks: { noRateHeaders: true } }] as const) {
    await using zoom = await startSimulator({ account: accountOf(), now: () => today, ...options });
    const { headers } = await (await signIn(zoom)).get("/users");
    assert.equal(headers.get("x-ratelimit-limit"), null);
  }
});
