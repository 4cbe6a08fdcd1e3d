import assert from "node:assert/strict";
import { systemClock } from "../../src/core/clock.ts";
import { playDemo } from "../../src/cli/commands/demo.ts";
import { prepareDemoFolder } from "../../src/cli/demo/demo_folder.ts";
import { createStyle } from "../../src/cli/render/style.ts";
import { renderTree } from "../../src/cli/render/tree.ts";
import type { CliContext } from "../../src/cli/context.ts";
import { FakeProcess, runCli } from "./_harness.ts";

async function inTempDir(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "zoom-extract-demo-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const small = { users: 2, months: 1, videoBytes: 200_000, latencyMs: 0 };

/** The real engine and the real clock, nothing of the person's environment. */
function demoContext(process: FakeProcess, cwd: string): CliContext {
  return process.context({ cwd, clock: systemClock, runExtract: undefined });
}

Deno.test("playDemo() fetches everything, proves it, and shows that nothing is fetched twice", async () => {
  await inTempDir(async (cwd) => {
    const process = new FakeProcess({
      ZOOM_USER_FILTER: "nobody@example.com",
      MAX_CONCURRENT_DOWNLOADS: "oops",
    });
    const code = await playDemo(true, demoContext(process, cwd), small);
    const { text } = process.stdout;
    assert.equal(code, 0, text + process.stderr.text);
    const [, equal, all] = /✓ (\d+) of (\d+) files/.exec(text) ?? [];
    assert.ok(Number(all) > 40, text);
    assert.equal(equal, all);
    assert.match(text, /✓ 0 downloads in the second run/);
    assert.match(text, /├── ana\.zizek@example\.test\//);
    assert.match(text, /sql> SELECT \* FROM inventory WHERE status = 'failed';\nno rows/);
    assert.equal(process.stderr.text.match(/Done: everything that Zoom gives out is held/g)?.length, 2);
  });
});

Deno.test("playDemo() fails when a file on disk is not what the account holds", async () => {
  await inTempDir(async (cwd) => {
    const { runExtract } = await import("../../src/app.ts");
    const process = new FakeProcess();
    let runs = 0;
    const code = await playDemo(true, {
      ...demoContext(process, cwd),
      async runExtract(config, options) {
        const summary = await runExtract(config, options);
        if (++runs === 2) await spoilOneFile(config.outputDir);
        return summary;
      },
    }, small);
    assert.equal(code, 1);
    assert.match(process.stdout.text, /✗ \d+ of \d+ files/);
    assert.match(process.stdout.text, /other bytes on disk/);
  });
});

async function spoilOneFile(archive: string): Promise<void> {
  for await (const user of Deno.readDir(archive)) {
    if (user.name.startsWith("_")) continue;
    for await (const meeting of Deno.readDir(`${archive}/${user.name}`)) {
      for await (const file of Deno.readDir(`${archive}/${user.name}/${meeting.name}`)) {
        if (!file.name.endsWith(".m4a")) continue;
        return await Deno.writeTextFile(`${archive}/${user.name}/${meeting.name}/${file.name}`, "spoilt");
      }
    }
  }
}

Deno.test("prepareDemoFolder() empties what an earlier demo made, and nothing else", async () => {
  await inTempDir(async (cwd) => {
    assert.equal(await prepareDemoFolder(cwd), "zoom_demo");
    await Deno.writeTextFile(`${cwd}/zoom_demo/old`, "");
    assert.equal(await prepareDemoFolder(cwd), "zoom_demo");
    await assert.rejects(Deno.stat(`${cwd}/zoom_demo/old`), Deno.errors.NotFound);
    await Deno.remove(`${cwd}/zoom_demo`, { recursive: true });

    await Deno.mkdir(`${cwd}/zoom_demo`);
    await Deno.writeTextFile(`${cwd}/zoom_demo/mine`, "");
    assert.equal(await prepareDemoFolder(cwd), "zoom_demo_2");
    assert.equal(await Deno.readTextFile(`${cwd}/zoom_demo/mine`), "");
  });
});

Deno.test("prepareDemoFolder() never follows a link out of its folder", async () => {
  await inTempDir(async (cwd) => {
    await Deno.mkdir(`${cwd}/elsewhere`);
    await Deno.writeTextFile(`${cwd}/elsewhere/.made-by-zoom-extract-demo`, "");
    await Deno.symlink(`${cwd}/elsewhere`, `${cwd}/zoom_demo`);
    assert.equal(await prepareDemoFolder(cwd), "zoom_demo_2");
    assert.equal((await Deno.stat(`${cwd}/elsewhere/.made-by-zoom-extract-demo`)).isFile, true);
  });
});

Deno.test("renderTree() cuts long folders short and describes the folders it does not open", async () => {
  await inTempDir(async (cwd) => {
    await Deno.mkdir(`${cwd}/a/m1`, { recursive: true });
    await Deno.mkdir(`${cwd}/a/m2`);
    await Deno.mkdir(`${cwd}/_logs`);
    for (const name of ["1", "2", "3", "4"]) {
      await Deno.writeTextFile(`${cwd}/a/m1/${name}`, "x".repeat(1024));
    }
    await Deno.writeTextFile(`${cwd}/a/m2/5`, "");
    const options = {
      columns: 50,
      style: createStyle(false),
      entriesByDepth: [9, 9, 2],
      openedByDepth: [9, 1],
    };
    assert.deepEqual(await renderTree(cwd, options), [
      "├── a/",
      "│   ├── m1/",
      "│   │   ├── 1                             1.00 KiB",
      "│   │   ├── 2                             1.00 KiB",
      "│   │   └── … and 2 more",
      "│   └── m2/                            1 file, 0 B",
      "└── _logs/",
    ]);
  });
});

Deno.test("simulate prints variables that a run can use, serves until the signal, and exits with 0", async () => {
  const process = new FakeProcess();
  const stdout = {
    isTerminal: false,
    text: "",
    write(text: string) {
      this.text += text;
      if (text.includes("ZOOM_OAUTH_URL")) {
        queueMicrotask(() => void visit(this.text).finally(() => process.sendSignal()));
      }
      return true;
    },
  };
  let status = 0;
  const visit = async (text: string) => {
    const variables = Object.fromEntries(
      [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const answer = await fetch(`${variables["ZOOM_API_URL"]}/users`);
    await answer.body?.cancel();
    status = answer.status;
  };
  const result = await runCli(["simulate", "--users", "2", "--months", "1"], {
    process,
    overrides: { stdout },
  });
  assert.equal(result.code, 0, result.stderr);
  assert.equal(status, 401);
  assert.equal(stdout.text.match(/^export ZOOM_/gm)?.length, 5);
  assert.match(result.stderr, /Nothing leaves this machine/);
  assert.equal(process.signalListeners.size, 0);
});

Deno.test.each([
  { args: ["--faults", "none.json"], says: 'Cannot use --faults "none.json": no such file' },
  { args: ["--media", "none"], says: 'Cannot use --media "none": no such file' },
  { args: ["--users", "0"], says: 'Cannot use --users "0": out of range' },
  { args: ["--port", "99999"], says: 'Cannot use --port "99999": out of range' },
])("simulate refuses $args", async ({ args, says }) => {
  const result = await runCli(["simulate", ...args]);
  assert.equal(result.code, 2);
  assert.ok(result.stderr.includes(says), result.stderr);
});
