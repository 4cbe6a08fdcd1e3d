import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { type SimAccount, simAccount, simMeeting, simUser, startSimulator } from "../../src/simulator/mod.ts";
import { noon } from "./_fault_world.ts";
import { chance, count, rounds } from "./_frame.ts";
import { assertHarmlessCells, assertLines, assertPrintable, ownSequences, snapshot } from "./_harmless.ts";
import { run } from "./_hostile_cli.ts";
import { hostileTexts } from "./_hostile_texts.ts";

const known = ["MP4", "CHAT", "TRANSCRIPT", "TIMELINE", "CSV"];

const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...hostileTexts), fc.constantFrom(...hostileTexts)).map((t) =>
      t.join("/")
    ),
  },
);

const drawn = fc.record({
  people: fc.array(fc.record({ email: text, id: text, name: text }), { minLength: 1, maxLength: 3 }),
  meetings: fc.array(
    fc.record({
      host: fc.nat(2),
      topic: text,
      uuid: text,
      timezone: text,
      day: fc.integer({ min: 1, max: 9 }),
      files: fc.array(
        fc.record({
          fileType: fc.oneof(fc.constantFrom(...known), text),
          extension: fc.oneof(fc.constant(undefined), text),
          recordingType: text,
          id: fc.oneof(fc.constant(undefined), text),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** The account; ids of people and meetings are made distinct, as Zoom's are, and stay as hostile as they were. */
function accountOf({ people, meetings }: Drawn): SimAccount {
  const users = people.map(({ email, id, name }, i) =>
    simUser({ email, id: `${id}${"\u200b".repeat(i)}#${i}`, displayName: name, firstName: name })
  );
  return simAccount({
    users,
    meetings: meetings.map(({ host, topic, uuid, timezone, day, files }, i) =>
      simMeeting({
        host: users[host % users.length] as typeof users[number],
        uuid: `${uuid}#${i}`,
        start: `2024-06-0${day}T10:00:00Z`,
        topic,
        timezone,
        files: files.map(({ fileType, extension, recordingType, id }) => ({
          fileType: fileType.trim() === "" ? "OTHER" : fileType,
          recordingType,
          ...(id === undefined ? {} : { id }),
          // The simulator makes what a file holds by its extension.
          ...(extension === undefined || known.includes(fileType) ? {} : { fileExtension: extension }),
        })),
      })
    ),
  });
}

async function playHostile(account: SimAccount): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "zoom-extract-hostile-" });
  try {
    await using zoom = await startSimulator({ account, now: () => noon });
    const inner = join(root, "inner");
    const archive = join(inner, "archive");
    await plantCanaries(root, inner);
    const before = await snapshot(root, archive);
    const truth = zoom.truth().length;

    const first = await run(
      zoom,
      ["extract", "--log-file", "inner/archive/run.log", "--log-level", "DEBUG"],
      root,
      true,
    );
    assert.equal(first.code, 0, first.stderr.slice(-2_000));
    assertPrintable("the live terminal", (first.stdout + first.stderr).replace(ownSequences, ""));
    assert.deepEqual(await snapshot(root, archive), before, "something outside the archive has changed");
    const held = await snapshot(archive, join(archive, "_logs"));
    const own = [`${join(archive, "_metadata")}/`, join(archive, "run.log")];
    const files = Object.keys(held).filter((path) =>
      held[path]?.length === 64 && !own.some((start) => path.startsWith(start))
    );
    const recordings = files.filter((path) => !/\/(?:meta\.json|files\.csv)$/.test(path));
    assert.equal(recordings.length, truth, "every file of the account has a path of its own");
    for (const path of files) {
      if (path.endsWith("/files.csv")) assertHarmlessCells(path, await Deno.readTextFile(path));
      if (path.endsWith("/meta.json")) JSON.parse(await Deno.readTextFile(path));
    }
    await assertLines(join(archive, "run.log"));
    await assertLines(join(archive, "_logs", "inventory.jsonl"));
    await Deno.remove(join(archive, "run.log"));
    delete held[join(archive, "run.log")];

    const second = await run(zoom, ["extract", "--json"], root);
    assert.equal(second.code, 0);
    assert.equal(JSON.parse(second.stdout).files.downloaded, 0);
    assertPrintable("plain messages", second.stderr);
    const again = await snapshot(archive, join(archive, "_logs"));
    const settled = (tree: Record<string, string>) =>
      Object.fromEntries(Object.entries(tree).filter(([path]) => !dirname(path).endsWith("_metadata")));
    assert.deepEqual(settled(again), settled(held), "a second run changes nothing");

    for (const args of [["list"], ["list", "--json"], ["list", "--csv"]]) {
      const { code, stdout, stderr } = await run(zoom, args, root);
      assert.equal(code, 0, stderr);
      assertPrintable("list", stderr);
      if (args[1] === "--csv") assertHarmlessCells("list --csv", stdout);
      else assertPrintable(args.join(" "), stdout);
      if (args[1] === "--json") { for (const line of stdout.trim().split("\n")) JSON.parse(line); }
    }
    assert.deepEqual(await snapshot(root, archive), before);
    count("hostile accounts", "files held under distinct paths", truth);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Files around the archive that nobody may touch, and links inside it that lead to them. */
async function plantCanaries(root: string, inner: string): Promise<void> {
  const outside = join(root, "outside");
  await Deno.mkdir(join(inner, "archive"), { recursive: true });
  await Deno.mkdir(outside);
  for (const folder of [root, inner, outside]) await Deno.writeTextFile(join(folder, "canary.txt"), "sings");
  await Deno.mkdir(join(root, "etc"));
  await Deno.writeTextFile(join(root, "etc", "passwd"), "root");
}

Deno.test("an account of nothing but hostile texts is held whole, inside the archive, without a forged line", async () => {
  const meetings = hostileTexts.map((hostile, i) => ({
    host: i,
    topic: hostile,
    uuid: hostile,
    timezone: hostile,
    day: 1,
    files: [
      { fileType: "CHAT", extension: undefined, recordingType: hostile, id: undefined },
      {
        fileType: hostile,
        extension: hostile,
        recordingType: "",
        id: `${hostile}`,
      },
    ],
  }));
  const people = hostileTexts.map((hostile) => ({ email: hostile, id: hostile, name: hostile }));
  await playHostile(accountOf({ people, meetings }));
});

const total = rounds(12, 200);

Deno.test(`${total} drawn hostile accounts are held whole, inside the archive, without a forged line`, async () => {
  const { int } = chance("hostile");
  await fc.assert(
    fc.asyncProperty(drawn, async (account) => {
      await playHostile(accountOf(account));
      count("hostile accounts", "drawn accounts");
    }),
    { numRuns: total, seed: int(0, 2 ** 31), endOnFailure: true },
  );
});
