import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { StorageError } from "../../src/core/errors.ts";
import { roomLogger } from "../../src/core/log.ts";
import { isSecretField } from "../../src/core/redact.ts";
import { secretFieldPatterns } from "../../src/cli/log_redaction.ts";
import { startLogging } from "../../src/cli/logging.ts";
import { runCli, summaryOf } from "./_harness.ts";

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/run.log`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function jsonLines(path: string): Promise<Record<string, unknown>[]> {
  return (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("startLogging() shows people what is severe enough and writes everything to the file", async () => {
  await withFile(async (path) => {
    const lines: string[] = [];
    {
      await using _logging = await startLogging({
        level: "INFO",
        file: path,
        color: false,
        print: (line) => lines.push(line),
      });
      roomLogger("http").debug("GET {path}", { path: "/users" });
      roomLogger("http").warning("slow: {path}", { path: "/users" });
      getLogger(["somebody", "else"]).error("not ours");
    }
    roomLogger("http").error("after the end");
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^\d\d:\d\d:\d\d WARNING http {2}slow: \/users$/);
    const records = await jsonLines(path);
    assert.deepEqual(records.map((record) => [record["level"], record["message"], record["logger"]]), [
      ["DEBUG", "GET /users", "zoom-extract.http"],
      ["WARN", "slow: /users", "zoom-extract.http"],
    ]);
    if (Deno.build.os !== "windows") assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  });
});

Deno.test("startLogging() appends to a log file", async () => {
  await withFile(async (path) => {
    for (const n of [1, 2]) {
      await using _logging = await startLogging({
        level: "ERROR",
        file: path,
        color: false,
        print: () => {},
      });
      roomLogger("run").info("run {n}", { n });
    }
    assert.deepEqual((await jsonLines(path)).map((record) => record["message"]), ["run 1", "run 2"]);
  });
});

const secret = "S3CRETs3cretS3CRET";

const leaks: readonly (readonly [string, (log: ReturnType<typeof roomLogger>) => void])[] = [
  ["a field", (log) => log.warning("signed in", { access_token: secret })],
  ["a camelCase field", (log) => log.warning("signed in", { clientSecret: secret, accessToken: secret })],
  ["a placeholder", (log) => log.warning("signed in with {token}", { token: secret })],
  ["a nested field", (log) => log.warning("got {body}", { body: { meetings: [{ passcode: secret }] } })],
  ["a signed address", (log) => log.warning("GET {url}", { url: `https://x.test/f?Signature=${secret}` })],
  ["a URL object", (log) => log.warning("GET {url}", { url: new URL(`https://x.test/f?token=${secret}`) })],
  [
    "a download address",
    (log) => log.warning("GET {path}", { path: `https://zoom.us/rec/download/abcd${secret}` }),
  ],
  ["a header", (log) => log.warning("sent {text}", { text: `authorization: Bearer ${secret}` })],
  ["an error", (log) => log.error("failed: {error}", { error: new Error(`no: Bearer ${secret}`) })],
  ["an error's cause", (log) => {
    const error = new Error("outer", { cause: new Error(`https://zoom.us/rec/play/abcd${secret}`) });
    log.error("failed", { error });
  }],
  ["a template", (log) => log.warning`sent ${`Bearer ${secret}`}`],
];

Deno.test.each(leaks.map(([where, leak]) => ({ where, leak })))(
  "startLogging() keeps a secret in $where out of screen and file",
  async ({ leak }) => {
    await withFile(async (path) => {
      const lines: string[] = [];
      {
        await using _logging = await startLogging({
          level: "DEBUG",
          file: path,
          color: false,
          print: (line) => lines.push(line),
        });
        leak(roomLogger("zoom"));
      }
      const text = await Deno.readTextFile(path);
      assert.equal(lines.length, 1);
      assert.equal(text.trimEnd().split("\n").length, 1);
      assert.doesNotMatch(lines.join("\n") + text, /S3CRET/);
    });
  },
);

Deno.test("secretFieldPatterns cover every field that core calls secret", () => {
  const names = [
    ...["access_token", "refresh_token", "download_access_token", "download_token", "token", "authorization"],
    ...["client_secret", "secret", "password", "passcode", "recording_play_passcode", "pwd", "download_url"],
    ...["play_url", "share_url", "zak", "signature", "policy", "key-pair-id", "Authorization", "Key-Pair-Id"],
  ];
  for (const name of names) {
    assert.ok(isSecretField(name), name);
    assert.ok(secretFieldPatterns.some((pattern) => pattern.test(name)), name);
  }
  for (const harmless of ["path", "status", "user_email", "file_key", "tokenExpiresInMs", "recording_type"]) {
    assert.ok(!secretFieldPatterns.some((pattern) => pattern.test(harmless)), harmless);
  }
});

Deno.test("a log file that cannot be opened ends the command with 6 before anything runs", async () => {
  let ran = false;
  const runExtract = () => {
    ran = true;
    return Promise.resolve(summaryOf());
  };
  const result = await runCli(["--log-file", "no/such/folder/run.log"], { overrides: { runExtract } });
  assert.equal(result.code, 6);
  assert.match(result.stderr, /^zoom-extract: Cannot write --log-file ".*run\.log": no such file/);
  assert.equal(ran, false);
  await assert.rejects(
    startLogging({ level: "INFO", file: "/", color: false, print: () => {} }),
    (error) => error instanceof StorageError && error.path === "/",
  );
});
