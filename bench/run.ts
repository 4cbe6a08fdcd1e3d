/**
 * `deno task bench`: measures the program against reference tools, alternating with them in the same run.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { isInstalled } from "./support/child.ts";
import { machine } from "./support/machine.ts";
import { mergeResults, type Result, toTable, verdictOf, writeDocs } from "./support/report.ts";
import type { BenchContext, Scenario } from "./support/scenario.ts";
import { bulkSmall } from "./scenarios/bulk_small.ts";
import { cappedConnection } from "./scenarios/capped_connection.ts";
import { farServer } from "./scenarios/far_server.ts";
import { largeFile, largeFileTls } from "./scenarios/large_file.ts";
import { manyLarge } from "./scenarios/many_large.ts";
import { millionFiles } from "./scenarios/million_files.ts";
import { smallFiles } from "./scenarios/small_files.ts";
import { startUp } from "./scenarios/start_up.ts";
import { userWalk } from "./scenarios/user_walk.ts";

const scenarios: readonly Scenario[] = [
  largeFile,
  largeFileTls,
  manyLarge,
  cappedConnection,
  smallFiles,
  userWalk,
  millionFiles,
  bulkSmall,
  farServer,
  startUp,
];

const usage =
  `Usage: deno task bench [--quick] [--rounds N] [--only NAME[,NAME]] [--json FILE] [--docs] [--work-dir DIR]

  --quick      small sizes, one round: only to see that it runs
  --rounds     how often each is measured [default: 5 times or more]
  --only       ${scenarios.map(({ name }) => name).join(", ")}
  --json       write the results to FILE; those of other scenarios that it holds stay
  --docs       write the results, with those in the --json file, into docs/performance.md
  --work-dir   where files go [default: /dev/shm where there is room, else the folder for temporary files]
`;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      only: { type: "string" },
      json: { type: "string" },
      docs: { type: "boolean", default: false },
      "work-dir": { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const wanted = values.only?.split(",");
  const unknown = wanted?.filter((name) => !scenarios.some((scenario) => scenario.name === name)) ?? [];
  if (unknown.length > 0) {
    say(`There is no scenario "${unknown.join(", ")}"\n\n${usage}`);
    return 2;
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    say(`Cannot measure "${values.rounds}" rounds: a whole number from 1\n\n${usage}`);
    return 2;
  }
  const dir = values["work-dir"] ?? await workDir();
  const root = await Deno.makeTempDir({
    ...(dir === undefined ? {} : { dir }),
    prefix: "zoom-extract-bench-",
  });
  const results: Result[] = [];
  try {
    for (const scenario of scenarios) {
      if (wanted && !wanted.includes(scenario.name)) continue;
      results.push(await runScenario(scenario, { root, quick: values.quick, rounds }));
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  const measured = { machine: await machine(root), quick: values.quick, results };
  const all = values.json === undefined ? measured : await mergeResults(values.json, measured);
  if (values.json !== undefined) await Deno.writeTextFile(values.json, `${JSON.stringify(all, null, 2)}\n`);
  say(`\n${toTable(results)}\n`);
  if (values.docs) await writeDocs(all, scenarios.map(({ name }) => name));
  // How it compares is for people to judge: a busy machine is no reason to fail.
  return results.some(({ error }) => error !== undefined) ? 1 : 0;
}

async function runScenario(
  scenario: Scenario,
  { root, quick, rounds }: { root: string; quick: boolean; rounds: number | undefined },
): Promise<Result> {
  const { name, title } = scenario;
  const head = { name, title, quick };
  const missing = scenario.needs.find((program) => !isInstalled(program));
  if (missing !== undefined) {
    say(`${name}: skipped: ${missing} is not installed\n`);
    return { ...head, skipped: `${missing} is not installed`, checks: [], peakBytes: 0 };
  }
  const dir = `${root}/${name}`;
  await Deno.mkdir(dir);
  let peakBytes = 0;
  const context: BenchContext = {
    quick,
    dir,
    rounds: (full) => quick ? 1 : rounds ?? full,
    sawMemory: (bytes) => peakBytes = Math.max(peakBytes, bytes),
    say: (text) => say(`  ${text}\n`),
  };
  say(`${name}: ${title}\n`);
  try {
    const outcome = await scenario.run(context);
    if ("skipped" in outcome) return { ...head, skipped: outcome.skipped, checks: [], peakBytes };
    const result = { ...head, checks: outcome.checks, peakBytes };
    say(`  ${verdictOf(result)}\n`);
    return result;
  } catch (error) {
    say(`  failed: ${error instanceof Error ? error.stack : error}\n`);
    return { ...head, checks: [], peakBytes, error: firstLine(error) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function firstLine(error: unknown): string {
  return String(error).split("\n")[0]?.slice(0, 160) ?? "";
}

/** Memory where there is plenty: the disk of a test machine is the noisiest part of it. */
async function workDir(): Promise<string | undefined> {
  const { statfs } = await import("node:fs/promises");
  const room = await statfs("/dev/shm").then(({ bavail, bsize }) => bavail * bsize, () => 0);
  return room >= 12 * 1024 ** 3 ? "/dev/shm" : undefined;
}

function say(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
}
