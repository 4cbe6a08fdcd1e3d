import assert from "node:assert/strict";
import { TransferError } from "../../src/core/errors.ts";
import { createHttp } from "../../src/http/mod.ts";
import { followRedirects } from "../../src/zoom/follow_redirects.ts";
import { zoomHosts } from "../../src/zoom/mod.ts";
import { testClock } from "./_support.ts";

interface Sent {
  readonly url: string;
  readonly authorization: string | null;
  readonly range: string | null;
}

const start = "https://us06web.zoom.us/rec/download/opaque.1";
const bearer = "the-account-token";

/** Follows a chain of answers: a text is a redirect to it, a number a status without a location. */
async function follow(
  answers: readonly (string | number)[],
  options: { from?: string; configured?: readonly string[] } = {},
): Promise<{ sent: Sent[]; outcome: Response | unknown }> {
  const sent: Sent[] = [];
  const http = createHttp({
    clock: testClock(),
    plan: "pro",
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      const answer = answers[sent.length];
      sent.push({
        url: String(input),
        authorization: headers.get("authorization"),
        range: headers.get("range"),
      });
      if (typeof answer === "number") return Promise.resolve(new Response(null, { status: answer }));
      if (answer === undefined) return Promise.resolve(new Response("the file"));
      return Promise.resolve(new Response(null, { status: 302, headers: { location: answer } }));
    },
  });
  using client = Deno.createHttpClient({});
  const hosts = zoomHosts(options.configured ?? ["https://api.zoom.us/v2", "https://zoom.us/oauth/token"]);
  const outcome = await followRedirects(http, hosts, {
    url: new URL(options.from ?? start),
    action: "download",
    bearer,
    headers: { range: "bytes=100-" },
    client,
    signal: new AbortController().signal,
  }).catch((error) => error);
  if (outcome instanceof Response) await outcome.body?.cancel();
  return { sent, outcome };
}

const withToken = `Bearer ${bearer}`;

Deno.test.each<[string, string[], (string | null)[]]>([
  ["a storage host", ["https://ssrweb.example/file.mp4?Signature=x"], [withToken, null]],
  ["storage below zoom.us, which its signature authorises", [
    "https://ssrweb.zoom.us/cmr/replay/a.mp4?Signature=x",
  ], [
    withToken,
    null,
  ]],
  ["storage below zoom.us without a query", ["https://ssrweb.zoom.us/cmr/replay/a.mp4"], [withToken, null]],
  ["a look-alike of Zoom", ["https://evilzoom.us/rec/download/opaque"], [withToken, null]],
  ["Zoom's name below another domain", ["https://zoom.us.evil.com/rec/download/opaque"], [withToken, null]],
  ["another port of Zoom's", ["https://us06web.zoom.us:8443/rec/download/opaque"], [withToken, withToken]],
  ["another download address of Zoom's", ["https://us02web.zoom.us/rec/download/opaque"], [
    withToken,
    withToken,
  ]],
  ["an old download address", ["https://zoom.us/recording/download/opaque"], [withToken, withToken]],
  ["the same host", ["/rec/forward/opaque"], [withToken, withToken]],
  ["storage and back to Zoom", ["https://storage.example/a", "https://us06web.zoom.us/rec/download/x"], [
    withToken,
    null,
    null,
  ]],
])("the token goes along, or not, to %s", async (_name, chain, expected) => {
  const { sent, outcome } = await follow(chain);
  assert.ok(outcome instanceof Response, `${outcome}`);
  assert.deepEqual(sent.map(({ authorization }) => authorization), expected);
  assert.ok(sent.every(({ range }) => range === "bytes=100-"), "a hop lost the range");
});

Deno.test("a first address that is not Zoom's gets no token", async () => {
  for (const from of ["https://evilzoom.us/rec/download/x", "https://storage.example/rec/download/x"]) {
    const { sent } = await follow([], { from });
    assert.deepEqual(sent.map(({ authorization }) => authorization), [null]);
  }
});

Deno.test("a relative Location is read against the address it came from", async () => {
  const { sent } = await follow(["../forward/opaque?a=1", "//us02web.zoom.us/rec/download/y"]);
  assert.deepEqual(sent.slice(1).map(({ url }) => url), [
    "https://us06web.zoom.us/rec/forward/opaque?a=1",
    "https://us02web.zoom.us/rec/download/y",
  ]);
});

Deno.test.each<[string, (string | number)[], RegExp, number]>([
  ["plain http", ["http://storage.example/a.mp4"], /"storage\.example" is not offered over https/, 1],
  ["plain http on Zoom's own host", ["http://us06web.zoom.us/rec/download/x"], /not offered over https/, 1],
  ["this machine, where the account is not simulated", ["http://127.0.0.1:9/a"], /not offered over https/, 1],
  ["another scheme", ["ftp://storage.example/a.mp4"], /not offered over https/, 1],
  ["a sign-in page", ["https://zoom.us/signin?next=x"], /a sign-in page/, 1],
  ["a login page", ["https://acme.zoom.us/profile/login"], /a sign-in page/, 1],
  ["nowhere", [302], /redirects to nowhere/, 1],
  ["an address that is none", ["https://"], /redirects to nowhere/, 1],
  ["what is no redirect to a file", [304], /HTTP 304, no file/, 1],
])("a redirect to %s is refused", async (_name, chain, message, count) => {
  const { sent, outcome } = await follow(chain);
  assert.ok(outcome instanceof TransferError, `${outcome}`);
  assert.equal(outcome.code, "redirect");
  assert.match(outcome.message, message);
  assert.equal(sent.length, count);
});

Deno.test("plain http on this machine is fine where the account is simulated", async () => {
  const configured = ["http://127.0.0.1:8080/v2", "http://127.0.0.1:8080/oauth/token"];
  const from = "http://127.0.0.1:8080/rec/download/x";
  const { sent } = await follow(["http://127.0.0.1:8081/storage/a"], { from, configured });
  assert.deepEqual(sent.map(({ authorization }) => authorization), [withToken, null]);
  const { outcome } = await follow(["http://storage.example/a"], { from, configured });
  assert.ok(outcome instanceof TransferError);
});

Deno.test("five redirects are followed, and a sixth is not", async () => {
  const hops = (count: number) =>
    Array.from({ length: count }, (_, index) => `https://cdn${index}.example/a`);
  const five = await follow(hops(5));
  assert.ok(five.outcome instanceof Response);
  assert.equal(five.sent.length, 6);
  const six = await follow(hops(6));
  assert.ok(six.outcome instanceof TransferError);
  assert.match(six.outcome.message, /more than 5 redirects/);
  assert.equal(six.sent.length, 6);
});

Deno.test("an error of a redirect repeats neither the token nor the query", async () => {
  const { outcome } = await follow(["http://storage.example/a.mp4?Signature=s3cr3tS1gn"]);
  const text = Deno.inspect(outcome, { depth: 9 });
  assert.ok(!text.includes("s3cr3tS1gn") && !text.includes(bearer) && !text.includes("opaque.1"));
});
