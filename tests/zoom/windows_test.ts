import assert from "node:assert/strict";
import fc from "fast-check";
import { addDays, type DateRange, daysIn, monthBefore } from "../../src/core/date_range.ts";
import { encodeMeetingUuid, splitWindows } from "../../src/zoom/mod.ts";
import { mergeRanges } from "../../src/core/date_range.ts";
import { halve, missingParts } from "../../src/zoom/windows.ts";

const day = fc.integer({ min: 0, max: 9000 }).map((days) => addDays("2005-01-01", days));
const range = fc.tuple(day, fc.integer({ min: 0, max: 800 }))
  .map(([from, length]): DateRange => ({ from, to: addDays(from, length) }));

function daysOf({ from, to }: DateRange): string[] {
  return Array.from({ length: daysIn({ from, to }) }, (_, index) => addDays(from, index));
}

Deno.test("splitWindows() covers the range with windows of at most 30 days that share exactly one day", () => {
  fc.assert(fc.property(range, fc.constantFrom("newest" as const, "oldest" as const), (whole, direction) => {
    const windows = splitWindows(whole, { direction });
    const ascending = direction === "oldest" ? windows : windows.toReversed();
    assert.equal(ascending[0]?.from, whole.from);
    assert.equal(ascending.at(-1)?.to, whole.to);
    for (const [index, window] of ascending.entries()) {
      assert.ok(window.from <= window.to && daysIn(window) <= 30);
      assert.ok(window.from >= monthBefore(window.to), "Zoom narrows more than a month");
      if (index > 0) assert.equal(window.from, ascending[index - 1]?.to);
    }
    assert.deepEqual(new Set(windows.flatMap(daysOf)), new Set(daysOf(whole)));
    // Fewer calls are not possible: all but the oldest are as long as may be.
    for (const window of ascending.slice(1)) {
      assert.ok(daysIn(window) === 30 || window.from === monthBefore(window.to), JSON.stringify(window));
    }
  }));
});

Deno.test("splitWindows() goes the same way in both directions", () => {
  fc.assert(fc.property(range, (whole) => {
    const newest = splitWindows(whole, { direction: "newest" });
    assert.deepEqual(splitWindows(whole, { direction: "oldest" }), newest.toReversed());
  }));
});

Deno.test.each<[string, DateRange, number]>([
  ["a day", { from: "2024-02-29", to: "2024-02-29" }, 1],
  ["30 days", { from: "2024-04-01", to: "2024-04-30" }, 1],
  ["31 days", { from: "2024-05-01", to: "2024-05-31" }, 2],
  ["a February of 28 days with the day before", { from: "2023-01-31", to: "2023-03-01" }, 2],
  ["a leap year", { from: "2024-01-01", to: "2024-12-31" }, 13],
])("splitWindows() makes of %s as many windows as needed", (_name, whole, count) => {
  assert.equal(splitWindows(whole, { direction: "newest" }).length, count);
});

Deno.test("halve() loses no day and makes both halves shorter", () => {
  fc.assert(fc.property(range, (whole) => {
    const halves = halve(whole);
    if (daysIn(whole) === 1) return assert.deepEqual(halves, []);
    assert.equal(halves.length, 2);
    assert.deepEqual(new Set(halves.flatMap(daysOf)), new Set(daysOf(whole)));
    for (const half of halves) assert.ok(daysIn(half) < daysIn(whole));
  }));
});

Deno.test("missingParts() names every day that was not answered for, in parts shorter than what was asked", () => {
  fc.assert(fc.property(range, range, (asked, answered) => {
    const parts = missingParts(asked, answered);
    const named = new Set(parts.flatMap(daysOf));
    const held = new Set(daysOf(answered));
    for (const asking of daysOf(asked)) assert.ok(held.has(asking) || named.has(asking), `${asking} is lost`);
    for (const part of parts) {
      assert.ok(part.from >= asked.from && part.to <= asked.to && part.from <= part.to);
      const isElsewhere = answered.to < asked.from || answered.from > asked.to;
      assert.ok(isElsewhere || daysIn(part) < daysIn(asked));
    }
  }));
});

Deno.test("mergeRanges() keeps the days and leaves no ranges that touch", () => {
  fc.assert(fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
    const merged = mergeRanges(ranges);
    assert.deepEqual(new Set(merged.flatMap(daysOf)), new Set(ranges.flatMap(daysOf)));
    for (const [index, next] of merged.entries()) {
      const before = merged[index - 1];
      assert.ok(before === undefined || addDays(before.to, 1) < next.from);
    }
  }));
});

Deno.test.each<[string, string]>([
  ["abcDEF123+/xyz==", "abcDEF123%2B%2Fxyz%3D%3D"],
  ["/abcDEF123==", "%252FabcDEF123%253D%253D"],
  ["abc//DEF==", "abc%252F%252FDEF%253D%253D"],
  ["plain", "plain"],
])("encodeMeetingUuid(%s) is %s", (uuid, segment) => {
  assert.equal(encodeMeetingUuid(uuid), segment);
});

Deno.test("encodeMeetingUuid() gives one segment that an address carries unchanged, for any uuid", () => {
  const uuids = fc.oneof(
    fc.base64String({ minLength: 1 }),
    fc.string({ minLength: 1, unit: "binary" }),
    fc.constant("a\ud800"),
  );
  fc.assert(fc.property(uuids.filter((uuid) => !/^\.{1,2}$/.test(uuid)), (uuid) => {
    const segment = encodeMeetingUuid(uuid);
    assert.ok(!/[/?#]/.test(segment));
    const url = new URL(`https://api.zoom.us/v2/meetings/${segment}/recordings`);
    assert.equal(url.pathname, `/v2/meetings/${segment}/recordings`);
    const once = decodeURIComponent(segment);
    assert.equal(/^\/|\/\//.test(uuid) ? decodeURIComponent(once) : once, uuid.toWellFormed());
  }));
});
