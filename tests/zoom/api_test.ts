import assert from "node:assert/strict";
import { ApiError } from "../../src/core/errors.ts";
import { createHttp } from "../../src/http/mod.ts";
import { type FaultRule, startSimulator } from "../../src/simulator/mod.ts";
import { createZoomApi } from "../../src/zoom/api.ts";
import { chooseApiBase } from "../../src/zoom/api_base.ts";
import { endpoints } from "../../src/zoom/endpoints.ts";
import { isLoopback, isZoomHost, zoomHosts } from "../../src/zoom/mod.ts";
import { createTokenSource } from "../../src/zoom/token_source.ts";
import { rejection, testClock } from "./_support.ts";

async function start(faults: readonly FaultRule[] = []) {
  const clock = testClock();
  const zoom = await startSimulator({ now: clock.now, faults });
  const http = createHttp({ clock, plan: "business" });
  const { oauthUrl, credentials, apiUrl } = zoom;
  const tokens = createTokenSource({ http, clock, oauthUrl, credentials });
  const api = createZoomApi({ http, tokens, apiUrl });
  const signal = new AbortController().signal;
  return {
    zoom,
    api,
    clock,
    call: () =>
      api.get({
        endpoint: endpoints.users,
        path: "/users",
        query: { status: "active", next_page_token: undefined },
        action: "list users",
        parse: () => "users",
        signal,
      }),
    asked: () => zoom.count("/oauth/token"),
    [Symbol.asyncDispose]: () => zoom[Symbol.asyncDispose](),
  };
}

const refusal = (status: number, times = Infinity): FaultRule => ({
  on: "/users",
  do: "status",
  code: status,
  body: { code: 124, message: "Invalid access token." },
  times,
});

Deno.test("get() sends the token in the header only, and no empty parameter", async () => {
  await using run = await start();
  await run.call();
  const request = run.zoom.requests.at(-1);
  assert.match(request?.headers.authorization ?? "", /^Bearer eyJ/);
  assert.deepEqual(request?.query, { status: "active" });
});

Deno.test.each([[401], [400], [200]])(
  "get() renews the token once when status %s says it is invalid",
  async (status) => {
    await using run = await start([refusal(status, 1)]);
    assert.equal(await run.call(), "users");
    assert.equal(run.asked(), 2);
    assert.equal(run.zoom.count("/users"), 2);
    const sent = run.zoom.requests.filter(({ route }) => route === "/users").map(({ headers }) =>
      headers.authorization
    );
    assert.equal(new Set(sent).size, 2, "the refused token was used again");
  },
);

Deno.test("get() does not renew twice, and the token stays for the other calls", async () => {
  await using run = await start([refusal(401)]);
  const error = await rejection(run.call());
  assert.ok(error instanceof ApiError && error.status === 401);
  assert.equal(run.asked(), 2);
  assert.equal(run.zoom.count("/users"), 2);
  run.zoom.clearFaults();
  await run.call();
  assert.equal(run.asked(), 2, "a token just given was thrown away");
});

Deno.test("calls refused at the same time share one renewal", async () => {
  await using run = await start([refusal(401, 6)]);
  await Promise.all(Array.from({ length: 6 }, () => run.call()));
  assert.equal(run.asked(), 2);
  assert.equal(run.zoom.count("/users"), 12);
});

Deno.test("an endpoint has answered only once it answered well", async () => {
  await using run = await start([{ on: "/users", do: "status", code: 404, times: 1 }]);
  await rejection(run.call());
  assert.equal(run.api.hasAnswered(endpoints.users), false);
  assert.equal(run.api.hasSucceeded, false);
  await run.call();
  assert.equal(run.api.hasAnswered(endpoints.users), true);
  assert.equal(run.api.hasAnswered(endpoints.userRecordings), false);
});

Deno.test("an address in the token answer outside Zoom's domains gets no token", async () => {
  const clock = testClock();
  const hosts: string[] = [];
  const http = createHttp({
    clock,
    plan: "pro",
    fetch: (input) => {
      const url = new URL(String(input));
      hosts.push(url.host);
      const isToken = url.pathname === "/oauth/token";
      const body = isToken ? { access_token: "t", api_url: "https://evilzoom.us" } : { users: [] };
      return Promise.resolve(Response.json(body));
    },
  });
  const credentials = { accountId: "a", clientId: "b", clientSecret: "c" };
  const tokens = createTokenSource({ http, clock, oauthUrl: "https://zoom.us/oauth/token", credentials });
  const api = createZoomApi({ http, tokens, apiUrl: "https://api.zoom.us/v2" });
  const signal = new AbortController().signal;
  const { users } = endpoints;
  await api.get({ endpoint: users, path: "/users", query: {}, action: "x", parse: () => 0, signal });
  assert.deepEqual(hosts, ["zoom.us", "api.zoom.us"]);
});

const commercial = "https://api.zoom.us/v2";

Deno.test.each<[string, string, string | undefined, string]>([
  ["none", commercial, undefined, commercial],
  ["a region", commercial, "https://api-eu.zoom.us", "https://api-eu.zoom.us/v2"],
  ["a region with a path", commercial, "https://api-eu.zoom.us/v2/", "https://api-eu.zoom.us/v2"],
  [
    "the government cloud's",
    "https://api.zoomgov.com/v2",
    "https://api-us.zoomgov.com",
    "https://api-us.zoomgov.com/v2",
  ],
  ["China's", commercial, "https://api.zoom.com.cn", "https://api.zoom.com.cn/v2"],
  ["a look-alike", commercial, "https://evilzoom.us", commercial],
  ["Zoom's name below another domain", commercial, "https://zoom.us.evil.com", commercial],
  ["Zoom's name as a user", commercial, "https://api.zoom.us@evil.com", commercial],
  ["plain http", commercial, "http://api-eu.zoom.us", commercial],
  ["another port", commercial, "https://api-eu.zoom.us:8443", commercial],
  ["another scheme", commercial, "ftp://api-eu.zoom.us", commercial],
  ["no address at all", commercial, "api-eu", commercial],
  ["nothing", commercial, "", commercial],
  [
    "a region where a host was chosen by hand",
    "https://api-au.zoom.us/v2",
    "https://api-eu.zoom.us",
    "https://api-au.zoom.us/v2",
  ],
  [
    "a region where the account is simulated",
    "http://127.0.0.1:8080/v2/",
    "https://api.zoom.us",
    "http://127.0.0.1:8080/v2",
  ],
])("chooseApiBase() deals with a stated address that is %s", (_name, configured, stated, expected) => {
  assert.equal(chooseApiBase(configured, stated), expected);
});

Deno.test.each<[string, boolean]>([
  ["zoom.us", true],
  ["us06web.zoom.us", true],
  ["ZOOM.US", true],
  ["zoom.us.", true],
  ["api.zoomgov.com", true],
  ["zoom.com.cn", true],
  ["evilzoom.us", false],
  ["zoom.us.evil.com", false],
  ["zoom.us.evil", false],
  ["zoom.com", false],
  ["xn--zoom-x.us", false],
  ["", false],
])("isZoomHost(%s) is %s", (host, expected) => {
  assert.equal(isZoomHost(host), expected);
});

Deno.test.each<[string, boolean]>([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["localhost", true],
  ["a.localhost", true],
  ["[::1]", true],
  ["127.0.0.1.evil.com", false],
  ["localhost.evil.com", false],
  ["10.0.0.1", false],
])("isLoopback(%s) is %s", (host, expected) => {
  assert.equal(isLoopback(host), expected);
});

Deno.test("zoomHosts() lets credentials go to Zoom over https and to the configured origins only", () => {
  const hosts = zoomHosts(["https://api.zoom.us/v2", "https://zoom.us/oauth/token"]);
  const has = (address: string) => hosts.has(new URL(address));
  assert.ok(has("https://us02web.zoom.us/rec/download/x"));
  assert.ok(!has("http://us02web.zoom.us/rec/download/x"));
  assert.ok(!has("https://evilzoom.us/rec/download/x"));
  assert.ok(!has("https://zoom.us.evil.com/"));
  assert.ok(!hosts.allows(new URL("http://127.0.0.1:9/x")), "loopback is for simulated accounts");
  const simulated = zoomHosts(["http://127.0.0.1:8080/v2", "http://127.0.0.1:8080/oauth/token"]);
  assert.ok(simulated.has(new URL("http://127.0.0.1:8080/rec/x")));
  assert.ok(!simulated.has(new URL("http://127.0.0.1:8081/rec/x")), "another port is another host");
  assert.ok(simulated.allows(new URL("http://127.0.0.1:8081/x")));
  assert.ok(!simulated.allows(new URL("http://storage.example/x")));
});
