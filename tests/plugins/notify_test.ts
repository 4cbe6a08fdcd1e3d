import assert from "node:assert/strict";
import { testPlugin } from "zoom-extract";
import notify from "../../plugins/notify.ts";
import { makeSummary } from "./_summary.ts";

interface Webhook extends AsyncDisposable {
  readonly url: string;
  readonly received: { readonly body: unknown; readonly authorization: string | null }[];
}

function startWebhook(statuses: readonly number[] = []): Webhook {
  const received: { body: unknown; authorization: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const status = statuses[received.length] ?? 200;
    received.push({ body: await request.json(), authorization: request.headers.get("authorization") });
    return new Response("ok", { status, headers: status >= 400 ? { "retry-after": "0" } : {} });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook-SECRETPART`,
    received,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("notify posts the summary as it is, with a bearer token where there is one", async () => {
  await using hook = startWebhook();
  await using trial = await testPlugin(notify, { options: { url: hook.url, token: "t0ken-value" } });
  const summary = makeSummary();
  await trial.call("afterRun", summary);
  assert.deepEqual(hook.received, [{ body: structuredClone(summary), authorization: "Bearer t0ken-value" }]);
});

Deno.test("notify writes a message that Slack shows", async () => {
  await using hook = startWebhook();
  await using trial = await testPlugin(notify, { options: { url: hook.url, format: "slack" } });
  await trial.call("afterRun", makeSummary());
  const body = hook.received[0]?.body as { text?: string; blocks?: unknown[] };
  assert.ok(typeof body.text === "string" && body.text !== "");
  assert.ok(Array.isArray(body.blocks) && body.blocks.length > 0);
});

Deno.test("notify tries again, and a webhook that stays broken is a warning without its address", async () => {
  await using flaky = startWebhook([503]);
  {
    await using trial = await testPlugin(notify, { options: { url: flaky.url } });
    await trial.call("afterRun", makeSummary());
    assert.equal(flaky.received.length, 2);
  }
  await using broken = startWebhook([500, 500, 500]);
  await using trial = await testPlugin(notify, { options: { url: broken.url, token: "t0ken-value" } });
  assert.deepEqual(await trial.call("afterRun", makeSummary()), {});
  assert.ok(trial.logged.some((line) => /^warn: .*500/.test(line)), trial.logged.join());
  assert.ok(!/SECRETPART|t0ken-value/.test(trial.logged.join()));
});

const occasions: readonly (readonly [on: string, exit: number, downloaded: number, told: boolean])[] = [
  ["always", 0, 0, true],
  ["failure", 0, 5, false],
  ["failure", 4, 0, true],
  ["failure", 8, 0, false],
  ["changes", 0, 0, false],
  ["changes", 0, 5, true],
  ["changes", 4, 0, true],
];

for (const [on, exit_code, downloaded, told] of occasions) {
  Deno.test(`notify with on=${on} ${told ? "tells" : "does not tell"} of exit ${exit_code} with ${downloaded} downloads`, async () => {
    await using hook = startWebhook();
    await using trial = await testPlugin(notify, { options: { url: hook.url, on } });
    const summary = makeSummary();
    await trial.call("afterRun", { ...summary, exit_code, files: { ...summary.files, downloaded } });
    assert.equal(hook.received.length, told ? 1 : 0);
  });
}
