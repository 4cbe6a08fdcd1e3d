import assert from "node:assert/strict";
import { startDeadline } from "../../src/http/deadline.ts";

Deno.test("a deadline ends with the caller's signal and its reason, also one that was over before", () => {
  const caller = new AbortController();
  const deadline = startDeadline(60_000, caller.signal);
  caller.abort(new Error("enough"));
  assert.equal((deadline.signal.reason as Error).message, "enough");
  assert.equal(deadline.expired, false);
  deadline.clear();
  const late = startDeadline(60_000, caller.signal);
  assert.ok(late.signal.aborted);
  late.clear();
});

Deno.test("a deadline that was cleared leaves nothing tied to the caller's signal", () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = ((type: "abort", listener: () => void, options?: AddEventListenerOptions) => {
    listeners.add(listener);
    add(type, listener, options);
  }) as typeof signal.addEventListener;
  signal.removeEventListener = ((type: "abort", listener: () => void) => {
    listeners.delete(listener);
    remove(type, listener);
  }) as typeof signal.removeEventListener;
  const deadline = startDeadline(60_000, signal);
  assert.equal(listeners.size, 1);
  deadline.clear();
  assert.equal(listeners.size, 0);
});
