import assert from "node:assert/strict";
import { credentials, runCli } from "./_harness.ts";

interface Case {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const cases: readonly Case[] = [
  { args: ["--from-dat", "2024-01-01"], says: ["--from-dat", "did you mean --from-date?"] },
  { args: ["--frobnicate"], says: ["--frobnicate", "no such option", "--help"] },
  { args: ["-x"], says: ["-x", "no such option"] },
  { args: ["extract", "everything"], says: ['"everything"', "options only"] },
  { args: ["--json", "list"], says: ['"list"', "the command comes first"] },
  { args: ["lst"], says: ['"lst"', "no such command", "did you mean list?"] },
  { args: ["download-all"], says: ['"download-all"', "commands are extract"] },
  { args: ["help", "lst"], says: ['"lst"', "did you mean list?"] },
  { args: ["--csv"], says: ["--csv", "zoom-extract list"] },
  { args: ["--client-secret", "abc"], says: ["--client-secret", "ZOOM_CLIENT_SECRET", "others can read"] },
  {
    args: ["--from-date", "2024-13-01"],
    says: ['--from-date "2024-13-01"', "not a day written YYYY-MM-DD", "for example"],
  },
  { args: ["--from-date=2023-02-29"], says: ['"2023-02-29"', "not a day"] },
  { args: ["--to-date", "yesterday"], says: ['--to-date "yesterday"', "not a day"] },
  {
    args: ["-f", "2024-05-02", "-t", "2024-05-01"],
    says: ['--from-date "2024-05-02"', 'after --to-date "2024-05-01"'],
  },
  { args: ["-f", "2024-06-16"], says: ['--from-date "2024-06-16"', "after today, 2024-06-15"] },
  { args: ["--from-date"], says: ["--from-date", "needs a value", "YYYY-MM-DD"] },
  { args: ["--from-date", "--json"], says: ["--from-date", "needs a value", "--from-date=--json"] },
  { args: ["--output-dir", ""], says: ["--output-dir", "is empty"] },
  { args: ["--user-filter", " , "], says: ["--user-filter", "no entry"] },
  { args: ["--output-dir", "~/zoom"], says: ['"~/zoom"', "~ is not expanded", "full path"] },
  { args: ["--max-concurrent", "many"], says: ['--max-concurrent "many"', "not a whole number", "1 to 64"] },
  { args: ["--max-concurrent", "0"], says: ['"0"', "out of range", "1 to 64"] },
  { args: ["--max-concurrent", "65"], says: ['"65"', "out of range"] },
  { args: ["-c", "-3"], says: ['--max-concurrent "-3"', "out of range"] },
  { args: ["--lookback", "366"], says: ['"366"', "0 to 365"] },
  { args: ["--limit-rate", "fast"], says: ['--limit-rate "fast"', "not a number of bytes"] },
  { args: ["--limit-rate", "0"], says: ['"0"', "out of range"] },
  { args: ["--max-duration", "soon"], says: ['"soon"', "not a duration"] },
  { args: ["--max-transfer", "0"], says: ['"0"', "out of range"] },
  { args: ["--order", "random"], says: ['--order "random"', "newest, oldest, expiring, smallest"] },
  { args: ["--log-level", "LOUD"], says: ['"LOUD"', "DEBUG, INFO, WARNING, ERROR"] },
  { args: ["--types", "MP4,../x"], says: ['"../x"', "not a file type"] },
  { args: ["--types", "mp4", "--exclude-types", "MP4"], says: ["--exclude-types", "nothing would be left"] },
  { args: ["--json=yes"], says: ['--json "yes"', "takes no value"] },
  { args: ["list", "--json", "--csv", "--log-file", "run.log"], says: ["--json with --csv", "choose one"] },
  { env: {}, says: ["ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID, ZOOM_CLIENT_SECRET are not set", ".env"] },
  { env: { ...credentials, ZOOM_CLIENT_SECRET: "" }, says: ["ZOOM_CLIENT_SECRET is not set"] },
  { env: { ...credentials, ZOOM_CLIENT_ID: "two words" }, says: ["ZOOM_CLIENT_ID", "a space"] },
  {
    env: { ...credentials, MAX_CONCURRENT_DOWNLOADS: "abc" },
    says: ['MAX_CONCURRENT_DOWNLOADS "abc"', "not a whole number"],
  },
  {
    env: { ...credentials, ZOOM_FROM: "01.02.2024" },
    says: ['ZOOM_FROM "01.02.2024"', "for example 2024-01-31"],
  },
  { env: { ...credentials, DOWNLOAD_TIMEOUT: "0" }, says: ['DOWNLOAD_TIMEOUT "0"', "not a duration"] },
  { env: { ...credentials, CHUNK_SIZE: "1K" }, says: ['CHUNK_SIZE "1K"', "64K to 64M"] },
  {
    env: { ...credentials, ZOOM_API_URL: "api.zoom.us" },
    says: ['ZOOM_API_URL "api.zoom.us"', "not a web address"],
  },
  {
    env: { ...credentials, ZOOM_API_URL: "http://api.zoom.us/v2" },
    says: ["plain http:", "this machine only"],
  },
  { env: { ...credentials, ZOOM_OAUTH_URL: "ftp://zoom.us" }, says: ["ZOOM_OAUTH_URL", "not a web address"] },
  { env: { ...credentials, ZOOM_API_URL: "http://127.0.0.1.evil.example/v2" }, says: ["plain http:"] },
  { env: { ...credentials, ZOOM_API_URL: "https://zoom.us/v2?x=1" }, says: ["query or fragment"] },
  { files: { ".env": "ZOOM_TO=never" }, says: ['ZOOM_TO in .env "never"', "not a day"] },
  { args: ["--config", "missing.json"], says: ['--config "missing.json"', "no such file"] },
  { args: ["--config", "c.json"], files: { "c.json": "{" }, says: ['"c.json"', "not JSON"] },
  { args: ["--config", "c.json"], files: { "c.json": "[1]" }, says: ["not a JSON object"] },
  {
    args: ["--config", "c.json"],
    files: { "c.json": '{"output_dir": "x"}' },
    says: ['"output_dir"', 'did you mean "output-dir"?'],
  },
  {
    args: ["--config", "c.json"],
    files: { "c.json": '{"types": [1]}' },
    says: ['"types" in c.json', "array of texts"],
  },
  {
    args: ["--config", "c.json"],
    files: { "c.json": '{"lookback": 1.5}' },
    says: ['lookback in c.json "1.5"', "not a whole number"],
  },
  {
    args: ["--config", "c.json"],
    files: { "c.json": '{"dry-run": "maybe"}' },
    says: ['dry-run in c.json "maybe"', "neither true nor false"],
  },
  {
    args: ["--config", "c.json"],
    files: { "c.json": '{"config": "d.json"}' },
    says: ['"config" in c.json', "no such option"],
  },
];

const named = cases.map((row) => ({ ...row, name: nameOf(row) }));

function nameOf({ args = [], env, files = {} }: Case): string {
  const changed = Object.entries(env ?? {}).filter(([name, value]) => credentials[name] !== value);
  const variables = changed.map(([name, value]) => `${name}="${value}"`);
  const words = args.map((arg) => arg === "" ? '""' : arg);
  const told = [...variables, ...words, ...Object.values(files)].join(" ");
  return told === "" ? "missing credentials" : told;
}

Deno.test.each(named)("main() refuses $name with one helpful line and creates nothing", async (row) => {
  const result = await runCli(row.args ?? [], { env: row.env ?? credentials, files: row.files ?? {} });
  assert.equal(result.code, 2, result.stderr);
  assert.equal(result.stdout, "");
  assert.match(result.stderr, /^zoom-extract: Cannot [^\n]+\n$/);
  for (const part of row.says) assert.ok(result.stderr.includes(part), `${result.stderr} lacks ${part}`);
  assert.deepEqual(result.files, Object.keys(row.files ?? {}).sort());
});

Deno.test("main() never quotes a client secret it refuses", async () => {
  const result = await runCli([], { env: { ...credentials, ZOOM_CLIENT_SECRET: "hush hush" } });
  assert.equal(result.code, 2);
  assert.match(result.stderr, /ZOOM_CLIENT_SECRET "…"/);
  assert.doesNotMatch(result.stderr, /hush/);
});

Deno.test("main() never quotes the credentials of an address it refuses", async () => {
  const result = await runCli([], { env: { ...credentials, ZOOM_API_URL: "https://me:hunter2@zoom.us/v2" } });
  assert.equal(result.code, 2);
  assert.match(result.stderr, /https:\/\/…@zoom\.us/);
  assert.doesNotMatch(result.stderr, /hunter2/);
});

Deno.test("main() does not quote a configuration file that is no JSON", async () => {
  const files = { "c.json": '{"a":hunter2}' };
  const result = await runCli(["--config", "c.json"], { files });
  assert.equal(result.code, 2);
  assert.doesNotMatch(result.stderr, /hunter2/);
});

const versions = [
  { denoVersion: "2.8.3", code: 2 },
  { denoVersion: "1.46.3", code: 2 },
  { denoVersion: "2.9.0", code: 0 },
  { denoVersion: "2.10.0-rc.1", code: 0 },
  { denoVersion: "3.0.0", code: 0 },
];

Deno.test.each(versions)(
  "on Deno $denoVersion the program ends with $code",
  async ({ denoVersion, code }) => {
    const result = await runCli(["--version"], { overrides: { denoVersion } });
    assert.equal(result.code, code);
    if (code === 2) {
      assert.match(
        result.stderr,
        new RegExp(`^zoom-extract: Cannot run on Deno ${denoVersion}: it takes 2.9 or later`),
      );
    }
  },
);
