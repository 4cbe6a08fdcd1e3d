import assert from "node:assert/strict";
import { generateAccount, simAccount, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { signIn, today } from "./_client.ts";

const users = [
  simUser({ email: "ana@example.test", firstName: "Ana" }),
  simUser({ email: "bo@example.test" }),
  simUser({ email: "cy@example.test", status: "inactive" }),
  simUser({ email: "new@example.test", status: "pending" }),
  simUser({ email: "gone@example.test", status: "departed" }),
];

Deno.test("the user list has one status per call, active by default, and never those who left", async () => {
  await using zoom = await startSimulator({ account: simAccount({ users }), now: () => today });
  const client = await signIn(zoom);
  const emails = async (query: string) =>
    (await client.get(`/users${query}`)).body.users.map((user: { email: string }) => user.email);
  assert.deepEqual(await emails(""), ["ana@example.test", "bo@example.test"]);
  assert.deepEqual(await emails("?status=inactive"), ["cy@example.test"]);
  assert.deepEqual(await emails("?status=pending"), ["new@example.test"]);
  assert.equal((await client.get("/users?status=active,inactive")).status, 400);
});

Deno.test("a pending user has no id", async () => {
  await using zoom = await startSimulator({ account: simAccount({ users }), now: () => today });
  const { body } = await (await signIn(zoom)).get("/users?status=pending");
  assert.equal("id" in body.users[0], false);
});

Deno.test("users come in pages that cover everybody once", async () => {
  const account = generateAccount({ users: 70, meetings: 0, nowMs: today });
  await using zoom = await startSimulator({ account, now: () => today });
  const client = await signIn(zoom);
  const emails: string[] = [];
  let token = "";
  do {
    const { body } = await client.get(`/users?page_size=30&next_page_token=${token}`);
    assert.equal(body.total_records, 69);
    emails.push(...body.users.map((user: { email: string }) => user.email));
    token = body.next_page_token;
  } while (token !== "");
  assert.equal(emails.length, 69);
  assert.equal(new Set(emails).size, 69);
  assert.equal(zoom.count("/users"), 3);
});

Deno.test("one user is found by id, e-mail address and me; others are 404 with code 1001", async () => {
  await using zoom = await startSimulator({ account: simAccount({ users }), now: () => today });
  const client = await signIn(zoom);
  for (const key of [users[0]?.id, "ANA%40example.test", "me"]) {
    assert.equal((await client.get(`/users/${key}`)).body.email, "ana@example.test");
  }
  for (const key of ["nobody", "gone@example.test", "%zz"]) {
    const missing = await client.get(`/users/${key}`);
    assert.deepEqual([missing.status, missing.body.code], [404, 1001]);
  }
});

Deno.test("an endpoint that Zoom does not have is 404 with code 2300, with a tracking id", async () => {
  await using zoom = await startSimulator({ account: simAccount({ users }), now: () => today });
  const reply = await (await signIn(zoom)).get("/users/me/nonsense");
  assert.deepEqual([reply.status, reply.body.code], [404, 2300]);
  assert.match(reply.headers.get("x-zm-trackingid") ?? "", /rid=WEB_/);
});
