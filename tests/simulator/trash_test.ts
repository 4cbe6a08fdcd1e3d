import assert from "node:assert/strict";
import { simMeeting, startSimulator } from "../../src/simulator/mod.ts";
import { accountOf, ana, firstUrl, signIn, today } from "./_client.ts";

const range = "from=2024-06-01&to=2024-06-15";
const build = () =>
  simMeeting({ host: ana, start: "2024-06-14T10:00:00Z", uuid: "abcDEF123==", files: ["MP4", "M4A"] });

Deno.test("a meeting goes to the trash, is listed there whatever the dates, and comes back", async () => {
  const meeting = build();
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const client = await signIn(zoom);
  const key = encodeURIComponent(meeting.uuid);
  assert.equal((await client.send("DELETE", `/meetings/${key}/recordings`)).status, 204);
  assert.equal((await client.meetings(`/users/me/recordings?${range}`)).length, 0);
  assert.equal((await client.get(`/meetings/${key}/recordings`)).body.code, 3301);
  assert.equal(zoom.truth().length, 0);

  const [trashed] = await client.meetings("/users/me/recordings?trash=true&from=2020-01-01&to=2020-01-02");
  const files = trashed?.recording_files as { deleted_time: string }[];
  assert.deepEqual(files.map((file) => file.deleted_time), ["2024-06-15T12:00:00Z", "2024-06-15T12:00:00Z"]);
  const single = "/users/me/recordings?trash=true&trash_type=recording_file";
  assert.equal((await client.meetings(single)).length, 0);

  const recovered = await client.send("PUT", `/meetings/${key}/recordings/status`, { action: "recover" });
  assert.equal(recovered.status, 200);
  assert.equal((await client.meetings(`/users/me/recordings?${range}`)).length, 1);
  assert.equal(zoom.truth().length, 2);
});

Deno.test("a single file goes to the trash and comes back, its meeting stays", async () => {
  const meeting = build();
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const client = await signIn(zoom);
  const key = encodeURIComponent(meeting.uuid);
  const fileId = meeting.files?.[1]?.id;
  assert.equal((await client.send("DELETE", `/meetings/${key}/recordings/${fileId}`)).status, 204);
  const [listed] = await client.meetings(`/users/me/recordings?${range}`);
  assert.equal((listed?.recording_files as unknown[]).length, 1);
  assert.equal((await client.meetings("/users/me/recordings?trash=true")).length, 0);
  const single = "/users/me/recordings?trash=true&trash_type=recording_file";
  const [trashed] = await client.meetings(single);
  assert.deepEqual((trashed?.recording_files as { id: string }[]).map((file) => file.id), [fileId]);
  const path = `/meetings/${key}/recordings/${fileId}/status`;
  assert.equal((await client.send("PUT", path, { action: "recover" })).status, 204);
  assert.equal((await client.send("PUT", path, { action: "recover" })).body.code, 3301);
  assert.equal(zoom.truth().length, 2);
});

Deno.test("deleting for good leaves nothing behind", async () => {
  const meeting = build();
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  const path = `/meetings/${encodeURIComponent(meeting.uuid)}/recordings`;
  assert.equal((await client.send("DELETE", `${path}?action=delete`)).status, 204);
  assert.equal((await client.meetings("/users/me/recordings?trash=true")).length, 0);
  assert.equal((await client.send("DELETE", path)).body.code, 3301);
  const response = await client.download(url);
  assert.equal(response.status, 404);
  assert.equal((await response.json()).errorCode, 3301);
});

Deno.test("a trashed recording is no longer downloaded: a page comes instead", async () => {
  const meeting = build();
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  const client = await signIn(zoom);
  const url = await firstUrl(client);
  meeting.trashedAt = "2024-06-15T11:00:00Z";
  const response = await client.download(url);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /text\/html/);
  assert.match(await response.text(), /deleted/);
});

Deno.test("the trash forgets after 30 days", async () => {
  const meeting = build();
  meeting.trashedAt = "2024-05-15T11:00:00Z";
  await using zoom = await startSimulator({ account: accountOf(meeting), now: () => today });
  assert.equal((await (await signIn(zoom)).meetings("/users/me/recordings?trash=true")).length, 0);
});

Deno.test("an unknown action or trash type is refused", async () => {
  await using zoom = await startSimulator({ account: accountOf(build()), now: () => today });
  const client = await signIn(zoom);
  assert.equal((await client.send("DELETE", "/meetings/abcDEF123==/recordings?action=burn")).body.code, 300);
  assert.equal((await client.send("PUT", "/meetings/abcDEF123==/recordings/status", {})).body.code, 300);
  assert.equal((await client.get("/users/me/recordings?trash=true&trash_type=x")).body.code, 300);
});
