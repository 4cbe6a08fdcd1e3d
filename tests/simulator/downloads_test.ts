import assert from "node:assert/strict";
import { type Quirks, simMeeting, startSimulator } from "../../src/simulator/mod.ts";
import { expectMisdirected } from "../support/secret_watch.ts";
import { accountOf, ana, firstUrl, sha256, signIn, today } from "./_client.ts";

const start = "2024-06-14T14:00:00Z";

function withFile(fileType: string, sizeBytes: number, quirks: Partial<Quirks> = {}) {
  const account = accountOf(simMeeting({ host: ana, start, files: [{ fileType, sizeBytes }] }));
  return startSimulator({ account, now: () => today, quirks });
}

Deno.test("a download is redirected to the storage host, under Zoom's own file name", async () => {
  await using zoom = await withFile("MP4", 20_000);
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  assert.ok(url.startsWith(new URL("/rec/download/", zoom.apiUrl).href));
  const redirect = await fetch(url, {
    redirect: "manual",
    headers: { authorization: `Bearer ${client.token}` },
  });
  await redirect.body?.cancel();
  const location = new URL(redirect.headers.get("location") ?? "");
  assert.equal(redirect.status, 302);
  assert.equal(location.origin, zoom.storageUrl);
  assert.notEqual(location.origin, new URL(zoom.apiUrl).origin);
  assert.match(location.pathname, /\/GMT20240614-140010_Recording_1920x1080\.mp4$/);
  assert.deepEqual([...location.searchParams.keys()], ["Policy", "Signature", "Key-Pair-Id"]);

  const response = await fetch(location);
  const bytes = await response.arrayBuffer();
  const [truth] = zoom.truth();
  assert.equal(response.headers.get("content-type"), "video/mp4");
  assert.equal(response.headers.get("content-length"), "20000");
  assert.equal(await sha256(bytes), truth?.sha256);
  assert.equal(await sha256(truth?.bytes() ?? new Uint8Array()), truth?.sha256);
});

Deno.test("storage refuses a request that carries Authorization, a forged and an expired signature", async () => {
  let now = today;
  const account = accountOf(simMeeting({ host: ana, start }));
  await using zoom = await startSimulator({ account, now: () => now, signedUrlLifetimeSeconds: 60 });
  expectMisdirected(zoom);
  const client = await signIn(zoom);
  const redirect = await fetch(await firstUrl(client), {
    redirect: "manual",
    headers: { authorization: `Bearer ${client.token}` },
  });
  await redirect.body?.cancel();
  const location = redirect.headers.get("location") ?? "";
  const statusOf = async (url: string, headers = {}) => {
    const response = await fetch(url, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await statusOf(location, { authorization: `Bearer ${client.token}` }), 400);
  assert.equal(await statusOf(location.replace("Signature=", "Signature=x")), 403);
  assert.equal(await statusOf(location), 200);
  now += 60_000;
  assert.equal(await statusOf(location), 403);
});

Deno.test("every listing gives another address, and the earlier ones go on working", async () => {
  await using zoom = await withFile("CHAT", 200);
  const client = await signIn(zoom);
  const [first, second] = [await firstUrl(client), await firstUrl(client)];
  assert.notEqual(first, second);
  for (const url of [first, second]) {
    assert.equal((await (await client.download(url)).arrayBuffer()).byteLength, 200);
  }
});

Deno.test("a download without a token is a sign-in page, with a bad one a JSON error", async () => {
  await using zoom = await withFile("MP4", 20_000);
  const url = await firstUrl(await signIn(zoom));
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /^<!DOCTYPE html>/);
  const refused = await fetch(url, { headers: { authorization: "Bearer nonsense" } });
  assert.equal(refused.status, 401);
  assert.deepEqual(await refused.json(), { status: false, errorCode: 124, errorMessage: "Forbidden" });
});

Deno.test("a token in the query still opens downloads", async () => {
  await using zoom = await withFile("MP4", 20_000);
  const client = await signIn(zoom);
  const response = await fetch(`${await firstUrl(client)}?access_token=${client.token}`);
  assert.equal((await response.arrayBuffer()).byteLength, 20_000);
});

Deno.test.each([
  { range: "bytes=0-9", status: 206, shown: "bytes 0-9/20000", length: 10 },
  { range: "bytes=19990-", status: 206, shown: "bytes 19990-19999/20000", length: 10 },
  { range: "bytes=-5", status: 206, shown: "bytes 19995-19999/20000", length: 5 },
  { range: "bytes=19000-99999", status: 206, shown: "bytes 19000-19999/20000", length: 1000 },
  { range: "bytes=20000-", status: 416, shown: "bytes */20000", length: 0 },
  { range: "bytes=9-3", status: 200, shown: null, length: 20_000 },
  { range: "bytes=0-1,5-6", status: 200, shown: null, length: 20_000 },
])("$range answers $status with $length bytes", async ({ range, status, shown, length }) => {
  await using zoom = await withFile("MP4", 20_000);
  const client = await signIn(zoom);
  const response = await client.download(await firstUrl(client), { range });
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-range"), shown);
  assert.equal(bytes.length, length);
  const whole = zoom.truth()[0]?.bytes() ?? new Uint8Array();
  const from = Number(/bytes (\d+)/.exec(shown ?? "")?.[1] ?? 0);
  assert.deepEqual(bytes, whole.subarray(from, from + length));
});

Deno.test("If-Range continues the same file and starts another one anew", async () => {
  await using zoom = await withFile("MP4", 20_000);
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  const whole = await client.download(url);
  await whole.arrayBuffer();
  const statusWith = async (validator: string) => {
    const response = await client.download(url, { range: "bytes=5-", "if-range": validator });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await statusWith(whole.headers.get("etag") ?? ""), 206);
  assert.equal(await statusWith(whole.headers.get("last-modified") ?? ""), 206);
  assert.equal(await statusWith('"other"'), 200);
});

Deno.test("text is compressed unless identity is asked for, where the quirk says so", async () => {
  await using zoom = await withFile("TRANSCRIPT", 4_000, { gzipText: true });
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  const packed = await client.download(url, { "accept-encoding": "gzip" });
  assert.equal(packed.headers.get("content-encoding"), "gzip");
  assert.equal((await packed.arrayBuffer()).byteLength, 4_000);
  const plain = await client.download(url);
  assert.equal(plain.headers.get("content-encoding"), null);
  assert.equal((await plain.arrayBuffer()).byteLength, 4_000);
});

Deno.test("the other quirks of downloads change the answer, not the bytes", async () => {
  for (
    const [quirks, check] of [
      [{ chunkedDownloads: true }, (response: Response) => !response.headers.has("content-length")],
      [
        { octetStream: true },
        (response: Response) => response.headers.get("content-type") === "binary/octet-stream",
      ],
      [{ relativeRedirect: true }, (response: Response) => response.url.includes("/storage/")],
      [
        { directDownloads: true },
        (response: Response) =>
          response.headers.get("content-disposition")?.includes("GMT20240614-140010_Recording.m4a"),
      ],
    ] as const
  ) {
    await using zoom = await withFile("M4A", 9_000, quirks);
    const client = await signIn(zoom);
    const response = await client.download(await firstUrl(client));
    assert.ok(check(response), JSON.stringify(quirks));
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), zoom.truth()[0]?.bytes());
  }
});

Deno.test("downloads can insist on the meeting's token or on a query parameter", async () => {
  for (const downloadAuth of ["meetingToken", "queryToken"] as const) {
    await using zoom = await withFile("M4A", 9_000, { downloadAuth, softDownloadErrors: true });
    const client = await signIn(zoom);
    const response = await client.download(await firstUrl(client));
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /json|html/);
    await response.body?.cancel();
  }
});

Deno.test("real files of a folder stand in for generated ones", async () => {
  const mediaDir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${mediaDir}/talk.MP4`, "real bytes");
    const account = accountOf(simMeeting({ host: ana, start, files: ["MP4"] }));
    await using zoom = await startSimulator({ account, now: () => today, mediaDir });
    const client = await signIn(zoom);
    const [meeting] = await client.meetings("/users/me/recordings?from=2024-06-01&to=2024-06-15");
    assert.equal((meeting?.recording_files as { file_size: number }[])[0]?.file_size, 10);
    const response = await client.download(await firstUrl(client), { range: "bytes=5-" });
    assert.equal(await response.text(), "bytes");
    assert.equal(zoom.truth()[0]?.sizeBytes, 10);
  } finally {
    await Deno.remove(mediaDir, { recursive: true });
  }
});
