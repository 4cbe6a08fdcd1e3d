import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { allScopes, type SimulatorOptions, startSimulator } from "../../src/simulator/mod.ts";
import { main } from "../../src/cli/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { runProgram } from "../support/program.ts";
import { onLinux, onPosix } from "../support/systems.ts";
import { FakeProcess } from "./_harness.ts";

interface DoctorRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Names in the working directory afterwards. */
  readonly left: readonly string[];
}

interface DoctorCase {
  readonly name: string;
  readonly zoom?: SimulatorOptions;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the working directory; a name that ends in / is a folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly clockAheadMs?: number;
  /** Line that has to be there, as shown in ASCII or not. */
  readonly line: RegExp;
  readonly code: number;
}

async function runDoctor(given: Omit<DoctorCase, "name" | "line" | "code">): Promise<DoctorRun> {
  await using zoom = await startSimulator({ users: 2, months: 1, ...given.zoom });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    for (const [name, text] of Object.entries(given.files ?? {})) {
      const path = join(cwd, name);
      await Deno.mkdir(name.endsWith("/") ? path : join(path, ".."), { recursive: true });
      if (!name.endsWith("/")) await Deno.writeTextFile(path, text, { mode: 0o600 });
    }
    const { port } = new URL(zoom.apiUrl);
    const env = Object.entries(given.env ?? {}).map(([name, value]) => [name, value.replace("PORT", port)]);
    const process = new FakeProcess({ ...zoom.env, LANG: "C.UTF-8", ...Object.fromEntries(env) });
    const clock = { ...systemClock, now: () => Date.now() + (given.clockAheadMs ?? 0) };
    const code = await main(["doctor", ...given.args ?? []], process.context({ cwd, clock }));
    const left = (await Array.fromAsync(Deno.readDir(cwd))).map(({ name }) => name).sort();
    const [stdout, stderr] = [process.stdout.text, process.stderr.text];
    // deno-lint-ignore no-control-regex -- that is the question
    assert.doesNotMatch(stdout, /[\x1b\u202e]|pw@/);
    for (const secret of zoom.secrets()) {
      assert.ok(!`${stdout}${stderr}`.includes(secret), "a secret was shown");
    }
    return { code, stdout, stderr, left };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

const without = (...words: string[]) =>
  allScopes.filter((scope) => !words.some((word) => scope.includes(word)));
const garbage = "this is no database".repeat(400);

const cases: readonly DoctorCase[] = [
  { name: "nothing", line: /^✓ credentials +Zoom accepts them, 10 granular scopes$/m, code: 0 },
  { name: "nothing (scopes)", line: /^✓ scopes +all that the program uses$/m, code: 0 },
  { name: "nothing (clock)", line: /^✓ clock +agrees with Zoom's$/m, code: 0 },
  { name: "nothing (download)", line: /^✓ download +one byte of a recording came as it should$/m, code: 0 },
  {
    name: "scopes of an older app",
    zoom: { scopes: ["user:read:admin", "recording:read:admin", "recording:master"] },
    line: /^✓ credentials +Zoom accepts them, 3 classic scopes$/m,
    code: 0,
  },
  {
    name: "a wrong secret",
    env: { ZOOM_CLIENT_SECRET: "wrong" },
    line: /^✗ credentials .*Zoom does not know this client id and secret\n +→ check ZOOM_CLIENT_ID and /m,
    code: 3,
  },
  {
    name: "a wrong account id",
    env: { ZOOM_ACCOUNT_ID: "12345" },
    line: /^✗ credentials .*Zoom does not know this account id\n +→ check ZOOM_ACCOUNT_ID/m,
    code: 3,
  },
  {
    name: "an app that is not activated",
    zoom: { faults: [{ on: "/oauth/token", do: "status", code: 403 }] },
    line: /^✗ credentials .*the app is not activated\n +→ activate the Server-to-Server OAuth app/m,
    code: 3,
  },
  {
    name: "missing credentials",
    env: { ZOOM_CLIENT_ID: "" },
    line: /^✗ credentials .*ZOOM_CLIENT_ID is not set\n +→ run zoom-extract init/m,
    code: 2,
  },
  {
    name: "a token endpoint that is down",
    zoom: { faults: [{ on: "/oauth/token", do: "status", code: 503 }] },
    line: /^✗ network .*HTTP 503/m,
    code: 5,
  },
  {
    name: "a refused connection",
    env: { ZOOM_OAUTH_URL: "http://127.9.8.7:43210/oauth/token" },
    line: /^✗ network .*it refuses the connection \(4 tries\)\n +→ nothing listens there/m,
    code: 5,
  },
  {
    name: "a name that does not resolve, behind a proxy",
    env: { ZOOM_OAUTH_URL: "https://zoom.invalid/oauth/token", HTTPS_PROXY: "http://me:pw@proxy.test:3128" },
    line:
      /^✗ network .*its name cannot be resolved.*\n +→ check the network.*through HTTPS_PROXY "proxy\.test:3128"/m,
    code: 5,
  },
  {
    name: "an address without TLS",
    env: { ZOOM_OAUTH_URL: "https://127.0.0.1:PORT/oauth/token" },
    line: /^✗ network .*no secure connection can be made.*\n +→ .*DENO_TLS_CA_STORE=system/m,
    code: 5,
  },
  {
    name: "a connection that is dropped",
    zoom: { faults: [{ on: "/oauth/token", do: "dropConnection" }] },
    line: /^✗ network .*(closed early|reset).*\n +→ check the network connection/m,
    code: 5,
  },
  {
    name: "a missing scope that only makes runs slower",
    zoom: { scopes: without("list_account") },
    line:
      /^! scopes +"cloud_recording:read:list_account_recordings:admin" \(older apps: "recording:master"\) is missing/m,
    code: 0,
  },
  {
    name: "the same, and why the account list is closed, once",
    zoom: { scopes: without("list_account") },
    line: /^– account list +not open without the scope for it\n✓ user lists/m,
    code: 0,
  },
  {
    name: "a missing scope that the account-wide list makes up for",
    zoom: { scopes: without("list_users") },
    line: /^! scopes +"user:read:list_users:admin" .*only the account-wide list can find recordings$/m,
    code: 0,
  },
  {
    name: "a missing scope without which there is no run",
    zoom: { scopes: without("list_users"), accountList: "refused" },
    line:
      /^✗ scopes +"user:read:list_users:admin" .*no run is possible.*\n +→ add it on the app's Scopes page/m,
    code: 3,
  },
  {
    name: "a missing scope for recordings of users",
    zoom: { scopes: without("list_user_recordings"), accountList: "refused" },
    line: /^✗ user lists .*does not contain scopes/m,
    code: 3,
  },
  {
    name: "a refused account list",
    zoom: { accountList: "refused" },
    line: /^! account list +not open to this app.*\n.*\n✓ user lists/m,
    code: 0,
  },
  {
    name: "a refusal with status 200",
    zoom: { accountList: "refused", quirks: { errorWith200: true } },
    line: /^! account list +not open to this app/m,
    code: 0,
  },
  {
    name: "an API that is down",
    zoom: { faults: [{ on: "/v2/accounts/*/recordings", do: "status", code: 500 }] },
    line: /^✗ account list .*HTTP 500/m,
    code: 5,
  },
  {
    name: "a daily limit that is used up",
    zoom: { faults: [{ on: "/v2/accounts/*/recordings", do: "dailyLimit" }] },
    line: /^✗ account list .*daily limit/m,
    code: 5,
  },
  {
    name: "a role that may not view content (sign-in page)",
    zoom: { faults: [{ on: "/rec/*", do: "html" }] },
    line:
      /^✗ download .*an HTML page came.*\n +→ give the role of the app's owner Recording → view and View the/m,
    code: 3,
  },
  {
    name: "a role that may not view content (403)",
    zoom: { faults: [{ on: "/rec/*", do: "status", code: 403 }] },
    line: /^✗ download .*HTTP 403.*\n +→ give the role/m,
    code: 3,
  },
  {
    name: "a role that may not view content (JSON error)",
    zoom: { faults: [{ on: "/rec/*", do: "jsonError", errorCode: 3332 }] },
    line: /^✗ download .*a JSON error came instead/m,
    code: 3,
  },
  {
    name: "an answer that would steer the terminal",
    zoom: {
      faults: [{
        on: "/oauth/token",
        do: "status",
        code: 400,
        body: { reason: "\x1b[2Jgone\u202e", error: "x" },
      }],
    },
    line: /^✗ credentials .*\uFFFD\[2Jgone\uFFFD/m,
    code: 3,
  },
  {
    name: "a storage host that hangs up",
    zoom: { faults: [{ on: "storage", do: "dropConnection" }] },
    line: /^✗ download .*no answer from/m,
    code: 5,
  },
  {
    name: "an account without recordings",
    zoom: { account: { users: [], meetings: [] } as unknown as NonNullable<SimulatorOptions["account"]> },
    line: /^– download +no file from .* was found to try$/m,
    code: 0,
  },
  {
    name: "a clock that is ahead",
    clockAheadMs: 3_600_000,
    line: /^! clock +this machine's clock is 3(599|600|601) s ahead of Zoom's.*\n +→ set the clock/m,
    code: 0,
  },
  {
    name: "a clock that is behind",
    clockAheadMs: -3_600_000,
    line: /^! clock +this machine's clock is 3(599|600|601) s behind Zoom's/m,
    code: 0,
  },
  {
    name: "a file in the place of the archive",
    files: { archive: "" },
    args: ["-o", "archive"],
    line: /^✗ storage .*it is not a directory$/m,
    code: 6,
  },
  {
    name: "too little space",
    args: ["--min-free-space", "900T"],
    line: /^✗ space .* less than --min-free-space 900(\.0)? TiB\n +→ free some space/m,
    code: 6,
  },
  {
    name: "a damaged inventory",
    files: { "zoom_recordings/_logs/inventory.db": garbage },
    line: /^✗ inventory .*\n +→ /m,
    code: 6,
  },
  {
    name: "a plugin that does not exist",
    args: ["--plugin", "chekcsum"],
    line: /^✗ plugins .*"chekcsum".*\n +→ did you mean checksum\?/m,
    code: 7,
  },
  {
    name: "a plugin without its option",
    args: ["--plugin", "rclone"],
    line: /^✗ plugins .*remote/m,
    code: 7,
  },
  {
    name: "credentials and storage at once",
    env: { ZOOM_CLIENT_SECRET: "wrong" },
    files: { archive: "" },
    args: ["-o", "archive"],
    line: /^A run would fail: 3 errors, 0 warnings$/m,
    code: 3,
  },
];

const hasModes = Deno.build.os !== "windows";

async function assertFinds(given: DoctorCase): Promise<void> {
  const result = await runDoctor(given);
  assert.match(result.stdout, given.line);
  assert.equal(result.code, given.code, result.stdout);
  assert.equal(/^✗ /m.test(result.stdout), given.code !== 0);
  const brought = Object.keys(given.files ?? {}).map((name) => name.split("/")[0]);
  assert.deepEqual(result.left, [...new Set(brought)].sort(), "nothing stays behind");
  assert.match(result.stdout, /\nA run would (work|fail)[^\n]*\n$/);
}

Deno.test.each(cases)("doctor finds $name", assertFinds);

Deno.test("doctor finds a folder that cannot be written", onLinux, () =>
  assertFinds({
    name: "a folder where not even root may make one",
    args: ["-o", "/proc/archive"],
    line: /^✗ storage .*\/proc/m,
    code: 6,
  }));

Deno.test("doctor tries one byte and no more, and asks Zoom four things", async () => {
  await using zoom = await startSimulator({ users: 2, months: 1 });
  const process = new FakeProcess({ ...zoom.env });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    assert.equal(await main(["doctor"], process.context({ cwd, clock: systemClock })), 0);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
  assert.equal(zoom.count("api"), 2);
  assert.equal(zoom.count("/rec/*"), 1);
  const [storage, ...more] = zoom.requests.filter(({ origin }) => origin === "storage");
  assert.equal(storage?.headers["range"], "bytes=0-0");
  assert.deepEqual(more, []);
});

Deno.test("doctor --offline asks Zoom nothing and needs no credentials", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  const process = new FakeProcess({ ZOOM_API_URL: zoom.apiUrl, ZOOM_OAUTH_URL: zoom.oauthUrl });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    assert.equal(await main(["doctor", "--offline"], process.context({ cwd, clock: systemClock })), 0);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
  assert.match(process.stdout.text, /^- +credentials +not tried: --offline$/m);
  assert.deepEqual(zoom.requests, []);
});

Deno.test("doctor --json prints every finding with its exit code as one object", async () => {
  const { stdout, code } = await runDoctor({
    args: ["--json"],
    zoom: { faults: [{ on: "/rec/*", do: "html" }] },
  });
  const told = JSON.parse(stdout);
  assert.equal(code, 3);
  assert.equal(told.exit_code, 3);
  const checks = told.findings.map((each: { check: string }) => each.check);
  for (
    const check of [
      "permissions",
      "credentials",
      "clock",
      "scopes",
      "account list",
      "download",
      "storage",
      "space",
    ]
  ) {
    assert.ok(checks.includes(check), check);
  }
  const download = told.findings.find((each: { check: string }) => each.check === "download");
  assert.equal(download.level, "error");
  assert.equal(download.exit_code, 3);
  assert.match(download.remedy, /View the recording content/);
});

Deno.test("doctor looks at a real archive: version, files, last run, lost state, damage in the middle", async () => {
  await using zoom = await startSimulator({ users: 2, months: 1 });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run();
  const look = async () => {
    const process = new FakeProcess({ LANG: "en_US.UTF-8" });
    const args = ["doctor", "--offline", "-o", archive.dir];
    return {
      code: await main(args, process.context({ clock: systemClock, readsDotEnv: false })),
      text: process.stdout.text,
    };
  };
  const before = await archive.tree({ all: true });
  const healthy = await look();
  assert.match(healthy.text, /^✓ inventory +version \d+, \d+ files, whole$/m);
  assert.match(healthy.text, /^✓ state file +last run: completed$/m);
  assert.equal(healthy.code, 0);
  assert.deepEqual(await archive.tree({ all: true }), before, "nothing stays behind");
  await Deno.writeTextFile(join(archive.dir, "_metadata", "extraction_state.json"), "{");
  assert.match((await look()).text, /^! state file +extraction_state\.json cannot be read, its backup can$/m);
  await Deno.writeTextFile(join(archive.dir, "_metadata", "extraction_state.bak"), "{");
  const lost = await look();
  assert.match(lost.text, /^! state file .*\n +→ nothing is lost/m);
  assert.equal(lost.code, 0);
  const path = join(archive.dir, "_logs", "inventory.db");
  const newer = new DatabaseSync(path);
  const version = Number(newer.prepare("PRAGMA user_version").get()?.["user_version"]);
  newer.exec("PRAGMA user_version = 900");
  assert.match((await look()).text, /^✗ inventory .*version 900 is newer/m);
  newer.exec(`PRAGMA user_version = ${version}; PRAGMA wal_checkpoint(TRUNCATE)`);
  const page = Number(
    newer.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'meetings'").get()?.["rootpage"],
  );
  const pageBytes = Number(newer.prepare("PRAGMA page_size").get()?.["page_size"]);
  newer.close();
  const bytes = await Deno.readFile(path);
  // A page that neither opening nor counting files comes by.
  bytes.fill(0xff, pageBytes * (page - 1), pageBytes * page);
  await Deno.writeFile(path, bytes);
  const damaged = await look();
  assert.match(damaged.text, /^✗ inventory /m);
  assert.equal(damaged.code, 6);
});

Deno.test("doctor names the programs of active plugins, and the missing one", onPosix, async () => {
  const bin = await Deno.makeTempDir({ prefix: "zoom-extract-bin-" });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    await Deno.writeTextFile(join(bin, "rclone"), "#!/bin/sh\necho 'rclone v9.8.7'\n", { mode: 0o755 });
    const args = ["doctor", "--offline", "--plugin", "rclone", "--plugin-option", "rclone.remote=x:y"];
    const found = await runProgram(args, { cwd, env: { PATH: bin, LANG: "C.UTF-8" } });
    assert.match(found.stdout, /^✓ programs +rclone v9\.8\.7, for rclone$/m);
    assert.match(found.stdout, /^✓ plugins +ready: rclone$/m);
    assert.equal(found.code, 0, found.stderr);
    const missing = await runProgram(args, { cwd, env: { PATH: cwd, LANG: "C.UTF-8" } });
    assert.match(
      missing.stdout,
      /^✗ programs +"rclone" was not found in PATH; needed by rclone\n +→ install it/m,
    );
    assert.equal(missing.code, 7);
  } finally {
    await Deno.remove(bin, { recursive: true });
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("doctor names the permissions that this process lacks", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    const permissions = ["--allow-read", "--allow-env"];
    const { stdout, code } = await runProgram(["doctor"], {
      zoom,
      cwd,
      permissions,
      env: { LANG: "C.UTF-8" },
    });
    assert.match(
      stdout,
      /^✗ permissions +--allow-net=127\.0\.0\.1 is not granted \(.*\): a run would not begin\n +→ start it with/m,
    );
    assert.match(stdout, /^✗ permissions +--allow-write=\.\/zoom_recordings is not granted/m);
    assert.match(stdout, /^✗ permissions +--allow-sys=statfs is not granted/m);
    assert.equal(code, 2);
    assert.deepEqual(zoom.requests, []);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("doctor misses the rights that permissions says are missing, those of plugins among them", async () => {
  await using zoom = await startSimulator({ users: 1, months: 1 });
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    const plugin = ["--plugin", "exec", "--plugin-option", "exec.program=true"];
    const permissions = [
      "--allow-read=.env",
      "--allow-env=ZOOM_*,MAX_CONCURRENT_DOWNLOADS,DOWNLOAD_TIMEOUT,CHUNK_SIZE,NO_COLOR,FORCE_COLOR,TERM",
    ];
    const ask = async (command: readonly string[]) => {
      const { stdout, stderr } = await runProgram([...command, "--json", ...plugin], {
        zoom,
        cwd,
        permissions,
      });
      assert.notEqual(stdout, "", stderr);
      return JSON.parse(stdout);
    };
    const { missing } = await ask(["permissions", "doctor"]);
    const told = await ask(["doctor"]);
    const lacks: readonly { message: string; exit_code: number }[] = told.findings
      .filter(({ check }: { check: string }) => check === "permissions");
    const single = (flag: string) => {
      const [name = "", list = ""] = flag.split("=");
      return list.split(",").map((value) => `${name}=${value}`);
    };
    const flags = lacks.map(({ message }) => message.split(" ")[0] ?? "");
    assert.deepEqual(flags.sort(), missing.flatMap(single).sort());
    for (const kind of ["read=plugins", "run=true", "env=PATH", "net=127.0.0.1", "sys=statfs"]) {
      assert.ok(flags.includes(`--allow-${kind}`), kind);
    }
    const codeOf = (flag: string) => lacks.find(({ message }) => message.startsWith(flag))?.exit_code;
    assert.deepEqual([codeOf("--allow-read=plugins"), codeOf("--allow-run=true")], [2, 7]);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("doctor tells of an .env that others can read, though the right to read it is given up", async () => {
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    await Deno.writeTextFile(join(cwd, ".env"), "", { mode: 0o644 });
    await Deno.chmod(join(cwd, ".env"), 0o644);
    const permissions = ["--allow-read=.env,zoom_recordings,plugins", "--allow-env", "--allow-sys=statfs"];
    const { stdout } = await runProgram(["doctor", "--offline"], { cwd, permissions });
    assert.match(stdout, /settings +other users of this machine can read \.env/);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("doctor finds a program that it may start, though it may not look through PATH", async () => {
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    await Deno.mkdir(join(cwd, "bin"));
    await Deno.writeTextFile(join(cwd, "bin", "rclone"), "#!/bin/sh\necho 'rclone v9.8.7'\n", {
      mode: 0o755,
    });
    const permissions = [
      "--allow-read=.env,zoom_recordings,plugins",
      "--allow-write=zoom_recordings",
      "--allow-net=*.zoom.us",
      "--allow-env",
      "--allow-sys=statfs",
      "--allow-run=rclone",
    ];
    const args = ["doctor", "--offline", "--plugin", "rclone", "--plugin-option", "rclone.remote=x:y"];
    const look = async (PATH: string) =>
      (await runProgram(args, { cwd, permissions, env: { PATH, LANG: "C.UTF-8" } })).stdout;
    assert.match(await look(join(cwd, "bin")), /^✓ programs +rclone v9\.8\.7, for rclone$/m);
    const missing = /^✗ permissions +--allow-run=rclone is not granted .*\n +→ see that it is installed/m;
    assert.match(await look("/nowhere"), missing);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("doctor tells of an .env that others can read, and marks in ASCII where the locale has no more", async () => {
  const cwd = await Deno.makeTempDir({ prefix: "zoom-extract-doctor-" });
  try {
    await Deno.writeTextFile(join(cwd, ".env"), "ZOOM_FROM=2024-01-01\n");
    if (hasModes) await Deno.chmod(join(cwd, ".env"), 0o644);
    const process = new FakeProcess({ LANG: "C" });
    const code = await main(["doctor", "--offline"], process.context({ cwd, clock: systemClock }));
    assert.equal(code, 0);
    const expected = hasModes ? assert.match : assert.doesNotMatch;
    expected(
      process.stdout.text,
      /^! {2}settings +other users of this machine can read \.env\n +-> chmod 600 \.env$/m,
    );
    assert.match(process.stdout.text, /^ok permissions/m);
    // deno-lint-ignore no-control-regex -- that is the question
    assert.match(process.stdout.text, /^[\x00-\x7f]*$/);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});
