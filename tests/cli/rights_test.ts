import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { allowFlags, type Grant, missingFlag } from "../../src/core/grants.ts";
import { neededGrants, type Situation } from "../../src/cli/rights/needed_grants.ts";
import { shellQuote } from "../../src/cli/rights/command_line.ts";
import { withoutCovered } from "../../src/cli/rights/plugin_needs.ts";
import { excessOf, missingOf, type Rights } from "../../src/cli/rights/rights.ts";
import { leadsOutside } from "../../src/cli/rights/real_path.ts";
import { requireRights } from "../../src/cli/rights/require_rights.ts";
import { v8Flags } from "../../src/cli/v8_flags.ts";
import { zoomDomains } from "../../src/core/zoom_domains.ts";
import { credentials, runCli } from "./_harness.ts";

const plain: Situation = {
  outputDir: "archive",
  writes: true,
  measuresSpace: true,
  zoomUrls: ["https://api.zoom.us/v2", "https://zoom.us/oauth/token"],
  dotEnv: ".env",
  variables: ["ZOOM_FROM", "ZOOM_CLIENT_ID", "CHUNK_SIZE"],
  pluginDirs: ["plugins"],
  pluginCode: [],
  plugins: [],
  zoomDomains,
};

const looks = "NO_COLOR,FORCE_COLOR,TERM";
const base: Readonly<Record<string, string>> = {
  read: "archive,.env,plugins",
  write: "archive",
  net: "*.zoom.us",
  env: `ZOOM_*,CHUNK_SIZE,${looks}`,
  sys: "statfs",
};

const needs = { net: [], read: [], write: [], env: [], run: [] };
const cases: readonly {
  name: string;
  change: Partial<Situation>;
  flags: Readonly<Record<string, string | undefined>>;
}[] = [
  { name: "a plain run", change: {}, flags: {} },
  {
    name: "a log file, read to see where its name leads",
    change: { logFile: "run.jsonl" },
    flags: { read: "archive,.env,run.jsonl,plugins", write: "archive,run.jsonl" },
  },
  {
    name: "a configuration file",
    change: { configFile: "c.json" },
    flags: { read: "archive,.env,c.json,plugins" },
  },
  {
    name: "a command that only reads the archive",
    change: { writes: false, measuresSpace: false },
    flags: { write: "archive/_logs/inventory.db", sys: undefined },
  },
  {
    name: "a command that does not ask Zoom",
    change: { zoomUrls: [] },
    flags: { net: undefined },
  },
  {
    name: "the government cloud",
    change: { zoomUrls: ["https://api.zoomgov.com/v2", "https://zoomgov.com/oauth/token"] },
    flags: { net: "*.zoomgov.com" },
  },
  {
    name: "a host that only looks like Zoom's",
    change: { zoomUrls: ["https://evilzoom.us/v2"] },
    flags: { net: "evilzoom.us" },
  },
  {
    name: "a simulated account, at any port of this machine",
    change: { zoomUrls: ["http://127.0.0.1:8123/v2"] },
    flags: { net: "127.0.0.1" },
  },
  {
    name: "an archive that is a link",
    change: { realOutputDir: "/mnt/disk" },
    flags: { read: "archive,/mnt/disk,.env,plugins", write: "archive,/mnt/disk" },
  },
  {
    name: "a plugin that runs programs and writes",
    change: {
      plugins: [{
        name: "transcode",
        permissions: { ...needs, run: ["ffmpeg", "ffprobe"], write: ["archive"] },
      }],
    },
    flags: { run: "ffmpeg,ffprobe" },
  },
  {
    name: "a plugin that wants every host",
    change: { plugins: [{ name: "far", permissions: { ...needs, net: ["*"] } }] },
    flags: { net: "" },
  },
  {
    name: "a folder with a comma in its name",
    change: { outputDir: "a,b" },
    flags: { read: "a,,b,.env,plugins", write: "a,,b" },
  },
];

Deno.test.each(cases)("the rights of $name", ({ change, flags }) => {
  const wanted = Object.entries({ ...base, ...flags }).flatMap(([kind, list]) =>
    list === undefined ? [] : [list === "" ? `--allow-${kind}` : `--allow-${kind}=${list}`]
  );
  assert.deepEqual(allowFlags(neededGrants({ ...plain, ...change })).sort(), wanted.sort());
});

Deno.test("each right says what it is for", () => {
  for (const { change } of cases) {
    for (const { why } of neededGrants({ ...plain, ...change })) assert.match(why, /\w/);
  }
});

const only = (...granted: readonly string[]): Rights => ({
  has: ({ kind, value }) => granted.includes(value === undefined ? kind : `${kind} ${value}`),
  drop: () => {},
});

Deno.test("what is missing and what is too much is told apart", () => {
  const grants: Grant[] = [
    { kind: "read", value: "a", why: "x" },
    { kind: "net", why: "x" },
    { kind: "run", value: "ffmpeg", why: "x" },
  ];
  const rights = only("read", "read a", "net", "write");
  assert.deepEqual(missingOf(grants, rights).map(({ value }) => value), ["ffmpeg"]);
  assert.deepEqual(excessOf(grants, rights), ["read", "write"]);
  assert.doesNotThrow(() => requireRights("x", [], rights));
  assert.throws(() => requireRights("extract", grants, rights), {
    message: 'Cannot begin extract: no right to run "ffmpeg"',
    hint: "add --allow-run=ffmpeg; with -P that would replace what the set has, " +
      "so run what zoom-extract permissions extract … prints",
  });
});

Deno.test.each([
  [
    'Requires net access to "api.zoom.us:443", run again with the --allow-net flag',
    "--allow-net=api.zoom.us:443",
  ],
  ['Requires read access to "/a b/c", run again with the --allow-read flag', "--allow-read=/a b/c"],
  ["Requires env access, run again with the --allow-env flag", "--allow-env"],
  ["Can't escalate parent thread permissions", undefined],
])("the runtime's message %j names the flag %j", (message, flag) => {
  assert.equal(missingFlag(new Deno.errors.NotCapable(message)), flag);
});

Deno.test("a printed line is read by a shell as the words it was made of", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const word = fc.string({
    unit: fc.constantFrom("a", "'", '"', " ", "$", "\\", "*", "é", "=", ";", "\n"),
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 5 }), async (words) => {
      const script = `for each in ${shellQuote(words)}; do printf '%s\\0' "$each"; done`;
      const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
      assert.deepEqual(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
    }),
    { numRuns: 40 },
  );
});

Deno.test("a link is followed only inside of what is allowed, and what is allowed may be a link itself", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(join(dir, "in", "sub"), { recursive: true });
    await Deno.mkdir(join(dir, "out"));
    await Deno.symlink(join(dir, "out"), join(dir, "in", "far"));
    await Deno.symlink(join(dir, "in", "sub"), join(dir, "in", "near"));
    await Deno.symlink(join(dir, "in"), join(dir, "door"));
    await Deno.symlink(join(dir, "out", "new"), join(dir, "in", "dangling"));
    const below = (folder: string): Rights => ({
      has: ({ value }) => value !== undefined && `${value}/`.startsWith(`${join(dir, folder)}/`),
      drop: () => {},
    });
    const look = (path: string, folder: string) => leadsOutside(join(dir, path), "write", below(folder));
    assert.equal(await look("in/sub/file", "in"), undefined);
    assert.equal(await look("in/far/file", "in"), join(dir, "out", "file"));
    assert.equal(await look("in/dangling", "in"), join(dir, "out", "new"));
    assert.equal(await look("door/sub", "door"), undefined);
    assert.equal(await look("in/far", "in/far"), undefined);
    const all: Rights = { has: () => true, drop: () => {} };
    assert.equal(await leadsOutside(join(dir, "in/far/file"), "write", all), undefined);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("permissions prints the line on stdout, and reasons and the comparison on stderr", async () => {
  const args = ["permissions", "-o", "my archive", "--no-plugins"];
  const overrides = { rights: only("read", "write", "net *.zoom.us", "env") };
  const { code, stdout, stderr } = await runCli(args, { env: credentials, overrides });
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^deno run --no-prompt [^\n]*main\.ts extract --output-dir 'my archive' --no-plugins\n$/,
  );
  assert.match(stdout, new RegExp(` ${RegExp.escape(v8Flags)} \\S*main\\.ts `), "V8 as a binary has it");
  assert.match(stderr, /read {3}.*my archive +the archive\n/);
  assert.match(stderr, /This process lacks --allow-read=.*--allow-sys=statfs/);
  assert.match(stderr, /This process may do more: all of read, write, env/);
});

Deno.test("permissions of an unknown command is refused, and of simulate is this machine alone", async () => {
  const wrong = await runCli(["permissions", "exfiltrate"]);
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /there are extract, list, init, doctor, status, verify, export, rebuild, adopt, plugins, hooks, simulate/,
  );
  const { stdout } = await runCli(["permissions", "simulate"]);
  assert.match(
    stdout,
    /^deno run --no-prompt --allow-net=127\.0\.0\.1 --v8-flags=\S+ \S*main\.ts simulate\n$/,
  );
});

Deno.test("a path in another path of the same kind is not named again", () => {
  const grants = ["a", "a/b", resolve("a"), "ab"].map((value): Grant => ({ kind: "read", value, why: "x" }));
  const write: Grant = { kind: "write", value: "a/b", why: "x" };
  assert.deepEqual(withoutCovered([...grants, write]).map(({ value }) => value), ["a", "ab", "a/b"]);
});
