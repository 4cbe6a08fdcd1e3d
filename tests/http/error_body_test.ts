import assert from "node:assert/strict";
import fc from "fast-check";
import { parseErrorText } from "../../src/http/mod.ts";
import { toNetworkError } from "../../src/http/network_error.ts";
import { good, scripted } from "./_support.ts";

Deno.test.each<[string, string, ReturnType<typeof parseErrorText>]>([
  ["the API's", '{"code":1001,"message":"User does not exist."}', {
    zoomCode: 1001,
    message: "User does not exist",
  }],
  ["a code that is a text", '{"code":"300","message":"Bad"}', { zoomCode: 300, message: "Bad" }],
  ["the download hosts'", '{"status":false,"errorCode":124,"errorMessage":"Forbidden"}', {
    zoomCode: 124,
    message: "Forbidden",
  }],
  ["the token endpoint's", '{"reason":"Invalid client_id or client_secret","error":"invalid_client"}', {
    message: "Invalid client_id or client_secret (invalid_client)",
  }],
  ["a page", "<!DOCTYPE html><html><body>Sign in</body></html>", {
    message: "an HTML page came instead of JSON",
  }],
  ["plain words", "upstream  gone.\n", { message: "upstream gone" }],
  ["nothing", "", { message: "" }],
  ["JSON that is no error", '{"users":[]}', { message: "" }],
  ["JSON null", "null", { message: "" }],
])("parseErrorText() reads %s", (_name, text, expected) => {
  assert.deepEqual(parseErrorText(text), expected);
});

Deno.test("parseErrorText() never throws and keeps to one line of 300 characters", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const { message } = parseErrorText(text);
    assert.ok(message.length <= 300 && !/[\r\n]/.test(message));
  }));
});

const jwt = `eyJ${"a".repeat(20)}.${"b".repeat(30)}.${"c".repeat(30)}`;

Deno.test.each<[string, string, string]>([
  ["a bearer token", `Invalid access token: Bearer ${jwt}`, jwt],
  ["a bare token", `Invalid access token ${jwt}`, jwt],
  ["basic credentials", "bad header Basic c2VjcmV0LWNsaWVudDpzZWNyZXQ=", "c2VjcmV0LWNsaWVudDpzZWNyZXQ="],
  ["a signed address", "GET https://x.example/a?Signature=s3cr3tS1gn&Policy=p0l1cyText failed", "s3cr3tS1gn"],
  ["a download address", "https://zoom.us/rec/download/opaquePartOfTheAddress failed", "PartOfTheAddress"],
  ["a token in a query", "https://zoom.us/x?access_token=plainSecret99", "plainSecret99"],
])("an error message never repeats %s", async (_name, message, secret) => {
  await using api = await scripted([{ do: "status", code: 400, body: { code: 300, message } }]);
  const error = await api.call().then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof Error);
  assert.ok(!Deno.inspect(error, { depth: 9 }).includes(secret), error.message);
});

Deno.test("errors name an address without its query's secrets", async () => {
  await using api = await scripted([{ do: "status", code: 404 }]);
  const url = new URL(`${api.zoom.apiUrl}/users?access_token=plainSecret99&from=2024-05-01`);
  const error = await api.call({ url }).then(() => undefined, (thrown) => thrown);
  assert.equal(error.url, `${api.zoom.apiUrl}/users?access_token=…&from=2024-05-01`);
});

Deno.test.each<[string, Error, RegExp]>([
  ["a name", new TypeError("fetch failed", { cause: new Error("dns error") }), /name cannot be resolved/],
  ["a refusal", new TypeError("f", { cause: new Error("Connection refused (os error 111)") }), /refuses/],
  [
    "a reset",
    new TypeError("f", { cause: new Error("Connection reset by peer (os error 104)") }),
    /was reset/,
  ],
  [
    "a certificate",
    new TypeError("f", { cause: new Error("invalid peer certificate: UnknownIssuer") }),
    /secure/,
  ],
  ["an early end", new TypeError("error reading a body from connection"), /closed early/],
  ["anything else", new TypeError("f at https://cdn.example/x?Signature=s3cr3t"), /request failed/],
])("toNetworkError() tells %s apart and names the host only", (_name, thrown, state) => {
  const url = new URL("https://cdn.example/x?Signature=s3cr3t");
  const error = toNetworkError(thrown, { action: "download", url });
  assert.match(error.message, state);
  assert.match(error.message, /^Cannot download: no answer from "cdn\.example", /);
  assert.ok(!Deno.inspect(error).includes("s3cr3t"));
});

Deno.test("toNetworkError() does not try again what the permissions forbid", () => {
  const thrown = new Deno.errors.NotCapable("Requires net access");
  const error = toNetworkError(thrown, { action: "list users", url: new URL("https://api.zoom.us/v2") });
  assert.equal(error.exhausted, true);
  assert.equal(error.code, "network_permission");
  assert.match(error.hint ?? "", /api\.zoom\.us/);
});

Deno.test("a good answer is no error whatever words it holds", async () => {
  await using api = await scripted([{ ...good, body: { users: [], message: "all is well" } }]);
  assert.deepEqual(await api.call(), { users: [], message: "all is well" });
});
