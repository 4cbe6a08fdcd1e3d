import assert from "node:assert/strict";
import { AppError } from "../../src/core/errors.ts";
import { redactText } from "../../src/core/redact.ts";
import { type FaultRule, simAccount, simMeeting, simUser } from "../../src/simulator/mod.ts";
import { type AccountUnderTest, listAll, listRequest, onlyFile, startAccount } from "./_support.ts";

const ana = simUser({ email: "ana@example.test" });
const effects: readonly object[] = [
  { do: "status", code: 400 },
  { do: "status", code: 401, body: { code: 124, message: "Invalid access token." } },
  { do: "status", code: 403 },
  { do: "status", code: 404, body: { code: 3301, message: "none" } },
  { do: "status", code: 429 },
  { do: "status", code: 500 },
  { do: "status", code: 200, body: { code: 200, message: "No permission." } },
  { do: "html" },
  { do: "jsonError" },
  { do: "dailyLimit" },
  { do: "truncatedJson" },
  { do: "shortBody", bytes: 3 },
  { do: "cutAfter", bytes: 3 },
  { do: "redirectTo", url: "http://elsewhere.example/rec/download/opaqueOpaqueOpaque?Signature=abcdefghijk" },
  { do: "dropConnection" },
  { do: "echo" },
  { do: "echo", code: 401 },
  { do: "echo", code: 403 },
];
const targets = ["/oauth/token", "/users", "/users/*", "/accounts/*", "/meetings/*", "/rec/*", "/storage/*"];

/** Everything the client says about a run in which one kind of request goes wrong. */
async function wordsOf(run: AccountUnderTest, fault: FaultRule): Promise<string[]> {
  const file = await onlyFile(run.account);
  run.clock.advance(3_600_000);
  run.zoom.fault(fault);
  const said: unknown[] = [];
  const note = (error: unknown) => {
    assert.ok(error instanceof AppError, `not an error of ours: ${Deno.inspect(error)}`);
    said.push(error);
  };
  for (const discovery of ["account", "users", "auto"] as const) {
    const listing = await listAll(run.account, { discovery, includeTrash: true, participantAudio: true })
      .catch((error) => note(error));
    said.push(...(listing?.failed ?? []), ...(listing?.warnings ?? []), ...(listing?.proofs ?? []));
  }
  const { signal } = listRequest();
  for (const refresh of [false, true, true]) {
    await run.account.open(file, { offset: 4, refresh, signal })
      .then(({ body }) => new Response(body).arrayBuffer().then(() => {}, () => {}), note);
  }
  return said.map((thing) => Deno.inspect(thing, { depth: 12, strAbbreviateSize: 10_000 }));
}

for (const on of targets) {
  Deno.test(`no secret is in anything that is said when ${on} goes wrong`, async () => {
    let words = 0;
    for (const effect of effects) {
      const meeting = simMeeting({ host: ana, start: "2024-04-10T09:00:00Z", files: ["TIMELINE"] });
      await using run = await startAccount({
        account: simAccount({ users: [ana], meetings: [meeting] }),
        config: { allowQueryToken: true },
        quirks: { opaqueTokens: true },
      });
      const said = await wordsOf(run, { on, ...effect } as FaultRule);
      words += said.length;
      const { clientId, clientSecret } = run.zoom.credentials;
      const secrets = [...run.zoom.secrets(), btoa(`${clientId}:${clientSecret}`), "abcdefghijk"];
      for (const text of said) {
        for (const secret of secrets) assert.ok(!text.includes(secret), `${JSON.stringify(effect)}: ${text}`);
      }
    }
    assert.ok(words > effects.length, "nothing was said at all");
  });
}

Deno.test("a meeting's own token and the passcodes of a listing are known by value once they were seen", async () => {
  const meeting = simMeeting({ host: ana, start: "2024-04-10T09:00:00Z", passcode: "7D@#4b*x" });
  await using run = await startAccount({
    account: simAccount({ users: [ana], meetings: [meeting] }),
    quirks: { opaqueTokens: true },
    // Tokens that no other test of this file has made known.
    seed: 77,
  });
  const file = await onlyFile(run.account);
  run.zoom.fault({ on: "/rec/*", do: "echo", code: 403 });
  const { signal } = listRequest();
  await assert.rejects(run.account.open(file, { offset: 0, refresh: true, signal }), (error) => {
    assert.ok(error instanceof AppError);
    assert.match(error.message, /Cannot make sense of … or …/);
    const secrets = run.zoom.secrets();
    for (const secret of secrets) assert.ok(!error.message.includes(secret), error.message);
    // The token of the account, then the meeting's.
    const bearers = run.zoom.requests.filter(({ route }) => route === "/rec/download/*")
      .map(({ headers }) => headers.authorization);
    assert.equal(new Set(bearers).size, 2);
    return true;
  });
  assert.equal(redactText(`wrong: ${meeting.passcode}, ${meeting.playPasscode}`), "wrong: …, …");
});
