import assert from "node:assert/strict";
import { generateAccount, simMeeting, startSimulator } from "../../src/simulator/mod.ts";
import { accountOf, ana, firstUrl, sha256, signIn, today } from "./_client.ts";

const start = "2024-06-14T14:00:00Z";

Deno.test("startSimulator() listens on two ports of 127.0.0.1 and names them for the program", async () => {
  await using zoom = await startSimulator({ now: () => today });
  const [api, storage] = [new URL(zoom.apiUrl), new URL(zoom.storageUrl)];
  assert.deepEqual([api.hostname, storage.hostname], ["127.0.0.1", "127.0.0.1"]);
  assert.notEqual(api.port, storage.port);
  assert.deepEqual(Object.keys(zoom.env), [
    "ZOOM_ACCOUNT_ID",
    "ZOOM_CLIENT_ID",
    "ZOOM_CLIENT_SECRET",
    "ZOOM_API_URL",
    "ZOOM_OAUTH_URL",
  ]);
  const welcome = await (await fetch(api.origin)).text();
  assert.match(welcome, /simulated Zoom account/);
});

Deno.test("a taken port is refused", async () => {
  await using zoom = await startSimulator({ now: () => today });
  await assert.rejects(startSimulator({ port: Number(new URL(zoom.apiUrl).port) }), /in use/i);
});

Deno.test("requests are counted by route and recorded with their headers", async () => {
  const account = accountOf(simMeeting({ host: ana, start }));
  await using zoom = await startSimulator({ account, now: () => today });
  const client = await signIn(zoom);
  await client.get("/users");
  const url = await firstUrl(client);
  await (await client.download(url)).body?.cancel();
  assert.equal(zoom.count(), 5);
  assert.equal(zoom.count("api"), 3);
  assert.equal(zoom.count("/oauth/token"), 1);
  assert.equal(zoom.count("/users"), 1);
  assert.equal(zoom.count("/v2/users/*/recordings"), 1);
  assert.equal(zoom.count("/users/ana@example.test/recordings"), 1);
  assert.equal(zoom.count("/rec/*"), 1);
  assert.equal(zoom.count("storage"), 1);
  assert.equal(zoom.count("/storage/*"), 1);
  assert.deepEqual(zoom.requests.map((request) => [request.origin, request.route, request.status]), [
    ["api", "/oauth/token", 200],
    ["api", "/users", 200],
    ["api", "/users/*/recordings", 200],
    ["api", "/rec/download/*", 302],
    ["storage", "/storage/*", 200],
  ]);
  assert.equal(zoom.requests[2]?.query.from, "2024-06-01");
  assert.equal(zoom.requests[3]?.headers.authorization, `Bearer ${client.token}`);
  assert.equal("authorization" in (zoom.requests[4]?.headers ?? {}), false);
  zoom.resetCounts();
  assert.deepEqual([zoom.count(), zoom.requests.length], [0, 0]);
});

Deno.test("secrets() knows every secret that was given out", async () => {
  const account = accountOf(simMeeting({ host: ana, start }));
  await using zoom = await startSimulator({ account, now: () => today });
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  const authorization = `Bearer ${client.token}`;
  const redirect = await fetch(url, { redirect: "manual", headers: { authorization } });
  await redirect.body?.cancel();
  const { body } = await client.get(
    `/meetings/${account.meetings[0]?.id}/recordings?include_fields=download_access_token`,
  );
  const secrets = zoom.secrets();
  for (
    const text of [
      client.token,
      zoom.credentials.clientSecret,
      url,
      redirect.headers.get("location") ?? "",
      body.download_access_token,
      body.password,
      body.recording_play_passcode,
    ]
  ) {
    assert.ok(secrets.some((secret) => text.includes(secret)), text);
  }
  assert.ok(secrets.every((secret) => secret.length >= 10));
});

Deno.test("every file of a generated account downloads as truth says", async () => {
  const account = generateAccount({ users: 2, meetings: 10, files: 60, nowMs: today });
  await using zoom = await startSimulator({ account, now: () => today });
  const client = await signIn(zoom);
  const urls = new Map<string, string>();
  for (
    const [from, to] of [["2024-03-10", "2024-04-09"], ["2024-04-10", "2024-05-09"], [
      "2024-05-10",
      "2024-06-09",
    ], ["2024-06-10", "2024-06-15"]]
  ) {
    for (
      const meeting of await client.meetings(`/accounts/me/recordings?page_size=300&from=${from}&to=${to}`)
    ) {
      for (const file of meeting.recording_files as { id: string; download_url: string }[]) {
        urls.set(file.id, file.download_url);
      }
    }
  }
  const truth = zoom.truth();
  assert.equal(truth.length, 60);
  assert.equal(urls.size, 60);
  for (const file of truth) {
    const response = await client.download(urls.get(file.fileId ?? "") ?? "");
    const bytes = await response.arrayBuffer();
    assert.equal(bytes.byteLength, file.sizeBytes);
    assert.equal(await sha256(bytes), file.sha256);
  }
  assert.equal(new Set(truth.map((file) => file.sha256)).size, 60);
});

Deno.test("a file of 256 MiB is streamed with flat memory", async () => {
  const sizeBytes = 256 * 1024 ** 2;
  const files = [{ fileType: "MP4", sizeBytes }];
  await using zoom = await startSimulator({
    account: accountOf(simMeeting({ host: ana, start, files })),
    now: () => today,
  });
  const client = await signIn(zoom);
  const response = await client.download(await firstUrl(client));
  const before = Deno.memoryUsage().rss;
  const reader = response.body?.getReader({ mode: "byob" });
  let view = new Uint8Array(1_048_576);
  let received = 0;
  for (;;) {
    const { value, done } = await reader?.read(view) ?? { value: undefined, done: true };
    if (value) {
      received += value.byteLength;
      view = new Uint8Array(value.buffer);
    }
    if (done) break;
  }
  assert.equal(received, sizeBytes);
  assert.ok(Deno.memoryUsage().rss - before < 150_000_000, `${Deno.memoryUsage().rss - before}`);
});

Deno.test("latency is waited on the API's origin only", async () => {
  const account = accountOf(simMeeting({ host: ana, start }));
  await using zoom = await startSimulator({ account, now: () => today, latencyMs: 20 });
  const began = performance.now();
  const client = await signIn(zoom);
  await client.get("/users");
  assert.ok(performance.now() - began >= 38);
});

Deno.test("two simulators of the same seed answer the same", async () => {
  const answers = [];
  for (let run = 0; run < 2; run++) {
    await using zoom = await startSimulator({ seed: 9, now: () => today });
    const client = await signIn(zoom);
    const { body } = await client.get("/accounts/me/recordings?from=2024-05-20&to=2024-06-15");
    answers.push(JSON.stringify(body).replaceAll(new URL(zoom.apiUrl).origin, "origin"));
  }
  assert.equal(answers[0], answers[1]);
});
