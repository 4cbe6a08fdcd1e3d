/**
 * The long form of the fault campaign: `deno task campaign [test file …]`.
 *
 * Runs the tests of this folder in their long form, prints what they counted, and, after a whole campaign that
 * passed, writes it into docs/reliability.md.
 */
import { fileURLToPath } from "node:url";
import { openSecretWatch } from "../support/watch_suite.ts";
import { type Figure, joinFigures } from "./_frame.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const reportPath = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));

if (import.meta.main) Deno.exitCode = await campaign(Deno.args);

async function campaign(files: readonly string[]): Promise<number> {
  const seed = Deno.env.get("CAMPAIGN_SEED") ?? String(crypto.getRandomValues(new Uint32Array(1))[0]);
  const figuresPath = await Deno.makeTempFile({ prefix: "zoom-extract-campaign-", suffix: ".jsonl" });
  await say(`Campaign of ${new Date().toISOString().slice(0, 10)}, CAMPAIGN_SEED=${seed}\n`);
  const startedMs = performance.now();
  await using watch = await openSecretWatch();
  const { code: testCode } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...watch.flags, ...(files.length > 0 ? files : [folder])],
    env: { ...watch.env, CAMPAIGN: "long", CAMPAIGN_SEED: seed, CAMPAIGN_FIGURES: figuresPath, CI: "true" },
    stdin: "null",
  }).spawn().status;
  const secrets = await watch.close({ isWhole: files.length === 0 });
  const code = testCode !== 0 ? testCode : secrets.ok ? 0 : 1;
  const figures = joinFigures(await Deno.readTextFile(figuresPath));
  await Deno.remove(figuresPath);
  const minutes = Math.round((performance.now() - startedMs) / 60_000);
  const table = figuresTable(figures);
  await say(
    `\n${table}\n${secrets.text}\nCAMPAIGN_SEED=${seed}, ${minutes} min: ${
      code === 0 ? "passed" : "FAILED"
    }\n`,
  );
  if (code === 0 && files.length === 0) {
    const day = new Date().toISOString().slice(0, 10);
    const head = `Long form of ${day}, seed ${seed}, Deno ${Deno.version.deno}, ${minutes} min: passed.`;
    await Deno.writeTextFile(
      reportPath,
      withFigures(await Deno.readTextFile(reportPath), `${head}\n\n${table}`),
    );
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", reportPath] }).output();
  }
  return code;
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
