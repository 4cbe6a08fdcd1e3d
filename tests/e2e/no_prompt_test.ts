import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/mod.ts";
import { pluginSource } from "../plugin_host/_support.ts";
import { foreignNamings, writeForeignTree } from "../support/foreign_trees.ts";
import { inFolder, printedLine } from "../support/printed_line.ts";
import { runProgram } from "../support/program.ts";

const mainPath = fileURLToPath(new URL("../../main.ts", import.meta.url));
const ignore = Deno.build.os !== "linux";

/** Runs the program as at a terminal, without `--no-prompt`; what nobody answers is over after a minute. */
async function atTerminal(rights: string, args: string, { cwd, env }: {
  cwd: string;
  env: Readonly<Record<string, string>>;
}): Promise<string> {
  const { stdout } = await new Deno.Command("timeout", {
    args: [
      "60",
      "script",
      "-q",
      "-c",
      `"${Deno.execPath()}" run --quiet ${rights} "${mainPath}" ${args}`,
      "/dev/null",
    ],
    cwd,
    env: { ...env, NO_COLOR: "1", LANG: "C.UTF-8", SHELL: "/bin/sh" },
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

async function withArchive(
  options: SimulatorOptions,
  use: (place: { cwd: string; env: Readonly<Record<string, string>> }) => Promise<void>,
): Promise<void> {
  const cwd = await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-prompt-" }));
  try {
    await using zoom = await startSimulator({ users: 1, months: 1, ...options });
    if (options.faults === undefined) {
      const { code, stderr } = await runProgram(["-o", "archive", "--min-free-space", "0"], { cwd, zoom });
      assert.equal(code, 0, stderr);
    }
    await use({ cwd, env: zoom.env });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

const asks = /requests .* access|Allow\?/;

Deno.test("at a terminal, commands without the right to write ask nobody for it", { ignore }, async (t) => {
  await withArchive({}, async (place) => {
    for (const args of ["status", "verify", "export --format csv", "doctor --offline"]) {
      await t.step(args, async () => {
        const shown = await atTerminal("-R -E --allow-sys=statfs", `${args} -o archive`, place);
        assert.doesNotMatch(shown, asks);
        assert.ok(shown.length > 50, shown);
      });
    }
    assert.ok(await Deno.stat(join(place.cwd, "archive", "_logs", "inventory.db")));
  });
});

Deno.test(
  "at a terminal, a redirect to a host that is not granted fails its file with the flag, and asks nobody",
  { ignore },
  async () => {
    const faults = [{ on: "/rec/*", do: "redirectTo", url: "https://files.example.test/x" }] as const;
    await withArchive({ faults: [...faults] }, async (place) => {
      const rights = "-R -W -E --allow-sys=statfs --allow-net=127.0.0.1";
      const shown = await atTerminal(rights, "-o archive --min-free-space 0 --no-progress", place);
      assert.doesNotMatch(shown, asks);
      assert.match(shown, /--allow-net=files\.example\.test/);
    });
  },
);

/** The rights of a set of deno.json, as flags for a folder of its own. */
async function rightsOfSet(name: string): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  const set: Readonly<Record<string, readonly string[]>> = JSON.parse(text).permissions[name];
  return Object.entries(set).map(([kind, values]) => `'--allow-${kind}=${values.join(",")}'`).join(" ");
}

interface First {
  readonly args: string;
  /** A set of deno.json. @default {no right at all} */
  readonly set?: string;
  /** Rights besides. */
  readonly rights?: string;
  /** Files of the folder; a name that ends in / is a folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly shows: RegExp;
  /** What is in the folder afterwards besides `files`. @default {nothing} */
  readonly makes?: readonly string[];
}

const dropIn = { "plugins/all.ts": pluginSource("all", "{ filters: { all: () => true } }") };
const looking = "-E --allow-sys=statfs --allow-net=127.0.0.1";

/** All in a folder where there is no archive yet. */
const firsts: readonly First[] = [
  {
    args: "--dry-run --min-free-space 0",
    set: "simulate",
    files: { "plugins/": "" },
    shows: /The disk holds it \(/,
  },
  { args: "--dry-run", set: "simulate", shows: /Whether the disk holds it is not known/ },
  {
    args: "--no-progress --min-free-space 0",
    set: "simulate",
    shows: /Files failed: 0/,
    makes: ["zoom_recordings"],
  },
  { args: "doctor --min-free-space 0", set: "simulate", shows: /space +\d.* free[^]*A run would work/ },
  { args: "doctor -o elsewhere", set: "simulate", shows: /--allow-read=elsewhere is not granted/ },
  { args: "doctor", rights: "-E --allow-read=.env", shows: /--allow-net=127\.0\.0\.1 is not granted/ },
  {
    args: "doctor --log-file run.jsonl",
    set: "simulate",
    shows: /Cannot write --log-file "run\.jsonl"/,
  },
  {
    args: "doctor --min-free-space 0 --plugin rclone --plugin-option rclone.remote=x:y",
    set: "simulate",
    rights: "--allow-run=rclone",
    shows: /rclone/,
  },
  { args: "list", set: "simulate", shows: /MP4/ },
  { args: "status", set: "simulate", shows: /there is no such folder/ },
  { args: "--help", shows: /Usage/ },
  { args: "help verify", shows: /Usage/ },
  { args: "--help", set: "simulate", files: dropIn, shows: /Active plugins|cannot be told about/ },
  { args: "permissions", shows: /deno run --no-prompt[^]*Not looked at[^]*\.env/ },
  { args: "permissions init", shows: /deno run --no-prompt[^]*Not looked at[^]*\.git/ },
  {
    args: "simulate --faults faults.json",
    rights: "--allow-net=127.0.0.1",
    files: { "faults.json": "[]" },
    shows: /no right to read "faults\.json".*--allow-read=faults\.json/,
  },
  {
    args: "simulate --media clips",
    rights: "--allow-net=127.0.0.1",
    files: { "clips/": "" },
    shows: /no right to read "clips".*--allow-read=clips/,
  },
  {
    args: "demo --no-progress",
    set: "demo",
    files: { "zoom_demo/theirs": "" },
    shows: /Cannot make "zoom_demo_2"[^]*move it away/,
  },
  {
    args: "plugins list",
    rights: `${looking} --allow-read=.env,plugins`,
    files: dropIn,
    shows: /add --allow-read=\S+mod\.ts/,
  },
];

Deno.test("at a terminal, a first run, a look and a refusal ask nobody, though no archive is there", {
  ignore,
}, async (t) => {
  for (const { args, set, rights = "", files = {}, shows, makes = [] } of firsts) {
    await t.step([args, set ? `with the set ${set}` : rights].join(" "), async () => {
      await inFolder(async (cwd, zoom) => {
        for (const [name, text] of Object.entries(files)) {
          await Deno.mkdir(join(cwd, name, name.endsWith("/") ? "" : ".."), { recursive: true });
          if (!name.endsWith("/")) await Deno.writeTextFile(join(cwd, name), text);
        }
        const flags = [set === undefined ? "" : await rightsOfSet(set), rights].join(" ");
        const shown = await atTerminal(flags, args, { cwd, env: zoom.env });
        assert.doesNotMatch(shown, asks);
        assert.match(shown, shows);
        const left = await Array.fromAsync(Deno.readDir(cwd), ({ name }) => name);
        const brought = Object.keys(files).map((name) => name.split("/")[0] ?? "");
        assert.deepEqual(left.sort(), [...new Set([...brought, ...makes])].sort());
      });
    });
  }
});

/** Commands that go to places of their own. */
const printed: readonly {
  readonly args: readonly string[];
  readonly prepare?: (place: { cwd: string; zoom: Simulator }) => Promise<unknown>;
  readonly shows?: RegExp;
  readonly makes: string;
}[] = [
  { args: ["init", "--yes"], shows: /\d+ files, .* of 1 people/, makes: ".env" },
  { args: ["export", "-o", "archive", "--format", "csv", "--output", "files.csv"], makes: "files.csv" },
  {
    args: ["export", "-o", "archive", "--format", "bagit", "--output", "bag", "--copy"],
    makes: "bag/bagit.txt",
  },
  {
    args: ["adopt", "old", "-o", "new", "--by", "copy", "--min-free-space", "0"],
    prepare: async ({ cwd, zoom }) => {
      const named = zoom.truth().filter(({ fileId }) => fileId !== undefined);
      await writeForeignTree(join(cwd, "theirs"), named, foreignNamings.zoomRecordingDownloader);
      await Deno.symlink(join(cwd, "theirs"), join(cwd, "old"));
    },
    makes: "new/_logs/inventory.db",
  },
  { args: ["rebuild", "-o", "archive", "--force"], makes: "archive/_logs/inventory.db" },
  { args: ["plugins", "new", "long-ones", "--kind", "filter"], makes: "plugins/long_ones.ts" },
];

Deno.test("at a terminal, the rights of a printed line are enough without --no-prompt, too", {
  ignore,
}, async (t) => {
  for (const { args, prepare, shows = /./, makes } of printed) {
    await t.step(args.join(" "), async () => {
      await inFolder(async (cwd, zoom) => {
        await prepare?.({ cwd, zoom });
        if (args.includes("archive")) {
          const { code } = await runProgram(["-o", "archive", "--min-free-space", "0"], { cwd, zoom });
          assert.equal(code, 0);
        }
        const { allow } = await printedLine(args, { cwd, zoom });
        const flags = allow.map((flag) => `'${flag}'`).join(" ");
        const shown = await atTerminal(flags, args.join(" "), { cwd, env: zoom.env });
        assert.doesNotMatch(shown, asks);
        assert.match(shown, shows);
        assert.ok((await Deno.stat(join(cwd, makes))).isFile, shown);
      });
    });
  }
});

Deno.test("at a terminal, plugins check without the right to run deno leaves the types, and asks nobody", {
  ignore,
}, async () => {
  await inFolder(async (cwd, zoom) => {
    await Deno.mkdir(join(cwd, "plugins"));
    await Deno.writeTextFile(join(cwd, "plugins", "all.ts"), dropIn["plugins/all.ts"]);
    const args = ["plugins", "check", "plugins/all.ts"];
    const { allow } = await printedLine(args, { cwd, zoom, permissions: ["-A"] });
    const flags = allow.filter((flag) => !flag.startsWith("--allow-run")).map((flag) => `'${flag}'`);
    const shown = await atTerminal(flags.join(" "), args.join(" "), { cwd, env: zoom.env });
    assert.doesNotMatch(shown, asks);
    assert.match(shown, /types were not checked: no right to run deno/);
  });
});
