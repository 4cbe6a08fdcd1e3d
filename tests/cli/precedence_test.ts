import assert from "node:assert/strict";
import { completeConfig, type Config } from "../../src/core/config.ts";
import type { RunExtract } from "../../src/cli/context.ts";
import { optionRows } from "../../src/cli/options.ts";
import { credentials, FakeProcess, noon, runCli, summaryOf } from "./_harness.ts";

async function configOf(
  args: readonly string[],
  options: { env?: Record<string, string>; files?: Record<string, string> } = {},
): Promise<{ config: Config; stderr: string }> {
  let config: Config | undefined;
  const runExtract: RunExtract = (given) => {
    config = given;
    return Promise.resolve(summaryOf());
  };
  const env = { ...credentials, ...options.env };
  const { stderr } = await runCli(args, { env, files: options.files ?? {}, overrides: { runExtract } });
  assert.ok(config, stderr);
  return { config, stderr };
}

Deno.test("extract without anything but credentials has the defaults of completeConfig()", async () => {
  const { config } = await configOf([]);
  const { outputDir, plugins, ...rest } = config;
  assert.deepEqual(plugins.settings, {});
  assert.ok(
    plugins.dirs.every((dir) => dir.endsWith("/plugins")) && plugins.secretFiles[0]?.endsWith("/.env"),
  );
  const { outputDir: _, plugins: __, ...defaults } = completeConfig({
    credentials: { accountId: "account", clientId: "client", clientSecret: "s3cret-value" },
  }, noon);
  assert.deepEqual(rest, defaults);
  assert.match(outputDir, /\/zoom_recordings$/);
});

Deno.test("resolveOptions() prefers flag, then environment, then .env, then file, then default", async () => {
  const files = {
    ".env": "ZOOM_OUTDIR=/from-dot-env\nZOOM_USER_FILTER=dot@x\nMAX_CONCURRENT_DOWNLOADS=3\n",
    "c.json": JSON.stringify({
      "output-dir": "/from-file",
      "max-concurrent": 4,
      "lookback": 5,
      "order": "oldest",
    }),
  };
  const env = { ZOOM_OUTDIR: "/from-env", ZOOM_USER_FILTER: "env@x" };
  const { config } = await configOf(["--config", "c.json", "-o", "/from-flag"], { env, files });
  assert.equal(config.outputDir, "/from-flag");
  assert.deepEqual(config.userFilter, ["env@x"]);
  assert.equal(config.maxConcurrent, 3);
  assert.equal(config.lookbackDays, 5);
  assert.equal(config.order, "oldest");
  assert.equal(config.discovery, "auto");
});

Deno.test("resolveOptions() takes an empty variable as unset and goes on to the next place", async () => {
  const { config } = await configOf([], {
    env: { ZOOM_OUTDIR: "" },
    files: { ".env": "ZOOM_OUTDIR=/x\nZOOM_TO=\n" },
  });
  assert.equal(config.outputDir, "/x");
  assert.equal(config.range.to, "2024-06-15");
});

Deno.test("parseFlags() takes a repeated flag's last value, = forms, short forms and --no forms", async () => {
  const { config } = await configOf([
    "--lookback=1",
    "--lookback",
    "2",
    "-umia@x,leo@x",
    "--dry-run",
    "--no-dry-run",
    "--include-trash",
  ]);
  assert.equal(config.lookbackDays, 2);
  assert.deepEqual(config.userFilter, ["mia@x", "leo@x"]);
  assert.equal(config.dryRun, false);
  assert.equal(config.includeTrash, true);
});

const ranges = [
  { args: "--from-date 2024-01-01", from: "2024-01-01", to: "2024-06-15" },
  { args: "--to-date 2024-03-31", from: "2024-03-01", to: "2024-03-31" },
  { args: "", from: "2024-05-16", to: "2024-06-15" },
  { args: "--from-date 2024-02-29 --to-date 2024-02-29", from: "2024-02-29", to: "2024-02-29" },
];

Deno.test.each(ranges)("buildConfig() reads the range $from..$to from $args", async ({ args, from, to }) => {
  const { config } = await configOf(args === "" ? [] : args.split(" "));
  assert.deepEqual(config.range, { from, to });
});

Deno.test("every flag reaches the configuration under its own name", async () => {
  const { config } = await configOf([
    ...["-o", "/a", "-u", "!x@y", "-f", "2024-01-01", "-t", "2024-01-02", "-c", "7", "--include-trash"],
    ...["--dry-run", "--resume", "--types", "mp4,chat", "--exclude-types", "m4a", "--limit-rate", "10M"],
    ...["--max-duration", "1h30m", "--max-transfer", "2G", "--min-free-space", "0", "--order", "EXPIRING"],
    ...["--discovery", "users", "--participant-audio", "--allow-query-token", "--api-plan", "business"],
    ...["--relist", "--lookback", "0", "--plugin", "match", "--plugin-option", "match.where=trashed"],
    ...[
      "--plugin-option",
      "other.key=a,b",
      "--grant",
      "other",
      "--naming",
      "other/path",
      "--plugins-dir",
      ".",
    ],
    ...["--plugin-timeout", "5", "--hook-timeout", "2h", "--hook-concurrency", "3"],
  ], {
    env: {
      DOWNLOAD_TIMEOUT: "60",
      CHUNK_SIZE: "1M",
      ZOOM_API_URL: "http://127.0.0.1:8787/v2/",
      ZOOM_OAUTH_URL: "http://localhost:8787/oauth/token",
    },
  });
  const { plugins, ...rest } = config;
  const { dirs, secretFiles: _, ...settings } = plugins;
  assert.equal(dirs.length, 2);
  assert.deepEqual(settings, {
    given: [],
    settings: {
      match: { options: { where: "trashed" } },
      other: { grant: true, options: { key: "a,b" } },
    },
    naming: "other/path",
    callTimeoutMs: 5_000,
    hookTimeoutMs: 7_200_000,
    hookConcurrency: 3,
  });
  assert.deepEqual(rest, {
    credentials: { accountId: "account", clientId: "client", clientSecret: "s3cret-value" },
    apiUrl: "http://127.0.0.1:8787/v2",
    oauthUrl: "http://localhost:8787/oauth/token",
    outputDir: "/a",
    userFilter: ["!x@y"],
    range: { from: "2024-01-01", to: "2024-01-02" },
    maxConcurrent: 7,
    includeTrash: true,
    dryRun: true,
    resume: true,
    idleTimeoutMs: 60_000,
    chunkSizeBytes: 1024 ** 2,
    types: ["MP4", "CHAT"],
    excludeTypes: ["M4A"],
    limitRateBytesPerSecond: 10 * 1024 ** 2,
    maxDurationMs: 5_400_000,
    maxTransferBytes: 2 * 1024 ** 3,
    minFreeSpaceBytes: 0,
    order: "expiring",
    discovery: "users",
    participantAudio: true,
    allowQueryToken: true,
    apiPlan: "business",
    relist: true,
    lookbackDays: 0,
  });
});

Deno.test("a configuration file may hold every option, credentials included", async () => {
  const given = {
    "account-id": "a",
    "client-id": "b",
    "client-secret": "c",
    "download-timeout": 5,
    "include-trash": true,
    "types": ["mp4", "CHAT"],
    "max-concurrent": "auto",
  };
  let config: Config | undefined;
  await runCli(["--config", "c.json"], {
    env: {},
    files: { "c.json": JSON.stringify(given) },
    overrides: {
      runExtract: (got) => {
        config = got;
        return Promise.resolve(summaryOf());
      },
    },
  });
  assert.deepEqual(config?.credentials, { accountId: "a", clientId: "b", clientSecret: "c" });
  assert.equal(config?.idleTimeoutMs, 5_000);
  assert.equal(config?.includeTrash, true);
  assert.deepEqual(config?.types, ["MP4", "CHAT"]);
});

Deno.test({
  name: "readConfigFile() warns of credentials that other users can read",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/c.json`;
    const overrides = { runExtract: () => Promise.resolve(summaryOf()) };
    await Deno.writeTextFile(path, '{"client-secret": "hunter2"}');
    await Deno.chmod(path, 0o644);
    const open = await runCli(["--config", path], { overrides });
    await Deno.chmod(path, 0o600);
    const closed = await runCli(["--config", path], { overrides });
    await Deno.remove(folder, { recursive: true });
    assert.match(open.stderr, /warning .*other users of this machine can read it \(chmod 600/);
    assert.doesNotMatch(closed.stderr, /other users/);
    assert.doesNotMatch(open.stderr, /hunter2/);
  },
});

Deno.test("readDotEnv() warns of a variable that is probably misspelt", async () => {
  const { stderr } = await configOf([], { files: { ".env": "ZOOM_OUT_DIR=/x\nOTHER=1\n" } });
  assert.match(
    stderr,
    /warning {2}ZOOM_OUT_DIR in \.env is not a variable of this program: did you mean ZOOM_OUTDIR\?/,
  );
  assert.doesNotMatch(stderr, /OTHER/);
});

Deno.test("readDotEnv() is content with a folder of that name", async () => {
  const process = new FakeProcess(credentials);
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/.env`);
  const overrides = { cwd: folder, runExtract: () => Promise.resolve(summaryOf()) };
  const result = await runCli([], { process, overrides });
  await Deno.remove(folder, { recursive: true });
  assert.equal(result.code, 0, result.stderr);
});

Deno.test("every variable of the option rows is in env.example with its default, and no other", async () => {
  const text = await Deno.readTextFile(new URL("../../env.example", import.meta.url));
  const found = [...text.matchAll(/^#? ?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  const rows = optionRows.filter((row) => row.env !== undefined);
  // A variable may have a row for each kind of command that reads it.
  assert.deepEqual(found.map(([name]) => name).sort(), [...new Set(rows.map((row) => row.env))].sort());
  for (const [name, value] of found) {
    const row = rows.find((row) => row.env === name);
    assert.equal(value, row?.default ?? "", name);
  }
});
