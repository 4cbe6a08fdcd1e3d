import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRetryAfter } from "../../src/http/mod.ts";

const nowMs = Date.UTC(2024, 4, 30, 23, 59, 0);

Deno.test.each<[string, string | null | undefined, number | undefined]>([
  ["seconds", "7", 7000],
  ["zero seconds", "0", 0],
  ["a fraction of a second", "1.5", 1500],
  ["seconds with blanks around", " 30 ", 30_000],
  ["an HTTP date", "Fri, 31 May 2024 00:00:00 GMT", 60_000],
  ["an HTTP date that has passed", "Thu, 30 May 2024 23:00:00 GMT", 0],
  ["the old form of RFC 850", "Friday, 31-May-24 00:00:00 GMT", 60_000],
  ["an ISO date-time, as with daily limits", "2024-05-31T00:00:00Z", 60_000],
  ["an ISO date-time with milliseconds", "2024-05-31T00:00:00.250Z", 60_250],
  ["an ISO date-time with an offset", "2024-05-31T02:00:00+02:00", 60_000],
  ["an ISO date-time without a zone, which is UTC", "2024-05-31T00:00:00", 60_000],
  ["an ISO date-time with a blank for the T", "2024-05-31 00:00:00", 60_000],
  ["an ISO date-time that has passed", "2020-05-31T00:00:00Z", 0],
  ["nothing", null, undefined],
  ["no header", undefined, undefined],
  ["an empty text", "", undefined],
  ["a word", "soon", undefined],
  ["a negative number", "-5", undefined],
  ["an exponent", "1e3", undefined],
  ["a number with a unit", "5s", undefined],
  ["more than a number can hold", "9".repeat(40), undefined],
  ["a day that does not exist", "2024-13-45T99:00:00Z", undefined],
  ["a date without a time", "31 May 2024", undefined],
  ["two values", "5, 7", undefined],
])("parseRetryAfter() understands %s", (_name, value, expected) => {
  assert.equal(parseRetryAfter(value, nowMs), expected);
});

Deno.test("parseRetryAfter() gives a whole wait of zero or more, or nothing, for any text", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9.:TZ +-]{0,30}$/),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(fc.property(texts, (text) => {
    const waitMs = parseRetryAfter(text, nowMs);
    assert.ok(waitMs === undefined || (Number.isSafeInteger(waitMs) && waitMs >= 0), `${waitMs}`);
  }));
});
