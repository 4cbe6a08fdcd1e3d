import assert from "node:assert/strict";
import fc from "fast-check";
import { AutoLimit } from "../../src/pipeline/auto_limit.ts";
import { Slots } from "../../src/pipeline/slots.ts";
import { ManualClock } from "./_support.ts";

const never = new AbortController().signal;
const megabyte = 1_000_000;

async function isGranted(acquiring: Promise<unknown>): Promise<boolean> {
  let granted = false;
  acquiring.then(() => granted = true, () => {});
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  return granted;
}

Deno.test("a fixed number of slots is given out and no more, whatever arrives", async () => {
  const clock = new ManualClock();
  const slots = new Slots(2, clock);
  await slots.acquire(never);
  await slots.acquire(never);
  const third = slots.acquire(never);
  for (let i = 1; i < 50; i++) {
    clock.advance(300);
    slots.received(i * i * megabyte);
  }
  slots.shrink();
  assert.equal(await isGranted(third), false);
  slots.release();
  assert.equal(await isGranted(third), true);
  assert.equal(slots.limit, 2);
});

/** A line that gives `perConnection` to each connection until `total` is reached; returns the limits as they change. */
function follow(
  line: { perConnection: number; total: number; samples: number; files?: boolean },
): number[] {
  let nowMs = 0;
  const auto = new AutoLimit(nowMs);
  const limits = [auto.limit];
  for (let i = 0; i < line.samples; i++) {
    nowMs += 250;
    const perSample = Math.min(line.total, line.perConnection * auto.limit) / 4;
    auto.add(line.files ? { files: perSample } : { bytes: perSample }, nowMs, true);
    if (auto.limit !== limits.at(-1)) limits.push(auto.limit);
  }
  return limits;
}

Deno.test.each([
  {
    name: "doubles while each connection brings more",
    line: { perConnection: 8 * megabyte, total: Infinity, samples: 10 },
    limits: [2, 4, 8, 16],
  },
  {
    name: "stops where the line is full",
    line: { perConnection: 8 * megabyte, total: 20 * megabyte, samples: 18 },
    limits: [2, 4, 8],
  },
  {
    name: "follows small files by their number",
    line: { perConnection: 40, total: Infinity, samples: 10, files: true },
    limits: [2, 4, 8, 16],
  },
])("auto begins at 2 and $name", ({ line, limits }) => {
  assert.deepEqual(follow(line), limits);
});

Deno.test("auto tries one connection more on a full line now and then, and takes it back", () => {
  const limits = follow({ perConnection: 8 * megabyte, total: 20 * megabyte, samples: 60 });
  assert.deepEqual(limits.slice(3, 7), [9, 8, 9, 8]);
});

Deno.test("auto takes connections back when much less arrives, after a second look", () => {
  let nowMs = 0;
  const auto = new AutoLimit(nowMs);
  const feed = (bytes: number) => (auto.add({ bytes }, nowMs += 250, true), auto.limit);
  assert.deepEqual([feed(1e6), feed(2e6), feed(4e6)], [4, 8, 16]);
  assert.deepEqual([feed(1e6), feed(1e6)], [16, 12], "one poor sample may be chance");
});

Deno.test("auto learns nothing while connections stand idle", () => {
  let nowMs = 0;
  const auto = new AutoLimit(nowMs);
  for (let i = 1; i < 20; i++) auto.add({ bytes: i * megabyte }, nowMs += 250, false);
  assert.equal(auto.limit, 2);
});

Deno.test("auto halves when Zoom pushes back, never below one, and lets those at work finish", async () => {
  const clock = new ManualClock();
  const slots = new Slots("auto", clock);
  const held: Promise<void>[] = [];
  for (let i = 0; i < 16; i++) held.push(slots.acquire(never));
  for (let i = 1; i < 6; i++) {
    clock.advance(300);
    slots.received(10 ** i * megabyte);
  }
  await Promise.all(held);
  assert.equal(slots.limit, 16);
  slots.shrink();
  assert.equal(slots.limit, 8);
  const waiting = slots.acquire(never);
  for (let i = 0; i < 8; i++) slots.release();
  assert.equal(await isGranted(waiting), false, "eight are still at work");
  slots.release();
  assert.equal(await isGranted(waiting), true);
  for (let i = 0; i < 10; i++) slots.shrink();
  assert.equal(slots.limit, 1);
});

Deno.test("an additional connection waits until no file does", async () => {
  const slots = new Slots(1, new ManualClock());
  await slots.acquire(never);
  const spare = slots.spare(never);
  const file = slots.acquire(never);
  assert.equal(slots.isWanted, true);
  slots.release();
  assert.deepEqual([await isGranted(spare), await isGranted(file)], [false, true]);
  slots.release();
  assert.equal(await isGranted(spare), true);
  (await spare)();
  await slots.acquire(never);
});

Deno.test("whoever gives up waiting takes no slot with him", async () => {
  const slots = new Slots(1, new ManualClock());
  await slots.acquire(never);
  const stop = new AbortController();
  const leaving = slots.acquire(stop.signal);
  const staying = slots.acquire(never);
  stop.abort(new Error("enough"));
  await assert.rejects(leaving, /enough/);
  slots.release();
  assert.equal(await isGranted(staying), true);
});

Deno.test("a slot that is given back while others leave is not lost", async () => {
  const slots = new Slots(1, new ManualClock());
  await slots.acquire(never);
  const stop = new AbortController();
  const leaving = [slots.spare(stop.signal), slots.acquire(stop.signal)];
  stop.abort(new Error("enough"));
  slots.release();
  for (const each of leaving) await assert.rejects(each, /enough/);
  assert.equal(await isGranted(slots.acquire(never)), true);
});

Deno.test("never more are at work than the largest limit so far, and none is forgotten", async () => {
  const step = fc.constantFrom("acquire", "release", "grow", "shrink");
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
    const clock = new ManualClock();
    const slots = new Slots("auto", clock);
    let working = 0;
    let waiting = 0;
    let largest = slots.limit;
    for (const action of steps) {
      if (action === "acquire") {
        waiting++;
        slots.acquire(never).then(() => (waiting--, working++));
      } else if (action === "release" && working > 0) {
        working--;
        slots.release();
      } else if (action === "grow") {
        clock.advance(300);
        slots.received(working ** 2 * megabyte);
      } else if (action === "shrink") slots.shrink();
      largest = Math.max(largest, slots.limit);
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      assert.ok(working <= largest);
      assert.ok(waiting === 0 || working >= slots.limit, "nobody waits while a slot is free");
    }
  }));
});
