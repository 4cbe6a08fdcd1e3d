/**
 * `notify`: tells a webhook how the run came out: a chat, a monitor, a script of your own.
 *
 * ```sh
 * zoom-extract --config notify.json --plugin-option notify.format=slack --plugin-option notify.on=changes
 * ```
 *
 * ```json
 * { "plugins": { "notify": { "url": "https://status.example.com/zoom", "token": "…", "on": "failure" } } }
 * ```
 *
 * `json` posts the run's summary as `--json` prints it; `slack` posts a message that Slack, and what understands Slack's
 * form, shows. The address and the token are secrets and appear in no log: keep them in the configuration file rather than
 * on a command line, which other users of the machine can see.
 *
 * A message that does not get through is a warning in the log. It never changes how the run came out.
 *
 * @module
 */
import { definePlugin, type Failure, type PluginContext, type RunSummary } from "zoom-extract";

/** Failures that a message names; the others are counted. */
const shownFailures = 5;
/** Longest text of a block in Slack's form. */
const maxBlockLength = 2_900;
/** Time for everything, retries included. */
const timeoutMs = 60_000;

export default definePlugin({
  apiVersion: 1,
  name: "notify",
  version: "1.0.0",
  description: "Posts the run's summary to a webhook, as JSON or as a Slack message.",
  kinds: ["hook"],
  options: {
    url: { type: "url", required: true, secret: true, help: "Address to post to." },
    format: {
      type: "choice",
      choices: ["json", "slack"],
      default: "json",
      help: "json: the summary as --json prints it; slack: a message to read.",
    },
    on: {
      type: "choice",
      choices: ["always", "failure", "changes"],
      default: "always",
      help: "failure: when something is missing; changes: also when files were downloaded.",
    },
    token: { type: "string", secret: true, help: "Sent as a bearer token, where the webhook wants one." },
  },
  // Which host is the option's to say.
  permissions: { net: ["*"] },
  setup(context) {
    const { url, token, format, on } = context.options;
    checkUrl(url);
    checkToken(token, new URL(url));
    return {
      hooks: {
        async afterRun(summary) {
          if (!isWorthTelling(summary, on)) return;
          const body = JSON.stringify(format === "slack" ? slackMessage(summary) : summary);
          const problem = await post(url, { body, token }, context);
          if (problem === undefined) context.log.info("The run's summary was sent");
          else context.log.warn(`The run's summary could not be sent: ${problem}`);
        },
      },
    };
  },
});

/** Its messages never show the address. */
function checkUrl(text: string): void {
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Error("Cannot use notify.url: it has to begin with https:// (or http://)");
  }
  if (url.username !== "" || url.password !== "") {
    throw new Error("Cannot use notify.url: it holds a user name; put a token into notify.token instead");
  }
}

function checkToken(token: string | undefined, { protocol, hostname }: URL): void {
  if (token === undefined) return;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error("Cannot use notify.token: a token is letters, digits and signs, without spaces");
  }
  if (protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) {
    throw new Error(
      "Cannot use notify.token: notify.url is plain http://, so everybody on the way could read it",
    );
  }
}

function isWorthTelling({ exit_code, files }: RunSummary, on: "always" | "failure" | "changes"): boolean {
  // 8: stopped at a limit that somebody has set.
  const isFailure = exit_code !== 0 && exit_code !== 8;
  return on === "always" || isFailure || (on === "changes" && files.downloaded > 0);
}

/** What kept the message from getting through, without the address; `undefined` when it did. */
async function post(
  url: string,
  { body, token }: { readonly body: string; readonly token: string | undefined },
  { fetch, signal }: Pick<PluginContext, "fetch" | "signal">,
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      // Following would turn the POST into a GET, or carry it to a stranger.
      redirect: "manual",
      signal: timeout,
    });
    await response.body?.cancel();
    return response.ok ? undefined : `the webhook answered ${response.status}`;
  } catch (error) {
    if (timeout.aborted) return `the webhook did not answer within ${timeoutMs / 1000} s`;
    if (signal.aborted) return "the run was stopped";
    return networkProblem(error);
  }
}

const networkProblems: readonly (readonly [RegExp, string])[] = [
  [/dns/i, "the name of the webhook's host is not known"],
  [/refused/i, "the webhook's host refuses the connection"],
  [/certificate|tls/i, "the webhook's certificate is not accepted"],
  [/reset|closed/i, "the webhook closed the connection"],
  [/requires net access/i, "this program was started without --allow-net for the webhook's host"],
];

/** In our own words, since the runtime's may quote the address. */
function networkProblem(error: unknown): string {
  const texts = [error, error instanceof Error ? error.cause : undefined].map(String).join(" ");
  return networkProblems.find(([pattern]) => pattern.test(texts))?.[1] ?? "no answer from the webhook";
}

/**
 * A message in Slack's form. A text has at most 3,000 characters.
 *
 * @see https://docs.slack.dev/reference/block-kit/composition-objects/text-object (read 2026-11-24)
 */
function slackMessage(summary: RunSummary): Record<string, unknown> {
  const headline = headlineOf(summary);
  return {
    text: escape(headline),
    blocks: [
      { type: "header", text: { type: "plain_text", text: headline, emoji: true } },
      { type: "section", text: { type: "mrkdwn", text: figures(summary), verbatim: true } },
      ...(summary.failures.length === 0 ? [] : [failuresBlock(summary.failures)]),
      {
        type: "context",
        elements: [{ type: "mrkdwn", text: escape(`Run ${summary.run_id}`), verbatim: true }],
      },
    ],
  };
}

function headlineOf({ status, exit_code, files }: RunSummary): string {
  if (exit_code === 0) return `Zoom archive: complete, ${files.downloaded} new`;
  if (exit_code === 8) return `Zoom archive: stopped at a limit, ${files.downloaded} new`;
  if (status === "interrupted") return `Zoom archive: interrupted, ${files.downloaded} new`;
  const missing = files.failed > 0 ? `${files.failed} failed` : `exit code ${exit_code}`;
  return `Zoom archive: not complete, ${files.downloaded} new, ${missing}`;
}

function figures({ files, windows, users, meetings, bytes, seconds }: RunSummary): string {
  const lines = [
    `*Downloaded* ${count(files.downloaded)} (${size(bytes)} in ${Math.round(seconds)} s)`,
    `*Held* ${count(files.held)} of ${count(files.found)} · *Skipped* ${count(files.skipped)} · *Failed* ${
      count(files.failed)
    } · *Not ready* ${count(files.not_ready)}`,
    `*Users* ${count(users)} · *Meetings* ${count(meetings)}`,
    `*Windows* ${windows.proven} proven, ${windows.unproven} not proven`,
  ];
  return lines.join("\n");
}

function failuresBlock(failures: readonly Failure[]): Record<string, unknown> {
  let text = "";
  let shown = 0;
  for (const { path, user_email, code, message } of failures.slice(0, shownFailures)) {
    const line = `• ${oneLine(path || user_email || "listing")}: ${oneLine(message)} (${oneLine(code)})\n`;
    if (text.length + line.length > maxBlockLength) break;
    text += line;
    shown++;
  }
  const others = failures.length - shown;
  if (others > 0) text += `… and ${count(others)} more`;
  return { type: "section", text: { type: "mrkdwn", text: text.trimEnd(), verbatim: true } };
}

/** Somebody else's text as a short line that Slack shows as it is. */
function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, " ").trim();
  return escape(plain.length > 160 ? `${plain.slice(0, 160).toWellFormed()}…` : plain);
}

/** Slack reads `<…>` as links and mentions. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
