import assert from "node:assert/strict";
import { ApiError, NetworkError } from "../../src/core/errors.ts";
import { createHttp } from "../../src/http/mod.ts";
import { startSimulator } from "../../src/simulator/mod.ts";
import { good, scripted, testClock } from "./_support.ts";

Deno.test("json() gives up on an answer that does not come, and tries again", async () => {
  await using api = await scripted([{ do: "delay", ms: 2000, times: 1 }, good], {
    client: { timeoutMs: 150 },
  });
  assert.deepEqual(await api.call(), { users: [] });
  assert.equal(api.arrived, 2);
});

Deno.test("json() holds its time limit through the body", async () => {
  await using api = await scripted([{ do: "stall", bytes: 5 }], { client: { timeoutMs: 150 } });
  const accessToken = await tokenOf(api.zoom);
  await assert.rejects(api.call({ headers: { authorization: `Bearer ${accessToken}` } }), (error) => {
    assert.ok(error instanceof NetworkError && error.exhausted);
    assert.match(error.message, /no answer from "127\.0\.0\.1:\d+" within 0\.2 s \(5 tries\)$/);
    return true;
  });
  assert.equal(api.arrived, 5);
});

Deno.test("open() has no time limit for the body", async () => {
  const effect = { do: "status", code: 200, body: "x".repeat(300_000) } as const;
  await using api = await scripted([effect], { client: { timeoutMs: 100 } });
  const signal = new AbortController().signal;
  const url = new URL(`${api.zoom.apiUrl}/users`);
  const response = await api.http.open({ action: "download", url, signal });
  // The time limit passes in real time, or the test would not see it cut the body.
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal((await response.text()).length, 300_000);
  assert.equal(api.http.downloadRequestCount, 1);
});

Deno.test("open() gives statuses that the caller accepts, and throws the others", async () => {
  await using api = await scripted([{ do: "status", code: 416, body: "no range" }]);
  const signal = new AbortController().signal;
  const url = new URL(`${api.zoom.apiUrl}/users`);
  const response = await api.http.open({ action: "download", url, signal, accept: [416] });
  assert.equal(response.status, 416);
  await response.body?.cancel();
  await assert.rejects(
    api.http.open({ action: "download", url, signal }),
    (error) => error instanceof ApiError && error.status === 416,
  );
});

Deno.test("a signal that is aborted beforehand lets no request go, and its reason passes through", async () => {
  await using api = await scripted([good]);
  const reason = new Error("stopped by hand");
  await assert.rejects(api.call({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
  assert.equal(api.arrived, 0);
});

Deno.test("the reason of an abort passes through a request under way", async () => {
  await using api = await scripted([{ do: "delay", ms: 5000 }]);
  const controller = new AbortController();
  const reason = new Error("stopped by hand");
  const call = api.call({ signal: controller.signal });
  while (api.arrived === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(reason);
  await assert.rejects(call, (error) => error === reason);
  assert.equal(api.arrived, 1);
});

Deno.test("the reason of an abort passes through a wait for the next try", async () => {
  const controller = new AbortController();
  const reason = new Error("stopped by hand");
  const clock = testClock();
  const stopping = {
    ...clock,
    sleep(_ms: number, signal?: AbortSignal): Promise<void> {
      controller.abort(reason);
      return Promise.reject(signal?.reason);
    },
  };
  await using api = await scripted([{ do: "status", code: 503 }], { client: { clock: stopping } });
  await assert.rejects(api.call({ signal: controller.signal }), (error) => error === reason);
  assert.equal(api.arrived, 1);
});

Deno.test("a network that is gone is not asked for every request, and asked again after a pause", async () => {
  const clock = testClock();
  await using zoom = await startSimulator({ faults: [{ on: "/users", ...good }] });
  let reachable = false;
  let sent = 0;
  const http = createHttp({
    clock,
    plan: "business",
    breaker: { failures: 2, pauseMs: 30_000 },
    fetch: (input, init) => {
      sent++;
      return reachable ? fetch(input, init) : Promise.reject(new TypeError("fetch failed"));
    },
  });
  const signal = new AbortController().signal;
  const call = () =>
    http.json({ action: "list users", url: new URL(`${zoom.apiUrl}/users`), signal }, (data) => data);
  for (let i = 0; i < 2; i++) await assert.rejects(call(), NetworkError);
  const before = sent;
  await assert.rejects(call(), (error) => error instanceof NetworkError && error.code === "network_down");
  assert.equal(sent, before, "a request went out although the network is gone");
  assert.equal(http.requestCount, sent, "a request was counted that never went out");
  clock.advance(30_000);
  reachable = true;
  assert.deepEqual(await call(), { users: [] });
  assert.deepEqual(await call(), { users: [] });
});

async function tokenOf(
  zoom: { oauthUrl: string; credentials: Record<string, string> | object },
): Promise<string> {
  const { accountId, clientId, clientSecret } = zoom.credentials as Record<string, string>;
  const response = await fetch(zoom.oauthUrl, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId ?? "" }),
  });
  return (await response.json()).access_token;
}
