import assert from "node:assert/strict";
import { PluginError } from "../../src/core/errors.ts";
import { PluginBench, pluginSource } from "./_support.ts";

const options = `{
  count: { type: "number", default: 5, help: "x" },
  size: { type: "bytes", help: "x" },
  wait: { type: "milliseconds", help: "x" },
  on: { type: "boolean", default: false, help: "x" },
  mode: { type: "choice", choices: ["fast", "small"], help: "x" },
  names: { type: "list", help: "x" },
  url: { type: "url", help: "x" },
  key: { type: "string", secret: true, help: "x" },
}`;

const source = pluginSource("p", "(context.log.info(JSON.stringify(context.options)), {})", { options });

async function parsed(given: Record<string, unknown>): Promise<unknown> {
  await using bench = await PluginBench.create({ "p.ts": source });
  await using _plugins = await bench.open({ settings: { p: { options: given } } });
  return JSON.parse(bench.logged[0]?.replace("p info: ", "") ?? "");
}

const accepted: readonly (readonly [given: Record<string, unknown>, expected: Record<string, unknown>])[] = [
  [{}, { count: 5, on: false }],
  [{ count: "7.5" }, { count: 7.5, on: false }],
  [{ count: 7 }, { count: 7, on: false }],
  [{ size: "10M" }, { count: 5, on: false, size: 10_485_760 }],
  [{ wait: "1h30m" }, { count: 5, on: false, wait: 5_400_000 }],
  [{ on: "true" }, { count: 5, on: true }],
  [{ mode: "small" }, { count: 5, on: false, mode: "small" }],
  [{ names: "a, b" }, { count: 5, on: false, names: ["a", "b"] }],
  [{ names: '["a,b"]' }, { count: 5, on: false, names: ["a,b"] }],
  [{ names: ["x"] }, { count: 5, on: false, names: ["x"] }],
  [{ url: "https://example.com/x" }, { count: 5, on: false, url: "https://example.com/x" }],
];

for (const [given, expected] of accepted) {
  Deno.test(`options ${JSON.stringify(given)} arrive as ${JSON.stringify(expected)}`, async () => {
    assert.deepEqual(await parsed(given), expected);
  });
}

const refused: readonly (readonly [given: Record<string, unknown>, message: RegExp, hint: RegExp])[] = [
  [{ cuont: 5 }, /p\.cuont "5": plugin "p" has no such option/, /count, size/],
  [{ count: "many" }, /p\.count "many"/, /a number/],
  [{ count: true }, /p\.count "true"/, /a number/],
  [{ size: "-1" }, /p\.size "-1"/, /bytes/],
  [{ wait: "soon" }, /p\.wait "soon"/, /duration/],
  [{ on: "yes" }, /p\.on "yes"/, /true or false/],
  [{ mode: "slow" }, /p\.mode "slow"/, /fast, small/],
  [{ names: [1] }, /p\.names/, /texts/],
  [{ names: "[1" }, /p\.names/, /JSON/],
  [{ url: "example" }, /p\.url "example"/, /https:/],
];

for (const [given, message, hint] of refused) {
  Deno.test(`options ${JSON.stringify(given)} are refused before anything starts`, async () => {
    await assert.rejects(parsed(given), (error) => {
      assert.ok(error instanceof PluginError, String(error));
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

Deno.test("a required option that is missing is named, with how to give it", async () => {
  const needy = pluginSource("needy", "{}", {
    options: '{ url: { type: "url", required: true, help: "x" } }',
  });
  await using bench = await PluginBench.create({ "needy.ts": needy });
  await assert.rejects(bench.open(), (error) => {
    assert.ok(error instanceof PluginError);
    assert.match(error.message, /"needy".*"url".*missing/);
    assert.match(error.hint ?? "", /--plugin-option needy\.url=/);
    return true;
  });
});

Deno.test("a secret option's value is not part of any message", async () => {
  await assert.rejects(parsed({ key: { hidden: "s3cret-value" } }), (error) => {
    assert.ok(error instanceof PluginError);
    assert.ok(!`${error.message} ${error.hint}`.includes("s3cret-value"));
    return true;
  });
});
