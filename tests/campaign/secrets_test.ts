import assert from "node:assert/strict";
import { join } from "node:path";
import { simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { runProgram } from "../support/program.ts";
import { expectMisdirected, searchFolder, searchText, takeFound, tallyNow } from "../support/secret_watch.ts";
import { verdict } from "../support/watch_suite.ts";
import { count } from "./_frame.ts";

const ana = simUser({ email: "ana@example.test" });
const today = new Date().toISOString().slice(0, 10);

function account(meetings = 3): ReturnType<typeof simAccount> {
  return simAccount({
    users: [ana],
    meetings: Array.from({ length: meetings }, (_, hour) =>
      simMeeting({
        host: ana,
        start: `${today}T0${hour}:00:00Z`,
        topic: `Meeting ${hour}`,
        files: ["MP4", "CHAT", "TRANSCRIPT"],
      })),
  });
}

/** Where Zoom repeats what it was sent; the first requests pass, so that there is something to repeat. */
const echoes = [
  { on: "/oauth/token", code: 400 },
  { on: "/users", code: 400 },
  { on: "/accounts/*", code: 400 },
  { on: "/users/*", code: 400 },
  { on: "/meetings/*", code: 400 },
  { on: "/rec/*", code: 400 },
  { on: "/storage/*", code: 403 },
] as const;

for (const { on, code } of echoes) {
  Deno.test(
    `secrets: ${on} repeats with ${code} what it is sent, and no token, signature or client secret reaches ` +
      "a log, the terminal, the summary or the inventory",
    async () => {
      await using zoom = await startSimulator({
        account: account(1),
        quirks: { opaqueTokens: true },
        faults: [{ on, do: "echo", code }],
        ...(on.startsWith("/users") ? { accountList: "refused" as const } : {}),
      });
      await using archive = await ArchiveUnderTest.of(zoom);
      const log = join(archive.dir, "debug.jsonl");
      const flags = ["--json", "--min-free-space", "0", "--log-level", "DEBUG", "--log-file", log];
      const { stdout, stderr } = await runProgram(["--output-dir", archive.dir, ...flags], { zoom });
      const said = `${stdout}${stderr}${await Deno.readTextFile(log)}`;
      // Somewhere the echo was passed on, or this test would prove nothing; the account's list gives way to the users'.
      if (on !== "/accounts/*" && on !== "/meetings/*") assert.match(said, /Cannot make sense of …/);
      if (on === "/rec/*") {
        const errors = archive.query("SELECT error FROM inventory WHERE status = 'failed'");
        assert.ok(errors.length > 0 && errors.every(({ error }) => /…/.test(String(error))));
      }
      await searchFolder(archive.dir);
      assert.deepEqual(takeFound(), []);
      count("secrets", "runs against a Zoom that repeats what it is sent");
    },
  );
}

const spell = (secret: string): [string, string][] => [
  ["plain", secret],
  ["in base64 behind the client id", btoa(`client:${secret}`)],
  ["in base64 behind one letter more", btoa(`client2:${secret}`)],
  ["URL-encoded", encodeURIComponent(`{"a":"${secret}"}`)],
  ["JSON in JSON", JSON.stringify({ text: JSON.stringify({ secret }) })],
];

Deno.test("guard: a secret that is planted in a file or an output, in any form, is found", async () => {
  await using zoom = await startSimulator({
    account: account(),
    credentials: { accountId: "a", clientId: "client", clientSecret: 'qu"ote+plus/slash=9' },
  });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  assert.deepEqual(takeFound(), []);
  const kinds = [zoom.credentials.clientSecret, ...zoom.secrets().filter((secret) => secret.length >= 8)];
  for (const secret of [kinds[0] ?? "", kinds[1] ?? "", kinds.at(-1) ?? "", kinds.at(-2) ?? ""]) {
    for (const [form, text] of spell(secret)) {
      searchText("output", `before ${text} after`);
      assert.equal(takeFound().length, 1, `${form}: ${text}`);
      const path = join(archive.dir, "ana@example.test", "notes.txt");
      await Deno.writeTextFile(path, text);
      await searchFolder(archive.dir);
      assert.equal(takeFound().length, 1, `${form} in a file`);
      await Deno.remove(path);
    }
  }
});

Deno.test("guard: every file of an archive is searched, hidden, nested and large ones too", async () => {
  await using zoom = await startSimulator({ account: account() });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const before = tallyNow().tally.files;
  await searchFolder(archive.dir);
  assert.equal(tallyNow().tally.files - before, (await archive.tree({ all: true })).length);
  const large = new Uint8Array(3 * 1024 ** 2);
  large.set(new TextEncoder().encode(zoom.credentials.clientSecret), large.length - 100);
  await Deno.mkdir(join(archive.dir, ".hidden", "deep"), { recursive: true });
  await Deno.writeFile(join(archive.dir, ".hidden", "deep", "v.mp4"), large);
  await searchFolder(archive.dir);
  assert.equal(takeFound().length, 1);
  await Deno.remove(join(archive.dir, ".hidden"), { recursive: true });
});

Deno.test("guard: a credential that reaches the storage host is found when the account ends", async () => {
  for (const sent of [{ authorization: "Bearer of-something" }, {}]) {
    {
      await using zoom = await startSimulator({ account: account() });
      await fetch(`${zoom.storageUrl}/storage/x${"authorization" in sent ? "" : "?access_token=y"}`, {
        headers: sent,
      }).then((answer) => answer.body?.cancel());
    }
    assert.deepEqual(takeFound().map((line) => /sent a credential/.test(line)), [true]);
  }
  {
    await using zoom = await startSimulator({ account: account() });
    expectMisdirected(zoom);
    await fetch(`${zoom.storageUrl}/x`, { headers: { authorization: "x" } }).then((answer) =>
      answer.body?.cancel()
    );
  }
  assert.deepEqual(takeFound(), []);
});

Deno.test("guard: a whole suite in which nothing was searched, or something was found, is refused", () => {
  const good = { tests: 9, simulators: 1, secrets: 2, files: 3, outputs: 4, storageRequests: 5, found: [] };
  const whole = { isWhole: true, left: [] };
  assert.equal(verdict(good, whole).ok, true);
  for (const name of ["tests", "secrets", "files", "outputs", "storageRequests"] as const) {
    assert.equal(verdict({ ...good, [name]: 0 }, whole).ok, false, name);
    assert.equal(verdict({ ...good, [name]: 0 }, { ...whole, isWhole: false }).ok, true, name);
  }
  assert.equal(verdict({ ...good, found: ["x"] }, { ...whole, isWhole: false }).ok, false);
});
