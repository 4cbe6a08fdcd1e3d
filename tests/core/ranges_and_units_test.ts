import assert from "node:assert/strict";
import fc from "fast-check";
import { addDays, type DateRange, daysIn, parseDay, subtractRanges } from "../../src/core/date_range.ts";
import { UsageError } from "../../src/core/errors.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  parseBytes,
  parseDurationMs,
} from "../../src/core/units.ts";

const day = fc.integer({ min: 0, max: 120 }).map((n) => addDays("2024-01-01", n));
const range = fc.tuple(day, day).map(([a, b]): DateRange => a <= b ? { from: a, to: b } : { from: b, to: a });

function daysOf({ from, to }: DateRange): string[] {
  return Array.from({ length: daysIn({ from, to }) }, (_, i) => addDays(from, i));
}

Deno.test("subtractRanges() leaves exactly the days that nothing covers", () => {
  fc.assert(fc.property(range, fc.array(range, { maxLength: 6 }), (whole, covered) => {
    const taken = new Set(covered.flatMap(daysOf));
    const expected = daysOf(whole).filter((each) => !taken.has(each));
    assert.deepEqual(subtractRanges(whole, covered).flatMap(daysOf), expected);
  }));
});

Deno.test.each(["2024-13-01", "2024-02-30", "24-01-01", "2024-1-1", "yesterday", "", "2024-01-01T00:00:00Z"])(
  "parseDay() refuses %j and names the option",
  (value) =>
    assert.throws(
      () => parseDay(value, "--from-date"),
      (error) =>
        error instanceof UsageError && error.option === "--from-date" && error.message.includes(`"${value}"`),
    ),
);

Deno.test("parseDay() knows leap days", () =>
  assert.equal(parseDay("2024-02-29", "--to-date"), "2024-02-29"));

Deno.test.each<[string, number]>([
  ["8388608", 8388608],
  ["10M", 10 * 1024 ** 2],
  ["1.5G", 1.5 * 1024 ** 3],
  ["500k", 500 * 1024],
  ["1GiB", 1024 ** 3],
  ["2MB/s", 2 * 1024 ** 2],
])("parseBytes(%j) is %i", (text, bytes) => assert.equal(parseBytes(text, "--limit-rate"), bytes));

Deno.test.each(["", "M", "-1", "1X", "ten", "1e3"])(
  "parseBytes() refuses %j",
  (text) => assert.throws(() => parseBytes(text, "--limit-rate"), UsageError),
);

Deno.test.each<[string, number]>([["90", 90_000], ["45m", 2_700_000], ["1h30m", 5_400_000], [
  "2d",
  172_800_000,
]])(
  "parseDurationMs(%j) is %i",
  (text, ms) => assert.equal(parseDurationMs(text, "--max-duration"), ms),
);

Deno.test.each(["", "0", "-5", "soon", "1h30"])(
  "parseDurationMs() refuses %j",
  (text) => assert.throws(() => parseDurationMs(text, "--max-duration"), UsageError),
);

Deno.test("amounts read well", () => {
  assert.deepEqual([0, 999, 1024, 1536, 1023.9 * 1024, 5 * 1024 ** 3].map(formatBytes), [
    "0 B",
    "999 B",
    "1.00 KiB",
    "1.50 KiB",
    "1.00 MiB",
    "5.00 GiB",
  ]);
  assert.deepEqual([400, 65_000, 3_723_000, 200_000_000].map(formatDuration), [
    "0.4s",
    "1m05s",
    "1h02m",
    "2d07h",
  ]);
  assert.equal(formatCount(1234567), "1,234,567");
});
