import assert from "node:assert/strict";
import { join } from "node:path";
import {
  simAccount,
  simMeeting,
  type Simulator,
  simUser,
  startSimulator,
} from "../../../src/simulator/mod.ts";
import { commandsIn, outputsIn, type RunnerCommand } from "../../support/actions_log.ts";
import { ArchiveUnderTest } from "../../support/archive_under_test.ts";
import { type ProgramResult, runProgram } from "../../support/program.ts";
import { expectMasks } from "../../support/secret_watch.ts";

const now = () => Date.parse("2024-06-30T12:00:00Z");

/** An archive of some meetings, each with three files. */
async function withArchive(
  use: (archive: ArchiveUnderTest, zoom: Simulator) => Promise<void>,
  meetingCount = 1,
): Promise<void> {
  const ana = simUser({ email: "ana@example.test" });
  const meetings = Array.from({ length: meetingCount }, (_, i) =>
    simMeeting({
      host: ana,
      start: `2024-06-20T09:${String(i).padStart(2, "0")}:00Z`,
      topic: "Weekly",
      files: ["MP4", "M4A", "CHAT"],
    }));
  await using zoom = await startSimulator({ account: simAccount({ users: [ana], meetings }), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  assert.equal((await archive.run()).exit_code, 0);
  await use(archive, zoom);
}

interface Step extends ProgramResult {
  readonly commands: readonly RunnerCommand[];
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Checks the archive as a step of a workflow. */
async function runStep(
  archive: ArchiveUnderTest,
  args: readonly string[] = [],
  { zoom, env = {} }: { zoom?: Simulator; env?: Readonly<Record<string, string>> } = {},
): Promise<Step> {
  expectMasks();
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-ci-" });
  try {
    const result = await runProgram(["verify", "-o", archive.dir, ...args], {
      ...(zoom ? { zoom } : {}),
      cwd: dir,
      env: {
        GITHUB_ACTIONS: "true",
        GITHUB_STEP_SUMMARY: `${dir}/summary`,
        GITHUB_OUTPUT: `${dir}/output`,
        ...env,
      },
    });
    const read = (name: string) => Deno.readTextFile(join(dir, name)).catch(() => "");
    return {
      ...result,
      commands: commandsIn(result.stderr).filter(({ name }) => /^(error|warning|notice)$/.test(name)),
      summary: await read("summary"),
      outputs: outputsIn(await read("output")),
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const recordings = async (archive: ArchiveUnderTest) =>
  (await archive.tree()).filter((path) => /\.(mp4|m4a|txt)$/.test(path));

Deno.test("a check without findings tells GitHub that all is well, and annotates nothing", async () => {
  await withArchive(async (archive) => {
    const { code, commands, summary, outputs } = await runStep(archive, ["--deep"]);
    assert.deepEqual([code, commands], [0, []]);
    assert.match(summary, /^## ✅ All is well\n/);
    assert.match(summary, /\*\*Files held\*\* \| \*\*3 of 3\*\*/);
    assert.match(summary, /Bytes read back \| \d/);
    assert.doesNotMatch(summary, /### Findings/);
    assert.deepEqual(outputs, {
      "exit-code": "0",
      complete: "true",
      "files-checked": "3",
      "files-held": "3",
      "files-missing": "0",
      "files-different": "0",
      "files-unreadable": "0",
      "files-extra": "0",
      "files-repaired": "0",
      bytes: "0",
    });
  });
});

Deno.test("findings are counted by mark, listed and annotated: what is lost as an error, what nobody knows as a warning", async () => {
  await withArchive(async (archive) => {
    const [first = "", second = ""] = await recordings(archive);
    await Deno.remove(join(archive.dir, first));
    await Deno.truncate(join(archive.dir, second), 1);
    await Deno.writeTextFile(join(archive.dir, "notes.txt"), "nobody's");
    const { code, commands, summary, outputs } = await runStep(archive);
    assert.equal(code, 4);
    assert.deepEqual(commands.map(({ name, properties }) => [name, properties.title]), [
      ["error", "zoom-extract missing"],
      ["error", "zoom-extract different"],
      ["warning", "zoom-extract extra"],
    ]);
    assert.equal(commands[0]?.data, `${first}: missing`);
    assert.match(commands[1]?.data ?? "", /1 B instead of/);
    assert.match(summary, /^## ❌ Not all is well/);
    for (
      const line of [
        /missing \| 1 \|/,
        /different \| 1 \|/,
        /unreadable \| 0 \|/,
        /not in the inventory \| 1 \|/,
      ]
    ) {
      assert.match(summary, line);
    }
    assert.match(summary, /\| - missing \| ana&#64;example\.test/);
    assert.match(summary, /\| &#43; extra \| notes\.txt \|/);
    const { complete, "exit-code": exit, "files-held": held } = outputs;
    assert.deepEqual([complete, exit, held], ["false", "4", "1"]);
    assert.deepEqual(["missing", "different", "extra"].map((word) => outputs[`files-${word}`]), [
      "1",
      "1",
      "1",
    ]);
    const ignoring = await runStep(archive, ["--ignore-extra"]);
    assert.ok(ignoring.commands.every(({ name }) => name === "error"));
    assert.doesNotMatch(ignoring.summary, /notes|not in the inventory/);
  });
});

Deno.test(
  "a file whose name is a workflow command or Markdown stays a name",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await withArchive(async (archive) => {
      const name = '\n::error::owned %0A::x\n##[add-mask]e | <b> "; $(id)';
      await Deno.writeTextFile(join(archive.dir, name), "nobody's");
      const { commands, summary, outputs, stdout, stderr } = await runStep(archive);
      assert.deepEqual(commands.map(({ name }) => name), ["warning"]);
      assert.match(commands[0]?.data ?? "", /::error::owned %0A::x/, "on one line, as text");
      assert.doesNotMatch(summary, /^::|<b>|\$\(id\)/m);
      assert.equal(outputs["files-extra"], "1");
      for (const text of [stdout, stderr]) assert.doesNotMatch(text, /^::error|^##\[/m);
    });
  },
);

Deno.test("of many findings GitHub gets the first, and how many there are", async () => {
  await withArchive(async (archive) => {
    for (const path of await recordings(archive)) await Deno.remove(join(archive.dir, path));
    const { commands, summary, outputs } = await runStep(archive);
    assert.equal(outputs["files-missing"], "120");
    assert.equal(commands.length, 10);
    assert.match(commands.at(-1)?.data ?? "", /and 111 more/);
    assert.equal(summary.match(/^\| - missing \| ana/gm)?.length, 100);
    assert.match(summary, /… and 20 more/);
  }, 40);
});

Deno.test("after a repair what was missing is a warning, and the outputs say what was fetched", async () => {
  await withArchive(async (archive, zoom) => {
    const [first = ""] = await recordings(archive);
    const { size } = await Deno.stat(join(archive.dir, first));
    await Deno.remove(join(archive.dir, first));
    const { code, commands, summary, outputs } = await runStep(
      archive,
      ["--repair", "--min-free-space", "0"],
      { zoom },
    );
    assert.equal(code, 0);
    assert.deepEqual(commands.map(({ name, data }) => [name, data]), [["warning", `${first}: missing`]]);
    assert.match(summary, /^## ✅ All is well[^]*Repaired \| 1 \|[^]*\*\*Remaining\*\* \| \*\*0\*\*/);
    const { complete, "files-missing": missing, "files-repaired": repaired, bytes } = outputs;
    assert.deepEqual([complete, missing, repaired, bytes], ["true", "1", "1", String(size)]);
  });
});

Deno.test("a check that cannot begin is an error, with outputs and a job summary of its own", async () => {
  await withArchive(async (archive) => {
    await Deno.writeTextFile(join(archive.dir, "_logs", "inventory.db"), "no database");
    const { code, commands, summary, outputs } = await runStep(archive);
    assert.equal(code, 6);
    assert.deepEqual(commands.map(({ name }) => name), ["error"]);
    assert.match(summary, /^## ❌ Cannot /);
    assert.deepEqual([outputs["exit-code"], outputs["complete"], outputs["files-checked"]], [
      "6",
      "false",
      "0",
    ]);
  });
});

Deno.test("without GitHub Actions a check writes no outputs unless --ci asks for them", async () => {
  await withArchive(async (archive) => {
    const plain = await runStep(archive, [], { env: { GITHUB_ACTIONS: "" } });
    assert.deepEqual([plain.code, plain.summary, plain.outputs], [0, "", {}]);
    const asked = await runStep(archive, ["--ci"], { env: { GITHUB_ACTIONS: "" } });
    assert.equal(asked.outputs["complete"], "true");
    const refused = await runStep(archive, ["--no-ci"]);
    assert.deepEqual(refused.outputs, {});
  });
});
