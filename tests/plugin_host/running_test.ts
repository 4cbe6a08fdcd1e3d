import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PluginError } from "../../src/core/errors.ts";
import type { Choice } from "../../src/core/active_plugins.ts";
import { sampleCandidate } from "../../src/testing/mod.ts";
import { over, PluginBench, pluginSource, transports } from "./_support.ts";

const never = new AbortController().signal;
const keyed = (key: string) => sampleCandidate({ file: { key } });
const asked = (keys: readonly string[]) =>
  keys.map((key) => ({ candidate: keyed(key), siblings: [keyed(key).file] }));

/** `take`, the reason, or the start of the error of each choice. */
function told(choices: readonly Choice[]): string[] {
  return choices.map((choice) => "error" in choice ? `! ${choice.error.message}` : choice.reason ?? "take");
}

const fickle = pluginSource(
  "fickle",
  `{ filters: { mood: async ({ file }) => {
      if (file.key === "throw") throw new RangeError("boom");
      if (file.key === "throw text") throw "just words";
      if (file.key === "later") await new Promise((resolve) => setTimeout(resolve, 1));
      if (file.key === "nonsense") return "yes";
      if (file.key === "nothing") return;
      if (file.key === "hang") await new Promise(() => {});
      if (file.key === "spin") for (;;);
      if (file.key === "exit") Deno.exit(3);
      if (file.key === "close") self.close();
      if (file.key === "uncaught") { setTimeout(() => { throw new Error("from a timer"); }); await new Promise(() => {}); }
      return file.key !== "no";
    } } }`,
);

for (const transport of transports) {
  Deno.test(`over the ${transport}, a filter that throws or answers nonsense costs that file only`, async () => {
    await using bench = await PluginBench.create({ "fickle.ts": fickle });
    await using plugins = await bench.open({ settings: over(transport, "fickle") });
    const keys = ["a", "no", "throw", "later", "throw text", "nonsense", "nothing", "b"];
    const [a, no, thrown, later, words, nonsense, nothing, b] = told(await plugins.choose(asked(keys)));
    assert.deepEqual([a, no, later, b], ["take", "fickle/mood", "take", "take"]);
    assert.match(
      thrown ?? "",
      /^! Plugin "fickle", filter fickle\/mood: RangeError: boom \(.*fickle\.ts:\d+\)$/,
    );
    assert.match(words ?? "", /threw just words/);
    assert.match(nonsense ?? "", /gave string, not true or false/);
    assert.match(nothing ?? "", /gave undefined, not true or false/);
  });

  Deno.test(`over the ${transport}, a filter that never answers is given up after its time`, async () => {
    await using bench = await PluginBench.create({ "fickle.ts": fickle });
    await using plugins = await bench.open({ settings: over(transport, "fickle"), callTimeoutMs: 400 });
    const choices = told(await plugins.choose(asked(["a", "hang", "no", "b"])));
    assert.match(choices[1] ?? "", /did not answer within 0.4 s/);
    assert.deepEqual([choices[0], choices[2], choices[3]], ["take", "fickle/mood", "take"]);
  });

  Deno.test(`over the ${transport}, filters see their siblings and what they change stays theirs`, async () => {
    const source = pluginSource(
      "nosy",
      `{ filters: { f: (candidate, siblings) => {
          candidate.meeting.topic = "changed"; candidate.file.extra = 1;
          return siblings.map(({ key }) => key).join() === "a,b";
        } } }`,
    );
    await using bench = await PluginBench.create({ "nosy.ts": source });
    await using plugins = await bench.open({ settings: over(transport, "nosy") });
    const siblings = [keyed("a").file, keyed("b").file];
    const candidates = [keyed("a"), keyed("b")];
    const choices = await plugins.choose(candidates.map((candidate) => ({ candidate, siblings })));
    assert.deepEqual(told(choices), ["take", "take"]);
    assert.deepEqual(candidates, [keyed("a"), keyed("b")]);
  });

  Deno.test(`over the ${transport}, a naming that fails or answers nonsense costs that file only`, async () => {
    const source = pluginSource(
      "namer",
      `{ namings: { path: ({ file }) => {
          if (file.key === "throw") throw new Error("boom");
          if (file.key === "text") return "flat";
          if (file.key === "empty") return [];
          if (file.key === "number") return ["a", 5];
          return ["folder", file.key];
        } } }`,
    );
    await using bench = await PluginBench.create({ "namer.ts": source });
    await using plugins = await bench.open({ settings: over(transport, "namer") });
    assert.equal(plugins.naming?.sharesFolders, false);
    const named = await plugins.naming?.name(["a", "throw", "text", "empty", "number", "b"].map(keyed)) ?? [];
    const texts = named.map((each) => "error" in each ? each.error.message : each.segments.join("/"));
    assert.equal(texts[0], "folder/a");
    assert.match(texts[1] ?? "", /boom/);
    assert.match(texts[2] ?? "", /gave string, not a list of path segments/);
    assert.match(texts[3] ?? "", /gave an empty list/);
    assert.match(texts[4] ?? "", /gave number among the path segments/);
    assert.equal(texts[5], "folder/b");
  });

  Deno.test(`over the ${transport}, a hook's result, progress and failure arrive`, async () => {
    const source = pluginSource(
      "hooked",
      `{ hooks: { async afterTransfer(file, call) {
          call.progress(0.5);
          if (file.key === "throw") throw new Error("boom");
          if (file.key === "outside") return { made: ["../x"] };
          if (file.key === "odd") return { success: true };
          if (file.key === "bad") return { reject: "broken" };
          if (file.key === "wait") await new Promise((_, reject) => call.signal.addEventListener("abort", () => reject(call.signal.reason)));
          return { made: ["a/" + file.key] };
        } } }`,
    );
    await using bench = await PluginBench.create({ "hooked.ts": source });
    await using plugins = await bench.open({ settings: over(transport, "hooked") });
    assert.deepEqual(plugins.hooks, [{ plugin: "hooked", moments: ["afterTransfer"] }]);
    const progress: number[] = [];
    const call = (key: string, signal = never) =>
      plugins.callHook("hooked", { hook: "afterTransfer", payload: { key } }, {
        signal,
        onProgress: (fraction) => void progress.push(fraction),
      });
    assert.deepEqual(await call("x"), { made: ["a/x"] });
    assert.deepEqual(progress, [0.5]);
    assert.deepEqual(await call("bad"), { reject: "broken" });
    await assert.rejects(
      call("throw"),
      (error) => error instanceof PluginError && /boom/.test(error.message),
    );
    await assert.rejects(call("outside"), /made that is no list of paths in the archive/);
    await assert.rejects(call("odd"), /"success"/);
    const stop = new AbortController();
    const waiting = call("wait", stop.signal);
    const reason = new Error("the run stops");
    stop.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
  });

  Deno.test(`over the ${transport}, a setup that throws or gives nonsense ends the run before it begins`, async () => {
    const bodies: readonly (readonly [string, RegExp])[] = [
      [`(() => { throw new Error("no ffmpeg"); })()`, /no ffmpeg/],
      ["undefined", /no object of contributions/],
      ["{ filters: { f: 5 } }", /filters\.f that is no function/],
      ["{ hooks: [] }", /hooks that are no object/],
    ];
    for (const [body, message] of bodies) {
      await using bench = await PluginBench.create({ "p.ts": pluginSource("p", body) });
      await assert.rejects(bench.open({ settings: over(transport, "p") }), (error) => {
        assert.ok(error instanceof PluginError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  });

  Deno.test(`over the ${transport}, plugins are disposed of when the run is over`, async () => {
    const source = pluginSource("tidy", "{ async [Symbol.asyncDispose]() { context.log.info('bye'); } }");
    await using bench = await PluginBench.create({ "tidy.ts": source });
    {
      await using _plugins = await bench.open({ settings: over(transport, "tidy") });
    }
    assert.deepEqual(bench.logged, ["tidy info: bye"]);
  });
}

Deno.test("a filter in a worker that spins, exits or crashes costs that file only, and a fresh copy goes on", async () => {
  // A worker that spins cannot be stopped on this runtime: it ends with the process. So this runs in one of its own.
  await using bench = await PluginBench.create({ "fickle.ts": fickle });
  const script = `
    import { noPlugins } from "${new URL("../../src/core/plugin_config.ts", import.meta.url)}";
    import { openPlugins } from "${new URL("../../src/plugin_host/mod.ts", import.meta.url)}";
    import { sampleCandidate } from "${new URL("../../src/testing/mod.ts", import.meta.url)}";
    const plugins = await openPlugins(
      { ...noPlugins, dirs: [${JSON.stringify(bench.pluginsDir)}], callTimeoutMs: 1500 },
      { bundled: {}, outputDir: "/nowhere", secrets: { files: [], variables: [] }, onLog() {}, onLeftOut() {} },
    );
    const asked = ["a", "exit", "no", "uncaught", "spin", "close", "b"].map((key) => {
      const candidate = sampleCandidate({ file: { key } });
      return { candidate, siblings: [candidate.file] };
    });
    const choices = await plugins.choose(asked);
    console.log(JSON.stringify(choices.map((c) => c.error ? "! " + c.error.message : c.reason ?? "take")));
    Deno.exit(0);`;
  const scriptPath = `${bench.dir}/script.ts`;
  await Deno.writeTextFile(scriptPath, script);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "-q",
      "--config",
      fileURLToPath(new URL("../../deno.json", import.meta.url)),
      scriptPath,
    ],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const choices: string[] = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual([choices[0], choices[2], choices[6]], ["take", "fickle/mood", "take"]);
  assert.match(choices[1] ?? "", /called Deno\.exit\(3\)/);
  assert.match(choices[3] ?? "", /from a timer/);
  assert.match(choices[4] ?? "", /did not answer within 1.5 s/);
  assert.match(choices[5] ?? "", /closed its worker/);
});

Deno.test("a plugin that keeps dying is left alone after a while, and every file still gets an answer", async () => {
  await using bench = await PluginBench.create({ "fickle.ts": fickle });
  await using plugins = await bench.open();
  const choices = told(await plugins.choose(asked(Array.from({ length: 12 }, () => "exit"))));
  assert.equal(choices.length, 12);
  assert.ok(choices.every((choice) => choice.startsWith("! ")));
  assert.match(choices.at(-1) ?? "", /left alone after it died 5 times/);
});

Deno.test("a file among 10,000 passes a filter in a worker in less time than one alone", async () => {
  await using bench = await PluginBench.create({ "fickle.ts": fickle });
  await using plugins = await bench.open();
  const timeOf = async (count: number) => {
    const files = asked(Array.from({ length: count }, (_, i) => `k${i}`));
    const startedMs = performance.now();
    const choices = await plugins.choose(files);
    const elapsedMs = performance.now() - startedMs;
    assert.equal(choices.length, count);
    assert.ok(choices.every((choice) => !("error" in choice) && choice.reason === undefined));
    return elapsedMs;
  };
  await timeOf(100);
  const alone: number[] = [];
  for (let i = 0; i < 5; i++) alone.push(await timeOf(1));
  const perFileMs = await timeOf(10_000) / 10_000;
  assert.ok(perFileMs < Math.max(...alone), `${perFileMs} ms of ${alone} ms`);
});

Deno.test("what a plugin prints goes to the log, never to standard output", async () => {
  const source = pluginSource(
    "chatty",
    "{ filters: { f: () => { console.log('hello', { a: 1 }); return true; } } }",
  );
  await using bench = await PluginBench.create({ "chatty.ts": source });
  await using plugins = await bench.open();
  await plugins.choose(asked(["a"]));
  assert.deepEqual(bench.logged, ["chatty info: hello { a: 1 }"]);
});

Deno.test("with two namings, the one to use has to be said", async () => {
  const naming = (name: string) => pluginSource(name, `{ namings: { path: () => ["${name}"] } }`);
  await using bench = await PluginBench.create({ "one.ts": naming("one"), "two.ts": naming("two") });
  await assert.rejects(
    bench.open(),
    (error) => error instanceof PluginError && /--naming/.test(error.hint ?? ""),
  );
  await assert.rejects(bench.open({ naming: "three/path" }), /"three\/path"/);
  await using plugins = await bench.open({ naming: "two/path" });
  assert.deepEqual(await plugins.naming?.name([keyed("a")]), [{ segments: ["two"] }]);
});

const endings: readonly (readonly [what: string, code: string, told: RegExp])[] = [
  ["hangs", "await new Promise(() => {});", /did not answer within 0\.5 s/],
  ["exits", "Deno.exit(4);", /called Deno\.exit\(4\)/],
  [
    "crashes",
    `setTimeout(() => { throw new Error("from a timer"); }); await new Promise(() => {});`,
    /from a timer/,
  ],
];

for (const [what, code, told] of endings) {
  Deno.test(`a naming in a worker that ${what} costs that file only`, async () => {
    const source = pluginSource(
      "namer",
      `{ namings: { path: async ({ file }) => { if (file.key === "bad") { ${code} } return [file.key]; } } }`,
    );
    await using bench = await PluginBench.create({ "namer.ts": source });
    await using plugins = await bench.open({ callTimeoutMs: 500 });
    const named = await plugins.naming?.name(["a", "bad", "b"].map(keyed)) ?? [];
    assert.deepEqual([named[0], named[2]], [{ segments: ["a"] }, { segments: ["b"] }]);
    assert.match(named[1] && "error" in named[1] ? named[1].error.message : "", told);
  });

  Deno.test(`a hook in a worker that ${what} fails, and the next call finds the plugin alive`, async () => {
    const source = pluginSource(
      "hooked",
      `{ hooks: { async afterTransfer({ key }) { if (key === "bad") { ${code} } return { made: [key] }; } } }`,
    );
    await using bench = await PluginBench.create({ "hooked.ts": source });
    await using plugins = await bench.open({ hookTimeoutMs: 500 });
    const call = (key: string) =>
      plugins.callHook("hooked", { hook: "afterTransfer", payload: { key } }, { signal: never });
    await assert.rejects(call("bad"), (error) => error instanceof PluginError && told.test(error.message));
    assert.deepEqual(await call("good"), { made: ["good"] });
  });
}

for (const transport of transports) {
  Deno.test(`over the ${transport}, a hook that does not listen to its signal keeps nobody waiting when the run stops`, async () => {
    const source = pluginSource("deaf", "{ hooks: { afterTransfer: () => new Promise(() => {}) } }");
    await using bench = await PluginBench.create({ "deaf.ts": source });
    await using plugins = await bench.open({ settings: over(transport, "deaf"), hookTimeoutMs: 3_600_000 });
    const stop = new AbortController();
    const call = plugins.callHook("deaf", { hook: "afterTransfer", payload: {} }, { signal: stop.signal });
    const reason = new Error("the run stops");
    stop.abort(reason);
    await assert.rejects(call, (error) => error === reason);
  });
}

Deno.test("hooks and namings on the main thread that never answer are given up after their time", async () => {
  const source = pluginSource(
    "slow",
    `{ namings: { path: () => new Promise(() => {}) }, hooks: { afterTransfer: () => new Promise(() => {}) } }`,
  );
  await using bench = await PluginBench.create({ "slow.ts": source });
  await using plugins = await bench.open({
    settings: over("main thread", "slow"),
    callTimeoutMs: 300,
    hookTimeoutMs: 300,
  });
  const [named] = await plugins.naming?.name([keyed("a")]) ?? [];
  assert.match(named && "error" in named ? named.error.message : "", /did not answer/);
  await assert.rejects(
    plugins.callHook("slow", { hook: "afterTransfer", payload: {} }, { signal: never }),
    /did not answer/,
  );
});
