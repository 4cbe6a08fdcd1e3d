import assert from "node:assert/strict";
import { ApiError, AuthError } from "../../src/core/errors.ts";
import { createHttp } from "../../src/http/mod.ts";
import { type SimulatorOptions, startSimulator } from "../../src/simulator/mod.ts";
import { createTokenSource } from "../../src/zoom/token_source.ts";
import { rejection, startMs, testClock } from "./_support.ts";

const signal = new AbortController().signal;

async function start(options: SimulatorOptions & { secret?: string } = {}) {
  const clock = testClock();
  const zoom = await startSimulator({ now: clock.now, ...options });
  const credentials = { ...zoom.credentials, ...(options.secret ? { clientSecret: options.secret } : {}) };
  const http = createHttp({ clock, plan: "business" });
  const tokens = createTokenSource({ http, clock, oauthUrl: zoom.oauthUrl, credentials });
  return {
    zoom,
    clock,
    tokens,
    asked: () => zoom.count("/oauth/token"),
    [Symbol.asyncDispose]: () => zoom[Symbol.asyncDispose](),
  };
}

Deno.test("get() asks with a form body and Basic authentication", async () => {
  await using run = await start();
  const token = await run.tokens.get(signal);
  assert.ok(token.scopes.includes("user:read:list_users:admin"));
  const [request] = run.zoom.requests;
  const { clientId, clientSecret } = run.zoom.credentials;
  assert.equal(request?.method, "POST");
  assert.deepEqual(request?.query, {});
  assert.equal(request?.headers["content-type"], "application/x-www-form-urlencoded");
  assert.equal(request?.headers.authorization, `Basic ${btoa(`${clientId}:${clientSecret}`)}`);
});

Deno.test("get() shares one request among all who ask at the same time", async () => {
  await using run = await start();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => run.tokens.get(signal)));
  assert.equal(new Set(tokens.map((token) => token.accessToken)).size, 1);
  assert.equal(run.asked(), 1);
});

Deno.test("get() renews five minutes before the end and not earlier", async () => {
  await using run = await start();
  const first = await run.tokens.get(signal);
  assert.equal(first.renewAtMs, startMs + 3_599_000 - 300_000);
  run.clock.advance(3_298_999);
  assert.equal((await run.tokens.get(signal)).accessToken, first.accessToken);
  run.clock.advance(1);
  assert.notEqual((await run.tokens.get(signal)).accessToken, first.accessToken);
  assert.equal(run.asked(), 2);
});

Deno.test("get() keeps a short-lived token for half its life", async () => {
  await using run = await start({ tokenLifetimeSeconds: 61 });
  const first = await run.tokens.get(signal);
  assert.equal(first.renewAtMs, startMs + 30_000);
});

Deno.test.each<[string, Record<string, unknown>, number]>([
  ["no lifetime", {}, 3_300_000],
  ["junk for a lifetime", { expires_in: "soon" }, 3_300_000],
  ["a lifetime that is a text", { expires_in: "3600" }, 3_300_000],
  ["a lifetime that has passed", { expires_in: -5 }, 0],
])("get() copes with %s", async (_name, fields, keptMs) => {
  const body = { access_token: "opaque-token", ...fields };
  await using run = await start({ faults: [{ on: "/oauth/token", do: "status", code: 200, body }] });
  const token = await run.tokens.get(signal);
  assert.equal(token.accessToken, "opaque-token");
  assert.equal(token.renewAtMs - startMs, keptMs);
  assert.deepEqual(token.scopes, []);
});

Deno.test("a caller who stops leaves the others their token", async () => {
  await using run = await start({ faults: [{ on: "/oauth/token", do: "delay", ms: 50, times: 1 }] });
  const controller = new AbortController();
  const reason = new Error("stopped by hand");
  const leaving = run.tokens.get(controller.signal);
  const staying = run.tokens.get(signal);
  controller.abort(reason);
  assert.equal(await rejection(leaving), reason);
  assert.ok((await staying).accessToken !== "");
  assert.equal(run.asked(), 1);
});

Deno.test("the last caller who stops ends the request, and the next one starts another", async () => {
  await using run = await start({ faults: [{ on: "/oauth/token", do: "delay", ms: 5000, times: 1 }] });
  const controller = new AbortController();
  const leaving = run.tokens.get(controller.signal);
  while (run.asked() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(new Error("stopped by hand"));
  await rejection(leaving);
  assert.ok((await run.tokens.get(signal)).accessToken !== "");
  assert.equal(run.asked(), 2);
});

Deno.test("reject() has the next get() fetch a new token, unless it was replaced already", async () => {
  await using run = await start();
  const first = await run.tokens.get(signal);
  run.tokens.reject(first);
  const second = await run.tokens.get(signal);
  assert.notEqual(second.accessToken, first.accessToken);
  run.tokens.reject(first);
  assert.equal((await run.tokens.get(signal)).accessToken, second.accessToken);
  assert.equal(run.asked(), 2);
});

Deno.test("a wrong secret is an AuthError at once, and the secret is not in it", async () => {
  await using run = await start({ secret: "wrong-Secret-4711-abc" });
  const error = await rejection(run.tokens.get(signal));
  assert.ok(error instanceof AuthError);
  assert.match(error.hint ?? "", /ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET/);
  assert.equal(run.asked(), 1);
  assert.deepEqual(run.clock.sleeps, []);
  assert.ok(!Deno.inspect(error, { depth: 9 }).includes("wrong-Secret-4711-abc"));
});

Deno.test.each<[string, number, unknown, RegExp]>([
  [
    "401",
    401,
    { reason: "Invalid client_id or client_secret", error: "invalid_client" },
    /ZOOM_CLIENT_SECRET/,
  ],
  ["401 without a word", 401, {}, /ZOOM_CLIENT_SECRET/],
  [
    "an app of another type",
    400,
    { reason: "unsupported grant type", error: "unsupported_grant_type" },
    /Server-to/,
  ],
  ["a wrong account id", 400, { reason: "Bad Request", error: "invalid_request" }, /ZOOM_ACCOUNT_ID/],
  ["an app that is not activated", 403, {}, /activate/],
  ["a disabled app, by code", 400, { code: 4738, message: "x" }, /activate/],
  ["a wrong address", 404, "nothing", /ZOOM_OAUTH_URL/],
])("the token endpoint's refusal of %s is final and names the way out", async (_name, code, body, hint) => {
  await using run = await start({ faults: [{ on: "/oauth/token", do: "status", code, body }] });
  const error = await rejection(run.tokens.get(signal));
  assert.ok(error instanceof AuthError, `${error}`);
  assert.match(error.hint ?? "", hint);
  assert.equal(run.asked(), 1);
  assert.deepEqual(run.clock.sleeps, []);
});

Deno.test.each([[500], [503], [429]])("the token endpoint's trouble (%s) passes", async (code) => {
  await using run = await start({ faults: [{ on: "/oauth/token", do: "status", code, times: 2 }] });
  await run.tokens.get(signal);
  assert.equal(run.asked(), 3);
});

Deno.test("lasting trouble of the token endpoint says nothing about the credentials", async () => {
  await using run = await start({ faults: [{ on: "/oauth/token", do: "status", code: 503 }] });
  const error = await rejection(run.tokens.get(signal));
  assert.ok(error instanceof ApiError && error.exhausted);
  assert.equal(run.asked(), 5);
});
