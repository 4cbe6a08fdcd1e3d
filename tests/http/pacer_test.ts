import assert from "node:assert/strict";
import fc from "fast-check";
import type { ApiPlan } from "../../src/core/config.ts";
import {
  afterHeaders,
  afterRefusal,
  afterSuccess,
  type PacerState,
  reserveSlot,
  startPacer,
} from "../../src/http/pacer.ts";
import { createPacing } from "../../src/http/pacing.ts";
import { planRates, type RateLabel } from "../../src/http/rate_label.ts";
import { testClock } from "./_support.ts";

const plans = Object.keys(planRates) as ApiPlan[];
const labels: readonly RateLabel[] = ["light", "medium", "heavy"];
const signal = new AbortController().signal;
const answer = (ok: boolean, headers: Record<string, string> = {}) => ({ ok, headers: new Headers(headers) });

/** The most moments within any one second. */
function mostPerSecond(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, at] of sorted.entries()) {
    while (at - (sorted[first] ?? 0) >= 1000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

Deno.test("planRates are Zoom's published limits per second", () => {
  assert.deepEqual(planRates, {
    free: { light: 4, medium: 2, heavy: 1 },
    pro: { light: 30, medium: 20, heavy: 10 },
    business: { light: 80, medium: 60, heavy: 40 },
  });
});

for (const plan of plans) {
  Deno.test(`pacing on the ${plan} plan never lets more go in any second than the plan allows`, async () => {
    for (const label of labels) {
      const clock = testClock();
      const pacing = createPacing(plan, clock);
      const sent: number[] = [];
      for (let i = 0; i < 400; i++) {
        await pacing.wait(label, signal);
        sent.push(clock.now());
        pacing.observe(label, answer(true));
      }
      const limit = planRates[plan][label];
      assert.ok(mostPerSecond(sent) <= limit, `${label}: ${mostPerSecond(sent)} of ${limit}`);
      const seconds = ((sent.at(-1) ?? 0) - (sent.at(-101) ?? 0)) / 1000;
      assert.ok(100 / seconds > limit * 0.9, `${label}: the plan's rate is not used, ${100 / seconds}/s`);
    }
  });
}

Deno.test("requests that arrive a little off the beat still fit into every second of Zoom's", async () => {
  const limit = planRates.business.medium;
  const clock = testClock();
  const pacing = createPacing("business", clock);
  const arrived: number[] = [];
  for (let i = 0; i < 3000; i++) {
    await pacing.wait("medium", signal);
    // Every seventh is held up on its way.
    arrived.push(clock.now() + (i % 7 === 0 ? 30 : 0));
    pacing.observe("medium", answer(true));
  }
  const inSecond = Object.groupBy(arrived, (ms) => Math.floor(ms / 1000));
  const most = Math.max(...Object.values(inSecond).map((requests) => requests?.length ?? 0));
  assert.ok(most <= limit, `${most} of ${limit}`);
});

Deno.test("whatever comes back, no second sees more requests than the limit", () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.constant("success" as const) },
    { weight: 1, arbitrary: fc.constant("refusal" as const) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  );
  const limits = fc.constantFrom(1, 2, 4, 10, 20, 30, 40, 60, 80);
  fc.assert(fc.property(limits, fc.array(step, { minLength: 20, maxLength: 300 }), (limit, steps) => {
    let state: PacerState = startPacer(limit);
    let nowMs = 0;
    const sent: number[] = [];
    for (const next of steps) {
      if (typeof next === "number") {
        nowMs += next;
        continue;
      }
      const slot = reserveSlot(state, nowMs);
      state = slot.state;
      nowMs += Math.ceil(slot.waitMs);
      sent.push(nowMs);
      state = next === "success" ? afterSuccess(state) : afterRefusal(state, { nowMs, pauseMs: 0 });
    }
    assert.ok(mostPerSecond(sent) <= limit, `${mostPerSecond(sent)} of ${limit}`);
  }));
});

Deno.test("a refusal halves the rate, once per burst, and never below a twentieth", () => {
  const full: PacerState = { limitPerSecond: 20, ratePerSecond: 20, dueMs: 0, halvedAtMs: -Infinity };
  const once = afterRefusal(full, { nowMs: 5000, pauseMs: 0 });
  assert.equal(once.ratePerSecond, 10);
  assert.equal(afterRefusal(once, { nowMs: 5999, pauseMs: 0 }).ratePerSecond, 10);
  assert.equal(afterRefusal(once, { nowMs: 6000, pauseMs: 0 }).ratePerSecond, 5);
  let state = full;
  for (let i = 0; i < 50; i++) state = afterRefusal(state, { nowMs: i * 2000, pauseMs: 0 });
  assert.equal(state.ratePerSecond, 1);
});

Deno.test("after a refusal the rate recovers, slower than it grew at first, and stays within the limit", () => {
  const growth = (state: PacerState) => afterSuccess(state).ratePerSecond - state.ratePerSecond;
  const fresh = startPacer(20);
  assert.equal(fresh.ratePerSecond, 10);
  let state = afterRefusal(fresh, { nowMs: 0, pauseMs: 0 });
  assert.equal(state.ratePerSecond, 5);
  assert.ok(growth(state) > 0 && growth(state) < growth(fresh));
  for (let i = 0; i < 1000; i++) state = afterSuccess(state);
  assert.equal(state.ratePerSecond, 20);
});

Deno.test("a refusal with timing keeps every request of its label waiting, and no other label", async () => {
  const clock = testClock();
  const pacing = createPacing("pro", clock);
  pacing.refused("medium", 9000);
  await pacing.wait("light", signal);
  assert.deepEqual(clock.sleeps, []);
  await pacing.wait("medium", signal);
  assert.deepEqual(clock.sleeps, [9000]);
});

Deno.test("a request that waited for its slot heeds a refusal that came meanwhile", async () => {
  const clock = testClock();
  const pacing = createPacing("free", clock);
  const refusing = {
    ...clock,
    async sleep(ms: number, stop?: AbortSignal) {
      if (clock.sleeps.length === 0) held.refused("medium", 30_000);
      await clock.sleep(ms, stop);
    },
  };
  const held = createPacing("free", refusing);
  for (let i = 0; i < 3; i++) await pacing.wait("medium", signal);
  clock.sleeps.length = 0;
  const from = clock.now();
  await held.wait("medium", signal);
  await held.wait("medium", signal);
  assert.ok(clock.now() - from >= 30_000, `it went after ${clock.now() - from} ms`);
});

Deno.test.each<[string, Record<string, string>, number]>([
  ["raises the limit as Zoom states it", { "x-ratelimit-type": "QPS", "x-ratelimit-limit": "60" }, 60],
  ["lowers the limit as Zoom states it", { "x-ratelimit-type": "QPS", "x-ratelimit-limit": "5" }, 5],
  ["believes a limit without a type", { "x-ratelimit-limit": "30", "x-ratelimit-remaining": "29" }, 30],
  ["does not take a daily limit for a rate", {
    "x-ratelimit-type": "Daily-limit",
    "x-ratelimit-limit": "100",
  }, 20],
  ["does not believe a rate that no plan has", { "x-ratelimit-limit": "6000" }, 20],
  ["does not believe a limit of zero", { "x-ratelimit-limit": "0" }, 20],
  ["ignores junk", { "x-ratelimit-limit": "many", "x-ratelimit-remaining": "-" }, 20],
  ["goes on without headers", {}, 20],
])("the pacer %s", async (_name, headers, limit) => {
  const clock = testClock();
  const pacing = createPacing("pro", clock);
  const sent: number[] = [];
  for (let i = 0; i < 300; i++) {
    await pacing.wait("medium", signal);
    sent.push(clock.now());
    pacing.observe("medium", answer(true, headers));
  }
  const late = sent.slice(100);
  const rate = (late.length - 1) * 1000 / ((late.at(-1) ?? 0) - (late[0] ?? 0));
  assert.ok(mostPerSecond(late) <= limit, `${mostPerSecond(late)} in a second`);
  assert.ok(rate > limit * 0.9, `${rate} per second`);
});

Deno.test("the pacer rests for a second when Zoom says that nothing remains of this one", () => {
  const state = afterHeaders(startPacer(20), { type: "QPS", limit: 20, remaining: 0 }, 7000);
  assert.equal(reserveSlot(state, 7000).waitMs, 1000);
  const daily = afterHeaders(startPacer(20), { type: "Daily-limit", limit: 20, remaining: 0 }, 7000);
  assert.equal(reserveSlot(daily, 7000).waitMs, 0);
});
