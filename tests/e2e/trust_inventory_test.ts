import assert from "node:assert/strict";
import { join } from "node:path";
import { definePlugin, type RunEvent } from "../../mod.ts";
import { simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { ArchiveUnderTest } from "../support/archive_under_test.ts";

const now = () => Date.parse("2024-06-30T12:00:00Z");
const range = { from: "2024-06-01", to: "2024-06-30" };
const ana = simUser({ email: "ana@example.test" });

function meeting(start: string, topic: string): ReturnType<typeof simMeeting> {
  return simMeeting({ host: ana, start, topic, files: ["MP4", "CHAT"] });
}

function account(...topics: string[]): ReturnType<typeof simAccount> {
  const meetings = topics.map((topic, i) => meeting(`2024-06-${String(20 + i)}T09:00:00Z`, topic));
  return simAccount({ users: [ana], meetings });
}

/** Takes everything but `_logs` and `_metadata` away, as an empty runner with restored state has it. */
async function takeFilesAway(dir: string): Promise<void> {
  for await (const { name } of Deno.readDir(dir)) {
    if (!name.startsWith("_")) await Deno.remove(join(dir, name), { recursive: true });
  }
}

Deno.test("with the inventory trusted, a run that finds only _logs and _metadata fetches the new files only", async () => {
  await using zoom = await startSimulator({ account: account("First"), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range });
  await takeFilesAway(archive.dir);
  zoom.account.meetings.push(meeting("2024-06-25T09:00:00Z", "Second"));

  const plan = await archive.run({ range, trustInventory: true, dryRun: true });
  assert.deepEqual([plan.plan?.fetch.files, plan.plan?.held.files], [2, 2], "the plan says the same");
  const downloads = zoom.count("/rec/*");
  const { files, exit_code } = await archive.run({ range, trustInventory: true });
  assert.deepEqual([files.downloaded, files.held, files.found, exit_code], [2, 4, 4, 0]);
  assert.ok(zoom.count("/rec/*") - downloads <= 4, "two files, each at most with one redirect");
  const tree = await archive.tree();
  assert.ok(tree.length > 0 && tree.every((path) => path.includes("_Second_")), tree.join("\n"));
});

Deno.test("without it, held files that are not on disk are fetched again", async () => {
  await using zoom = await startSimulator({ account: account("First"), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  await archive.run({ range });
  await takeFilesAway(archive.dir);
  const { files } = await archive.run({ range });
  assert.equal(files.downloaded, 2);
});

Deno.test("a file whose hook never came to its end is fetched again although the inventory is trusted", async () => {
  await using zoom = await startSimulator({ account: account("First", "Second"), now });
  await using archive = await ArchiveUnderTest.of(zoom);
  let isDown = true;
  const delivered: string[] = [];
  const failed: string[] = [];
  const deliver = definePlugin({
    apiVersion: 1,
    name: "deliver",
    version: "1.0.0",
    description: "Brings files elsewhere.",
    setup: () => ({
      hooks: {
        async afterTransfer({ path, relativePath }) {
          await Deno.stat(path);
          if (isDown && relativePath.endsWith(".mp4")) throw new Error("the bucket is down");
          delivered.push(relativePath);
        },
      },
    }),
  });
  const onEvent = (event: RunEvent) => {
    if (event.type === "hook" && event.state === "failed") failed.push(event.path);
  };
  const run = () => archive.run({ range, trustInventory: true, plugins: { given: [deliver] }, onEvent });
  const first = await run();
  assert.deepEqual([first.files.downloaded, first.hooks?.failed], [4, 2]);
  await takeFilesAway(archive.dir);
  isDown = false;
  failed.length = 0;

  const second = await run();
  assert.deepEqual([second.files.downloaded, second.hooks], [2, { completed: 2, failed: 0, pending: 0 }]);
  assert.deepEqual(failed, [], "no hook is called for a file that is not there");
  assert.equal(new Set(delivered).size, 4);
  const third = await run();
  assert.deepEqual([third.files.downloaded, third.hooks?.completed], [0, 0]);
});
