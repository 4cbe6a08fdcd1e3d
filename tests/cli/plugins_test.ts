import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";
import { killedCode, runProgram } from "../support/program.ts";
import { onPosix } from "../support/systems.ts";
import { pluginSource } from "../plugin_host/_support.ts";

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-cli-" });
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const kinds = ["filter", "naming", "hook"] as const;

for (const kind of kinds) {
  Deno.test(`plugins new makes a ${kind} that plugins check accepts and whose own test passes`, () =>
    inFolder(async (cwd) => {
      const made = await runProgram(["plugins", "new", "my-own", "--kind", kind], { cwd });
      assert.equal(made.code, 0, made.stderr);
      assert.equal(made.stdout, "plugins/my_own.ts\nplugins/my_own_test.ts\n");
      const checked = await runProgram(["plugins", "check", "plugins/my_own.ts"], { cwd });
      assert.equal(checked.code, 0, checked.stdout);
      assert.match(checked.stdout, /✓ its types fit/);
      const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["test", "-A", "-q", "--config", config, join(cwd, "plugins")],
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }));
}

Deno.test("plugins new overwrites nothing and wants a kebab-case name", () =>
  inFolder(async (cwd) => {
    await runProgram(["plugins", "new", "mine"], { cwd });
    const again = await runProgram(["plugins", "new", "mine"], { cwd });
    assert.equal(again.code, 2);
    assert.match(again.stderr, /plugins\/mine\.ts.*exists already/);
    assert.equal((await runProgram(["plugins", "new", "Mine"], { cwd })).code, 2);
  }));

Deno.test("plugins check tells what is wrong, exit 7", () =>
  inFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "bad.ts"), pluginSource("bad", "{ filters: { f: () => 'yes' } }"));
    const nonsense = await runProgram(["plugins", "check", "bad.ts"], { cwd });
    assert.equal(nonsense.code, 7);
    assert.match(nonsense.stdout, /✗ .*filter f gave string/);
    await Deno.writeTextFile(
      join(cwd, "far.ts"),
      pluginSource("far", "{}", { head: 'import x from "npm:ms@2"; x;' }),
    );
    assert.match((await runProgram(["plugins", "check", "far.ts"], { cwd })).stdout, /✗ .*npm:ms@2/);
  }));

Deno.test("plugins list and info show bundled and dropped-in plugins, and what is asked for", () =>
  inFolder(async (cwd) => {
    await Deno.mkdir(join(cwd, "plugins"));
    const source = pluginSource("sender", "{}", {
      permissions: '{ net: ["hooks.example.com"] }',
      options: '{ url: { type: "url", required: true, help: "Where to." } }',
    });
    await Deno.writeTextFile(join(cwd, "plugins", "sender.ts"), source);
    const { stdout } = await runProgram(["plugins", "list"], { cwd });
    assert.match(stdout, /^match +1\.0\.0 .*bundled +no +add --plugin match/m);
    assert.match(
      stdout,
      /^sender +1\.0\.0 .*sender\.ts +no +asks for more than it has: connects to hooks\.example\.com/m,
    );
    const info = await runProgram(["plugins", "info", "sender"], { cwd });
    assert.match(info.stdout, /^url +url +required +Where to\.$/m);
    const json = await runProgram(["plugins", "list", "--json", "--grant", "sender"], { cwd });
    const rows = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(rows.find(({ name }) => name === "sender").active, true);
  }));

const selections: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
  [["--plugin", "nobody"], 7, /"nobody".*none of that name[\s\S]*match/],
  [["--plugin", "match"], 7, /"match".*"where" is missing/],
  [["--plugin", "match", "--plugin-option", "match.where=colour = red"], 7, /colour/],
  [["--plugin-option", "match"], 2, /--plugin-option "match": not NAME\.KEY=VALUE/],
  [["--plugins-dir", "./nowhere"], 2, /--plugins-dir "\.\/nowhere": no such folder/],
  [["--plugin-timeout", "soon"], 2, /--plugin-timeout "soon"/],
];

for (const [args, code, message] of selections) {
  Deno.test(`extract ${args.join(" ")} ends with ${code} before anything is downloaded`, () =>
    inFolder(async (cwd) => {
      await using zoom = await startSimulator({ users: 1, months: 1 });
      const result = await runProgram(args, { cwd, zoom });
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, message);
      assert.equal(zoom.count(), 0);
    }));
}

Deno.test("a plugin of ./plugins takes part by itself, --no-plugins leaves it out, the configuration sets its options", () =>
  inFolder(async (cwd) => {
    await Deno.mkdir(join(cwd, "plugins"));
    const source = pluginSource(
      "only",
      "{ filters: { type: ({ file }) => file.fileType === context.options.type } }",
      {
        options: '{ type: { type: "string", default: "CHAT", help: "x" } }',
      },
    );
    await Deno.writeTextFile(join(cwd, "plugins", "only.ts"), source);
    await Deno.writeTextFile(join(cwd, "zoom.json"), '{ "plugins": { "only": { "type": "M4A" } } }');
    await using zoom = await startSimulator({ users: 2, months: 1 });
    const fetched = async (args: readonly string[]) => {
      const { stdout, stderr } = await runProgram(["--dry-run", "--json", ...args], { cwd, zoom });
      assert.ok(stdout, stderr);
      return JSON.parse(stdout).plan.fetch.files as number;
    };
    const count = (type?: string) =>
      zoom.truth().filter(({ fileType }) => type === undefined || fileType === type).length;
    assert.equal(await fetched([]), count("CHAT"));
    assert.equal(await fetched(["--no-plugins"]), count());
    assert.equal(await fetched(["--config", "zoom.json"]), count("M4A"));
    assert.equal(await fetched(["--config", "zoom.json", "--plugin-option", "only.type=MP4"]), count("MP4"));
  }));

Deno.test("hooks run calls hooks for what is held: what was never done, what failed, or all", () =>
  inFolder(async (cwd) => {
    await using zoom = await startSimulator({ users: 1, months: 1 });
    await using archive = await ArchiveUnderTest.of(zoom);
    const { files } = await archive.run();
    const dir = join(cwd, "plugins");
    await Deno.mkdir(dir);
    const body = `{ hooks: { async afterTransfer({ file }) {
      if (file.fileType === "CHAT") throw new Error("no chats");
      await Deno.writeTextFile(context.dataDir + "/calls", "x", { append: true });
    } } }`;
    await Deno.writeTextFile(
      join(dir, "count.ts"),
      pluginSource("count", body, { permissions: '{ write: ["$PLUGIN_DATA"] }' }),
    );
    const calls = async () =>
      (await Deno.readTextFile(join(archive.dir, "_metadata", "plugins", "count", "calls")).catch(() => ""))
        .length;
    const chats = zoom.truth().filter(({ fileType }) => fileType === "CHAT").length;
    const run = (...args: string[]) =>
      runProgram(["hooks", "run", "--output-dir", archive.dir, "--grant", "count", ...args], { cwd });
    const first = await run();
    assert.equal(first.code, 4, first.stderr);
    assert.match(first.stderr, new RegExp(`Hooks: ${files.downloaded - chats} done, ${chats} failed`));
    assert.equal(await calls(), files.downloaded - chats);
    await run("--failed");
    assert.equal(await calls(), files.downloaded - chats, "only chats were due, and failed again");
    await run("--all");
    assert.equal(await calls(), 2 * (files.downloaded - chats));
    assert.equal((await runProgram(["hooks", "run", "--output-dir", archive.dir], { cwd })).code, 2);
  }));

Deno.test("killed in the middle of a hook, the next run calls it again", () =>
  inFolder(async (cwd) => {
    await using zoom = await startSimulator({ users: 1, months: 1 });
    await using archive = await ArchiveUnderTest.of(zoom);
    await Deno.mkdir(join(cwd, "plugins"));
    const mark = join(cwd, "killed");
    const body = `{ hooks: { async afterTransfer({ file }) {
      const first = await Deno.stat(${JSON.stringify(mark)}).then(() => false, () => true);
      if (first) { await Deno.writeTextFile(${
      JSON.stringify(mark)
    }, file.key); Deno.kill(Deno.pid, "SIGKILL"); await new Promise(() => {}); }
      await Deno.writeTextFile(${JSON.stringify(join(cwd, "done"))}, file.key + "\\n", { append: true });
    } } }`;
    await Deno.writeTextFile(join(cwd, "plugins", "deadly.ts"), pluginSource("deadly", body));
    await Deno.writeTextFile(join(cwd, "zoom.json"), '{ "plugins": { "deadly": { "trust": true } } }');
    const args = ["--output-dir", archive.dir, "--config", "zoom.json"];
    const killed = await runProgram(args, { cwd, zoom });
    assert.equal(killed.code, killedCode);
    const victim = await Deno.readTextFile(mark);
    const next = await runProgram(args, { cwd, zoom });
    assert.equal(next.code, 0, next.stderr);
    const done = (await Deno.readTextFile(join(cwd, "done"))).trim().split("\n");
    assert.ok(done.includes(victim));
    assert.equal(new Set(done).size, zoom.truth().length);
  }));

Deno.test(
  "a program that a trusted plugin starts inherits no credential",
  onPosix,
  () =>
    inFolder(async (cwd) => {
      await using zoom = await startSimulator({ users: 1, months: 1 });
      await using archive = await ArchiveUnderTest.of(zoom);
      await Deno.mkdir(join(cwd, "plugins"));
      const body = `{ hooks: { async beforeRun() {
      const { stdout } = await new Deno.Command("env").output();
      await Deno.writeFile(${JSON.stringify(join(cwd, "env.txt"))}, stdout);
    } } }`;
      await Deno.writeTextFile(join(cwd, "plugins", "nosy.ts"), pluginSource("nosy", body));
      await Deno.writeTextFile(join(cwd, "zoom.json"), '{ "plugins": { "nosy": { "trust": true } } }');
      await runProgram(["--output-dir", archive.dir, "--config", "zoom.json"], { cwd, zoom });
      const text = await Deno.readTextFile(join(cwd, "env.txt"));
      assert.ok(text.includes("PATH="));
      assert.ok(!/ZOOM_CLIENT|ZOOM_ACCOUNT/.test(text), text);
    }),
);

Deno.test("list --print path shows where files would go, by the naming that is active", () =>
  inFolder(async (cwd) => {
    await using zoom = await startSimulator({ users: 1, months: 1 });
    const lines = async (...args: string[]) =>
      (await runProgram(["list", "--print", "path", ...args], { cwd, zoom })).stdout.trim().split("\n");
    const plain = await lines();
    assert.ok(
      plain.every((line) => line === "" || /^[^/]+\/\d{8}_\d{6}Z_[^/]+\/\d{8}_\d{6}Z_[^/]+\.\w+$/.test(line)),
    );
    const args = ["--plugin", "template", "--plugin-option", "template.path={file_type}/{start:%Y}"];
    const named = await lines(...args);
    assert.ok(named.some((line) => /^MP4\/\d{4}\.mp4$/.test(line)), named.join());
    await using archive = await ArchiveUnderTest.of(zoom);
    await archive.run();
    const shown = await lines("--output-dir", archive.dir);
    const held = (await archive.tree()).filter((path) => !/\/(meta\.json|files\.csv)$/.test(path));
    assert.ok(held.length > 0 && held.every((path) => shown.includes(path)));
  }));

Deno.test("the demo goes through with a filter of one's own, and says what it left out", () =>
  inFolder(async (cwd) => {
    await Deno.mkdir(join(cwd, "plugins"));
    const filter = "{ filters: { type: ({ file }) => file.fileType === 'CHAT' } }";
    await Deno.writeTextFile(join(cwd, "plugins", "chats.ts"), pluginSource("chats", filter));
    const { code, stdout } = await runProgram(["demo", "--no-progress"], { cwd });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /✓ \d+ files left out by your plugins/);
  }));

Deno.test("nothing that a plugin gets to see holds a token, the secret, a passcode or a download address", () =>
  inFolder(async (cwd) => {
    await using zoom = await startSimulator({ users: 2, months: 1, quirks: { trashedMeeting: true } });
    await using archive = await ArchiveUnderTest.of(zoom);
    await Deno.mkdir(join(cwd, "plugins"));
    // Everything reachable: arguments of every call, the context, globals, arguments of the program.
    const body = `(() => {
      const seen = [];
      const see = (what) => seen.push(Deno.inspect(what, { depth: 20, strAbbreviateSize: 1e6, iterableLimit: 1e6 }));
      see(context); see(Deno.args); see(Object.getOwnPropertyNames(globalThis).map((name) => [name, globalThis[name]]));
      return {
        filters: { all: (candidate, siblings) => { see([candidate, siblings]); return candidate.file.fileType !== "CHAT"; } },
        namings: { path: (candidate) => { see(candidate); return [candidate.meeting.topic, candidate.file.fileType]; } },
        hooks: {
          beforeRun: see, afterTransfer: see, onSkip: see, onFailure: see,
          async afterRun(summary) { see(summary); await Deno.writeTextFile(context.dataDir + "/seen", seen.join("\\n")); },
        },
      };
    })()`;
    const source = pluginSource("spy", body, { permissions: '{ write: ["$PLUGIN_DATA"] }' });
    await Deno.writeTextFile(join(cwd, "plugins", "spy.ts"), source);
    zoom.fault({ on: "/rec/*", do: "status", code: 400, times: 1 });
    await runProgram(["--output-dir", archive.dir, "--grant", "spy", "--include-trash"], { cwd, zoom });
    const seen = await Deno.readTextFile(join(archive.dir, "_metadata", "plugins", "spy", "seen"));
    assert.ok(seen.length > 10_000 && seen.includes("listedSizeBytes") && seen.includes("exit_code"));
    for (const secret of zoom.secrets()) assert.ok(!seen.includes(secret), secret);
  }));

Deno.test("--help tells about the options of plugins that take part by themselves", () =>
  inFolder(async (cwd) => {
    const bare = await runProgram(["--help"], { cwd });
    assert.ok(!bare.stdout.includes("Active plugins"));
    await runProgram(["plugins", "new", "long-ones"], { cwd });
    const { stdout } = await runProgram(["--help"], { cwd });
    assert.match(stdout, /Active plugins[\s\S]*long-ones 0\.1\.0[\s\S]*minutes +number +5 +Shortest meeting/);
  }));
