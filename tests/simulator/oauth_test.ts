import assert from "node:assert/strict";
import { startSimulator } from "../../src/simulator/mod.ts";
import { accountOf, signIn, today, tokenRequest } from "./_client.ts";

const options = { account: accountOf(), now: () => today };

Deno.test("the token endpoint answers a form body with a bearer token for the hour", async () => {
  await using zoom = await startSimulator(options);
  const response = await tokenRequest(zoom);
  const body = await response.json();
  assert.equal(response.status, 200);
  assert.equal(body.token_type, "bearer");
  assert.equal(body.expires_in, 3599);
  assert.match(body.scope, /user:read:list_users:admin/);
  assert.equal("api_url" in body, false);
  assert.ok(zoom.secrets().includes(body.access_token));
});

Deno.test("the token endpoint takes its parameters from the query as well", async () => {
  await using zoom = await startSimulator(options);
  const { accountId, clientId, clientSecret } = zoom.credentials;
  const response = await fetch(`${zoom.oauthUrl}?grant_type=account_credentials&account_id=${accountId}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
  });
  assert.equal(response.status, 200);
  await response.body?.cancel();
});

Deno.test("several tokens are valid at once, each until its time is over", async () => {
  let now = today;
  await using zoom = await startSimulator({ ...options, now: () => now });
  const first = await signIn(zoom);
  now += 1_800_000;
  const second = await signIn(zoom);
  assert.notEqual(first.token, second.token);
  assert.equal((await first.get("/users")).status, 200);
  now += 1_800_000;
  const late = await first.get("/users");
  assert.deepEqual([late.status, late.body.code], [401, 124]);
  assert.equal((await second.get("/users")).status, 200);
});

Deno.test.each([
  { wrong: "client secret", fields: {}, basic: "simulated-client:nope", error: "invalid_client" },
  { wrong: "grant", fields: { grant_type: "client_credentials" }, error: "unsupported_grant_type" },
  { wrong: "account", fields: { account_id: "other" }, error: "invalid_request" },
])("a wrong $wrong is refused with 400 and a reason", async ({ fields, basic, error }) => {
  await using zoom = await startSimulator(options);
  const { accountId, clientId, clientSecret } = zoom.credentials;
  const response = await fetch(zoom.oauthUrl, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(basic ?? `${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId, ...fields }),
  });
  const body = await response.json();
  assert.equal(response.status, 400);
  assert.equal(body.error, error);
  assert.equal(typeof body.reason, "string");
});

Deno.test("a JSON content type hides the grant type", async () => {
  await using zoom = await startSimulator(options);
  const { accountId, clientId, clientSecret } = zoom.credentials;
  const response = await fetch(`${zoom.oauthUrl}?grant_type=account_credentials&account_id=${accountId}`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
      "content-type": "application/json",
    },
    body: "{}",
  });
  assert.equal((await response.json()).error, "unsupported_grant_type");
});

Deno.test("API calls need the token in the header, not in the query", async () => {
  await using zoom = await startSimulator(options);
  const client = await signIn(zoom);
  const bearer = { authorization: `Bearer ${client.token}` };
  for (
    const [url, headers, says] of [
      [`${zoom.apiUrl}/users`, {}, /Invalid/],
      [`${zoom.apiUrl}/users`, { authorization: "Bearer nonsense" }, /expired/],
      [`${zoom.apiUrl}/users?access_token=${client.token}`, {}, /query parameter/],
      [`${zoom.apiUrl}/users?access_token=${client.token}`, bearer, /query parameter/],
    ] as const
  ) {
    const response = await fetch(url, { headers });
    const body = await response.json();
    assert.deepEqual([response.status, body.code], [401, 124]);
    assert.match(body.message, says);
  }
});

Deno.test("a missing scope is refused with 400, code 4711 and the acceptable scopes", async () => {
  await using zoom = await startSimulator({ ...options, scopes: ["user:read:admin"] });
  const client = await signIn(zoom);
  assert.equal((await client.get("/users")).status, 200);
  const refused = await client.get("/users/me/recordings");
  assert.deepEqual([refused.status, refused.body.code], [400, 4711]);
  assert.match(refused.body.message, /\[cloud_recording:read:list_user_recordings, .*recording:read:admin\]/);
});

Deno.test("classic scopes open the same calls", async () => {
  await using zoom = await startSimulator({
    ...options,
    scopes: ["user:read:admin", "recording:read:admin"],
  });
  const client = await signIn(zoom);
  assert.equal((await client.get("/users/me/recordings")).status, 200);
  assert.equal((await client.get("/accounts/me/recordings")).body.code, 4711);
});
