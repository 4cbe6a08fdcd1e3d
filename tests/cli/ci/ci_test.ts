import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { playDemo } from "../../../src/cli/commands/demo.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { AuthError } from "../../../src/core/errors.ts";
import type { CliContext, RunExtract } from "../../../src/cli/context.ts";
import type { RunEvent } from "../../../src/core/events.ts";
import { commandsIn, outputsIn, type RunnerCommand } from "../../support/actions_log.ts";
import { simAccount, simMeeting, simUser, startSimulator } from "../../../src/simulator/mod.ts";
import { runProgram } from "../../support/program.ts";
import { expectMasks } from "../../support/secret_watch.ts";
import { onPosix } from "../../support/systems.ts";
import { type CliResult, credentials, FakeProcess, runCli, summaryOf } from "../_harness.ts";

interface CiResult extends CliResult {
  readonly commands: readonly RunnerCommand[];
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs the command line as a step of a workflow. */
async function runStep(
  args: readonly string[],
  runExtract: RunExtract,
  env: Readonly<Record<string, string>> = { GITHUB_ACTIONS: "true" },
): Promise<CiResult> {
  expectMasks();
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-ci-" });
  try {
    const files = { GITHUB_STEP_SUMMARY: `${dir}/summary`, GITHUB_OUTPUT: `${dir}/output` };
    const process = new FakeProcess({ ...credentials, ...files, ...env });
    const result = await runCli(args, { process, overrides: { runExtract } });
    const read = (path: string) => Deno.readTextFile(path).catch(() => "");
    return {
      ...result,
      commands: commandsIn(result.stderr),
      summary: await read(files.GITHUB_STEP_SUMMARY),
      outputs: outputsIn(await read(files.GITHUB_OUTPUT)),
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const topic = 'x\n::error::owned\n##[add-mask]e "; true $(id) %0A::set-output name=a::b';
const names = (commands: readonly RunnerCommand[]) => commands.map(({ name }) => name);

/** A run that tells `events` and ends with `change`. */
function telling(events: readonly RunEvent[], change: Parameters<typeof summaryOf>[0] = {}): RunExtract {
  return (_, { onEvent }) => {
    for (const event of events) onEvent?.(event);
    const summary = summaryOf(change);
    onEvent?.({ type: "run_finished", summary });
    return Promise.resolve(summary);
  };
}

Deno.test("under GitHub Actions a run masks its secret first, then stops commands until its own last words", async () => {
  const { code, commands, stderr, outputs, summary } = await runStep([], telling([]));
  assert.equal(code, 0);
  const basic = btoa("client:s3cret-value");
  assert.deepEqual(commands.slice(0, 2), [
    { name: "add-mask", properties: {}, data: "s3cret-value" },
    { name: "add-mask", properties: {}, data: basic },
  ]);
  assert.ok(stderr.startsWith("::add-mask::"), "before anything else is printed");
  assert.deepEqual(names(commands).slice(2), ["group", "stop-commands", "endgroup"]);
  assert.deepEqual(outputs, {
    "exit-code": "0",
    complete: "true",
    "more-to-do": "false",
    "files-downloaded": String(summaryOf().files.downloaded),
    "files-failed": "0",
    bytes: String(summaryOf().bytes),
    "run-id": "run-1",
  });
  assert.match(summary, /^## ✅ Done/);
});

Deno.test("what a stranger wrote into a topic, or a plugin prints, is never a command", async () => {
  const failures = [{
    path: `ana/${topic}/f.mp4`,
    user_email: "ana@example.test",
    meeting_uuid: "m",
    file_key: "k",
    code: "http_500",
    message: topic,
  }];
  const events: RunEvent[] = [
    { type: "notice", level: "warning", code: "odd", message: topic, hint: topic },
    { type: "file_failed", key: "k", path: topic, code: "x", message: topic },
    {
      type: "hook",
      plugin: "p",
      hook: "afterTransfer",
      key: "k",
      path: topic,
      state: "failed",
      message: topic,
    },
  ];
  const result = await runStep(["--json"], telling(events, { exit_code: 4, status: "failed", failures }));
  assert.equal(result.code, 4);
  const words = result.commands.filter(({ name }) =>
    !["add-mask", "group", "endgroup", "stop-commands"].includes(name)
  );
  assert.deepEqual(names(words), ["error", "warning", "warning"]);
  for (const { data } of words) assert.match(data, /x ::error::owned/, "on one line, as text");
  assert.equal(result.commands.filter(({ name }) => name === "add-mask").length, 2);
  assert.equal(result.outputs["a"], undefined);
  assert.doesNotMatch(result.summary, /^::|^## ?\[|\$\(id\)/m);
  assert.doesNotThrow(() => JSON.parse(result.stdout));
});

Deno.test("a run that stops at its limit is a notice with what is left, not an error", async () => {
  const { files } = summaryOf();
  const change = { exit_code: 8, status: "interrupted" as const, files: { ...files, pending: 1234 } };
  const { code, commands, outputs, summary } = await runStep([], telling([], change));
  assert.deepEqual([code, outputs["more-to-do"], outputs["complete"]], [8, "true", "false"]);
  assert.deepEqual(names(commands).slice(-1), ["notice"]);
  assert.match(commands.at(-1)?.data ?? "", /1,234 files known and left/);
  assert.match(summary, /^## ⏸️ Stopped at a limit/);
});

Deno.test("a run that ends before it has a summary is an error, with outputs and a job summary of its own", async () => {
  const refused: RunExtract = () => Promise.reject(new AuthError(`Cannot sign in: ${topic}`));
  const { code, commands, outputs, summary } = await runStep([], refused);
  assert.deepEqual([code, outputs["exit-code"], outputs["complete"]], [3, "3", "false"]);
  assert.deepEqual(names(commands).slice(-1), ["error"]);
  assert.match(summary, /^## ❌ Cannot sign in/);
  const usage = await runStep(["--from-date", "never"], refused);
  assert.deepEqual([usage.code, usage.outputs["exit-code"], names(usage.commands)], [2, "2", ["error"]]);
});

Deno.test("elsewhere nothing of it is said; --ci asks for it, without telling any secret", async () => {
  const plain = await runStep([], telling([]), {});
  assert.deepEqual([plain.commands, plain.summary, plain.outputs], [[], "", {}]);
  const off = await runStep(["--no-ci"], telling([]));
  assert.deepEqual([off.commands, off.summary], [[], ""]);
  const forced = await runStep(["--ci"], telling([]), {});
  assert.deepEqual(names(forced.commands), ["group", "stop-commands", "endgroup"]);
  assert.match(forced.summary, /Done/);
  assert.doesNotMatch(forced.stderr, /s3cret-value/, "no runner would hide it");
});

Deno.test("what the step wrote into the summary of the job before counts towards its size", async () => {
  const failures = Array.from({ length: 1_000 }, (_, i) => ({
    ...{ path: `ana/${i}/${"|".repeat(180)}`, user_email: "", meeting_uuid: "m", file_key: `${i}` },
    ...{ code: "http_500", message: "<".repeat(180) },
  }));
  for (const room of [50_000, 5_000]) {
    const path = await Deno.makeTempFile({ prefix: "zoom-extract-ci-" });
    try {
      await Deno.writeTextFile(path, "x".repeat(1024 ** 2 - room));
      const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: path };
      const { code } = await runStep([], telling([], { exit_code: 4, status: "failed", failures }), env);
      assert.equal(code, 4);
      const text = await Deno.readTextFile(path);
      assert.ok(new TextEncoder().encode(text).length <= 1024 ** 2);
      assert.equal(text.includes("Finished with failures"), room === 50_000);
    } finally {
      await Deno.remove(path);
    }
  }
});

Deno.test("a demonstration on a runner tells nothing of itself as if it were the job's own run", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-ci-" });
  try {
    const files = { GITHUB_STEP_SUMMARY: `${dir}/summary`, GITHUB_OUTPUT: `${dir}/output` };
    const process = new FakeProcess({ GITHUB_ACTIONS: "true", ...files });
    const context = process.context({ cwd: dir, clock: systemClock, runExtract: undefined });
    const scale = { users: 2, months: 1, videoBytes: 20_000, latencyMs: 0 };
    assert.equal(await playDemo(true, context, scale), 0, process.stderr.text);
    assert.deepEqual(names(commandsIn(process.stderr.text)), []);
    const written = (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name);
    assert.deepEqual(written.filter((name) => name === "summary" || name === "output"), []);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("any other command that does not end well is an error with what its exit code means", async () => {
  expectMasks();
  const process = new FakeProcess({ ...credentials, GITHUB_ACTIONS: "true" });
  // deno-lint-ignore require-yield
  const listFiles: CliContext["listFiles"] = async function* (_, { onEvent }) {
    const asked = { from: "2024-06-01", to: "2024-06-15" };
    onEvent?.({ type: "window", proof: { scope: "account", asked, seen: 0, proven: false } });
  };
  const { code, stderr } = await runCli(["list"], { process, overrides: { listFiles } });
  const commands = commandsIn(stderr);
  assert.deepEqual([code, names(commands).at(-1)], [4, "error"]);
  assert.match(commands.at(-1)?.data ?? "", /exit code 4: finished, but some files or windows failed/);
});

Deno.test("files of the runner that cannot be written cost a warning, not the run", async () => {
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "/nowhere/at/all", GITHUB_OUTPUT: "" };
  const { code, commands } = await runStep([], telling([]), env);
  assert.equal(code, 0);
  assert.match(commands.at(-1)?.data ?? "", /Cannot write the summary of the job/);
});

Deno.test("--json stays alone on stdout, and a real run tells people and totals", async () => {
  const ana = simUser({ email: "ana@example.test" });
  const start = "2024-06-20T09:00:00Z";
  const meetings = [simMeeting({ host: ana, start, topic: "::error::x | <b>", files: ["MP4", "CHAT"] })];
  const now = () => Date.parse("2024-06-30T12:00:00Z");
  expectMasks();
  await using zoom = await startSimulator({ account: simAccount({ users: [ana], meetings }), now });
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-ci-" });
  try {
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: `${dir}/s`, GITHUB_OUTPUT: `${dir}/o` };
    const args = [
      "-o",
      `${dir}/a`,
      "-f",
      "2024-06-01",
      "-t",
      "2024-06-30",
      "--min-free-space",
      "0",
      "--json",
    ];
    const { code, stdout, stderr } = await runProgram(args, { zoom, env, cwd: dir });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).files.downloaded, 2);
    assert.deepEqual(names(commandsIn(stderr)), [
      "add-mask",
      "add-mask",
      "group",
      "stop-commands",
      "endgroup",
    ]);
    assert.match(await Deno.readTextFile(`${dir}/s`), /ana&#64;example\.test \| 2 \|/);
    assert.equal(outputsIn(await Deno.readTextFile(`${dir}/o`))["files-downloaded"], "2");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test(
  "a log that goes to a file gets no line with the secret: no runner would hide it there",
  onPosix,
  async () => {
    const dir = await Deno.makeTempDir({ prefix: "zoom-extract-ci-" });
    try {
      const main = fileURLToPath(new URL("../../../main.ts", import.meta.url));
      const command = '"$DENO" run -A --quiet "$MAIN" -f never; "$DENO" run -A --quiet "$MAIN" --dry-run';
      const { code } = await new Deno.Command("bash", {
        args: ["-c", `(${command}) 2>log`],
        cwd: dir,
        env: {
          ...{ ...credentials, GITHUB_ACTIONS: "true", DENO: Deno.execPath(), MAIN: main },
          ...{ ZOOM_API_URL: "http://127.0.0.1:9/v2", ZOOM_OAUTH_URL: "http://127.0.0.1:9/oauth/token" },
        },
      }).output();
      assert.equal(code, 5);
      const log = await Deno.readTextFile(`${dir}/log`);
      assert.match(log, /^::group::/m);
      assert.doesNotMatch(log, /s3cret-value|add-mask/);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);
