import assert from "node:assert/strict";
import {
  generateAccount,
  simMeeting,
  type Simulator,
  simUser,
  startSimulator,
} from "../../src/simulator/mod.ts";
import { type Act, actsOf } from "./_acts.ts";
import { type DocumentedLine, documentedLines, findLines } from "./_lines.ts";
import { notRun } from "./_not_run.ts";
import { Theatre } from "./_theatre.ts";
import { onLinux } from "../support/systems.ts";

const lines = await documentedLines();
const leftOut = notRun.flatMap(({ lines }) => lines);

/** The guide begins with nothing and goes on: `tests/e2e/getting_started_test.ts` runs its blocks as one story. */
const isOfGuide = ({ document, block }: DocumentedLine) =>
  document === "docs/getting-started.md" && block !== undefined;

/** An account with people and days that the documents speak of. */
function startAccount(): Promise<Simulator> {
  const account = generateAccount({ seed: 3, users: 1, months: 1 });
  const ana = simUser({ email: "ana@sales.example.com" });
  account.users.push(ana);
  const recent = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10);
  for (const day of ["2019-05-02", "2024-06-05", recent]) {
    const start = `${day}T10:00:00Z`;
    account.meetings.push(
      simMeeting({ host: ana, start, topic: "Review", files: ["MP4", "TRANSCRIPT", "CHAT"] }),
    );
  }
  // Not those of every simulated account: they are part of the program, of which copies lie here.
  const credentials = {
    accountId: "docs-account",
    clientId: "docs-client",
    clientSecret: "docs-Secret-4rW8xKq2",
  };
  return startSimulator({ account, credentials });
}

/** Plays an act, and says what did not go as its document has it. */
async function play(act: Act, { theatre, lane }: { theatre: Theatre; lane: number }): Promise<string[]> {
  const stage = await theatre.stage(act, lane);
  const problems: string[] = [];
  for (const [i, { document, text }] of act.lines.entries()) {
    const { code, shown, written } = await stage.run(text);
    const expected = act.exitCodes[i];
    if (code !== expected) {
      problems.push(`${document}: ${text}\nexit code ${code} instead of ${expected}\n${shown}`);
    }
    for (const [file, size] of Object.entries(written)) {
      if (size === 0) problems.push(`${document}: ${text}\nwrote nothing to ${file}\n${shown}`);
    }
  }
  return problems;
}

/** Plays acts, several at once: much of a line's time is waiting for its turn to ask. */
async function playAll(acts: readonly Act[], theatre: Theatre): Promise<string> {
  const waiting = [...acts];
  const problems: string[] = [];
  await Promise.all(Array.from({ length: 4 }, async (_, lane) => {
    for (let act = waiting.shift(); act; act = waiting.shift()) {
      problems.push(...await play(act, { theatre, lane }));
    }
  }));
  return problems.join("\n\n");
}

Deno.test("every command line of README and docs runs, and ends as its page has it", onLinux, async () => {
  await using zoom = await startAccount();
  await using theatre = await Theatre.open(zoom);
  const acts = actsOf(lines.filter((line) => !leftOut.includes(line.text) && !isOfGuide(line)));
  assert.equal(await playAll(acts, theatre), "");

  const wrong = {
    document: "a page",
    text: "zoom-extract verify > found.txt",
    block: 0,
    isTranscript: false,
  };
  const problems = await playAll([{ lines: [wrong], found: "nothing", exitCodes: [0] }], theatre);
  assert.match(
    problems,
    /^a page: zoom-extract verify > found\.txt\nexit code 2 instead of 0\n.*zoom_recordings/,
  );
  assert.match(problems, /wrote nothing to found\.txt/);
});

Deno.test("whatever is not run is still in the documents, and there is a reason", () => {
  const shown = new Set(lines.map(({ text }) => text));
  assert.deepEqual(leftOut.filter((line) => !shown.has(line)), []);
  assert.ok(notRun.every(({ reason }) => reason.length > 10));
  assert.equal(new Set(leftOut).size, leftOut.length);
});

Deno.test("a block whose lines are told to end otherwise has to be in its document", () => {
  assert.throws(
    () => actsOf(lines.filter(({ document }) => document !== "docs/rebuild.md")),
    /rebuild\.md no longer/,
  );
});

const fence = "```";
const page = `Say \`zoom-extract verify\`, or \`zoom-extract verify
--deep\`, never \`zoom-extract … --deep\`; \`deno run\` is the runtime, \`deno run -A main.ts\` the program.

${fence}sh
one --long '# no comment' \\
  --more
say "two
lines"
this &&
  that
${fence}

${fence}
$ zoom-extract status
Archive: zoom-extract status
$ ls
${fence}

${fence}cron
15 3 * * * cd x && zoom-extract
${fence}

${fence}yaml
      - run: deno run -A main.ts list
      - run: echo
${fence}

${fence}ts
zoom-extract;
${fence}
`;

Deno.test("a command line is found in blocks of a shell, after a prompt, in a table of cron, in a step, in a sentence", () => {
  assert.deepEqual(findLines(page).map(({ text, block, isTranscript }) => [text, block, isTranscript]), [
    ["one --long '# no comment' \\\n  --more", 0, false],
    ['say "two\nlines"', 0, false],
    ["this &&\n  that", 0, false],
    ["zoom-extract status", 1, true],
    ["ls", 1, true],
    ["cd x && zoom-extract", 2, false],
    ["deno run -A main.ts list", 3, false],
    ["zoom-extract verify --deep", undefined, false],
    ["deno run -A main.ts", undefined, false],
  ]);
});
