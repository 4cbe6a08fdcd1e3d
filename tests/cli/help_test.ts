import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { commands } from "../../src/cli/commands.ts";
import { exitCodes } from "../../src/cli/exit_code.ts";
import { renderHelp } from "../../src/cli/help.ts";
import { renderOptionsTable } from "../../src/cli/mod.ts";
import { parseOptionValue } from "../../src/cli/option_value.ts";
import { optionGroups } from "../../src/cli/option_groups.ts";
import { defaultText, optionRows, optionsOf } from "../../src/cli/options.ts";
import { createStyle } from "../../src/cli/render/style.ts";
import { editDistance, suggest } from "../../src/core/suggest.ts";
import { runCli } from "./_harness.ts";

const style = createStyle(false);

Deno.test.each(commands.map(({ name }) => ({ name })))(
  "help $name shows every option, default and variable of it",
  async ({ name }) => {
    const result = await runCli([name, "--help"]);
    assert.equal(result.code, 0);
    assert.equal(result.stderr, "");
    const flat = result.stdout.replace(/\s+/g, " ");
    for (const row of optionsOf(name)) {
      if (!row.flagless) assert.ok(flat.includes(`--${row.long}`), row.long);
      if (row.env) assert.ok(flat.includes(row.env), row.env);
      if (row.kind !== "switch") {
        assert.ok(flat.includes(defaultText(row)), `${row.long}: ${defaultText(row)}`);
      }
      assert.ok(flat.includes(row.help), row.help);
      for (const choice of row.choices ?? []) assert.ok(flat.includes(choice), choice);
    }
    for (const part of ["Usage", "Examples", "Exit codes"]) assert.ok(flat.includes(part), part);
    assert.deepEqual(result.files, []);
  },
);

Deno.test("--help of extract names every exit code and every command", async () => {
  const { stdout } = await runCli(["--help"]);
  for (const [code, meaning] of exitCodes) {
    assert.ok(new RegExp(`^\\s+${code} {2}${meaning}`, "m").test(stdout));
  }
  for (const { name } of commands) assert.ok(new RegExp(`^ {2}${name} `, "m").test(stdout), name);
});

Deno.test("help COMMAND, COMMAND --help and COMMAND -h are the same, with or without wrong flags", async () => {
  const texts = [];
  for (
    const args of [["help", "list"], ["list", "--help"], ["list", "-h"], ["list", "--nonsense", "--help"]]
  ) {
    texts.push((await runCli(args, { env: {} })).stdout);
  }
  assert.equal(new Set(texts).size, 1);
  assert.match(texts[0] ?? "", /^zoom-extract list: /);
});

Deno.test("--version prints name and version of the manifest", async () => {
  const manifest = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  for (const args of [["--version"], ["-V"], ["list", "--version"]]) {
    assert.equal((await runCli(args, { env: {} })).stdout, `zoom-extract ${manifest.version}\n`);
  }
});

Deno.test.each([{ columns: 40 }, { columns: 60 }, { columns: 80 }, { columns: 100 }, { columns: 300 }])(
  "renderHelp() keeps to $columns columns",
  ({ columns }) => {
    for (const command of commands) {
      const widest = Math.max(
        ...renderHelp(command, { columns, style }).split("\n").map((line) => line.length),
      );
      const longestWord = 66; // an example cannot be broken inside a word
      assert.ok(widest <= Math.max(columns, longestWord) && widest <= 100, `${command.name}: ${widest}`);
    }
  },
);

Deno.test("option rows agree with themselves: unique flags, known groups, defaults in range", () => {
  for (const { name } of commands) {
    const rows = optionsOf(name);
    const longs = rows.map((row) => row.long);
    const shorts = rows.flatMap((row) => row.short ?? []);
    assert.equal(new Set(longs).size, longs.length);
    assert.equal(new Set(shorts).size, shorts.length);
  }
  for (const row of optionRows) {
    assert.ok(optionGroups.includes(row.group), row.group);
    if (row.default !== undefined) parseOptionValue(row, row.default, row.long);
  }
});

Deno.test("renderOptionsTable() has one well-formed row per option", () => {
  const lines = renderOptionsTable().trimEnd().split("\n");
  assert.equal(lines.length, optionsOf("extract").length + 2);
  for (const line of lines) assert.equal(line.replaceAll("\\|", "").split("|").length, 6, line);
  assert.equal(
    lines[2],
    "| `-o, --output-dir DIR` | `ZOOM_OUTDIR` | `./zoom_recordings` | Where the archive lives |",
  );
});

const meant = [
  { word: "from-dat", expected: "from-date" },
  { word: "form-date", expected: "from-date" },
  { word: "output", expected: "output-dir" },
  { word: "OUTPUT_DIR", expected: "output-dir" },
  { word: "outdir", expected: "output-dir" },
  { word: "maxdur", expected: "max-duration" },
  { word: "zzzzz", expected: undefined },
  { word: "max", expected: undefined },
];

Deno.test.each(meant)("suggest() takes $word for $expected", ({ word, expected }) => {
  assert.equal(suggest(word, optionsOf("extract").map((row) => row.long)), expected);
});

Deno.test.each([
  { a: "", b: "abc", edits: 3 },
  { a: "abc", b: "abc", edits: 0 },
  { a: "form", b: "from", edits: 1 },
  { a: "kitten", b: "sitting", edits: 3 },
])("editDistance() of $a and $b is $edits", ({ a, b, edits }) => {
  assert.equal(editDistance(a, b), edits);
  assert.equal(editDistance(b, a), edits);
});

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    specifier: string;
    code?: { specifier?: string };
    isDynamic?: boolean;
  }[];
}

/** What importing `roots` loads at once: their static imports, types apart. */
async function staticImports(roots: readonly string[]): Promise<Set<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", ...roots] }).output();
  const info = JSON.parse(new TextDecoder().decode(stdout)) as { roots: string[]; modules: ModuleInfo[] };
  const modules = new Map(info.modules.map((module) => [module.specifier, module]));
  const seen = new Set<string>();
  const visit = (specifier: string) => {
    if (seen.has(specifier)) return;
    seen.add(specifier);
    for (const { code, isDynamic } of modules.get(specifier)?.dependencies ?? []) {
      if (code?.specifier && !isDynamic) visit(code.specifier);
    }
  };
  info.roots.forEach(visit);
  return seen;
}

Deno.test("main.ts --help and --version load neither packages, nor SQLite, nor the engine", async () => {
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  const loaded = await staticImports([main]);
  const help = await staticImports([
    fileURLToPath(new URL("../../src/cli/commands/help.ts", import.meta.url)),
  ]);
  for (const specifier of help) loaded.add(specifier);
  assert.ok([...loaded].some((specifier) => specifier.endsWith("/src/cli/options.ts")));
  for (const specifier of loaded) {
    assert.doesNotMatch(
      specifier,
      /^npm:|^node:(?!path)|\/src\/(?!cli\/|core\/)|\/core\/(log|recording)\.ts/,
    );
  }
});

Deno.test("extract evaluates, before its first request, no module that is for another command", async () => {
  const app = new URL("../../src/app.ts", import.meta.url);
  const loaded = await staticImports([fileURLToPath(app)]);
  const source = new URL(".", app).href;
  assert.ok(loaded.has(`${source}pipeline/run.ts`), "the engine is not where this test looks for it");
  const others = [...loaded].filter((specifier) =>
    /^(archive|inventory|pipeline|storage|zoom)\/(adopt|export|plan|probe|rebuild|repair|status|upkeep|verify)\/|^app_(?!plugins)/
      .test(specifier.replace(source, ""))
  );
  assert.deepEqual(others, []);
  assert.ok(loaded.size <= 170, `${loaded.size} modules: what has a door of the run come to bring along?`);
});
