import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "../mod.ts";
import { bundledPlugins } from "../plugins/mod.ts";
import { renderConfiguration } from "../docs/render_configuration.ts";
import { findCommand } from "../src/cli/commands.ts";
import { parseOptionValue } from "../src/cli/option_value.ts";
import { optionsOf } from "../src/cli/options.ts";
import { parseFlags } from "../src/cli/parse_flags.ts";
import { shellCommands } from "./support/shell_words.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const documents = ["README.md", "CONTRIBUTING.md", ...await markdownOf("docs")];

async function markdownOf(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(join(root, folder)), ({ name }) => name);
  return names.filter((name) => name.endsWith(".md")).sort().map((name) => `${folder}/${name}`);
}

const textOf = (path: string) => Deno.readTextFile(join(root, path));

/** What a heading is linked by, as GitHub makes it. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
    const base = heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    let anchor = base;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

Deno.test.each(documents.map((document) => ({ document })))(
  "every link in $document leads somewhere",
  async ({ document }) => {
    const text = withoutCode(await textOf(document)).replaceAll(/`[^`\n]*`/g, "code");
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) {
        assert.ok(URL.canParse(link), link);
        continue;
      }
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? document : join(dirname(document), path);
      const info = await Deno.stat(join(root, target)).catch(() => undefined);
      assert.ok(info, `${document}: ${link}`);
      if (anchor !== undefined) {
        assert.ok(
          anchorsOf(await textOf(target)).has(anchor),
          `${document}: ${link}`,
        );
      }
    }
  },
);

/** Every call of the program that a document shows, in code blocks of a shell and in the text. */
async function callsIn(document: string): Promise<string[][]> {
  const text = await textOf(document);
  const blocks = [...text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? "");
  const inline = [...withoutCode(text).matchAll(/`((?:zoom-extract|deno run)\s[^`]+)`/g)]
    .map((match) => (match[1] ?? "").replaceAll("\n", " ").replaceAll("\\|", "|"));
  return [...blocks, ...inline.filter((code) => !code.includes("…"))].flatMap(shellCommands)
    .filter((words) => words[0] === "zoom-extract" || words.includes("run") && words.includes("main.ts"));
}

/** The blocks of a Markdown text that a shell reads, in order. */
function shellBlocksOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```(\S*).*\n([\s\S]*?)^```$/gm)]
    .filter(([, language = "", code = ""]) =>
      /^(sh|bash)$/.test(language) || language === "" && /^(\$|npx|deno|zoom-extract) /.test(code)
    )
    .map(([, , code = ""]) => code);
}

/** What is a comment in a script, and arguments, or patterns that match nothing, in an interactive zsh. */
function commentsIn(code: string): string[] {
  const unquoted = code.replaceAll(/\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"/g, "x");
  return [...unquoted.matchAll(/(?<=^|[\s;&|()])#.*/gm)].map(([comment]) => comment);
}

Deno.test("no command line of the documents carries a comment, which a zsh at the terminal takes for words", async () => {
  for (const document of documents) {
    const comments = shellBlocksOf(await textOf(document)).flatMap(commentsIn);
    assert.deepEqual(comments, [], document);
  }
  const page =
    "```sh\n# one\na '# x' \"# y\" b#c $# \\# # two\n```\n\n```\nnpx x  # three\n```\n\n```yaml\n# four\n```\n";
  assert.deepEqual(shellBlocksOf(page).flatMap(commentsIn), ["# one", "# two", "# three"]);
});

const sets = Object.keys(JSON.parse(await textOf("deno.json")).permissions);

/** What follows the program's name; refuses a `deno run` that has no rights, or a set that is not there. */
function argumentsOf(words: readonly string[]): readonly string[] {
  const main = words.indexOf("main.ts");
  if (main === -1) return words.slice(1);
  const runtime = words.slice(0, main);
  const args = words.slice(main + 1);
  const set = runtime.find((word) => /^-P/.test(word));
  if (set !== undefined) assert.ok(sets.includes(set.slice(3) || "default"), words.join(" "));
  const hasRights = set !== undefined || runtime.some((word) => word === "-A" || word.startsWith("--allow-"));
  assert.ok(hasRights || ["permissions", "help"].includes(args[0] ?? ""), `no rights: ${words.join(" ")}`);
  return args;
}

/** A word in capitals stands for what a person puts there. */
const isPlaceholder = (word: string) => /^[A-Z][A-Z_.=/-]*$/.test(word) || word.includes("$");

async function checkCall(words: readonly string[]): Promise<void> {
  const args = argumentsOf(words);
  const named = args[0] !== undefined && !args[0].startsWith("-");
  const name = named ? args[0] ?? "" : "extract";
  if (isPlaceholder(name) || args.some((arg) => /^(--help|-h|--version|-V)$/.test(arg))) return;
  const command = findCommand(name);
  assert.ok(command, `${words.join(" ")}: no command ${name}`);
  const { values, positionals } = parseFlags(command.name, named ? args.slice(1) : args);
  assert.ok(positionals.length <= (command.positionals ?? 0), `${words.join(" ")}: one word too many`);
  for (const [long, text] of values) {
    const row = optionsOf(command.name).find((row) => row.long === long);
    assert.ok(row, long);
    if (!isPlaceholder(text)) parseOptionValue(row, text, `--${long}`);
    const texts = text.split("\n").filter((entry) => !isPlaceholder(entry));
    if (long === "plugin-option") { for (const entry of texts) await checkPluginOption(entry); }
    if (long === "plugin") {
      for (const entry of texts) assert.ok(Object.hasOwn(bundledPlugins, entry), entry);
    }
  }
}

async function checkPluginOption(text: string): Promise<void> {
  const [, plugin = "", option = ""] = /^([a-z-]+)\.([A-Za-z]+)=/.exec(text) ?? [];
  const load = Object.entries(bundledPlugins).find(([name]) => name === plugin)?.[1];
  if (load === undefined) return; // a plugin of the reader's own
  const manifest = (await load()).default as { readonly options?: Readonly<Record<string, unknown>> };
  assert.ok(Object.hasOwn(manifest.options ?? {}, option), text);
}

Deno.test.each(documents.map((document) => ({ document })))(
  "every command line in $document is one that the program understands",
  async ({ document }) => {
    for (const words of await callsIn(document)) {
      await checkCall(words).catch((error) => {
        throw new Error(`${document}: ${words.join(" ")}: ${error.message}`);
      });
    }
  },
);

Deno.test("the command lines of the documents are found", async () => {
  const counts = await Promise.all(documents.map(async (document) => (await callsIn(document)).length));
  assert.ok(counts.reduce((sum, count) => sum + count) > 40, counts.join(" "));
  await assert.rejects(checkCall(["zoom-extract", "--form-date", "2024-01-01"]), /no such option/);
  await assert.rejects(checkCall(["zoom-extract", "--from-date", "2024-13-01"]), /2024-13-01/);
  await assert.rejects(checkCall(["deno", "run", "main.ts"]), /no rights/);
  await assert.rejects(checkCall(["deno", "run", "-P=none", "main.ts"]));
  await assert.rejects(checkCall(["zoom-extract", "--plugin-option", "exec.progam=x"]));
  assert.ok(!anchorsOf("# One `two`\n").has("one-two-") && anchorsOf("# One `two`!\n").has("one-two"));
});

Deno.test("docs/configuration.md is the one that the option rows make", async () => {
  const plain = (text: string) => text.replace(/-{3,}/g, "---").replaceAll(/\s+/g, " ");
  assert.equal(
    plain(await textOf("docs/configuration.md")),
    plain(renderConfiguration()),
    "run: deno run -RW docs/render_configuration.ts && deno fmt docs/configuration.md",
  );
});

Deno.test("what starts the program with all rights by a name of its own lets Deno ask nobody", async () => {
  const { tasks } = JSON.parse(await textOf("deno.json")) as { tasks: Record<string, { command: string }> };
  const lines = Object.values(tasks).map(({ command }) => command);
  const guide = (await textOf("docs/getting-started.md")).split("\n");
  const starts = [...lines, ...guide].filter((line) => /run -A .*main\.ts/.test(line));
  assert.equal(starts.length, 4, "two tasks, a script, and one for Windows");
  for (const line of starts) assert.match(line, /run -A --no-prompt /);
});

Deno.test("docs/permissions.md names every set, and every right that a run needs", async () => {
  const text = await textOf("docs/permissions.md");
  const { permissions } = JSON.parse(await textOf("deno.json"));
  for (const set of sets) assert.match(text, new RegExp(`^\\| \`${set}\``, "m"));
  const values = ["net", "env", "sys"].flatMap((kind) => permissions.default[kind] as string[]);
  for (const value of values) assert.ok(text.includes(`\`${value}\``), value);
});

/** What a cell of the table of sets says, put as `deno.json` has it. */
function valuesIn(cell: string, above: unknown): unknown {
  if (cell === "the same") return above;
  if (cell === "everything") return true;
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, value = ""]) => value);
}

Deno.test("docs/permissions.md tells of each set what it reads, writes and connects to, and nothing else", async () => {
  const text = await textOf("docs/permissions.md");
  const { permissions } = JSON.parse(await textOf("deno.json"));
  const plain = (value: unknown) =>
    Array.isArray(value) ? value.map((each) => String(each).replace(/^\.\//, "")).sort() : value;
  let above: unknown[] = [];
  for (const set of sets) {
    const [row = ""] = new RegExp(`^\\| \`${set}\` .*$`, "m").exec(text) ?? [];
    const cells = row.split("|").slice(2, 5).map((cell) => cell.trim());
    above = cells.map((cell, i) => valuesIn(cell, above[i]));
    ["read", "write", "net"].forEach((kind, i) => {
      // In words, of the set that the tests use.
      if (cells[i] === "this machine") return;
      assert.deepEqual(plain(above[i]), plain(permissions[set][kind]), `${set}: ${kind}`);
    });
  }
});

Deno.test("no page and no plugin shows a secret option of a plugin on a command line", async () => {
  const sources = await Promise.all(
    Object.keys(bundledPlugins).map(async (name) =>
      await textOf(`plugins/${name.replaceAll("-", "_")}.ts`).catch(() =>
        textOf(`plugins/${name.replaceAll("-", "_")}/mod.ts`)
      )
    ),
  );
  const texts = [...sources, ...await Promise.all(documents.map(textOf))].join("\n");
  const secrets: string[] = [];
  for (const load of Object.values(bundledPlugins)) {
    const { name, options = {} } = (await load()).default as Plugin;
    for (const [key, { secret }] of Object.entries(options)) if (secret) secrets.push(`${name}.${key}`);
  }
  assert.ok(secrets.includes("notify.url"));
  for (const secret of secrets) assert.ok(!texts.includes(`${secret}=`), secret);
});
