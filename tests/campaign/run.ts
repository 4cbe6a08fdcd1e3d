/**
 * The long form of the fault campaign: `deno task campaign [--keep DIR] [test file …]`.
 *
 * Runs the test files of this folder one after the other in their long form, prints what they counted, and, after
 * a whole campaign that passed, writes it into docs/reliability.md. That takes hours: with `--keep DIR` each file
 * that passed is noted there, and a campaign that was stopped goes on, with the same seed, after the last of them.
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openSecretWatch } from "../support/watch_suite.ts";
import { type Figure, joinFigures } from "./_frame.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const reportPath = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const { values: { keep }, positionals } = parseArgs({
    args: [...args],
    options: { keep: { type: "string" } },
    allowPositionals: true,
  });
  const dir = keep ?? await Deno.makeTempDir({ prefix: "zoom-extract-campaign-" });
  await Deno.mkdir(dir, { recursive: true });
  try {
    return await campaign(dir, positionals);
  } finally {
    if (keep === undefined) await Deno.remove(dir, { recursive: true });
  }
}

async function campaign(dir: string, named: readonly string[]): Promise<number> {
  const seed = await seedOf(dir);
  const day = new Date().toISOString().slice(0, 10);
  await say(`Campaign of ${day}, CAMPAIGN_SEED=${seed}\n`);
  const files = named.length > 0 ? named : await testFiles();
  const failed: string[] = [];
  const lines: string[] = [];
  let minutes = 0;
  for (const file of files) {
    const part = await passedPart(dir, file) ?? await play(dir, file, seed);
    minutes += part?.minutes ?? 0;
    if (part) lines.push(part.figures);
    else failed.push(basename(file));
  }
  const table = figuresTable(joinFigures(lines.join("")));
  const outcome = failed.length === 0 ? "passed" : `FAILED: ${failed.join(", ")}`;
  await say(`\n${table}\nCAMPAIGN_SEED=${seed}, ${Math.round(minutes)} min: ${outcome}\n`);
  if (failed.length > 0) return 1;
  if (named.length > 0) return 0;
  const head = `Long form of ${day}, seed ${seed}, Deno ${Deno.version.deno}, ${
    Math.round(minutes)
  } min: passed.`;
  await Deno.writeTextFile(
    reportPath,
    withFigures(await Deno.readTextFile(reportPath), `${head}\n\n${table}`),
  );
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", reportPath] }).output();
  return 0;
}

/** The seed of the campaign that goes on in this folder, else the given one, else one by chance. */
async function seedOf(dir: string): Promise<string> {
  const path = join(dir, "seed");
  const former = await Deno.readTextFile(path).catch(() => undefined);
  if (former !== undefined) return former;
  const seed = Deno.env.get("CAMPAIGN_SEED") ?? String(crypto.getRandomValues(new Uint32Array(1))[0]);
  await Deno.writeTextFile(path, seed);
  return seed;
}

async function testFiles(): Promise<readonly string[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  return names.filter((name) => name.endsWith("_test.ts")).sort().map((name) => join(folder, name));
}

/** What a test file that passed has left: its figures, as lines, and how long it took. */
interface Part {
  readonly minutes: number;
  readonly figures: string;
}

async function passedPart(dir: string, file: string): Promise<Part | undefined> {
  const text = await Deno.readTextFile(join(dir, `${basename(file)}.json`)).catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text) as Part;
}

/** Runs one test file; nothing when it failed, or when a secret got out. */
async function play(dir: string, file: string, seed: string): Promise<Part | undefined> {
  const startedMs = performance.now();
  const figuresPath = join(dir, `${basename(file)}.jsonl`);
  await Deno.writeTextFile(figuresPath, "");
  await using watch = await openSecretWatch();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...watch.flags, file],
    env: { ...watch.env, CAMPAIGN: "long", CAMPAIGN_SEED: seed, CAMPAIGN_FIGURES: figuresPath, CI: "true" },
    stdin: "null",
  }).spawn().status;
  const secrets = await watch.close({ isWhole: false });
  const minutes = (performance.now() - startedMs) / 60_000;
  await say(`${secrets.text}\n${basename(file)}: ${minutes.toFixed(1)} min\n`);
  if (!success || !secrets.ok) return undefined;
  const part: Part = { minutes, figures: await Deno.readTextFile(figuresPath) };
  await Deno.writeTextFile(join(dir, `${basename(file)}.json`), JSON.stringify(part));
  return part;
}

/** The figures as a Markdown table. */
export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ part, name, value }) =>
    `| ${part} | ${name} | ${value.toLocaleString("en-US", { maximumFractionDigits: 2 })} |`
  );
  return ["| Part | What | Figure |", "| --- | --- | ---: |", ...rows, ""].join("\n");
}

const begin = "<!-- figures: written by deno task campaign -->";
const end = "<!-- end of figures -->";

/** The page with its block of figures replaced. */
export function withFigures(page: string, block: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`no place for figures in ${reportPath}`);
  return `${page.slice(0, from)}${begin}\n\n${block}\n${page.slice(to)}`;
}

async function say(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
