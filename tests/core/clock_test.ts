import assert from "node:assert/strict";
import { isoDay, isoSeconds, systemClock } from "../../src/core/clock.ts";

Deno.test("sleep() for longer than a timer of the runtime can hold does not return at once", async () => {
  const stop = new AbortController();
  let isOver = false;
  const sleeping = systemClock.sleep(30 * 86_400_000, stop.signal).then(() => isOver = true);
  // Longer than the millisecond after which a timer that is too long fires.
  await systemClock.sleep(20);
  assert.equal(isOver, false);
  stop.abort(new Error("enough"));
  await assert.rejects(sleeping, /enough/);
});

Deno.test("sleep() rejects with the reason of a signal that is aborted already", async () => {
  await assert.rejects(systemClock.sleep(1, AbortSignal.abort(new Error("enough"))), /enough/);
});

Deno.test("isoSeconds() and isoDay() write UTC", () => {
  const ms = Date.parse("2024-06-30T23:59:59.999Z");
  assert.deepEqual([isoSeconds(ms), isoDay(ms)], ["2024-06-30T23:59:59Z", "2024-06-30"]);
});
