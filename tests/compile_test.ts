import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  commitOf,
  compileArgs,
  compileProblem,
  entrySource,
  main as compile,
  targets,
} from "../scripts/compile.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Files of the project in the module graph of a file, relative to the root. */
async function graphOf(entry: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--quiet", entry],
    cwd: root,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { specifier: string }[] };
  return modules.flatMap(({ specifier }) =>
    specifier.startsWith("file:") ? [relative(root, fileURLToPath(specifier)).replaceAll("\\", "/")] : []
  );
}

async function sources(...folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    for await (const entry of Deno.readDir(join(root, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) files.push(...await sources(path));
      else if (path.endsWith(".ts")) files.push(path);
    }
  }
  return files;
}

Deno.test("everything of the program is in the module graph of main.ts, which is what a binary embeds", async () => {
  const embedded = new Set(await graphOf("main.ts"));
  const testKit = /^src\/testing\/|^src\/simulator\/builders\.ts$/;
  const missing = (await sources("src", "plugins")).filter((path) =>
    !embedded.has(path) && !testKit.test(path)
  );
  assert.deepEqual(missing, []);
  for (const path of ["mod.ts", "deno.json", "plugins/transcode/mod.ts", "src/simulator/simulator.ts"]) {
    assert.ok(embedded.has(path), path);
  }
});

Deno.test("only dropped-in plugins are imported by a name that is not known beforehand", async () => {
  const unknown: string[] = [];
  for (const path of await sources("src", "plugins")) {
    const text = (await Deno.readTextFile(join(root, path))).replaceAll(/^\s*(\*|\/\/).*$/gm, "");
    for (const [call] of text.matchAll(/(?<![\w$`"])import\((?!\s*["'])[^)]*\)/g)) {
      unknown.push(`${path}: ${call}`);
    }
  }
  assert.deepEqual(unknown.filter((line) => !line.includes("check_imports.ts")).sort(), [
    "src/plugin_host/load_plugins.ts: import(url)",
    "src/plugin_host/serve_plugin.ts: import(url)",
  ]);
});

Deno.test("the base binary that cannot be downloaded is named in one line, with the way out", () => {
  const stderr =
    `error: Failed compile\n\nCaused by:\n  0: Setting up base binary.\n  1: error sending request for url ` +
    "(https://dl.deno.land/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip): dns error";
  const line = compileProblem("x86_64-unknown-linux-gnu", stderr);
  assert.match(
    line,
    /^Cannot compile for x86_64-unknown-linux-gnu: the base binary https:\S+\.zip cannot be downloaded/,
  );
  assert.match(line, /set DENORT_BIN/);
  assert.ok(!line.includes("\n"));
  assert.match(compileProblem("x", "error: TS2322\n at y"), /^Cannot compile for x: error: TS2322$/);
});

Deno.test("five targets are known, and a wrong one is refused", async () => {
  assert.deepEqual(Object.values(targets), [
    "linux-x64",
    "linux-arm64",
    "macos-x64",
    "macos-arm64",
    "windows-x64.exe",
  ]);
  const dir = await Deno.makeTempDir();
  assert.equal(await compile(["riscv"], dir), 2);
  await Deno.remove(dir, { recursive: true });
  const args = compileArgs("aarch64-apple-darwin", { entry: "e.ts", output: "o" }).join(" ");
  assert.match(
    args,
    /-P=compile --no-prompt --frozen --exclude-unused-npm --v8-flags=\S+ --target aarch64-apple-darwin/,
  );
});

Deno.test("the Windows binary has an icon, in every size that Windows shows", async () => {
  const args = compileArgs("x86_64-pc-windows-msvc", { entry: "e.ts", output: "o" });
  const icon = await Deno.readFile(args[args.indexOf("--icon") + 1] ?? "");
  const view = new DataView(icon.buffer);
  assert.deepEqual([view.getUint16(0, true), view.getUint16(2, true)], [0, 1], "no .ico");
  const widths = Array.from({ length: view.getUint16(4, true) }, (_, n) => view.getUint8(6 + 16 * n) || 256);
  assert.deepEqual(widths, [16, 24, 32, 48, 64, 256]);
  assert.ok(!compileArgs("x86_64-unknown-linux-gnu", { entry: "e.ts", output: "o" }).includes("--icon"));
});

Deno.test("a binary says its commit, and holds plugins, simulator and the rights of the set compile", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-compile-" });
  // In place of the base binary, which cannot be had everywhere: what is appended to it is the same.
  const base = Deno.execPath();
  try {
    assert.equal(await withBase(base, () => compile([], dir)), 0);
    const name = `zoom-extract-${targets[Deno.build.target]}`;
    const baseBytes = (await Deno.stat(base)).size;
    const ownBytes = (await Deno.stat(join(dir, name))).size - baseBytes;
    assert.ok(ownBytes < 14_000_000, `${ownBytes} bytes: with packages that are not used it is 24 million`);
    const appended = await tail(join(dir, name), baseBytes);
    for (const part of ["_demo_people.ts", "media_check.ts", "zoom_demo", "ffprobe", "serve_plugin.ts"]) {
      assert.ok(appended.includes(part), part);
    }
    assert.ok(!/fast-check\/lib|ajv\/dist/.test(appended), "what only tests need is left out");
    const metadata = /"permissions":(\{.*?\}),"/.exec(appended)?.[1] ?? "";
    assert.match(metadata, /"allow_sys":\["statfs"\]/);
    assert.match(metadata, /"allow_run":\[\]/);
    const { stdout } = await new Deno.Command(base, {
      args: ["run", "--no-prompt", "--config", join(root, "deno.json"), join(dir, "entry.ts"), "--version"],
    }).output();
    assert.match(
      new TextDecoder().decode(stdout),
      /^zoom-extract \d+\.\d+\.\d+ \([0-9a-f]{12,40}(-dirty)?\)\n$/,
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** Does `work` with a variable set. */
async function withVariable<T>(name: string, value: string, work: () => Promise<T>): Promise<T> {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  try {
    return await work();
  } finally {
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
}

const withBase = <T>(path: string, work: () => Promise<T>) => withVariable("DENORT_BIN", path, work);

/** How programs begin: the header of ELF with its machine, of Mach-O with its processor, of DOS. */
const elf = `7f454c46${"02010100".padEnd(28, "0")}`;
const programs: readonly (readonly [string, string])[] = [
  ["x86_64-unknown-linux-gnu", `${elf}3e00`],
  ["aarch64-unknown-linux-gnu", `${elf}b700`],
  ["x86_64-apple-darwin", "cffaedfe07000001"],
  ["aarch64-apple-darwin", "cffaedfe0c000001"],
  ["x86_64-pc-windows-msvc", "4d5a9000"],
  ["nothing", ""],
];

Deno.test.each(programs)(
  "a base binary for %s is refused for every other target, before anything is made",
  async (own, head) => {
    const dir = await Deno.makeTempDir({ prefix: "zoom-extract-base-" });
    try {
      const base = join(dir, "denort");
      await Deno.writeFile(base, Uint8Array.fromHex(head.padEnd(64, "0")));
      const others = Object.keys(targets).filter((target) => target !== own);
      const dist = join(dir, "dist");
      for (const args of [["--all"], ...others.map((target) => [target])]) {
        assert.equal(await withBase(base, () => compile(args, dist)), 2, args.join());
      }
      await assert.rejects(Deno.stat(dist), Deno.errors.NotFound);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

async function tail(path: string, from: number): Promise<string> {
  using file = await Deno.open(path);
  await file.seek(from, Deno.SeekMode.Start);
  return new TextDecoder("latin1").decode(await new Response(file.readable).arrayBuffer());
}

Deno.test("on a machine without git a binary has no commit", async () => {
  const empty = await Deno.makeTempDir();
  try {
    assert.equal(await withVariable("PATH", empty, () => commitOf(root)), undefined);
  } finally {
    await Deno.remove(empty);
  }
  assert.match(entrySource(undefined), /main\(Deno\.args\)/);
  assert.match(entrySource("0123456789ab"), /"0123456789ab"/);
});

async function git(dir: string, ...args: readonly string[]): Promise<string> {
  const who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.test", "-c", "commit.gpgSign=false"];
  const { success, stdout, stderr } = await new Deno.Command("git", { args: [...who, ...args], cwd: dir })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("a release tells its commit, not its tag, and whether the checkout was changed since", async () => {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-checkout-" });
  try {
    assert.equal(await commitOf(dir), undefined, "no repository");
    await git(dir, "init", "--quiet");
    await Deno.writeTextFile(join(dir, "main.ts"), "");
    await git(dir, "add", "main.ts");
    await git(dir, "commit", "--quiet", "--message", "first");
    await git(dir, "tag", "--annotate", "--message", "first release", "v0.1.0");
    const commit = (await git(dir, "rev-parse", "HEAD")).slice(0, 12);
    assert.equal(await commitOf(dir), commit);
    await Deno.writeTextFile(join(dir, "main.ts"), "changed");
    assert.equal(await commitOf(dir), `${commit}-dirty`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
