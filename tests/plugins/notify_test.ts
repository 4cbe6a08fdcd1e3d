import assert from "node:assert/strict";
import notify from "../../plugins/notify.ts";
import { type RunSummary, testPlugin } from "zoom-extract";
import { makeSummary } from "./_summary.ts";

const secret = "T0SECRET";
const token = "tok-en.123";

interface Received {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly authorization: string | null;
  readonly body: string;
}

interface Webhook extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
}

/** A webhook that answers in turn as told; the last answer stays. */
function startWebhook(...answers: readonly (() => Response)[]): Webhook {
  const received: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    received.push({
      method: request.method,
      path: new URL(request.url).pathname,
      contentType: request.headers.get("content-type"),
      authorization: request.headers.get("authorization"),
      body: await request.text(),
    });
    const answer = answers[Math.min(received.length, answers.length) - 1];
    return answer?.() ?? new Response("ok");
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/services/${secret}`,
    received,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Status with no wait before the next try. */
const refuse = (status: number) => () =>
  new Response(`no: ${secret}`, { status, headers: { "retry-after": "0" } });

async function send(
  options: Readonly<Record<string, unknown>>,
  summary: RunSummary,
): Promise<readonly string[]> {
  await using trial = await testPlugin(notify, { options });
  assert.deepEqual(await trial.call("afterRun", summary), {});
  return [...trial.logged];
}

const failed: RunSummary = makeSummary({
  status: "failed",
  exit_code: 4,
  files: { failed: 7 },
  failures: Array.from({ length: 7 }, (_, index) => ({
    path: `ana@example.test/<!channel> & *bold* ${index}\n/x.mp4`,
    user_email: "ana@example.test",
    meeting_uuid: "u",
    file_key: `k${index}`,
    code: "html",
    message: `Cannot fetch: ${"<&>".repeat(200)}`,
  })),
});

Deno.test("notify posts the summary as it is", async () => {
  await using webhook = startWebhook();
  const logged = await send({ url: webhook.url }, failed);
  assert.equal(webhook.received.length, 1);
  const [{ body, ...request } = { body: "" }] = webhook.received;
  assert.deepEqual(request, {
    method: "POST",
    path: `/services/${secret}`,
    contentType: "application/json",
    authorization: null,
  });
  assert.deepEqual(JSON.parse(body), failed);
  assert.deepEqual(logged, ["info: The run's summary was sent"]);
});

Deno.test("notify sends a token when it has one", async () => {
  await using webhook = startWebhook();
  await send({ url: webhook.url, token }, makeSummary());
  assert.equal(webhook.received[0]?.authorization, `Bearer ${token}`);
});

Deno.test("notify makes a message that Slack takes, with nothing in it that mentions or links", async () => {
  await using webhook = startWebhook();
  await send({ url: webhook.url, format: "slack" }, failed);
  const message = JSON.parse(webhook.received[0]?.body ?? "{}");
  assert.equal(message.text, "Zoom archive: not complete, 3 new, 7 failed");
  assert.deepEqual(message.blocks.map(({ type }: { type: string }) => type), [
    "header",
    "section",
    "section",
    "context",
  ]);
  assert.ok(message.blocks[0].text.text.length <= 150);
  const texts: string[] = message.blocks.slice(1, 3).map((block: { text: { text: string } }) =>
    block.text.text
  );
  for (const text of texts) {
    assert.ok(text.length <= 3000, `${text.length} characters`);
    assert.doesNotMatch(text, /[<>]|&(?!amp;|lt;|gt;)/);
  }
  assert.match(texts[0] ?? "", /\*Downloaded\* 3 \(3\.0 MB in 13 s\)/);
  assert.match(
    texts[1] ?? "",
    /^• ana@example\.test\/&lt;!channel&gt; &amp; \*bold\* 0 \/x\.mp4: Cannot fetch: &lt;&amp;&gt;/,
  );
  assert.match(texts[1] ?? "", /… and [2-6] more$/);
});

const headlines: readonly (readonly [Partial<RunSummary>, string])[] = [
  [{}, "Zoom archive: complete, 3 new"],
  [{ exit_code: 8 }, "Zoom archive: stopped at a limit, 3 new"],
  [{ exit_code: 130, status: "interrupted" }, "Zoom archive: interrupted, 3 new"],
  [{ exit_code: 5, status: "failed" }, "Zoom archive: not complete, 3 new, exit code 5"],
];
for (const [differs, headline] of headlines) {
  Deno.test(`notify says in Slack's form: ${headline}`, async () => {
    await using webhook = startWebhook();
    await send({ url: webhook.url, format: "slack" }, { ...makeSummary(), ...differs });
    assert.equal(JSON.parse(webhook.received[0]?.body ?? "{}").text, headline);
  });
}

const nothingNew = makeSummary({ files: { downloaded: 0 } });
const occasions: readonly (readonly [string, string, RunSummary, boolean])[] = [
  ["always", "a run with nothing new", nothingNew, true],
  ["changes", "a run with nothing new", nothingNew, false],
  ["changes", "a run with new files", makeSummary(), true],
  ["changes", "a run that failed", { ...nothingNew, exit_code: 4 }, true],
  ["failure", "a run with new files", makeSummary(), false],
  ["failure", "a run that failed", { ...nothingNew, exit_code: 4 }, true],
  ["failure", "a run that stopped at a limit", { ...nothingNew, exit_code: 8 }, false],
];
for (const [on, what, summary, isTold] of occasions) {
  Deno.test(`notify with on=${on} ${isTold ? "tells" : "does not tell"} of ${what}`, async () => {
    await using webhook = startWebhook();
    await send({ url: webhook.url, on }, summary);
    assert.equal(webhook.received.length, isTold ? 1 : 0);
  });
}

Deno.test("notify tries again when the webhook is busy", async () => {
  await using webhook = startWebhook(refuse(503), refuse(429), () => new Response("ok"));
  const logged = await send({ url: webhook.url, token }, makeSummary());
  assert.equal(webhook.received.length, 3);
  assert.equal(new Set(webhook.received.map(({ body }) => body)).size, 1);
  assert.deepEqual(logged, ["info: The run's summary was sent"]);
});

const problems: readonly (readonly [string, () => Response, number, string])[] = [
  ["has gone", refuse(404), 1, "the webhook answered 404"],
  ["stays busy", refuse(500), 3, "the webhook answered 500"],
  [
    "sends it elsewhere",
    () => new Response(null, { status: 302, headers: { location: "/elsewhere" } }),
    1,
    "the webhook answered 302",
  ],
];
for (const [what, answer, requests, problem] of problems) {
  Deno.test(`notify warns, and no more, when the webhook ${what}`, async () => {
    await using webhook = startWebhook(answer);
    const logged = await send({ url: webhook.url, token }, makeSummary());
    assert.equal(webhook.received.length, requests);
    assert.deepEqual(logged, [`warn: The run's summary could not be sent: ${problem}`]);
  });
}

Deno.test("notify warns without the address when nobody answers", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const logged = await send({ url: `http://127.0.0.1:${port}/services/${secret}`, token }, makeSummary());
  assert.deepEqual(logged, [
    "warn: The run's summary could not be sent: the webhook's host refuses the connection",
  ]);
});

const badOptions: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{}, /option "url" is missing/],
  [{ url: secret }, /accepted|cannot be used/],
  [{ url: `ftp://example.test/${secret}` }, /Cannot use notify\.url: it has to begin with https:\/\//],
  [{ url: `https://u:${secret}@example.test/` }, /Cannot use notify\.url: it holds a user name/],
  [{ url: "https://example.test/", token: `${secret} ${secret}` }, /Cannot use notify\.token: a token is/],
  [{ url: `http://example.test/${secret}`, token }, /Cannot use notify\.token: notify\.url is plain http/],
  [{ url: `https://example.test/${secret}`, on: "never" }, /notify\.on "never"/],
  [{ url: `https://example.test/${secret}`, tokn: secret }, /no such option/],
];
for (const [index, [options, message]] of badOptions.entries()) {
  Deno.test(`notify refuses ${message.source} without showing a secret (${index + 1})`, async () => {
    const error = await testPlugin(notify, { options }).then(() => undefined, (error: unknown) => error);
    assert.ok(error instanceof Error);
    assert.match(`${error.message} ${"hint" in error ? error.hint : ""}`, message);
    if (!("tokn" in options)) assert.ok(!Deno.inspect(error).includes(secret), error.message);
  });
}
