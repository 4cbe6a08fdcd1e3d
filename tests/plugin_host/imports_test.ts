import assert from "node:assert/strict";
import { PluginError } from "../../src/core/errors.ts";
import { PluginBench, pluginSource } from "./_support.ts";

const refused: readonly (readonly [what: string, head: string, named: string])[] = [
  ["an npm package", 'import nano from "npm:nanoid@5.1.5"; nano;', "npm:nanoid@5.1.5"],
  ["an npm package it does not even use", 'import nano from "npm:nanoid@5.1.5";', "npm:nanoid@5.1.5"],
  ["a JSR package", 'export * from "jsr:@std/path";', "jsr:@std/path"],
  ["a remote module", 'import "https://example.com/mod.ts";', "https://example.com/mod.ts"],
  ["a bare name", 'import x from "left-pad"; x;', "left-pad"],
  [
    "a package of the program that is not part of the contract",
    'import * as v from "valibot"; v;',
    "valibot",
  ],
  ["a file outside its folder", 'import "../secrets.ts";', "../secrets.ts"],
  ["a text file outside its folder", 'import t from "../.env" with { type: "text" }; t;', "../.env"],
  [
    "an absolute address",
    'import t from "file:///etc/hostname" with { type: "text" }; t;',
    "file:///etc/hostname",
  ],
  ["an absolute path", 'import t from "/etc/passwd" with { type: "text" }; t;', "/etc/passwd"],
  ["an import inside a function", 'export const f = () => import("npm:ms@2");', "npm:ms@2"],
  ["an import that is put together", 'export const f = (x: string) => import("npm:" + x);', "import()"],
  ["an import from a template", "export const f = (x: string) => import(`./${x}.ts`);", "import()"],
];

for (const [what, head, named] of refused) {
  Deno.test(`a drop-in with ${what} is refused before it is loaded, and the import is named`, async () => {
    const mark = "globalThis.loadedTooEarly = true;";
    await using bench = await PluginBench.create({
      "plugin.ts": pluginSource("plugin", "{}", { head: `${head}\n${mark}` }),
    });
    await bench.write("../secrets.ts", "export {};");
    await bench.write("../.env", "SECRET=1");
    await assert.rejects(bench.load(), (error) => {
      assert.ok(error instanceof PluginError, String(error));
      assert.ok(error.message.includes(named), error.message);
      return true;
    });
    assert.ok(!("loadedTooEarly" in globalThis));
  });
}

Deno.test("a forbidden import in a file that the plugin imports is found, too", async () => {
  await using bench = await PluginBench.create({
    "plugin.ts": pluginSource("plugin", "{}", { head: 'import "./_part.ts";' }),
    "_part.ts": 'import "./_deeper.ts";',
    "_deeper.ts": 'import x from "npm:ms@2"; x;',
  });
  await assert.rejects(bench.load(), /npm:ms@2.*_deeper\.ts/);
});

Deno.test("types, node: modules, the library and files of its own folder may be imported", async () => {
  await using bench = await PluginBench.create({
    "plugin.ts": pluginSource("plugin", "{ filters: { ok: () => part === 1 && join('a', 'b') === 'a/b' } }", {
      head: `import { join } from "node:path";
        import { part } from "./_part.ts";
        import data from "./_data.json" with { type: "json" };
        import { type Candidate, sampleCandidate } from "zoom-extract";
        import type { Nobody } from "npm:no-such-package@1";
        const text = 'import x from "npm:in-a-string"'; // import "npm:in-a-comment"
        export type T = [Candidate, Nobody, typeof text, typeof data, typeof sampleCandidate];
        enum Colour { Red } export { Colour };`,
    }),
    "_part.ts": "export const part = 1;",
    "_data.json": "{}",
  });
  const [plugin] = await bench.load();
  assert.equal(plugin?.manifest.name, "plugin");
});

Deno.test("after a refusal everything else can still be imported", async () => {
  await using bench = await PluginBench.create({
    "bad.ts": pluginSource("bad", "{}", { head: 'import x from "npm:nanoid@5.1.5"; x;' }),
  });
  await assert.rejects(bench.load(), PluginError);
  await Deno.remove(`${bench.pluginsDir}/bad.ts`);
  await bench.write("good.ts", pluginSource("good", "{}"));
  assert.equal((await bench.load())[0]?.manifest.name, "good");
});
