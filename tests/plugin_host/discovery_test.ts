import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PluginError } from "../../src/core/errors.ts";
import { PluginBench, pluginSource } from "./_support.ts";

const nothing = "{}";

async function names(bench: PluginBench, change = {}, options = {}): Promise<string[]> {
  return (await bench.load(change, options)).map(({ manifest }) => manifest.name);
}

Deno.test("drop-ins are .ts and .js files and folders with a mod.ts, in the order of their names", async () => {
  await using bench = await PluginBench.create({
    "zeta.ts": pluginSource("zeta", nothing),
    "alpha.js":
      `export default { apiVersion: 1, name: "alpha", version: "1.0.0", description: "x", setup: () => ({}) };`,
    "folder/mod.ts": pluginSource("in-folder", nothing),
    "folder/_part.ts": "this is no plugin",
    "_shared.ts": "this is no plugin",
    ".hidden.ts": "this is no plugin",
    "zeta_test.ts": "this is no plugin",
    "notes.md": "this is no plugin",
    "empty/other.ts": "this is no plugin",
  });
  assert.deepEqual(await names(bench), ["alpha", "in-folder", "zeta"]);
});

Deno.test("the configuration's order comes first, then the order of names", async () => {
  await using bench = await PluginBench.create(
    Object.fromEntries(["a", "b", "c"].map((name) => [`${name}.ts`, pluginSource(name, nothing)])),
  );
  assert.deepEqual(await names(bench, { settings: { c: {}, b: {} } }), ["c", "b", "a"]);
});

Deno.test("folders are looked through in their order; one that does not exist is empty", async () => {
  await using bench = await PluginBench.create({ "one.ts": pluginSource("one", nothing) });
  await using other = await PluginBench.create({ "two.ts": pluginSource("two", nothing) });
  const dirs = [bench.pluginsDir, `${bench.dir}/nowhere`, other.pluginsDir, bench.pluginsDir];
  assert.deepEqual(await names(bench, { dirs }), ["one", "two"]);
});

Deno.test("two plugins of one name are refused, and both files are named", async () => {
  await using bench = await PluginBench.create({
    "one.ts": pluginSource("twin", nothing),
    "two.ts": pluginSource("twin", nothing),
  });
  await assert.rejects(bench.load(), (error) => {
    assert.ok(error instanceof PluginError);
    assert.match(error.message, /"twin".*one\.ts.*two\.ts/);
    return true;
  });
});

Deno.test("in the program's own plugin folder its own files are bundled, all others drop-ins", async () => {
  await using bench = await PluginBench.create({
    "own_one.ts": pluginSource("own-one", nothing),
    "mod.ts": "export const bundled = {};",
    "mine.ts": pluginSource("mine", nothing),
  });
  const bundled = { "own-one": () => import(pathToFileURL(join(bench.pluginsDir, "own_one.ts")).href) };
  const loaded = await bench.load({}, { bundled, bundledDir: bench.pluginsDir });
  assert.deepEqual(loaded.map(({ manifest, origin }) => [manifest.name, origin]), [
    ["mine", "drop-in"],
    ["own-one", "bundled"],
  ]);
});

Deno.test("a bundled plugin takes part when it is named, and not otherwise", async () => {
  await using bench = await PluginBench.create();
  const plugin = {
    apiVersion: 1,
    name: "shipped",
    version: "1.0.0",
    description: "Ships.",
    setup: () => ({ hooks: { afterRun: () => {} } }),
  };
  const bundled = { shipped: () => Promise.resolve({ default: plugin }) };
  for (
    const [settings, count] of [[{}, 0], [{ shipped: {} }, 1], [{ shipped: { active: false } }, 0]] as const
  ) {
    await using plugins = await bench.open({ settings }, { bundled });
    assert.equal(plugins.hooks.length, count);
  }
});

Deno.test("a name in the configuration that is nobody's is refused with those there are", async () => {
  await using bench = await PluginBench.create({ "one.ts": pluginSource("one", nothing) });
  await assert.rejects(bench.load({ settings: { oen: {} } }), (error) => {
    assert.ok(error instanceof PluginError);
    assert.match(error.message, /"oen"/);
    assert.match(error.hint ?? "", /one/);
    return true;
  });
});

const brokenManifests: readonly (readonly [what: string, source: string, message: RegExp])[] = [
  ["no default export", "export const x = 1;", /default export/],
  [
    "another API version",
    pluginSource("x", nothing).replace("apiVersion: 1", "apiVersion: 2"),
    /apiVersion.*2/,
  ],
  ["a name with capitals", pluginSource("MyPlugin", nothing), /name.*kebab-case.*MyPlugin/],
  ["a version that is none", pluginSource("x", nothing).replace("1.0.0", "one"), /version.*SemVer.*one/],
  ["no description", pluginSource("x", nothing).replace("A plugin of a test.", ""), /description/],
  ["a setup that is no function", pluginSource("x", nothing).replace(/setup: .*/, "setup: 5,"), /setup/],
  [
    "an unknown kind of permission",
    pluginSource("x", nothing, { permissions: '{ ffi: ["x"] }' }),
    /permissions.*ffi/,
  ],
  [
    "permissions that are no list",
    pluginSource("x", nothing, { permissions: "{ net: true }" }),
    /permissions\.net/,
  ],
  [
    "an option of an unknown type",
    pluginSource("x", nothing, { options: '{ a: { type: "date", help: "x" } }' }),
    /options\.a type.*date/,
  ],
  [
    "a default that does not fit",
    pluginSource("x", nothing, { options: '{ a: { type: "number", default: "x", help: "x" } }' }),
    /options\.a default/,
  ],
  [
    "an option named like a setting",
    pluginSource("x", nothing, { options: '{ grant: { type: "boolean", help: "x" } }' }),
    /grant/,
  ],
  ["a syntax error", "export default {", /cannot|parse|expected|syntax|eof/i],
  ["a throw while loading", `throw new Error("too early"); ${pluginSource("x", nothing)}`, /too early/],
];

for (const [what, source, message] of brokenManifests) {
  Deno.test(`a file with ${what} is refused, and the file is named`, async () => {
    await using bench = await PluginBench.create({ "broken.ts": source });
    await assert.rejects(bench.load(), (error) => {
      assert.ok(error instanceof PluginError, String(error));
      assert.match(error.message, /broken\.ts/);
      assert.match(error.message, message);
      return true;
    });
  });
}
