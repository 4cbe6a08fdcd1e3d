import assert from "node:assert/strict";
import { info } from "../../src/cli/infos/simulate.ts";
import { editJson } from "../../src/simulator/_edit_json.ts";
import { faultKinds, type FaultRule, parseFaults, simMeeting } from "../../src/simulator/mod.ts";
import { type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { accountOf, ana, firstUrl, signIn, today } from "./_client.ts";

const sizeBytes = 100_000;

/** Two meetings with one video each. */
function withFaults(...faults: FaultRule[]): Promise<Simulator> {
  const meetings = ["2024-06-13T14:00:00Z", "2024-06-14T14:00:00Z"].map((start) =>
    simMeeting({ host: ana, start, files: [{ fileType: "MP4", sizeBytes }] })
  );
  return startSimulator({ account: accountOf(...meetings), now: () => today, faults });
}

async function receive(
  response: Response,
): Promise<{ length: string | null; received: number; whole: boolean }> {
  let received = 0;
  let whole = true;
  try {
    for await (const chunk of response.body ?? []) received += chunk.length;
  } catch {
    whole = false;
  }
  return { length: response.headers.get("content-length"), received, whole };
}

const list = "/users/me/recordings?from=2024-06-01&to=2024-06-15";

Deno.test.each(
  [
    { edit: { path: "a", value: 1 }, after: { a: 1, b: [{ c: 1 }, { c: 2 }] } },
    { edit: { path: "a" }, after: { b: [{ c: 1 }, { c: 2 }] } },
    { edit: { path: "new", value: null }, after: { a: 0, b: [{ c: 1 }, { c: 2 }], new: null } },
    { edit: { path: "b/0/c", value: "x" }, after: { a: 0, b: [{ c: "x" }, { c: 2 }] } },
    { edit: { path: "b/*/c" }, after: { a: 0, b: [{}, {}] } },
    { edit: { path: "b/-1" }, after: { a: 0, b: [{ c: 1 }] } },
    { edit: { path: "b/*" }, after: { a: 0, b: [] } },
    { edit: { path: "b/7", value: 1 }, after: { a: 0, b: [{ c: 1 }, { c: 2 }] } },
    { edit: { path: "a/b/c", value: 1 }, after: { a: 0, b: [{ c: 1 }, { c: 2 }] } },
    { edit: { path: "", value: [] }, after: [] },
  ] as const,
)("editJson() with $edit", ({ edit, after }) => {
  assert.deepEqual(editJson({ a: 0, b: [{ c: 1 }, { c: 2 }] }, edit), after);
});

Deno.test("editJson changes the answer, once, where its path leads", async () => {
  await using zoom = await withFaults(
    { on: "/users/*/recordings", do: "editJson", path: "meetings/-1", times: 1 },
    { on: "/users/*/recordings", do: "editJson", path: "meetings/*/topic", value: 7, times: 1 },
  );
  const client = await signIn(zoom);
  const short = (await client.get(list)).body;
  assert.deepEqual([short.meetings.length, short.total_records], [1, 2]);
  assert.deepEqual((await client.get(list)).body.meetings.map((m: { topic: unknown }) => m.topic), [7, 7]);
  assert.equal((await client.get(list)).body.meetings.length, 2);
});

Deno.test("hugeJson is valid JSON of the size that was asked for", async () => {
  await using zoom = await withFaults({
    on: "/users/*/recordings",
    do: "hugeJson",
    bytes: 700_000,
    times: 1,
  });
  const { body } = await (await signIn(zoom)).get(list);
  assert.equal(body.padding, "x".repeat(700_000));
  assert.equal(body.meetings.length, 2);
});

Deno.test("repeatPage gives page one in place of page two, with the token that was sent", async () => {
  await using zoom = await withFaults({ on: "/users/*/recordings", do: "repeatPage", times: 1 });
  const client = await signIn(zoom);
  const first = (await client.get(`${list}&page_size=1`)).body;
  const token = first.next_page_token;
  const again = (await client.get(`${list}&page_size=1&next_page_token=${token}`)).body;
  assert.equal(again.meetings[0].uuid, first.meetings[0].uuid);
  assert.equal(again.next_page_token, token);
  const second = (await client.get(`${list}&page_size=1&next_page_token=${token}`)).body;
  assert.notEqual(second.meetings[0].uuid, first.meetings[0].uuid);
});

Deno.test("query chooses the requests with a parameter, and those with one value of it", async () => {
  await using zoom = await withFaults(
    { on: "/users/*/recordings", query: { next_page_token: "*" }, do: "status", code: 400, times: 1 },
    { on: "/users/*/recordings", query: { trash: "true" }, do: "status", code: 500 },
  );
  const client = await signIn(zoom);
  const first = await client.get(`${list}&page_size=1`);
  assert.equal(first.status, 200);
  const next = `${list}&page_size=1&next_page_token=${first.body.next_page_token}`;
  assert.equal((await client.get(next)).status, 400);
  assert.equal((await client.get("/users/me/recordings?trash=true")).status, 500);
  assert.equal((await client.get("/users/me/recordings?trash=false")).status, 200);
});

Deno.test("killToken ends the token of the request, and of no other", async () => {
  await using zoom = await withFaults({ on: "/users", do: "killToken", times: 1 });
  const [client, other] = [await signIn(zoom), await signIn(zoom)];
  const refused = await client.get("/users");
  assert.deepEqual([refused.status, refused.body.code], [401, 124]);
  assert.equal((await client.get(list)).status, 401);
  assert.equal((await other.get(list)).status, 200);
});

Deno.test.each(
  [
    { fault: { do: "noLength" }, length: null, received: sizeBytes, whole: true },
    { fault: { do: "noLength", bytes: 5000 }, length: null, received: 5000, whole: true },
    {
      fault: { do: "wrongLength", by: 10 },
      length: String(sizeBytes + 10),
      received: sizeBytes,
      whole: false,
    },
    { fault: { do: "wrongLength", by: -10 }, length: "99990", received: 99_990, whole: true },
  ] as const,
)("$fault, said of a download, meets its storage request", async ({ fault, ...expected }) => {
  await using zoom = await withFaults({ on: "/rec/*", times: 1, ...fault });
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  assert.deepEqual(await receive(await client.download(url)), expected);
  assert.equal((await receive(await client.download(url))).received, sizeBytes);
});

Deno.test("editHeaders changes headers and takes them out", async () => {
  const headers = { "Content-Range": "bytes 9-9/9", etag: null };
  await using zoom = await withFaults({ on: "/storage/*", do: "editHeaders", headers });
  const client = await signIn(zoom);
  const response = await client.download(await firstUrl(client), { range: "bytes=1000-" });
  await response.body?.cancel();
  assert.equal(response.headers.get("content-range"), "bytes 9-9/9");
  assert.equal(response.headers.get("etag"), null);
});

Deno.test.each([
  { json: { on: "/", do: "editJson" }, says: /fault 1 path "": not given/ },
  { json: { on: "/", do: "wrongLength", by: 1.5 }, says: /by "1.5": not a whole number/ },
  { json: { on: "/", do: "editHeaders", headers: { a: 1 } }, says: /not an object of texts and nulls/ },
  { json: { on: "/", do: "html", query: { a: null } }, says: /query .*not an object of texts/ },
])("parseFaults() refuses $json", ({ json, says }) => {
  assert.throws(() => parseFaults(json), says);
});

Deno.test("the help of simulate names every fault, and parseFaults() takes each", () => {
  const words = info.description.split(/\W+/);
  assert.deepEqual(faultKinds.filter((kind) => !words.includes(kind)), []);
});
