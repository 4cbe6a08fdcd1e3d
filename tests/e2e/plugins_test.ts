import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { definePlugin, type Plugin } from "../../mod.ts";
import { simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { over, PluginBench, pluginSource, transports } from "../plugin_host/_support.ts";
import { ArchiveUnderTest, assertHoldsExactly } from "../support/archive_under_test.ts";

const now = () => Date.parse("2024-06-30T12:00:00Z");
const range = { from: "2024-06-01", to: "2024-06-30" };
const ana = simUser({ email: "ana@example.test" });

/** Two meetings, each with a video and a chat. */
function twoMeetings(): ReturnType<typeof simAccount> {
  const meeting = (start: string, topic: string) =>
    simMeeting({ host: ana, start, topic, files: ["MP4", "CHAT"] });
  return simAccount({
    users: [ana],
    meetings: [meeting("2024-06-03T09:00:00Z", "First"), meeting("2024-06-04T09:00:00Z", "Second")],
  });
}

const base = { apiVersion: 1, version: "1.0.0", description: "A plugin of a test." } as const;
const given = (plugin: Plugin) => ({ plugins: { given: [plugin] } });
const plugin = (name: string, setup: Plugin["setup"]) => definePlugin({ ...base, name, setup });

for (const transport of transports) {
  Deno.test(`over the ${transport}, a filter leaves files out under its name, and every run asks anew`, async () => {
    await using bench = await PluginBench.create({
      "pick.ts": pluginSource("pick", `{ filters: { "no-chat": ({ file }) => file.fileType !== "CHAT" } }`),
    });
    await using zoom = await startSimulator({ account: twoMeetings(), now });
    await using archive = await ArchiveUnderTest.of(zoom);
    const plugins = { dirs: [bench.pluginsDir], settings: over(transport, "pick") };
    const { files, exit_code } = await archive.run({ range, plugins });
    assert.deepEqual([files.downloaded, files.skipped, exit_code], [2, 2, 0]);
    const reasons = archive.query("SELECT DISTINCT reason FROM inventory WHERE status = 'skipped'");
    assert.deepEqual(reasons, [{ reason: "pick/no-chat" }]);
    const plain = await archive.run({ range });
    assert.equal(plain.files.downloaded, 2);
    await assertHoldsExactly(archive, zoom.truth());
  });

  Deno.test(`over the ${transport}, a filter or naming that fails costs its file this run, not the next`, async () => {
    for (const contribution of ["filters", "namings"]) {
      const what = `({ file, meeting, user }) => {
        if (meeting.topic === "First" && file.fileType === "CHAT") throw new Error("cannot say");
        return ${contribution === "filters" ? "true" : "[user.email, meeting.topic, file.fileType]"};
      }`;
      await using bench = await PluginBench.create({
        "moody.ts": pluginSource("moody", `{ ${contribution}: { x: ${what} } }`),
      });
      await using zoom = await startSimulator({ account: twoMeetings(), now });
      await using archive = await ArchiveUnderTest.of(zoom);
      const plugins = { dirs: [bench.pluginsDir], settings: over(transport, "moody") };
      const { files, exit_code, failures } = await archive.run({ range, plugins });
      assert.deepEqual([files.downloaded, files.failed, exit_code], [3, 1, 4]);
      assert.equal(failures[0]?.code, "plugin_plan");
      assert.match(failures[0]?.message ?? "", /moody.*cannot say.*moody\.ts:\d+/);
      const next = await archive.run({ range });
      assert.deepEqual([next.files.downloaded, next.files.failed, next.exit_code], [1, 0, 0]);
    }
  });

  Deno.test(`over the ${transport}, a naming decides folder and name; collisions and the extension are the program's`, async () => {
    const naming =
      `({ user, meeting, file }) => [user.email, meeting.topic + "/../x", file.fileType === "MP4" ? "same" : "same"]`;
    await using bench = await PluginBench.create({
      "n.ts": pluginSource("n", `{ namings: { p: ${naming} } }`),
    });
    await using zoom = await startSimulator({ account: twoMeetings(), now });
    await using archive = await ArchiveUnderTest.of(zoom);
    const plugins = { dirs: [bench.pluginsDir], settings: over(transport, "n") };
    await archive.run({ range, plugins });
    const tree = (await archive.tree()).filter((path) => !/meta\.json|files\.csv/.test(path));
    assert.deepEqual(tree, [
      "ana@example.test/First_.._x/same.mp4",
      "ana@example.test/First_.._x/same.txt",
      "ana@example.test/Second_.._x/same.mp4",
      "ana@example.test/Second_.._x/same.txt",
    ]);
    assert.equal((await archive.run({ range })).files.downloaded, 0, "paths stay without the plugin");
  });

  Deno.test(`over the ${transport}, a hook is called once per file with path and digest, and what it makes is kept`, async () => {
    const hook = `async afterTransfer({ path, relativePath, receipt, file }) {
        const bytes = await Deno.readFile(path);
        if (bytes.length !== receipt.sizeBytes) throw new Error("not durable");
        await Deno.writeTextFile(path + ".sum", receipt.sha256);
        return { made: [relativePath + ".sum"] };
      }`;
    await using bench = await PluginBench.create({
      "sum.ts": pluginSource("sum", `{ hooks: { ${hook} } }`, {
        permissions: '{ read: ["$OUTPUT"], write: ["$OUTPUT"] }',
      }),
    });
    await using zoom = await startSimulator({ account: twoMeetings(), now });
    await using archive = await ArchiveUnderTest.of(zoom);
    const plugins = { dirs: [bench.pluginsDir], settings: over(transport, "sum") };
    const first = await archive.run({ range, plugins });
    assert.deepEqual(first.hooks, { completed: 4, failed: 0, pending: 0 });
    assert.equal((await archive.tree()).filter((path) => path.endsWith(".sum")).length, 4);
    assert.equal(archive.query("SELECT * FROM made_files WHERE plugin = 'sum'").length, 4);
    const second = await archive.run({ range, plugins });
    assert.deepEqual(second.hooks, { completed: 0, failed: 0, pending: 0 });
  });
}

Deno.test("a hook that fails is recorded, tried again by the next run, and never undoes a file", async () => {
  let isBroken = true;
  const calls: string[] = [];
  const fickle = plugin("fickle", () => ({
    hooks: {
      afterTransfer({ file }) {
        calls.push(file.fileType);
        if (isBroken && file.fileType === "MP4") throw new Error("out of order");
      },
    },
  }));
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const first = await archive.run({ range, ...given(fickle) });
  assert.equal(first.exit_code, 0);
  assert.deepEqual(first.hooks, { completed: 2, failed: 2, pending: 0 });
  const failed = archive.query("SELECT status, attempts, error FROM hook_runs WHERE status = 'failed'");
  assert.equal(failed.length, 2);
  assert.match(String(failed[0]?.["error"]), /fickle.*out of order/);
  await assertHoldsExactly(archive, zoom.truth());
  isBroken = false;
  calls.length = 0;
  const second = await archive.run({ range, ...given(fickle) });
  assert.deepEqual(calls, ["MP4", "MP4"]);
  assert.deepEqual(second.hooks, { completed: 2, failed: 0, pending: 0 });
});

Deno.test("a file that a hook rejects is failed, and fetched again by the next run", async () => {
  let isSuspicious = true;
  const judge = plugin("judge", () => ({
    hooks: {
      afterTransfer: ({ file }) =>
        isSuspicious && file.fileType === "MP4" ? { reject: "cannot be played" } : {},
    },
  }));
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const first = await archive.run({ range, ...given(judge) });
  assert.deepEqual([first.files.failed, first.exit_code], [2, 4]);
  assert.ok(
    first.failures.every(({ code, message }) =>
      code === "plugin_rejected" && /cannot be played/.test(message)
    ),
  );
  isSuspicious = false;
  const second = await archive.run({ range, ...given(judge) });
  assert.deepEqual([second.files.downloaded, second.files.failed, second.exit_code], [2, 0, 0]);
});

Deno.test("a file that a hook has replaced is neither missed nor fetched again", async () => {
  const replacing = plugin("replacing", () => ({
    hooks: {
      async afterTransfer({ path, relativePath }) {
        await Deno.rename(path, `${path}.new`);
        return { made: [`${relativePath}.new`], replacedBy: `${relativePath}.new` };
      },
    },
  }));
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range, ...given(replacing) });
  const second = await archive.run({ range, ...given(replacing) });
  assert.deepEqual([second.files.downloaded, second.files.skipped, second.exit_code], [0, 4, 0]);
  const rows = archive.query("SELECT path, replaced_by FROM inventory");
  assert.ok(rows.every((row) => row["replaced_by"] === `${row["path"]}.new`));
});

Deno.test("hooks hear of skips, failures, the beginning and the end", async () => {
  const heard: string[] = [];
  const listener = plugin("listener", () => ({
    filters: { "no-chat": ({ file }) => file.fileType !== "CHAT" },
    hooks: {
      beforeRun: ({ range }) => void heard.push(`before ${range.from}`),
      onSkip: ({ reason, file }) => void heard.push(`skip ${file.fileType} ${reason}`),
      onFailure: ({ code }) => void heard.push(`failure ${code}`),
      afterRun: ({ exit_code }) => void heard.push(`after ${exit_code}`),
    },
  }));
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  zoom.fault({ on: "/rec/*", do: "status", code: 400 });
  await archive.run({ range, ...given(listener) });
  assert.equal(heard[0], "before 2024-06-01");
  assert.equal(heard.at(-1), "after 4");
  assert.deepEqual(heard.slice(1, -1).sort(), [
    "failure zoom_400",
    "failure zoom_400",
    "skip CHAT listener/no-chat",
    "skip CHAT listener/no-chat",
  ]);
});

Deno.test("a kill between the rename and the hook loses no call", async () => {
  const calls: string[] = [];
  const counting = plugin(
    "counting",
    () => ({ hooks: { afterTransfer: ({ file }) => void calls.push(file.key) } }),
  );
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range, ...given(counting) });
  // As a crash leaves it: the file and its row are done, the call that is due with it was never made.
  {
    using db = new DatabaseSync(join(archive.dir, "_logs", "inventory.db"));
    db.exec("UPDATE hook_runs SET status = 'pending', attempts = 0");
  }
  calls.length = 0;
  await archive.run({ range, ...given(counting) });
  assert.equal(new Set(calls).size, 4);
});

Deno.test("a plugin that is added later has nothing to do with what is held already", async () => {
  const calls: string[] = [];
  const late = plugin("late", () => ({ hooks: { afterTransfer: ({ file }) => void calls.push(file.key) } }));
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range });
  await archive.run({ range, ...given(late) });
  assert.deepEqual(calls, []);
});

Deno.test("a shared naming puts files of many meetings side by side, without a collision", async () => {
  const flat = plugin("flat", () => ({
    namings: { all: { sharesFolders: true, name: ({ file }) => ["everything", file.fileType] } },
  }));
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const { exit_code, files } = await archive.run({ range, ...given(flat) });
  assert.deepEqual([exit_code, files.downloaded], [0, 4]);
  const tree = await archive.tree();
  assert.equal(tree.length, 4);
  assert.ok(
    tree.every((path) => /^everything\/(MP4|CHAT)(_[a-z_]+)*(_[0-9A-F]{8})?\.(mp4|txt)$/i.test(path)),
    tree.join(),
  );
  const all = await archive.tree({ all: true });
  assert.equal(all.filter((path) => /^_metadata\/meetings\/[^/]+\/meta\.json$/.test(path)).length, 2);
  assert.equal((await archive.run({ range, ...given(flat) })).files.downloaded, 0);
});

Deno.test("a dry run asks the filters too, and makes nothing", async () => {
  const picky = plugin("picky", () => ({ filters: { mp4: ({ file }) => file.fileType === "MP4" } }));
  await using zoom = await startSimulator({ account: twoMeetings(), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  const { plan, files } = await archive.run({ range, dryRun: true, ...given(picky) });
  assert.deepEqual([plan?.fetch.files, files.skipped], [2, 2]);
  assert.deepEqual(await archive.tree({ all: true }), []);
});
