import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ApiError,
  AuthError,
  DailyLimitError,
  InventoryError,
  NetworkError,
  ResponseError,
  StorageError,
  TransferError,
  UsageError,
} from "../../src/core/errors.ts";
import { backoffDelayMs, defaultBackoff, disposition } from "../../src/core/retry.ts";

const url = "https://api.zoom.us/v2/users";
const api = (status: number, zoomCode?: number) => new ApiError("x", { status, url, zoomCode });

Deno.test.each<[string, unknown, string]>([
  ["401", api(401), "refresh"],
  ["401 with code 124", api(401, 124), "refresh"],
  ["400 with code 124", api(400, 124), "refresh"],
  ["403", api(403), "refresh"],
  ["404", api(404), "refresh"],
  ["400 with code 4711", api(400, 4711), "skip"],
  ["400", api(400, 300), "skip"],
  ["408", api(408), "retry"],
  ["429", api(429), "retry"],
  ["500", api(500), "retry"],
  ["503", api(503), "retry"],
  ["520, which nobody has listed", api(520), "retry"],
  ["500 whose retries are spent", new ApiError("x", { status: 500, url, exhausted: true }), "skip"],
  [
    "the daily limit",
    new DailyLimitError("x", { url, label: "medium", resumesAt: "2024-01-01T00:00:00Z" }),
    "skip",
  ],
  ["no answer", new NetworkError("x"), "retry"],
  ["no answer, retries spent", new NetworkError("x", { exhausted: true }), "skip"],
  ["a broken answer", new ResponseError("x", { path: "p", expected: "JSON" }), "retry"],
  ["a short file", new TransferError("x", { code: "truncated" }), "retry"],
  ["a stalled file", new TransferError("x", { code: "stalled" }), "retry"],
  ["a login page", new TransferError("x", { code: "html" }), "refresh"],
  ["a JSON error in place of a file", new TransferError("x", { code: "json_error" }), "refresh"],
  ["a file that is gone", new TransferError("x", { code: "gone" }), "skip"],
  ["refused credentials", new AuthError("x"), "stop"],
  ["wrong usage", new UsageError("x"), "stop"],
  ["a full disk", new StorageError("x", { path: "p", code: "disk_full" }), "stop"],
  ["a path that leads out", new StorageError("x", { path: "p", code: "path" }), "skip"],
  ["a damaged inventory", new InventoryError("x"), "stop"],
  ["a programming mistake", new TypeError("x"), "stop"],
])("disposition() of %s", (_name, error, expected) => assert.equal(disposition(error), expected));

Deno.test("backoffDelayMs() leaves the server's timing as it is", () => {
  assert.equal(backoffDelayMs(9, { retryAfterMs: 1234, random: () => 0.99 }), 1234);
  assert.equal(backoffDelayMs(1, { retryAfterMs: 0, random: () => 0.99 }), 0);
});

Deno.test("backoffDelayMs() stays between a tenth of the ceiling and the ceiling", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, r) => {
        const ceiling = Math.min(defaultBackoff.maxMs, defaultBackoff.baseMs * 2 ** (attempt - 1));
        const delay = backoffDelayMs(attempt, { random: () => r });
        assert.ok(delay >= ceiling / 10 - 1 && delay <= ceiling, `${delay} of ${ceiling}`);
      },
    ),
  );
});
