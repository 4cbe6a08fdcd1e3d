import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { CliContext, Output } from "../../src/cli/context.ts";
import { type SimAccount, simAccount, simMeeting, type Simulator, simUser } from "../../src/simulator/mod.ts";
import { startSimulator } from "../../src/simulator/mod.ts";
import { chance, count, rounds } from "./_frame.ts";
import { noon } from "./_fault_world.ts";

/** Texts made to get out of a folder, a cell, a line, a terminal or a statement. */
const hostileTexts = [
  "../../../../etc/cron.d/evil",
  "..",
  ".",
  "/absolute/path",
  "C:\\Windows\\System32",
  "\\\\server\\share\\x",
  "\\\\?\\C:\\x",
  "nul\u0000byte",
  "trailing dots...   ",
  "CON",
  "aux.mp4",
  "COM1",
  "_logs",
  "_metadata",
  "meta.json",
  "files.csv",
  "inventory.db",
  ".part",
  "x.mp4.part",
  "\u202egpj.exe",
  "zero\u200bwidth\u200d\ufeff",
  "\u2066isolate\u2069",
  "Z\u030calec",
  "\u017dalec",
  "STRASSE",
  "stra\u00dfe",
  "Plan",
  "pLAN",
  "\u0130stanbul i\u0307",
  "\ufb01le",
  "K\u212a",
  "\ud83d\ude00\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67",
  "\ud83d lone",
  "\udc00 lone",
  "漢".repeat(300),
  "a".repeat(5_000),
  "=cmd|'/C calc'!A0",
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\uff1d1+1",
  'quote " comma , line\nbreak',
  "\u001b]0;owned\u0007",
  "\u001b]8;;https://evil.test\u001b\\link\u001b]8;;\u001b\\",
  "\u001b[2J\u001b[H",
  "\u009b31m",
  "\u0090q\u009c",
  "bell\u0007 back\b\b\b del\u007f",
  "line\r\nInjected: yes",
  '{"level":"error"}\n{"level":"fatal"}',
  "line\u2028separator\u2029",
  "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
  "[link](javascript:alert(1)) `code` | cell | **bold**",
  "'; DROP TABLE inventory; --",
  "%s%n %2e%2e%2f",
  "{{template}} ${shell} $(touch owned) `touch owned`",
  "",
  " ",
] as const;

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

function captured(isTerminal: boolean): Output & { text: string } {
  return {
    isTerminal,
    text: "",
    write(written: string) {
      this.text += written;
      return true;
    },
  };
}

interface Shown {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as a user starts it, in `cwd`, on a terminal or not. */
async function run(
  zoom: Simulator,
  args: readonly string[],
  cwd: string,
  isTerminal = false,
): Promise<Shown> {
  const [stdout, stderr] = [captured(isTerminal), captured(isTerminal)];
  const startedMs = performance.now();
  const variables: Record<string, string | undefined> = zoom.env;
  const context: Partial<CliContext> = {
    cwd,
    stdout,
    stderr,
    env: (name) => variables[name],
    forget: () => {},
    readsDotEnv: false,
    size: () => ({ columns: 80, rows: 24 }),
    clock: { ...systemClock, now: () => noon + performance.now() - startedMs },
    every: (_ms, callback) => {
      const timer = setInterval(callback, 100);
      return () => clearInterval(timer);
    },
    onSignal: () => () => {},
    onCrash: () => () => {},
    exit: () => {},
  };
  const range = ["--from-date", "2024-05-20", "--to-date", "2024-06-14"];
  const code = await main([...args, ...range, "-o", "inner/archive", "--no-plugins"], context);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Path → type and digest, or target, of everything below a folder. */
async function snapshot(root: string, skip: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (folder: string) => {
    for await (const { name } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (path === skip) continue;
      const info = await Deno.lstat(path);
      if (info.isSymlink) found[path] = `link ${await Deno.readLink(path)}`;
      else if (info.isDirectory) {
        found[path] = "folder";
        await walk(path);
      } else found[path] = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    }
  };
  await walk(root);
  return found;
}

// deno-lint-ignore no-control-regex -- these are what is looked for
const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;
// deno-lint-ignore no-control-regex -- what the program itself sends to a live terminal
const ownSequences = /\x1b\[(?:[0-9;]*m|\d*[ABCDGJK]|\?25[lh]|\?2026[lh]|\?7[lh])|\r/g;

/** Nothing of a stranger's steers the terminal or forges a line. */
function assertPrintable(what: string, shown: string): void {
  const found = control.exec(shown);
  const around = found ? JSON.stringify(shown.slice(Math.max(0, found.index - 40), found.index + 40)) : "";
  assert.equal(found, null, `${what} holds a control character: ${around}`);
}

/** RFC 4180 cells of a text. */
function cellsOf(csv: string): string[] {
  return [...csv.matchAll(/(?:^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(([, quoted, plain]) =>
    quoted?.replaceAll('""', '"') ?? plain ?? ""
  );
}

function assertHarmlessCells(what: string, csv: string): void {
  for (const cell of cellsOf(csv)) {
    assert.ok(
      !/^[=+\-@\t\r]/.test(cell) || /^-?\d+(\.\d+)?$/.test(cell),
      `${what} has the cell ${JSON.stringify(cell)}`,
    );
  }
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

async function assertLines(path: string): Promise<void> {
  for (const line of (await Deno.readTextFile(path)).split("\n")) {
    if (line === "") continue;
    assertPrintable(path, line);
    assert.equal(typeof JSON.parse(line), "object", line);
  }
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
