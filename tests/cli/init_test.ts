import assert from "node:assert/strict";
import { join } from "node:path";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { systemClock } from "../../src/core/clock.ts";
import { allScopes, type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/mod.ts";
import { setVariables } from "../../src/cli/init/env_text.ts";
import { ignoreEnvFile } from "../../src/cli/init/git_ignore.ts";
import { main } from "../../src/cli/mod.ts";
import { FakeProcess } from "./_harness.ts";

interface InitRun {
  readonly code: number;
  /** Everything that was shown. */
  readonly shown: string;
  readonly env: string | undefined;
  readonly gitIgnore: string | undefined;
  readonly mode: number | undefined;
  readonly left: readonly string[];
  readonly process: FakeProcess;
}

interface InitOptions {
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  readonly typed?: (process: FakeProcess) => readonly (string | (() => void))[];
}

async function runInit(zoom: Simulator, options: InitOptions = {}): Promise<InitRun> {
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-init-" });
  try {
    for (const [name, text] of Object.entries(options.files ?? {})) {
      await Deno.writeTextFile(join(cwd, name), text);
    }
    const addresses = { ZOOM_API_URL: zoom.apiUrl, ZOOM_OAUTH_URL: zoom.oauthUrl };
    const process = new FakeProcess(
      { ...addresses, LANG: "C.UTF-8", NO_COLOR: "1", ...options.variables },
      options.isTerminal ?? false,
    );
    process.stdin.type(...options.typed?.(process) ?? []);
    const code = await main(["init", ...options.args ?? []], process.context({ cwd, clock: systemClock }));
    assert.equal(process.stdin.isRaw, false, "the terminal is given back");
    const path = join(cwd, ".env");
    return {
      code,
      shown: process.stdout.text + process.stderr.text,
      env: await Deno.readTextFile(path).catch(() => undefined),
      gitIgnore: await Deno.readTextFile(join(cwd, ".gitignore")).catch(() => undefined),
      mode: await Deno.stat(path).then(({ mode }) => (mode ?? 0) & 0o777, () => undefined),
      left: (await Array.fromAsync(Deno.readDir(cwd))).map(({ name }) => name).sort(),
      process,
    };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

const startZoom = (options: SimulatorOptions = {}) => startSimulator({ users: 2, months: 1, ...options });

/** What a person types to get through, one line per question. */
function answers({ credentials }: Simulator): string[] {
  const { accountId, clientId, clientSecret } = credentials;
  return [`${accountId}\r`, `${clientId}\r`, `${clientSecret}\r`, "./archive\r", "\r", "\r"];
}

/** Asserts that nobody else may read `.env`, where the system has modes. */
function assertOwnerOnly({ mode }: InitRun, message?: string): void {
  if (Deno.build.os !== "windows") assert.equal(mode, 0o600, message);
}

Deno.test("init at a terminal asks, tries, counts, shows and writes .env for its owner alone", async () => {
  await using zoom = await startZoom();
  const run = await runInit(zoom, { isTerminal: true, typed: () => answers(zoom) });
  assert.equal(run.code, 0, run.shown);
  assert.deepEqual({ ...parseEnv(run.env ?? "") }, { ...zoom.env, ZOOM_OUTDIR: "./archive" });
  assertOwnerOnly(run);
  assert.deepEqual(run.left, [".env"]);
  for (const secret of zoom.secrets()) assert.ok(!run.shown.includes(secret), "a secret was shown");
  assert.match(run.shown, /✓ credentials +Zoom accepts them/);
  assert.match(run.shown, /\d+ files, [\d.]+ [KMG]iB, of \d people/);
  assert.match(run.shown, /\+ ZOOM_CLIENT_SECRET=… \(\d+ characters\)/);
  assert.match(run.shown, /Next: .*zoom-extract --dry-run/);
  assert.equal(zoom.count("storage"), 1, "one byte, no more");
});

Deno.test("init takes three lines that are pasted at once, corrections, and keys that mean nothing", async () => {
  await using zoom = await startZoom();
  const { accountId, clientId, clientSecret } = zoom.credentials;
  const typed = () => [
    `wrong\x15${accountId}x\x7f\x1b[D\r\n${clientId}\r\n${clientSecret}\r\n`,
    "./archive\r",
    "2024-13-01\r",
    "2024-01-31\r",
    "n\r",
    "\r",
  ];
  const run = await runInit(zoom, { isTerminal: true, typed });
  assert.equal(run.code, 0, run.shown);
  assert.equal(parseEnv(run.env ?? "")["ZOOM_ACCOUNT_ID"], accountId);
  assert.equal(parseEnv(run.env ?? "")["ZOOM_FROM"], "2024-01-31");
  assert.match(run.shown, /Cannot use First day.*"2024-13-01"/);
  assert.match(run.shown, /Count everything since 2024-01-31, too/);
  assert.ok(!run.shown.includes(clientSecret));
});

Deno.test("init asks again for what Zoom refuses", async () => {
  await using zoom = await startZoom();
  const { accountId, clientId } = zoom.credentials;
  const typed =
    () => [`${accountId}\r`, `${clientId}\r`, "wrong\r", "y\r", "\r", "\r", ...answers(zoom).slice(2)];
  const run = await runInit(zoom, { isTerminal: true, typed });
  assert.equal(run.code, 0, run.shown);
  assert.match(run.shown, /✗ credentials [\s\S]*does not know this client\s+id and secret/);
  assert.match(run.shown, /✓ credentials/);
  assert.equal(parseEnv(run.env ?? "")["ZOOM_CLIENT_SECRET"], zoom.credentials.clientSecret);
});

const stops = [0, 1, 2, 3, 4, 5].flatMap((after) =>
  [
    { after, how: "Ctrl-C", key: "\x03" },
    { after, how: "Ctrl-D", key: "\x04" },
    { after, how: "SIGTERM", key: undefined },
    { after, how: "the end of the input", key: "" },
  ] as const
);

Deno.test.each(stops)(
  "init stopped by $how at question $after leaves nothing and gives the terminal back",
  async (stop) => {
    await using zoom = await startZoom();
    const before = "# mine\nOTHER=1\n";
    const run = await runInit(zoom, {
      isTerminal: true,
      files: { ".env": before },
      typed: (process) => [
        ...answers(zoom).slice(0, stop.after),
        ...(stop.key === undefined ? [() => process.sendSignal()] : stop.key === "" ? [] : [stop.key]),
      ],
    });
    assert.equal(run.code, 130, run.shown);
    assert.equal(run.env, before);
    assert.deepEqual(run.left, [".env"]);
    assert.match(run.shown, /Interrupted: nothing was written\n$/);
    assert.equal(run.process.signalListeners.size, 0);
  },
);

Deno.test("init writes nothing when the last question is answered with no", async () => {
  await using zoom = await startZoom();
  const typed = () => [...answers(zoom).slice(0, 5), "maybe\r", "n\r"];
  const run = await runInit(zoom, { isTerminal: true, typed });
  assert.equal(run.code, 0);
  assert.equal(run.env, undefined);
  assert.match(run.shown, /Nothing was written\n$/);
});

Deno.test("init --yes takes flags, and the secret from the environment or standard input", async () => {
  await using zoom = await startZoom();
  const { accountId, clientId, clientSecret } = zoom.credentials;
  const flags = ["--yes", "--account-id", accountId, "--client-id", clientId, "-o", "/archive of mine"];
  const byVariable = await runInit(zoom, { args: flags, variables: { ZOOM_CLIENT_SECRET: clientSecret } });
  const byPipe = await runInit(zoom, {
    args: [...flags, "--secret-stdin"],
    typed: () => [`${clientSecret}\n`, "rest"],
  });
  for (const run of [byVariable, byPipe]) {
    assert.equal(run.code, 0, run.shown);
    assert.deepEqual({ ...parseEnv(run.env ?? "") }, { ...zoom.env, ZOOM_OUTDIR: "/archive of mine" });
    assertOwnerOnly(run);
    assert.ok(!run.shown.includes(clientSecret));
  }
});

Deno.test("init without a terminal never waits for an answer, and names what is missing", async () => {
  await using zoom = await startZoom();
  for (const args of [[], ["--yes"]]) {
    const run = await runInit(zoom, { args, variables: { ZOOM_CLIENT_ID: "c" } });
    assert.equal(run.code, 2);
    assert.match(run.shown, /Cannot ask for --account-id, ZOOM_CLIENT_SECRET \(or --secret-stdin\)/);
    assert.deepEqual(run.left, []);
  }
  assert.deepEqual(zoom.requests, []);
});

Deno.test("init refuses a secret on the command line without showing it", async () => {
  await using zoom = await startZoom();
  for (const args of [["--client-secret", "hunter2hunter2"], ["--client-secret=hunter2hunter2"]]) {
    const run = await runInit(zoom, { args });
    assert.equal(run.code, 2);
    assert.match(run.shown, /Cannot use --client-secret: .*others can read a command line/);
    assert.ok(!run.shown.includes("hunter2"));
  }
});

const refusals: readonly {
  name: string;
  zoom?: SimulatorOptions;
  secret?: string;
  line: RegExp;
  code: number;
}[] = [
  { name: "a wrong secret", secret: "wrong", line: /✗ credentials/, code: 3 },
  {
    name: "an unreachable Zoom",
    zoom: { faults: [{ on: "/oauth/token", do: "dropConnection" }] },
    line: /✗ network .*\n +→ check the network/,
    code: 5,
  },
];

Deno.test.each(refusals)(
  "init --yes writes nothing for $name",
  async ({ zoom: options, secret, line, code }) => {
    await using zoom = await startZoom(options);
    const variables = { ...zoom.env, ...(secret === undefined ? {} : { ZOOM_CLIENT_SECRET: secret }) };
    const run = await runInit(zoom, { args: ["--yes"], variables });
    assert.match(run.shown, line);
    assert.equal(run.code, code);
    assert.deepEqual(run.left, []);
  },
);

Deno.test("init writes what works and names a missing scope both ways, with exit code 3", async () => {
  const scopes = allScopes.filter((scope) => !scope.includes("list_users"));
  await using zoom = await startZoom({ scopes, accountList: "refused" });
  const run = await runInit(zoom, { args: ["--yes"], variables: zoom.env });
  assert.match(
    run.shown,
    /✗ scopes +"user:read:list_users:admin" \(older apps: "user:read:admin"\) is missing/,
  );
  assert.equal(run.code, 3);
  assert.equal(parseEnv(run.env ?? "")["ZOOM_CLIENT_ID"], zoom.credentials.clientId);
  assert.match(run.shown, /Next: .*zoom-extract doctor/);
});

Deno.test("init --no-check asks Zoom nothing", async () => {
  await using zoom = await startZoom();
  const run = await runInit(zoom, { args: ["--yes", "--no-check"], variables: zoom.env });
  assert.equal(run.code, 0);
  assertOwnerOnly(run);
  assert.deepEqual(zoom.requests, []);
});

Deno.test("init fills a copy of env.example in, and keeps every comment of it", async () => {
  await using zoom = await startZoom();
  const example = await Deno.readTextFile(new URL("../../env.example", import.meta.url));
  const run = await runInit(zoom, { args: ["--yes"], variables: zoom.env, files: { ".env": example } });
  assert.equal(run.code, 0, run.shown);
  assertOwnerOnly(run, "also where it was readable by others");
  const lines = (run.env ?? "").split("\n");
  for (const line of example.split("\n").filter((each) => each.startsWith("#"))) {
    assert.ok(lines.includes(line), line);
  }
  assert.equal(lines[lines.indexOf("# ZOOM_OUTDIR=./zoom_recordings") + 1], "ZOOM_OUTDIR=./zoom_recordings");
});

Deno.test("init --yes replaces nothing without --overwrite, and shows neither secret", async () => {
  await using zoom = await startZoom();
  const before =
    `ZOOM_CLIENT_ID=old-client\nZOOM_CLIENT_SECRET=old-secret-value # note\nexport MINE='a\nb'\n`;
  const options = { variables: zoom.env, files: { ".env": before } };
  const refused = await runInit(zoom, { ...options, args: ["--yes"] });
  assert.equal(refused.code, 2);
  assert.equal(refused.env, before);
  assert.match(
    refused.shown,
    /Cannot change ZOOM_CLIENT_ID, ZOOM_CLIENT_SECRET in \.env: another value is there/,
  );
  const replaced = await runInit(zoom, { ...options, args: ["--yes", "--overwrite"] });
  assert.equal(replaced.code, 0, replaced.shown);
  assert.match(replaced.shown, /~ ZOOM_CLIENT_ID=simulated-client \(was old-client\)/);
  for (const run of [refused, replaced]) {
    assert.doesNotMatch(run.shown, /old-secret-value|simulated-Secret/);
  }
  assert.match(replaced.env ?? "", /^ZOOM_CLIENT_SECRET=simulated-Secret-\w+ # note\nexport MINE='a\nb'\n/m);
  assert.match(replaced.shown, /stronger than \.env: ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID, ZOOM_CLIENT_SECRET/);
});

Deno.test("init writes through no symbolic link", async () => {
  await using zoom = await startZoom();
  const outside = await Deno.makeTempFile();
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.symlink(outside, join(cwd, ".env"));
    const process = new FakeProcess({ ...zoom.env });
    assert.equal(await main(["init", "--yes"], process.context({ cwd, clock: systemClock })), 6);
    assert.equal(await Deno.readTextFile(outside), "");
  } finally {
    await Deno.remove(cwd, { recursive: true });
    await Deno.remove(outside);
  }
});

const ignores: readonly { name: string; files: Record<string, string>; change?: [string, string] }[] = [
  { name: "no repository and no .gitignore", files: {} },
  { name: "a repository without .gitignore", files: { ".git/HEAD": "" }, change: [".gitignore", ".env\n"] },
  {
    name: "a .gitignore without a repository",
    files: { "a/b/.gitignore": "x" },
    change: ["a/b/.gitignore", "x\n.env\n"],
  },
  {
    name: "a .gitignore above",
    files: { ".git/HEAD": "", ".gitignore": "/dist\r\n" },
    change: [".gitignore", "/dist\r\n.env\r\n"],
  },
  { name: "one that ignores it", files: { ".git/HEAD": "", ".gitignore": "x\n.env*\n" } },
  {
    name: "one that takes it back",
    files: { ".git/HEAD": "", ".gitignore": ".env\n!.env\n" },
    change: [".gitignore", ".env\n!.env\n.env\n"],
  },
  {
    name: "one anchored elsewhere",
    files: { ".git/HEAD": "", ".gitignore": "/.env\n" },
    change: [".gitignore", "/.env\n.env\n"],
  },
  { name: "one that is anchored here", files: { ".git/HEAD": "", "a/b/.gitignore": "/.env\n" } },
  {
    name: "a comment about it",
    files: { ".git/HEAD": "", ".gitignore": "# .env\n" },
    change: [".gitignore", "# .env\n.env\n"],
  },
];

Deno.test.each([...ignores])("ignoreEnvFile() with $name", async ({ files, change }) => {
  const root = await Deno.makeTempDir({ prefix: "zoom-extract-git-" });
  try {
    const folder = join(root, "a", "b");
    await Deno.mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(root, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(root, name), text);
    }
    const found = await ignoreEnvFile(folder);
    assert.deepEqual(found, change && { path: join(root, change[0]), text: change[1] });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("init tells git to leave .env alone", async () => {
  await using zoom = await startZoom();
  const run = await runInit(zoom, {
    args: ["--yes"],
    variables: zoom.env,
    files: { ".gitignore": "dist\n" },
  });
  assert.equal(run.code, 0);
  assert.deepEqual(run.left, [".env", ".gitignore"]);
  assert.equal(run.gitIgnore, "dist\n.env\n");
  assert.match(run.shown, /\.gitignore:\n {2}\+ \.env/);
});

Deno.test("setVariables() changes what it is told to and nothing else, whatever the text", () => {
  const name = fc.constantFrom("ZOOM_CLIENT_ID", "ZOOM_OUTDIR", "A", "B_2");
  const value = fc.string({ unit: fc.constantFrom(..."ab1 #'\"`\\$=/ü\t".split("")), maxLength: 12 });
  const line = fc.oneof(
    fc.tuple(name, value).map(([key, text]) => `${key}=${text}`),
    fc.tuple(name, value).map(([key, text]) => `export ${key}='${text.replaceAll("'", "")}' # note`),
    fc.tuple(name, value).map(([key, text]) => `${key}="${text.replaceAll('"', "")}\nA=not this"`),
    fc.constantFrom("X=1", "# a note", "ZOOM_OUTDIR='./a b' # where"),
    value.map((text) => `# ${text}`),
    fc.constant(""),
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 6 }),
      fc.dictionary(name, value),
      fc.boolean(),
      (lines, wanted, isDos) => {
        const eol = isDos ? "\r\n" : "\n";
        const text = lines.join(eol);
        let after: string;
        try {
          after = setVariables(text, new Map(Object.entries(wanted)));
        } catch (error) {
          // Refusing is right where reading back would show something else.
          assert.match(String(error), /Cannot (change|write a value to) \.env/);
          return;
        }
        assert.deepEqual({ ...parseEnv(after) }, { ...parseEnv(text), ...wanted });
        // A quote without its end makes what follows a part of the value.
        const isBalanced = (each: string) =>
          ["'", '"', "`"].every((quote) => each.split(quote).length % 2 === 1);
        if (!text.split(/\r?\n/).every(isBalanced)) return;
        const comments = text.split(/\r?\n/).filter((each) => each.startsWith("#"));
        const kept = after.split(/\r?\n/);
        for (const comment of comments) assert.ok(kept.includes(comment));
      },
    ),
    { numRuns: 2_000 },
  );
});

const plain: readonly { name: string; text: string; value: string; after: string }[] = [
  { name: "a value in the middle", text: "A=1\nX=2\nB=3\n", value: "9", after: "A=1\nX=9\nB=3\n" },
  { name: "a note behind it", text: "X=2 # two\n", value: "9", after: "X=9 # two\n" },
  { name: "an export", text: "export X='2'\n", value: "9", after: "export X=9\n" },
  { name: "several lines in quotes", text: 'X="2\n3"\nA=1\n', value: "9", after: "X=9\nA=1\n" },
  { name: "no line end", text: "A=1", value: "9", after: "A=1\nX=9\n" },
  { name: "lines of Windows", text: "A=1\r\n", value: "9", after: "A=1\r\nX=9\r\n" },
  { name: "a commented-out one", text: "# X=\nA=1\n", value: "9", after: "# X=\nX=9\nA=1\n" },
  { name: "a value that needs quotes", text: "A=1\n", value: "a #b", after: "A=1\nX='a #b'\n" },
];

Deno.test.each([...plain])("setVariables() with $name", ({ text, value, after }) => {
  assert.equal(setVariables(text, new Map([["X", value]])), after);
});
