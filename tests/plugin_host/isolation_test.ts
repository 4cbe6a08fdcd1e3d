import assert from "node:assert/strict";
import { join } from "node:path";
import { PluginError } from "../../src/core/errors.ts";
import { sampleCandidate } from "../../src/testing/mod.ts";
import { PluginBench, pluginSource } from "./_support.ts";

const never = new AbortController().signal;

/** A plugin that does whatever the payload of its hook says. */
const doer = (permissions = "{}") =>
  pluginSource(
    "doer",
    `{ hooks: { async afterTransfer({ what, path }) {
        switch (what) {
          case "read": await Deno.readTextFile(path); return;
          case "write": await Deno.writeTextFile(path, "x"); return;
          case "net": await (await fetch(path)).text(); return;
          case "env": if (Deno.env.get(path) === undefined) throw new Error("not set"); return;
          case "run": await new Deno.Command(path).output(); return;
          case "import": await new Function("path", "return import(path)")(path); return;
          case "worker": new Worker("data:text/javascript,", { type: "module", deno: { permissions: { read: true } } }); return;
          case "tell": return { reject: JSON.stringify({
            args: Deno.args, globals: Object.keys(globalThis), context: Object.keys(context), options: context.options,
          }) };
        }
      } } }`,
    { permissions },
  );

async function attempt(
  bench: PluginBench,
  payload: { what: string; path?: string },
  settings: Record<string, { grant: boolean }> = { doer: { grant: true } },
): Promise<string> {
  await using plugins = await bench.open({ settings });
  try {
    const { reject } = await plugins.callHook("doer", { hook: "afterTransfer", payload }, { signal: never });
    return reject ?? "done";
  } catch (error) {
    return error instanceof PluginError ? error.message : String(error);
  }
}

const refusals: readonly (readonly [what: string, path: string, needs: RegExp])[] = [
  ["read", "/etc/hostname", /NotCapable.*read access/],
  ["write", "/tmp/zoom-extract-should-not-be", /NotCapable.*write access/],
  ["net", "http://127.0.0.1:8123/", /NotCapable.*net access|[Rr]equires net access/],
  ["env", "HOME", /NotCapable.*env access/],
  ["run", "true", /NotCapable.*run access/],
  ["import", "/etc/hostname", /Requires read access/],
  ["worker", "", /escalate/],
];

for (const [what, path, needs] of refusals) {
  Deno.test(`a drop-in that asks for nothing may not ${what}`, async () => {
    await using bench = await PluginBench.create({ "doer.ts": doer() });
    assert.match(await attempt(bench, { what, path }), needs);
  });
}

Deno.test("a drop-in may read and write exactly where it said", async () => {
  await using bench = await PluginBench.create({
    "doer.ts": doer('{ read: ["$OUTPUT"], write: ["$OUTPUT/here", "$PLUGIN_DATA"] }'),
  });
  await Deno.mkdir(join(bench.outputDir, "here"));
  assert.equal(await attempt(bench, { what: "write", path: join(bench.outputDir, "here", "a") }), "done");
  assert.equal(await attempt(bench, { what: "read", path: join(bench.outputDir, "here", "a") }), "done");
  const data = join(bench.outputDir, "_metadata", "plugins", "doer", "a");
  assert.equal(await attempt(bench, { what: "write", path: data }), "done");
  assert.match(await attempt(bench, { what: "write", path: join(bench.outputDir, "a") }), /write access/);
  assert.match(await attempt(bench, { what: "read", path: join(bench.dir, "plugins.txt") }), /read access/);
});

Deno.test("a drop-in may connect exactly where it said", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("hi"),
  );
  const host = `127.0.0.1:${server.addr.port}`;
  await using bench = await PluginBench.create({ "doer.ts": doer(`{ net: ["${host}"] }`) });
  assert.equal(await attempt(bench, { what: "net", path: `http://${host}/` }), "done");
  assert.match(await attempt(bench, { what: "net", path: "http://127.0.0.1:8/" }), /net access/);
});

Deno.test("a drop-in that asks for something is left out until it is granted, and says what it asks for", async () => {
  await using bench = await PluginBench.create({
    "doer.ts": doer('{ net: ["hooks.example.com"], read: ["$OUTPUT"] }'),
  });
  await using plugins = await bench.open();
  assert.deepEqual(plugins.hooks, []);
  const [left] = bench.leftOut;
  assert.equal(left?.manifest.name, "doer");
  assert.match(left?.why ?? "", /reads \$OUTPUT; connects to hooks\.example\.com/);
});

const greedy: readonly (readonly [permissions: string, covers: RegExp])[] = [
  ['{ env: ["ZOOM_CLIENT_SECRET"] }', /ZOOM_CLIENT_SECRET/],
  ['{ env: ["ZOOM_*"] }', /ZOOM_/],
  ['{ env: ["*"] }', /ZOOM_/],
  ['{ env: ["zoom_client_id"] }', /ZOOM_CLIENT_ID/],
  ['{ read: ["$OUTPUT/.."] }', /\.env/],
  ['{ read: ["/"] }', /\.env/],
];

for (const [permissions, covers] of greedy) {
  Deno.test(`permissions ${permissions} are refused even when granted: they reach the credentials`, async () => {
    await using bench = await PluginBench.create({ "doer.ts": doer(permissions) });
    await assert.rejects(bench.open({ settings: { doer: { grant: true } } }), (error) => {
      assert.ok(error instanceof PluginError, String(error));
      assert.match(error.message, covers);
      return true;
    });
  });
}

Deno.test("nothing of the credentials is in a plugin's arguments, globals, context or options", async () => {
  await using bench = await PluginBench.create({ "doer.ts": doer() });
  Deno.env.set("ZOOM_CLIENT_SECRET", "secret-of-the-isolation-test");
  try {
    const told = await attempt(bench, { what: "tell" });
    assert.match(told, /"context":\["options","log","clock","fetch","outputDir","dataDir","signal"\]/);
    assert.ok(!told.includes("secret-of-the-isolation-test"));
    assert.match(await attempt(bench, { what: "env", path: "ZOOM_CLIENT_SECRET" }), /env access/);
  } finally {
    Deno.env.delete("ZOOM_CLIENT_SECRET");
  }
});

Deno.test("candidates cross the boundary as plain data", () => {
  assert.deepEqual(structuredClone(sampleCandidate()), sampleCandidate());
});
