import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commands } from "../../src/cli/commands.ts";
import { optionRows } from "../../src/cli/options.ts";
import type { Simulator } from "../../src/simulator/mod.ts";
import { pluginSource } from "../plugin_host/_support.ts";
import { foreignNamings, writeForeignTree } from "../support/foreign_trees.ts";
import { inFolder, printedLine, rightsOf, runLine } from "../support/printed_line.ts";
import { runProgram } from "../support/program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Place {
  readonly cwd: string;
  readonly zoom: Simulator;
}

const archive = ["--output-dir", "archive"];

/** An archive that holds what the account has. */
async function fill({ cwd, zoom }: Place): Promise<void> {
  const { code, stderr } = await runProgram([...archive, "--min-free-space", "0"], { cwd, zoom });
  assert.equal(code, 0, stderr);
}

/** Files of another tool in the folder `old`, of the days that are listed anyway. */
async function downloadElsewhere({ cwd, zoom }: Place): Promise<void> {
  const named = zoom.truth().filter(({ fileId }) => fileId !== undefined);
  await writeForeignTree(join(cwd, "old"), named, foreignNamings.zoomRecordingDownloader);
}

const cases: readonly {
  args: readonly string[];
  prepare?: (place: Place) => Promise<void>;
  /** What is there afterwards. */
  makes?: string;
}[] = [
  {
    args: ["init", "--yes"],
    prepare: ({ cwd }) => Deno.mkdir(join(cwd, ".git")),
    makes: ".env",
  },
  { args: ["doctor", ...archive], prepare: fill },
  { args: ["doctor", "--output-dir", "new"] },
  { args: ["export", ...archive, "--format", "csv"], prepare: fill },
  {
    args: ["export", ...archive, "--format", "sha256sums", "--output", "sums"],
    prepare: fill,
    makes: "sums",
  },
  {
    args: ["export", ...archive, "--format", "bagit", "--output", "bag"],
    prepare: fill,
    makes: "bag/bagit.txt",
  },
  {
    args: ["export", ...archive, "--format", "bagit", "--output", "bag", "--copy"],
    prepare: fill,
    makes: "bag/data",
  },
  { args: ["adopt", "old", ...archive, "--min-free-space", "0"], prepare: downloadElsewhere },
  {
    args: ["adopt", "old", ...archive, "--by", "link", "--min-free-space", "0"],
    prepare: downloadElsewhere,
    makes: "archive/_logs/inventory.db",
  },
  {
    args: ["adopt", "old", ...archive, "--by", "copy", "--min-free-space", "0"],
    prepare: downloadElsewhere,
    makes: "archive/_logs/inventory.db",
  },
  { args: ["plugins", "list"] },
  { args: ["plugins", "new", "long-ones", "--kind", "filter"], makes: "plugins/long_ones.ts" },
  { args: ["status", ...archive], prepare: fill },
  { args: ["verify", ...archive, "--deep"], prepare: fill },
  { args: ["rebuild", ...archive, "--force"], prepare: fill },
  { args: ["hooks", "run", ...archive, "--plugin", "checksum"], prepare: fill },
];

Deno.test.each(cases.map((each) => ({ ...each, line: each.args.join(" ") })))(
  "the line that is printed for $line runs it, and without one of its rights it names the flag",
  async ({ args, prepare, makes }) => {
    await inFolder(async (cwd, zoom) => {
      await prepare?.({ cwd, zoom });
      const { command } = await printedLine(args, { cwd, zoom });
      const rights = rightsOf(command).filter(({ value }) => !value.endsWith("inventory.db"));
      for (const { name, value, lineWithout } of rights) {
        const { code, stdout, stderr } = await runLine(lineWithout, { cwd, zoom, env: { NO_COLOR: "1" } });
        const text = `without ${name}=${value}: ${stdout}${stderr}`;
        assert.notEqual(code, 0, text);
        assert.match(text, new RegExp(` ${name}=([^ ]*,)?([^ ,]*/)?${RegExp.escape(value)}`), text);
        if (makes !== undefined) await assert.rejects(Deno.stat(join(cwd, makes)), text);
      }
      const { code, stderr } = await runLine(command, { cwd, zoom });
      assert.equal(code, 0, `${command.join(" ")}\n${stderr}`);
      if (makes !== undefined) assert.ok(await Deno.stat(join(cwd, makes)));
    });
  },
);

Deno.test("plugins check runs with its printed line, and says so where it may not look at the types", async () => {
  await inFolder(async (cwd, zoom) => {
    const source = pluginSource("mine", "{ filters: { all: () => true } }");
    await Deno.mkdir(join(cwd, "plugins"));
    await Deno.writeTextFile(join(cwd, "plugins", "mine.ts"), source);
    const { command, allow } = await printedLine(["plugins", "check", "plugins/mine.ts"], { cwd, zoom });
    const whole = await runLine(command, { cwd, zoom });
    assert.match(whole.stdout, /its types fit/, whole.stderr);
    assert.equal(whole.code, 0);
    const run = allow.find((flag) => flag.startsWith("--allow-run=")) ?? "";
    const less = await runLine(command.filter((arg) => arg !== run), { cwd, zoom });
    assert.deepEqual([less.code, less.stdout.includes(`not checked: no right to run deno (add ${run})`)], [
      0,
      true,
    ]);
  });
});

Deno.test("with --ci the printed line has the runner's variables and files, and writes outputs and summary", async () => {
  await inFolder(async (cwd, zoom) => {
    await fill({ cwd, zoom });
    const env = { GITHUB_OUTPUT: join(cwd, "outputs"), GITHUB_STEP_SUMMARY: join(cwd, "summary.md") };
    await Promise.all(Object.values(env).map((path) => Deno.writeTextFile(path, "")));
    const { command } = await printedLine(["verify", ...archive, "--ci"], { cwd, zoom, env });
    const { code, stderr } = await runLine(command, { cwd, zoom, env });
    assert.equal(code, 0, stderr);
    assert.match(await Deno.readTextFile(env.GITHUB_OUTPUT), /^complete<<\S+\ntrue$/m);
    assert.match(await Deno.readTextFile(env.GITHUB_STEP_SUMMARY), /^#/m);
    const { allow } = await printedLine(["verify", ...archive], { cwd, zoom, env });
    assert.ok(!allow.join(" ").includes("GITHUB"), "what nobody asked for");
  });
});

Deno.test("what only prints needs no right, and a simulation no more than this machine and its files", async () => {
  await inFolder(async (cwd, zoom) => {
    for (const args of [["completions", "bash"], ["man"], ["help", "verify"]]) {
      const { command, allow } = await printedLine(args, { cwd, zoom });
      assert.deepEqual(allow, []);
      const { code, stdout } = await runLine(command, { cwd, zoom });
      assert.ok(code === 0 && stdout.length > 100, args.join(" "));
    }
    const { allow } = await printedLine(["simulate", "--faults", "faults.json"], { cwd, zoom });
    assert.deepEqual(allow, ["--allow-read=faults.json", "--allow-net=127.0.0.1"]);
  });
});

Deno.test("a repository above the folder is named as well, so that init can keep git from taking .env", async () => {
  await inFolder(async (cwd, zoom) => {
    await Deno.mkdir(join(cwd, ".git"));
    const below = join(cwd, "zoom");
    await Deno.mkdir(below);
    const { command } = await printedLine(["init", "--yes"], { cwd: below, zoom });
    const { code, stderr } = await runLine(command, { cwd: below, zoom });
    assert.equal(code, 0, stderr);
    assert.equal(await Deno.readTextFile(join(cwd, ".gitignore")), ".env\n");
  });
});

Deno.test("permissions explains every command but itself", async () => {
  await inFolder(async (cwd, zoom) => {
    const words: Readonly<Record<string, readonly string[]>> = {
      adopt: ["old"],
      export: ["--format", "csv"],
    };
    for (const { name } of commands.filter(({ name }) => name !== "permissions")) {
      const { command } = await printedLine([name, ...words[name] ?? []], { cwd, zoom });
      assert.ok(command.includes(name), command.join(" "));
    }
  });
});

Deno.test("permissions refuses what the command would refuse, and names the command", async () => {
  await inFolder(async (cwd, zoom) => {
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [["status", "--deep"], /Cannot use --deep: zoom-extract status has no such option/],
      [["verify", "archive"], /Cannot use "archive": zoom-extract verify takes fewer words/],
      [["permissions"], /Cannot tell the rights of "permissions"[^]*extract, list, init/],
    ];
    for (const [args, message] of refused) {
      const { code, stderr } = await runProgram(["permissions", ...args], { cwd, zoom });
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});

Deno.test("an option is of one kind in every command, as permissions reads those of all of them", () => {
  for (const { long, kind, short } of optionRows) {
    const others = optionRows.filter((row) => row.long === long);
    assert.ok(others.every((row) => row.kind === kind && row.short === short), long);
  }
});

Deno.test("doctor tries a folder that is not there yet, and leaves nothing of it", async () => {
  await inFolder(async (cwd, zoom) => {
    const { command } = await printedLine(["doctor", "--output-dir", "new"], { cwd, zoom });
    const { code, stdout, stderr } = await runLine(command, { cwd, zoom });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /storage +"new" will be made in "[^"]+", which can be written/);
    await assert.rejects(Deno.stat(join(cwd, "new")), Deno.errors.NotFound);
  });
});

Deno.test("the line that docs/permissions.md shows is the one that is printed for it", async () => {
  const page = await Deno.readTextFile(join(root, "docs", "permissions.md"));
  const [, asked = "", shown = ""] =
    /^deno run main\.ts permissions (.*)\n```\n[^`]*```\n(deno run .*)\n```$/m.exec(page) ?? [];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "main.ts", "permissions", ...asked.split(" ")],
    cwd: root,
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.equal(new TextDecoder().decode(stdout).trimEnd(), shown);
});
