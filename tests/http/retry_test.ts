import assert from "node:assert/strict";
import { ApiError, NetworkError, ResponseError } from "../../src/core/errors.ts";
import { good, type Script, scripted } from "./_support.ts";

const status = (code: number, rest: object = {}) => ({ do: "status", code, ...rest }) as Script[number];

/** Delays with every draw at a half: 0.55 of the ceiling, or one and a half times the shortest rate wait. */
const usual = [275, 550, 1100, 2200];
const afterRefusal = [1500, 3000, 6000, 12_000];

Deno.test.each<[string, Script, number[]]>([
  ["500", [status(500), good], usual.slice(0, 1)],
  ["502", [status(502), good], usual.slice(0, 1)],
  ["503", [status(503), good], usual.slice(0, 1)],
  ["504", [status(504), good], usual.slice(0, 1)],
  ["408", [status(408), good], usual.slice(0, 1)],
  ["520, which nobody has listed", [status(520), good], usual.slice(0, 1)],
  ["three in a row", [status(500), status(502), status(503), good], usual.slice(0, 3)],
  ["429 without timing", [status(429), status(429), good], afterRefusal.slice(0, 2)],
  ["429 with seconds", [status(429, { retryAfter: 7 }), good], [7000]],
  ["429 with an HTTP date", [status(429, { retryAfter: 3, retryAfterForm: "http-date" }), good], [3000]],
  ["429 with an ISO date", [status(429, { retryAfter: 4, retryAfterForm: "iso" }), good], [4000]],
  ["429 with junk for timing", [status(429, { retryAfter: "soon" }), good], afterRefusal.slice(0, 1)],
  ["503 with timing", [status(503, { retryAfter: 2 }), good], [2000]],
  ["timing beyond two minutes", [status(503, { retryAfter: 3600 }), good], [120_000]],
  ["429 whose moment has passed", [
    status(429, { retryAfter: "2020-05-31T00:00:00Z" }),
    good,
  ], afterRefusal.slice(0, 1)],
  ["503 that asks to wait no time", [status(503, { retryAfter: 0 }), good], usual.slice(0, 1)],
  ["429 in the body of a 200", [status(200, { body: { code: 429, message: "per-second" } }), good], [1500]],
  ["an HTML page with 200", [{ do: "html" }, good], usual.slice(0, 1)],
  ["half an answer", [status(200, { body: '{"users":[{"id":' }), good], usual.slice(0, 1)],
  ["a reset in mid-answer", [status(503), { do: "dropConnection" }, good], [275, 550]],
])("json() tries again after %s", async (_name, script, delays) => {
  await using api = await scripted(script);
  assert.deepEqual(await api.call(), { users: [] });
  assert.equal(api.arrived, delays.length + 1);
  assert.deepEqual(api.clock.sleeps, delays);
  assert.equal(api.http.requestCount, delays.length + 1);
});

Deno.test.each<[string, Script[number], { status: number; zoomCode?: number }]>([
  ["400", status(400, { body: { code: 300, message: "Bad" } }), { status: 400, zoomCode: 300 }],
  ["401", status(401, { body: { code: 124, message: "Expired" } }), { status: 401, zoomCode: 124 }],
  ["403", status(403), { status: 403, zoomCode: 403 }],
  ["404", status(404, { body: "nothing here" }), { status: 404 }],
  ["409", status(409), { status: 409, zoomCode: 409 }],
  ["an error body with status 200", status(200, { body: { code: 200, message: "Only paid accounts" } }), {
    status: 200,
    zoomCode: 200,
  }],
  ["Zoom's download error with status 200", { do: "jsonError" }, { status: 200, zoomCode: 124 }],
  ["a redirect", { do: "redirectTo", url: "https://elsewhere.example/" }, { status: 302 }],
])("json() does not try again after %s", async (_name, effect, expected) => {
  await using api = await scripted([effect]);
  await assert.rejects(api.call(), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, expected.status);
    assert.equal(error.zoomCode, expected.zoomCode);
    assert.equal(error.exhausted, false);
    return true;
  });
  assert.equal(api.arrived, 1);
  assert.deepEqual(api.clock.sleeps, []);
});

Deno.test("json() gives up after five tries and says how many there were", async () => {
  await using api = await scripted([status(503)]);
  await assert.rejects(api.call(), (error) => {
    assert.ok(error instanceof ApiError && error.exhausted && error.status === 503);
    assert.match(error.message, /^Cannot list users: HTTP 503, .*\(5 tries\)$/);
    return true;
  });
  assert.equal(api.arrived, 5);
  assert.deepEqual(api.clock.sleeps, usual);
});

Deno.test("json() takes back-off from the whole span between its bounds", async () => {
  for (const [random, delays] of [[0, [50, 1000]], [0.9999, [500, 2000]]] as const) {
    await using api = await scripted([status(500), status(429), good], { random });
    await api.call();
    // The second failure is a refusal for the rate: the second wait is the second of that kind.
    assert.deepEqual(api.clock.sleeps, [delays[0], delays[1] * 2]);
  }
});

Deno.test("json() tries an endless HTML page five times and then names it", async () => {
  await using api = await scripted([{ do: "html" }]);
  await assert.rejects(api.call(), (error) => {
    assert.ok(error instanceof ResponseError);
    assert.match(error.message, /an HTML page came instead of JSON/);
    return true;
  });
  assert.equal(api.arrived, 5);
});

Deno.test("json() tries again what the caller cannot parse", async () => {
  await using api = await scripted([good]);
  let parsed = 0;
  const signal = new AbortController().signal;
  const request = { action: "list users", url: new URL(`${api.zoom.apiUrl}/users`), signal };
  const result = await api.http.json(request, () => {
    if (++parsed < 3) {
      throw new ResponseError("Cannot list users: no list", { path: "users", expected: "a list" });
    }
    return "read";
  });
  assert.equal(result, "read");
  assert.equal(api.arrived, 3);
});

Deno.test("json() finds out quickly that nothing listens where nothing ever answered", async () => {
  await using api = await scripted([good]);
  await api.zoom[Symbol.asyncDispose]();
  await assert.rejects(api.call(), (error) => {
    assert.ok(error instanceof NetworkError && error.exhausted);
    assert.match(error.message, /refuses the connection \(4 tries\)$/);
    return true;
  });
  assert.equal(api.http.answered, false);
  assert.deepEqual(api.clock.sleeps, [110, 220, 440]);
});

Deno.test("json() keeps a large integer's digits", async () => {
  await using api = await scripted([status(200, { body: '{"id":98765432109876543210,"n":[1]}' })]);
  assert.deepEqual(await api.call(), { id: "98765432109876543210", n: [1] });
});

Deno.test("json() tells Zoom's tracking id and the words of field errors", async () => {
  const body = {
    code: 300,
    message: "Validation Failed.",
    errors: [{ field: "from", message: "Invalid Date." }],
  };
  await using api = await scripted([status(400, { body })]);
  await assert.rejects(api.call(), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(
      error.message,
      "Cannot list users: HTTP 400, code 300, Validation Failed.; from: Invalid Date",
    );
    assert.match(error.requestId ?? "", /^v=2\.0;/);
    return true;
  });
});
