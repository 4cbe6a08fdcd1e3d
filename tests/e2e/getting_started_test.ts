import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { judgeScopes } from "../../src/zoom/mod.ts";
import { type Simulator, startSimulator } from "../../src/simulator/mod.ts";
import { onLinux } from "../support/systems.ts";
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
   */
  type(scripts: readonly string[], options: {
    cwd?: string;
    env?: Readonly<Record<string, string>>;
    path?: string;
    isPatient?: boolean;
  } = {}): Promise<Shown> {
    const { cwd = this.home, path = `${this.at("stand-ins")}:${Deno.env.get("PATH")}` } = options;
    const stop = `trap 'code=$?; echo "failed: $BASH_COMMAND" >&2; exit $code' ERR; set -o pipefail`;
    const script = [...options.isPatient ? [] : [stop], ...scripts].join("\n");
    return this.#run("/bin/bash", script, { cwd, env: { SHELL: "/bin/bash", ...options.env, PATH: path } });
  }

  /** What cron would do with the lines of the table, at their time: with next to no environment. */
  async atTheirTime(): Promise<(Shown & { line: string })[]> {
    const results = [];
    for (const line of (await Deno.readTextFile(this.at("crontab"))).trimEnd().split("\n")) {
      const command = line.replace(/^(\S+ ){5}/, "");
      // A path of cron's own may find a Deno that this machine happens to have there.
      const result = await this.#run("/bin/sh", command, { cwd: this.home, env: { PATH: "/nowhere" } });
      results.push({ line, ...result });
    }
    return results;
  }

  async #run(
    shell: string,
    script: string,
    { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
  ): Promise<Shown> {
    const { code, stdout, stderr } = await new Deno.Command(shell, {
      args: ["-c", script],
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

/** What stands for the reader's machine is a Linux one: shells and tools in /bin, sums by GNU. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test(name, onLinux, body);
}

const otherWays = ["As a binary", "On Windows"];

test("whoever copies getting-started.md line by line gets from nothing to an archive and a nightly job", async () => {
  await using zoom = await startSimulator({ users: 2, months: 2 });
  await using reader = await Reader.arrive();
  const { accountId, clientId, clientSecret } = zoom.credentials;
  const scripts = blocks.filter(({ section }) => !otherWays.includes(section)).map(scriptOf);
  const { code, shown } = await reader.type(scripts.map((script) => withAnswers(script, zoom)), {
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
  for (const { line, code, shown } of nights) assert.equal(code, 0, `${line}\n${shown}`);
  assert.equal(nights[0]?.shown, "", "cron would send a mail");
  assert.ok(zoom.count("/rec/*") > 0, "the first night fetched everything again");
});

test("the lines that put a job into cron's table keep what is in it, and take the place of their own", async () => {
  await using reader = await Reader.arrive();
  const [block = ""] = scriptsOf("7. Every night").filter((script) => script.includes("crontab -"));
  await Deno.writeTextFile(reader.at("crontab"), "0 1 * * * backup\n");
  for (const _ of ["once", "again"]) assert.equal((await reader.type([block])).code, 0);
  const table = (await Deno.readTextFile(reader.at("crontab"))).trimEnd().split("\n");
  assert.deepEqual(table.map((line) => line.slice(0, 10)), ["0 1 * * * ", "15 3 * * *", "30 4 1 * *"]);
});

test("a binary is put in place as the page says, and one whose bytes differ is not", async () => {
  await using reader = await Reader.arrive();
  const linux = scriptsOf("As a binary").filter((script) => script.startsWith("sha256sum"));
  const cwd = reader.at("downloads");
  await Deno.mkdir(cwd);
  const download = (text: string) =>
    Deno.writeTextFile(join(cwd, "zoom-extract-linux-x64"), `#!/bin/sh\necho ${text}\n`);
  await download("the binary");
  const ownDigest = "sha256sum zoom-extract-* > SHA256SUMS";
  const anothers = `echo "${"0".repeat(64)}  zoom-extract-macos-x64" >> SHA256SUMS`;
  assert.equal((await reader.type([ownDigest, anothers], { cwd })).code, 0);

  await download("something else");
  const refused = await reader.type(linux, { cwd, isPatient: true });
  assert.match(refused.shown, /zoom-extract-linux-x64: FAILED/);
  await assert.rejects(Deno.stat(reader.at(".local/bin/zoom-extract")));

  await download("the binary");
  const lines = [...linux, ...scriptsOf("Where the shell finds it"), "zoom-extract"];
  const { code, shown } = await reader.type(lines, { cwd });
  assert.equal(code, 0, shown);
  assert.match(shown, /\nthe binary\n$/);
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

test("without Deno the page's lines install it with npm, for this user alone", async () => {
  await using reader = await Reader.arrive();
  const bin = await bareMachine(reader);
  const asked = `[ "$*" = "install --global --prefix $HOME/.local deno@2.9.6" ]`;
  const install = `printf '#!/bin/sh\\nexec "%s" "$@"\\n' "${Deno.execPath()}" > "$HOME/.local/bin/deno"`;
  await reader.standIn("npm", `${asked} && ${install} && chmod 755 "$HOME/.local/bin/deno"`);
  await Deno.symlink(reader.at("stand-ins", "npm"), join(bin, "npm"));
  const { code, shown } = await reader.type([withDeno], { cwd: root, path: bin });
  assert.equal(code, 0, shown);
  assert.match(shown, /zoom-extract \d/);
});

test("without Deno and npm, or in another folder, the page's lines write no program and say why", async () => {
  await using reader = await Reader.arrive();
  const bare = await reader.type([withDeno], {
    cwd: root,
    path: await bareMachine(reader),
    isPatient: true,
  });
  assert.match(bare.shown, /npm: command not found/);
  assert.match(bare.shown, /deno: command not found/);
  const elsewhere = await reader.type([withDeno], { isPatient: true });
  assert.match(elsewhere.shown, /main\.ts.*No such file/);
  for (const { shown } of [bare, elsewhere]) assert.match(shown, /zoom-extract: command not found\n$/);
  await assert.rejects(Deno.stat(reader.at(".local/bin/zoom-extract")));
});

Deno.test.each([{ shell: "/bin/zsh", file: ".zprofile" }, { shell: "/bin/bash", file: ".profile" }])(
  "a new terminal of $shell finds the program: $file says where, once",
  onLinux,
  async ({ shell, file }) => {
    await using reader = await Reader.arrive();
    const [lines = ""] = scriptsOf("Where the shell finds it");
    for (const _ of ["once", "again"]) {
      assert.equal((await reader.type([lines], { env: { SHELL: shell } })).code, 0);
    }
    assert.equal(await Deno.readTextFile(reader.at(file)), 'export PATH="$HOME/.local/bin:$PATH"\n');
  },
);

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
