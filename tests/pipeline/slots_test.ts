import assert from "node:assert/strict";
import fc from "fast-check";
import { Slots } from "../../src/pipeline/slots.ts";

const never = new AbortController().signal;

async function isGranted(acquiring: Promise<void>): Promise<boolean> {
  let granted = false;
  acquiring.then(() => granted = true, () => {});
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  return granted;
}

Deno.test("a fixed number of slots is given out and no more, and never changes", async () => {
  const slots = new Slots(2);
  await slots.acquire(never);
  await slots.acquire(never);
  const third = slots.acquire(never);
  slots.grow();
  slots.shrink();
  assert.equal(await isGranted(third), false);
  slots.release();
  assert.equal(await isGranted(third), true);
  assert.equal(slots.limit, 2);
});

Deno.test("auto begins at 2, adds a slot per slot's worth of good files, and stops at 16", () => {
  const slots = new Slots("auto");
  const limits = Array.from({ length: 5 }, () => (slots.grow(), slots.limit));
  assert.deepEqual(limits, [2, 3, 3, 3, 4]);
  for (let i = 0; i < 1_000; i++) slots.grow();
  assert.equal(slots.limit, 16);
});

Deno.test("auto halves when Zoom pushes back, never below one, and lets those at work finish", async () => {
  const slots = new Slots("auto");
  for (let i = 0; i < 1_000; i++) slots.grow();
  for (let i = 0; i < 16; i++) await slots.acquire(never);
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

Deno.test("whoever gives up waiting takes no slot with him", async () => {
  const slots = new Slots(1);
  await slots.acquire(never);
  const stop = new AbortController();
  const leaving = slots.acquire(stop.signal);
  const staying = slots.acquire(never);
  stop.abort(new Error("enough"));
  await assert.rejects(leaving, /enough/);
  slots.release();
  assert.equal(await isGranted(staying), true);
});

Deno.test("never more are at work than the largest limit so far, and none is forgotten", async () => {
  const step = fc.constantFrom("acquire", "release", "grow", "shrink");
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
    const slots = new Slots("auto");
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
      } else if (action === "grow") slots.grow();
      else if (action === "shrink") slots.shrink();
      largest = Math.max(largest, slots.limit);
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      assert.ok(working <= largest);
      assert.ok(waiting === 0 || working >= slots.limit, "nobody waits while a slot is free");
    }
  }));
});
