import assert from "node:assert/strict";
import { UsageError } from "../../src/core/errors.ts";
import {
  type FaultRule,
  parseFaults,
  simMeeting,
  type Simulator,
  startSimulator,
} from "../../src/simulator/mod.ts";
import { accountOf, ana, firstUrl, signIn, today } from "./_client.ts";

const sizeBytes = 600_000;

function withFaults(...faults: FaultRule[]): Promise<Simulator> {
  const start = "2024-06-14T14:00:00Z";
  const account = accountOf(simMeeting({ host: ana, start, files: [{ fileType: "MP4", sizeBytes }] }));
  return startSimulator({ account, now: () => today, faults });
}

/** Reads as much as comes: the bytes, and whether the body ended well. */
async function readAll(response: Response): Promise<{ received: number; isWhole: boolean }> {
  let received = 0;
  try {
    for await (const chunk of response.body ?? []) received += chunk.length;
    return { received, isWhole: true };
  } catch {
    return { received, isWhole: false };
  }
}

Deno.test.each(
  [
    { rule: { on: "/rec/*", do: "cutAfter", bytes: 4096, times: 1 }, received: 4096 },
    { rule: { on: "/storage/*", do: "cutAfter", bytes: 0, times: 1 }, received: 0 },
    { rule: { on: "storage", do: "cutAfter", bytes: 500_000, times: 1 }, received: 500_000 },
    { rule: { on: "/rec/*", do: "shortBody", times: 1 }, received: 300_000 },
    { rule: { on: "/rec/*", do: "shortBody", bytes: 7, times: 1 }, received: 7 },
  ] as const,
)("$rule.do on $rule.on ends the body after $received bytes, once", async ({ rule, received }) => {
  await using zoom = await withFaults(rule);
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  const response = await client.download(url);
  assert.equal(response.headers.get("content-length"), String(sizeBytes));
  assert.deepEqual(await readAll(response), { received, isWhole: false });
  assert.deepEqual(await readAll(await client.download(url)), { received: sizeBytes, isWhole: true });
  assert.equal(zoom.count("/rec/*"), 2);
  assert.equal(zoom.count("storage"), 2);
});

Deno.test("stall sends so many bytes and then nothing until the client leaves", async () => {
  await using zoom = await withFaults({ on: "/rec/*", do: "stall", bytes: 1000 });
  const client = await signIn(zoom);
  const response = await client.download(await firstUrl(client));
  const reader = response.body?.getReader();
  let received = 0;
  while (received < 1000) received += (await reader?.read())?.value?.length ?? NaN;
  assert.equal(received, 1000);
  const next = reader?.read().then(() => "more", () => "gone");
  assert.equal(
    await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 30, "silence"))]),
    "silence",
  );
  await reader?.cancel();
});

Deno.test("closing the simulator ends stalled answers and delays", async () => {
  const zoom = await withFaults({ on: "/rec/*", do: "stall" }, { on: "/v2/users", do: "delay", ms: 60_000 });
  const client = await signIn(zoom);
  const stalled = readAll(await client.download(await firstUrl(client)));
  const delayed = client.get("/users").then(() => "answered", () => "hung up");
  while (zoom.count("/v2/users") === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const began = performance.now();
  await zoom[Symbol.asyncDispose]();
  assert.ok(performance.now() - began < 10_000);
  assert.deepEqual(await stalled, { received: 0, isWhole: false });
  assert.notEqual(await delayed, "answered");
});

Deno.test("dropConnection hangs up before the head of the answer, and the client notices every time", async () => {
  await using zoom = await withFaults({ on: "/v2/users", do: "dropConnection", times: 2 });
  const client = await signIn(zoom);
  const drop = (error: Error) => /connection closed before message completed/.test(String(error.cause));
  await assert.rejects(client.get("/users"), drop);
  await assert.rejects(client.get("/users"), drop);
  assert.equal((await client.get("/users")).status, 200);
  assert.deepEqual(zoom.requests.map((request) => request.status), [200, 0, 0, 200]);
});

Deno.test("dropConnection is also noticed when it is added while connections are open", async () => {
  await using zoom = await withFaults();
  const client = await signIn(zoom);
  await client.get("/users");
  zoom.fault({ on: "/v2/users", do: "dropConnection", times: 1 });
  await assert.rejects(client.get("/users"));
  assert.equal((await client.get("/users")).status, 200);
});

Deno.test("status answers code, body and headers, with Retry-After in three forms", async () => {
  await using zoom = await withFaults(
    { on: "/v2/users", do: "status", code: 429, retryAfter: 3, times: 1 },
    { on: "/v2/users", do: "status", code: 503, retryAfter: 60, retryAfterForm: "http-date", times: 1 },
    { on: "/v2/users", do: "status", code: 503, retryAfter: 60, retryAfterForm: "iso", times: 1 },
    { on: "/v2/users", do: "status", code: 500, body: { code: 1, message: "x" }, headers: { "x-a": "b" } },
  );
  const client = await signIn(zoom);
  const replies = [];
  for (let index = 0; index < 4; index++) replies.push(await client.get("/users"));
  assert.deepEqual(replies.map((reply) => reply.status), [429, 503, 503, 500]);
  assert.deepEqual(replies.map((reply) => reply.headers.get("retry-after")), [
    "3",
    "Sat, 15 Jun 2024 12:01:00 GMT",
    "2024-06-15T12:01:00Z",
    null,
  ]);
  assert.match(replies[0]?.body.message, /per-second/);
  assert.deepEqual([replies[3]?.body.code, replies[3]?.headers.get("x-a")], [1, "b"]);
});

Deno.test("html and jsonError look like success", async () => {
  await using zoom = await withFaults(
    { on: "/rec/*", do: "html", times: 1 },
    { on: "/rec/*", do: "jsonError", times: 1 },
  );
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  const page = await client.download(url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /^<!DOCTYPE html>/);
  const error = await client.download(url);
  assert.equal(error.status, 200);
  assert.equal((await error.json()).errorCode, 124);
  assert.equal(zoom.count("storage"), 0);
});

Deno.test("wrongRange answers other bytes, ignoreRange all; both wait for a range request", async () => {
  await using zoom = await withFaults(
    { on: "/rec/*", do: "wrongRange", times: 1 },
    { on: "/rec/*", do: "ignoreRange", times: 1 },
  );
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  assert.deepEqual(await readAll(await client.download(url)), { received: sizeBytes, isWhole: true });
  const range = { range: "bytes=1000-" };
  const wrong = await client.download(url, range);
  assert.equal(wrong.status, 206);
  assert.equal(wrong.headers.get("content-range"), `bytes 500-${sizeBytes - 1}/${sizeBytes}`);
  await wrong.body?.cancel();
  const ignored = await client.download(url, range);
  assert.equal(ignored.status, 200);
  assert.equal((await readAll(ignored)).received, sizeBytes);
  const right = await client.download(url, range);
  assert.equal(right.status, 206);
  assert.equal((await readAll(right)).received, sizeBytes - 1000);
});

Deno.test("expiredSignature is cured by asking again", async () => {
  await using zoom = await withFaults({ on: "/rec/*", do: "expiredSignature", times: 1 });
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  const refused = await client.download(url);
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /expired/);
  assert.equal((await readAll(await client.download(url))).isWhole, true);
});

Deno.test("redirectTo leads elsewhere", async () => {
  await using zoom = await withFaults({ on: "/rec/*", do: "redirectTo", url: "https://evil.example/signin" });
  const client = await signIn(zoom);
  const authorization = `Bearer ${client.token}`;
  const response = await fetch(await firstUrl(client), { redirect: "manual", headers: { authorization } });
  await response.body?.cancel();
  assert.equal(response.headers.get("location"), "https://evil.example/signin");
});

Deno.test("dailyLimit answers 429 until midnight, with the label of the endpoint", async () => {
  await using zoom = await withFaults({ on: "/users/*/recordings", do: "dailyLimit" });
  const reply = await (await signIn(zoom)).get("/users/me/recordings");
  assert.equal(reply.status, 429);
  assert.equal(reply.headers.get("retry-after"), "2024-06-16T00:00:00Z");
  assert.equal(reply.headers.get("x-ratelimit-category"), "Medium");
  assert.equal(reply.headers.get("x-ratelimit-type"), "Daily-limit");
});

Deno.test("truncatedJson ends in the middle", async () => {
  await using zoom = await withFaults({ on: "/v2/users", do: "truncatedJson", times: 1 });
  const client = await signIn(zoom);
  await assert.rejects(client.get("/users"), SyntaxError);
  assert.equal((await client.get("/users")).status, 200);
});

Deno.test("after, times and method choose the requests", async () => {
  await using zoom = await withFaults(
    { on: "/users", method: "GET", do: "status", code: 500, after: 1, times: 2 },
    { on: "/users", method: "DELETE", do: "status", code: 418 },
  );
  const client = await signIn(zoom);
  const statuses = [];
  for (let index = 0; index < 5; index++) statuses.push((await client.get("/users")).status);
  assert.deepEqual(statuses, [200, 500, 500, 200, 200]);
  zoom.fault({ on: "/v2/users", do: "status", code: 502 });
  assert.equal((await client.get("/users")).status, 502);
  assert.equal((await client.get("/users/me")).status, 200);
  zoom.clearFaults();
  assert.equal((await client.get("/users")).status, 200);
});

Deno.test("probability is drawn from the seed", async () => {
  const run = async () => {
    await using zoom = await withFaults({ on: "/v2/users", do: "status", code: 500, probability: 0.5 });
    const client = await signIn(zoom);
    const statuses = [];
    for (let index = 0; index < 12; index++) statuses.push((await client.get("/users")).status);
    return statuses;
  };
  const first = await run();
  assert.ok(first.includes(200) && first.includes(500));
  assert.deepEqual(await run(), first);
});

Deno.test("parseFaults() takes one rule and a list of rules", () => {
  const rule = { on: "/rec/*", do: "cutAfter", bytes: 4096, times: 1 };
  assert.deepEqual(parseFaults(rule), [rule]);
  assert.deepEqual(parseFaults([rule, { on: "api", do: "delay", ms: 5, probability: 0.5 }]).length, 2);
});

Deno.test.each([
  { json: { on: "/rec/*", do: "cutOff" }, says: /fault 1 do "cutOff": not one of status, cutAfter/ },
  { json: { on: "/rec/*", do: "cutAfter" }, says: /fault 1 bytes "": not given/ },
  {
    json: { on: "/rec/*", do: "cutAfter", bytes: -1 },
    says: /fault 1 bytes "-1": not a whole number from 0/,
  },
  {
    json: [{ on: "/", do: "html" }, { on: "/", do: "html", byte: 1 }],
    says: /fault 2 "byte": not one of the fields/,
  },
  { json: { on: "rec", do: "html" }, says: /fault 1 on "rec": not a path/ },
  { json: { do: "html" }, says: /fault 1 on "": not a path/ },
  { json: { on: "/", do: "toString" }, says: /fault 1 do "toString"/ },
  { json: { on: "/", do: "html", probability: 2 }, says: /probability "2": not a number from 0 to 1/ },
  { json: { on: "/", do: "status", code: 500, retryAfterForm: "x" }, says: /seconds, http-date or iso/ },
  { json: "html", says: /fault 1 "html": not an object/ },
])("parseFaults() refuses $json", ({ json, says }) => {
  assert.throws(() => parseFaults(json), (error) => error instanceof UsageError && says.test(error.message));
});
