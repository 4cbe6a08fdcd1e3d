import assert from "node:assert/strict";
import { join } from "node:path";
import exec from "../../plugins/exec.ts";
import { type PluginTrial, sampleCandidate, testPlugin } from "zoom-extract";
import { makeSummary } from "./_summary.ts";

const posix = Deno.build.os !== "windows";
const onPosix = { ignore: !posix };

/** A program that writes its arguments, each ended by NUL, to `args.bin` of its own folder. */
const recorder = `#!/bin/sh
printf '%s\\0' "$@" > "$(dirname "$0")/args.bin"
`;

interface Program extends AsyncDisposable {
  readonly dir: string;
  readonly path: string;
  /** What it got at its last call, as bytes split at NUL; `undefined` when it was not called. */
  received(): Promise<string[] | undefined>;
}

async function makeProgram(source: string): Promise<Program> {
  const dir = await Deno.makeTempDir({ prefix: "exec-test-" });
  const path = join(dir, "program with space");
  await Deno.writeTextFile(path, source, { mode: 0o755 });
  return {
    dir,
    path,
    async received() {
      const text = await Deno.readTextFile(join(dir, "args.bin")).catch(() => undefined);
      return text?.split("\0").slice(0, -1);
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(dir, { recursive: true });
    },
  };
}

async function afterTransfer(trial: PluginTrial, topic: string, fileType = "MP4"): Promise<void> {
  const candidate = sampleCandidate({ meeting: { topic }, file: { fileType } });
  await trial.call("afterTransfer", await trial.store(candidate, "a/b.mp4", "bytes"));
}

const hostileTopics = [
  "; rm -rf ~",
  "$(touch pwned) `touch pwned`",
  "a\nb\r\nc",
  "-rf",
  "--output=/etc/passwd",
  "",
  "  two  spaces  ",
  `"double" 'single' \\ back\\slash`,
  "{path} {{topic}} {nothing}",
  "* ? [a-z] ~ ${HOME} %PATH% !x &|<>",
  "Žižek 会議 👩‍👩‍👧 \u202Egnp.exe",
  "$& $1 $`",
  "\u0001\u001b[31mred",
];

for (const topic of hostileTopics) {
  Deno.test({
    name: `exec passes the topic ${JSON.stringify(topic)} as one argument, byte by byte`,
    ...onPosix,
    async fn() {
      await using program = await makeProgram(recorder);
      const args = ["{topic}", "--title={topic}", "--", "{path}", "x{topic}{file_type}"];
      await using trial = await testPlugin(exec, { options: { program: program.path, args } });
      await afterTransfer(trial, topic);
      const path = join(trial.dir, "a/b.mp4");
      assert.deepEqual(await program.received(), [topic, `--title=${topic}`, "--", path, `x${topic}MP4`]);
    },
  });
}

Deno.test({
  name: "exec replaces NUL, which no system can pass, and lone surrogates",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(recorder);
    await using trial = await testPlugin(exec, { options: { program: program.path, args: ["{topic}"] } });
    await afterTransfer(trial, "a\0b\ud800c");
    assert.deepEqual(await program.received(), ["a\ufffdb\ufffdc"]);
  },
});

Deno.test({
  name: "exec fills every field of a file, and braces where they are doubled",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(recorder);
    const fields = [
      "user_email",
      "user_name",
      "meeting_id",
      "meeting_uuid",
      "start",
      "duration_minutes",
      "ext",
      "recording_type",
      "relative_path",
      "size_bytes",
      "sha256",
      "file_key",
    ];
    const args = [...fields.map((field) => `{${field}}`), '{{"p":"{ext}"}}', "{output_dir}"];
    await using trial = await testPlugin(exec, { options: { program: program.path, args } });
    await afterTransfer(trial, "Plan");
    assert.deepEqual(await program.received(), [
      "ana@example.test",
      "Ana Žižek",
      "81234567890",
      "abcDEF123+/xyz==",
      "2024-05-02T14:00:00Z",
      "45",
      "mp4",
      "shared_screen_with_speaker_view",
      "a/b.mp4",
      "5",
      "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9",
      "file-1",
      '{"p":"mp4"}',
      trial.dir,
    ]);
  },
});

Deno.test({
  name: "exec runs at the moment it was given, and at no other",
  ...onPosix,
  async fn() {
    const moments = [
      { on: "onSkip", args: ["{reason}"], payload: { ...sampleCandidate(), reason: "match/where" } },
      {
        on: "onFailure",
        args: ["{code}", "{error}", "{attempts}"],
        payload: { ...sampleCandidate(), code: "html", error: "a login page", attempts: 3 },
      },
      { on: "afterRun", args: ["{status}", "{downloaded}", "{exit_code}"], payload: makeSummary() },
    ] as const;
    const expected = [["match/where"], ["html", "a login page", "3"], ["completed", "3", "0"]];
    for (const [index, { on, args, payload }] of moments.entries()) {
      await using program = await makeProgram(recorder);
      await using trial = await testPlugin(exec, { options: { program: program.path, args, on } });
      await afterTransfer(trial, "Plan");
      assert.equal(await program.received(), undefined, `${on} ran at afterTransfer`);
      await trial.call(on, payload);
      assert.deepEqual(await program.received(), expected[index]);
    }
  },
});

Deno.test({
  name: "exec leaves other file types alone",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(recorder);
    const options = { program: program.path, args: ["{file_type}"], types: "mp4, M4A" };
    await using trial = await testPlugin(exec, { options });
    await afterTransfer(trial, "Plan", "CHAT");
    assert.equal(await program.received(), undefined);
    await afterTransfer(trial, "Plan", "M4A");
    assert.deepEqual(await program.received(), ["M4A"]);
  },
});

Deno.test({
  name: "exec reports a program that fails with the last it said, without control characters",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(
      `#!/bin/sh\nprintf 'one\\ntwo\\nthree\\nfour\\nfive\\n\\033[31mno\\001 disk\\033[0m\\r\\n\\n' >&2\nexit 3\n`,
    );
    await using trial = await testPlugin(exec, { options: { program: program.path } });
    const error = await failure(afterTransfer(trial, "Plan"));
    assert.ok(error.endsWith(`" ended with 3: two; three; four; five; no  disk`), JSON.stringify(error));
  },
});

Deno.test({
  name: "exec cuts what a failing program said, however much it is",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(
      `#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\0' x >&2\nexit 1\n`,
    );
    await using trial = await testPlugin(exec, { options: { program: program.path } });
    const error = await failure(afterTransfer(trial, "Plan"));
    assert.ok(error.includes(": …xxx"), error.slice(0, 200));
    assert.ok(error.length < 900, `${error.length} characters`);
  },
});

Deno.test({
  name: "exec ends a program that takes longer than its timeout, also one that ignores being told",
  ...onPosix,
  async fn() {
    for (const trap of ["", "trap '' TERM"]) {
      await using program = await makeProgram(
        `#!/bin/sh\n${trap}\necho $$ > "$(dirname "$0")/pid"\nwhile :; do sleep 0.1; done\n`,
      );
      await using trial = await testPlugin(exec, { options: { program: program.path, timeout: "0.5s" } });
      assert.match(
        await failure(afterTransfer(trial, "Plan")),
        /did not end within 0\.5 s \(option timeout\)/,
      );
      const pid = Number(await Deno.readTextFile(join(program.dir, "pid")));
      assert.throws(() => Deno.kill(pid, "SIGCONT"), "it is still alive");
    }
  },
});

Deno.test({
  name: "exec ends its program when the host's time for a call is over",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(`#!/bin/sh\necho $$ > "$(dirname "$0")/pid"\nexec sleep 30\n`);
    await using trial = await testPlugin(exec, { options: { program: program.path }, timeoutMs: 700 });
    assert.match(await failure(afterTransfer(trial, "Plan")), /takes too long/);
    const pid = Number(await Deno.readTextFile(join(program.dir, "pid")));
    assert.throws(() => Deno.kill(pid, "SIGCONT"), "it is still alive");
  },
});

Deno.test({
  name: "exec does not wait for what a program leaves running behind it",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(
      `#!/bin/sh\nsleep 20 &\necho $! > "$(dirname "$0")/pid"\nexit 0\n`,
    );
    await using trial = await testPlugin(exec, { options: { program: program.path }, timeoutMs: 10_000 });
    await afterTransfer(trial, "Plan");
    Deno.kill(Number(await Deno.readTextFile(join(program.dir, "pid"))), "SIGKILL");
  },
});

Deno.test({
  name: "exec shows a program none of Zoom's credentials",
  ...onPosix,
  async fn() {
    await using program = await makeProgram(`#!/bin/sh\nenv > "$(dirname "$0")/args.bin"\n`);
    Deno.env.set("ZOOM_CLIENT_SECRET", "s3cr3t-of-the-account");
    try {
      await using trial = await testPlugin(exec, { options: { program: program.path } });
      await afterTransfer(trial, "Plan");
    } finally {
      Deno.env.delete("ZOOM_CLIENT_SECRET");
    }
    const seen = await Deno.readTextFile(join(program.dir, "args.bin"));
    assert.match(seen, /^PATH=/m);
    assert.doesNotMatch(seen, /ZOOM|s3cr3t/);
  },
});

const badOptions: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{}, /option "program" is missing/],
  [{ program: "" }, /Cannot use exec\.program "": it names no program/],
  [
    { program: "no-such-program-x" },
    /Cannot find the program "no-such-program-x" of exec\.program: install it/,
  ],
  [{ program: "/no/such/program" }, /Cannot find the program "\/no\/such\/program"/],
  [{ program: "convert.BAT" }, /a shell reads batch files/],
  [
    { program: Deno.execPath(), args: ["{topc}"] },
    /Cannot use "\{topc\}" in exec\.args: no field "topc"; .*topic,/,
  ],
  [{ program: Deno.execPath(), args: ["{sha256}"], on: "onSkip" }, /no field "sha256"; at onSkip there are/],
  [{ program: Deno.execPath(), args: ["a{"] }, /a lone "\{" \(write "\{\{" for the character\)/],
  [{ program: Deno.execPath(), args: ["a}b"] }, /a lone "\}"/],
  [{ program: Deno.execPath(), on: "later" }, /exec\.on "later".*/],
];
for (const [options, message] of badOptions) {
  Deno.test(`exec refuses ${JSON.stringify(options).replace(Deno.execPath(), "deno")} before anything runs`, async () => {
    await assert.rejects(testPlugin(exec, { options }), message);
  });
}

async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new assert.AssertionError({ message: "it did not fail" });
}
