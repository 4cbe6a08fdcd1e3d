import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { judgeScopes } from "../../src/zoom/probe/mod.ts";
import { type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { onPosix, succeeds } from "../support/systems.ts";
import { findLines } from "../documented/_lines.ts";
import { notRun } from "../documented/_not_run.ts";
import { targets } from "../../scripts/compile.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = await Deno.readTextFile(join(root, "docs", "getting-started.md"));
const leftOut = new Set(notRun.flatMap(({ lines }) => lines));

const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));

/** A block of the guide. */
interface Block {
  /** Under which heading it stands. */
  readonly section: string;
  readonly language: string;
  /** As it is copied. */
  readonly code: string;
}

const blocks: readonly Block[] = guide.split(/^#{2,3} /m).flatMap((text) =>
  [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
    section: text.slice(0, text.indexOf("\n")),
    language,
    code,
  }))
);

const linesOf = ({ language, code }: Block) =>
  findLines(`\`\`\`${language}\n${code}\`\`\`\n`).map(({ text }) => text);

/** What of a block is run: all of it as it stands, unless the table names lines. */
function scriptOf(block: Block): string {
  const kept = linesOf(block).filter((line) => !leftOut.has(line));
  return kept.length === linesOf(block).length ? block.code : kept.join("\n");
}

const inSection = (section: string) => blocks.filter((block) => block.section === section);
const scriptsOf = (section: string) => inSection(section).map(scriptOf);

/** The shells that the page is for, as far as they are on this machine. */
const shells = ["bash", "zsh"] as const;
type Shell = (typeof shells)[number];
const onlyWith: Readonly<Record<Shell, Pick<Deno.TestDefinition, "ignore">>> = {
  bash: onPosix,
  zsh: { ignore: Deno.build.os === "windows" || !await succeeds("zsh", "--version") },
};

/** How shells are started that have read no file of anybody's. */
const starts: Readonly<Record<Shell, readonly string[]>> = { bash: ["/bin/bash"], zsh: ["/bin/zsh", "-f"] };

/** What a terminal showed in the end. */
interface Shown {
  readonly code: number;
  readonly shown: string;
}

/** The table of jobs is a file here; as with the real one, listing none is a failure. */
const crontab = `table="$HOME/crontab"
[ "$1" = -l ] && exec cat "$table"
cat > "$table.new" && mv "$table.new" "$table"`;

/** A reader's home, and what stands for the rest of the machine. */
class Reader implements AsyncDisposable {
  private constructor(readonly home: string) {}

  static async arrive(): Promise<Reader> {
    const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-guide-" }));
    const reader = new Reader(home);
    await Deno.mkdir(join(home, "stand-ins"));
    // Deno as a package of the system would bring it.
    await Deno.symlink(Deno.execPath(), join(home, "stand-ins", "deno"));
    await reader.standIn("crontab", crontab);
    return reader;
  }

  standIn(name: string, body: string): Promise<void> {
    return Deno.writeTextFile(join(this.home, "stand-ins", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  at(...path: string[]): string {
    return join(this.home, ...path);
  }

  /**
   * Types all of it into one terminal.
   *
   * @param options.isPatient true to go on after a line that fails, as a terminal does; else it ends there
   * @param options.shell what the terminal runs; bash without it
   */
  type(scripts: readonly string[], options: {
    cwd?: string;
    env?: Readonly<Record<string, string>>;
    path?: string;
    isPatient?: boolean;
    shell?: Shell;
  } = {}): Promise<Shown> {
    const { shell = "bash", cwd = this.home, path = `${this.at("stand-ins")}:${Deno.env.get("PATH")}` } =
      options;
    const stop = `trap 'code=$?; echo "failed: \${BASH_COMMAND-}" >&2; exit $code' ERR; set -o pipefail`;
    const script = [...options.isPatient ? [] : [stop], ...scripts].join("\n");
    return this.run(starts[shell], script, {
      cwd,
      env: { SHELL: `/bin/${shell}`, ...options.env, PATH: path },
    });
  }

  /** What cron would do with the lines of the table, at their time: with next to no environment. */
  async atTheirTime(): Promise<(Shown & { line: string })[]> {
    const results = [];
    for (const line of (await Deno.readTextFile(this.at("crontab"))).trimEnd().split("\n")) {
      const command = line.replace(/^(\S+ ){5}/, "");
      // A path of cron's own may find a Deno that this machine happens to have there.
      const result = await this.run(["/bin/sh"], command, { cwd: this.home, env: { PATH: "/nowhere" } });
      results.push({ line, ...result });
    }
    return results;
  }

  /** Starts a shell with its words, and gives it a script. */
  async run(
    [shell = "", ...words]: readonly string[],
    script: string,
    { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
  ): Promise<Shown> {
    const { code, stdout, stderr } = await new Deno.Command(shell, {
      args: [...words, "-c", script],
      cwd,
      clearEnv: true,
      // What the program is made of is on this machine already.
      env: { ...env, HOME: this.home, DENO_DIR: denoDir, LANG: "C.UTF-8" },
      stdin: "null",
    }).output();
    return { code, shown: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.home, { recursive: true });
  }
}

/** There is nobody to be asked: what a person would type at `init` comes from the environment of that one line. */
function withAnswers(script: string, zoom: Simulator): string {
  const variables = Object.entries(zoom.env).map(([name, value]) => `${name}='${value}'`).join(" ");
  return script.replace(/^zoom-extract init$/m, `${variables} zoom-extract init`);
}

/** A test that types into each shell that the page is for. */
function test(name: string, body: (shell: Shell) => Promise<void>): void {
  for (const shell of shells) Deno.test(`${name} (${shell})`, onlyWith[shell], () => body(shell));
}

const otherWays = ["As a binary", "On Windows"];

test("whoever copies getting-started.md line by line gets from nothing to an archive and a nightly job", async (shell) => {
  await using zoom = await startSimulator({ users: 2, months: 2 });
  await using reader = await Reader.arrive();
  const { accountId, clientId, clientSecret } = zoom.credentials;
  const scripts = blocks.filter(({ section }) => !otherWays.includes(section)).map(scriptOf);
  const { code, shown } = await reader.type(scripts.map((script) => withAnswers(script, zoom)), {
    shell,
    // "Open a terminal in its folder" is all that the page leaves to the reader.
    cwd: root,
    env: { ACCOUNT: accountId, CLIENT: clientId, SECRET: clientSecret },
  });
  assert.equal(code, 0, shown);
  assert.ok(!shown.includes(clientSecret));
  assert.equal(((await Deno.stat(reader.at("zoom", ".env"))).mode ?? 0) & 0o777, 0o600);
  assert.ok((await Deno.stat(reader.at("zoom", "zoom_recordings", "_logs", "inventory.db"))).isFile);
  assert.match(await Deno.readTextFile(reader.at(".local/share/man/man1/zoom-extract.1")), /^\.\\" Made by/);

  const nightly = await Deno.readTextFile(reader.at("zoom", "nightly.sh"));
  assert.match(nightly, /deno run --no-prompt --allow-read=/);
  assert.doesNotMatch(nightly, / -A |--allow-(all|run)|--allow-(read|write|net|env)[ ']/);
  await Deno.remove(reader.at("zoom", "zoom_recordings"), { recursive: true });
  zoom.resetCounts();
  const nights = await reader.atTheirTime();
  assert.deepEqual(nights.map(({ line }) => line.split(" ").length), [6, 9]);
  for (const { line, code, shown } of nights) {
    assert.equal(code, 0, `${line}\n${shown}`);
    assert.equal(shown, "", `cron would send a mail: ${line}`);
  }
  assert.ok(zoom.count("/rec/*") > 0, "the first night fetched everything again");
});

test("the lines that put a job into cron's table keep what is in it, and take the place of their own", async (shell) => {
  await using reader = await Reader.arrive();
  const [block = ""] = scriptsOf("7. Every night").filter((script) => script.includes("crontab -"));
  const rows = async () => (await Deno.readTextFile(reader.at("crontab"))).trimEnd().split("\n");
  for (const _ of ["with no table yet", "again"]) {
    const { code, shown } = await reader.type(["set -e", block], { shell });
    assert.equal(code, 0, shown);
    assert.deepEqual((await rows()).map((row) => row.slice(0, 10)), ["15 3 * * *", "30 4 1 * *"]);
  }
  const others = ["0 1 * * * backup", '0 2 * * * "/srv/zoom/nightly.sh"', "0 3 * * * /srv/zoom/nightly_sh"];
  await Deno.writeTextFile(reader.at("crontab"), [...others, ...await rows(), ""].join("\n"));
  assert.equal((await reader.type([block], { shell })).code, 0);
  assert.deepEqual((await rows()).slice(0, -2), others);
  assert.equal((await rows()).length, others.length + 2);
});

const machines = [
  { system: "Linux", machine: "x86_64", file: "zoom-extract-linux-x64" },
  { system: "Linux", machine: "aarch64", file: "zoom-extract-linux-arm64" },
  { system: "Darwin", machine: "x86_64", file: "zoom-extract-macos-x64" },
  { system: "Darwin", machine: "arm64", file: "zoom-extract-macos-arm64" },
];

async function sumOf(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

test("the binary for the machine is put in place as the page says, and one whose bytes differ is not", async (shell) => {
  await using reader = await Reader.arrive();
  const [block = ""] = scriptsOf("As a binary");
  const cwd = reader.at("downloads");
  await Deno.mkdir(cwd);
  const text = (file: string) => `#!/bin/sh\necho ${file}\n`;
  const sums = machines.map(async ({ file }) => `${await sumOf(text(file))}  ${file}\n`);
  await Deno.writeTextFile(join(cwd, "SHA256SUMS"), (await Promise.all(sums)).join(""));
  const settle = (system: string, machine: string) =>
    reader.standIn("uname", `case "$1" in -s) echo ${system} ;; -m) echo ${machine} ;; esac`);
  const installed = reader.at(".local/bin/zoom-extract");

  await settle("Linux", "riscv64");
  await reader.type([block], { cwd, shell, isPatient: true });
  await assert.rejects(Deno.stat(installed), "there is no binary for it");
  for (const { system, machine, file } of machines) {
    await settle(system, machine);
    await Deno.writeTextFile(join(cwd, file), "something else");
    const refused = await reader.type([block], { cwd, shell, isPatient: true });
    assert.match(refused.shown, new RegExp(`${file}: FAILED`));
    await assert.rejects(Deno.stat(installed));

    await Deno.writeTextFile(join(cwd, file), text(file));
    const lines = [block, ...scriptsOf("Where the shell finds it"), "zoom-extract"];
    const { code, shown } = await reader.type(lines, { cwd, shell });
    assert.equal(code, 0, shown);
    assert.ok(shown.endsWith(`\n${file}\n`), shown);
    await Deno.remove(installed);
  }
});

const tools = ["mkdir", "chmod", "ls", "sh"];

/** Folder with nothing on the path but a few tools. */
async function bareMachine(reader: Reader): Promise<string> {
  const bin = reader.at("bare");
  await Deno.mkdir(bin);
  for (const name of tools) await Deno.symlink(`/bin/${name}`, join(bin, name));
  return bin;
}

const [withDeno = ""] = scriptsOf("With Deno");

/** An npm that installs this Deno, if it is asked for what the page wants. */
async function addNpm(reader: Reader, bin: string): Promise<void> {
  const asked = `[ "$*" = "install --global --prefix $HOME/.local deno@2.9.6" ]`;
  const install = `printf '#!/bin/sh\\nexec "%s" "$@"\\n' "${Deno.execPath()}" > "$HOME/.local/bin/deno"`;
  await reader.standIn("npm", `${asked} && ${install} && chmod 755 "$HOME/.local/bin/deno"`);
  await Deno.symlink(reader.at("stand-ins", "npm"), join(bin, "npm"));
}

/** A Deno of another version, which does nothing but say so. */
async function addDeno(reader: Reader, { bin, version }: { bin: string; version: string }): Promise<void> {
  await Deno.remove(join(bin, "deno")).catch(() => {});
  await reader.standIn("other-deno", `echo "deno ${version} (stable, release, this machine)"`);
  await Deno.symlink(reader.at("stand-ins", "other-deno"), join(bin, "deno"));
}

test("without Deno, or with an old one, the page's lines install it with npm, for this user alone", async (shell) => {
  await using reader = await Reader.arrive();
  const bin = await bareMachine(reader);
  await addNpm(reader, bin);
  for (const version of ["none", "1.46.3", "2.8.10"]) {
    if (version !== "none") await addDeno(reader, { bin, version });
    // A shell that has run a program remembers where.
    const lines = version === "none" ? [withDeno] : ["deno --version", withDeno];
    const { code, shown } = await reader.type(lines, { cwd: root, path: bin, shell });
    assert.equal(code, 0, shown);
    assert.match(shown, /zoom-extract \d/);
    assert.ok(
      (await Deno.readTextFile(reader.at(".local/bin/zoom-extract"))).includes(reader.at(".local/bin/deno")),
    );
    await Deno.remove(reader.at(".local/bin/deno"));
  }
});

test("a Deno that is new enough is taken by the path that outlives its next upgrade", async (shell) => {
  await using reader = await Reader.arrive();
  const bin = await bareMachine(reader);
  for (const version of ["2.9.0", "2.10.1", "3.0.0"]) {
    await addDeno(reader, { bin, version });
    const { code, shown } = await reader.type([withDeno], { cwd: root, path: bin, shell });
    assert.equal(code, 0, shown);
    const program = await Deno.readTextFile(reader.at(".local/bin/zoom-extract"));
    assert.ok(program.includes(`exec "${join(bin, "deno")}" run -A --no-prompt `), program);
  }
});

test("without Deno and npm, or in another folder, the page's lines write no program and say why", async (shell) => {
  await using reader = await Reader.arrive();
  const bare = await reader.type([withDeno], {
    cwd: root,
    path: await bareMachine(reader),
    isPatient: true,
    shell,
  });
  const isMissing = (name: string) => new RegExp(`${name}: command not found|command not found: ${name}`);
  assert.match(bare.shown, isMissing("npm"));
  const elsewhere = await reader.type([withDeno], { isPatient: true, shell });
  assert.match(elsewhere.shown, /main\.ts.*No such file/);
  for (const { shown } of [bare, elsewhere]) assert.match(shown, isMissing("zoom-extract"));
  await assert.rejects(Deno.stat(reader.at(".local/bin/zoom-extract")));
});

const exportLine = 'export PATH="$HOME/.local/bin:$PATH"\n';

/** As some systems put it into a new home: the folder is on the path if it was there when somebody signed in. */
const stockProfile = '[ -n "$NO_SUCH" ] && PATH="$HOME/.local/bin:$PATH"\ntrue';

/** What a home had, and which files the page's lines are added to. */
interface Home {
  readonly shell: Shell;
  readonly had: string;
  readonly files: Readonly<Record<string, string>>;
  readonly changed: readonly string[];
}

const homes: readonly Home[] = [
  { shell: "bash", had: "nothing", files: {}, changed: [".bashrc", ".profile"] },
  {
    shell: "bash",
    had: "a stock profile",
    files: { ".profile": stockProfile, ".bashrc": "true" },
    changed: [".bashrc", ".profile"],
  },
  {
    shell: "bash",
    had: "every file of a login",
    files: { ".profile": "true\n", ".bash_login": "true\n", ".bash_profile": "true\n" },
    changed: [".bash_profile", ".bashrc"],
  },
  {
    shell: "bash",
    had: "a .bash_login",
    files: { ".profile": "true\n", ".bash_login": "true\n" },
    changed: [".bash_login", ".bashrc"],
  },
  { shell: "zsh", had: "nothing", files: {}, changed: [".zshrc"] },
  { shell: "zsh", had: "a .zshrc", files: { ".zshrc": "true" }, changed: [".zshrc"] },
];

for (const { shell, had, files, changed } of homes) {
  Deno.test(`a new ${shell} finds the program, in a home that had ${had}`, onlyWith[shell], async () => {
    await using reader = await Reader.arrive();
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(reader.at(name), text);
    const bin = reader.at(".local/bin");
    await Deno.mkdir(bin, { recursive: true });
    await Deno.writeTextFile(join(bin, "zoom-extract"), "#!/bin/sh\n", { mode: 0o755 });
    const [lines = ""] = scriptsOf("Where the shell finds it");
    for (const _ of ["once", "again"]) {
      const { code, shown } = await reader.type([lines], { shell });
      assert.equal(code, 0, shown);
    }
    for (const name of [...Object.keys(files), ...changed]) {
      const count = (await Deno.readTextFile(reader.at(name))).split(exportLine).length - 1;
      assert.equal(count, changed.includes(name) ? 1 : 0, name);
    }
    // A window of a desktop, a terminal of macOS, and what signs in to run one command.
    const starts = [["-i"], ["-l", "-i"], ...shell === "bash" ? [["-l"]] : []];
    for (const words of starts) {
      const env = { PATH: "/usr/bin:/bin", TERM: "dumb" };
      const { shown } = await reader.run([`/bin/${shell}`, ...words], "command -v zoom-extract", {
        cwd: reader.home,
        env,
      });
      assert.ok(shown.includes(join(bin, "zoom-extract")), `${words.join(" ")}: ${shown}`);
    }
  });
}

Deno.test("every line of getting-started.md is for a POSIX shell and run, or stands in the table of those that are not", () => {
  const foreign = blocks.filter(({ language }) => language !== "sh");
  assert.ok(foreign.every(({ section, language }) => section === "On Windows" && language === "powershell"));
  assert.deepEqual(foreign.flatMap(linesOf).filter((line) => !leftOut.has(line)), []);
  const run = blocks.filter(({ language }) => language === "sh").map(scriptOf);
  assert.ok(run.length >= 15, `${run.length} blocks`);
});

Deno.test("getting-started.md and the README name every scope that the program looks for", async () => {
  const readme = await Deno.readTextFile(join(root, "README.md"));
  for (const { granularScope, classicScope } of judgeScopes([])) {
    for (const text of [guide, readme]) {
      assert.ok(text.includes(`\`${granularScope}\``), granularScope);
      assert.ok(text.includes(`\`${classicScope}\``), classicScope);
    }
  }
});

Deno.test("the pages name the files of a release as they are published", async () => {
  const readme = await Deno.readTextFile(join(root, "README.md"));
  const names = Object.values(targets).map((name) => `zoom-extract-${name}`);
  for (const name of [...names, "SHA256SUMS"]) {
    for (const text of [guide, readme]) assert.ok(text.includes(`\`${name}\``), name);
  }
});
