/**
 * Results as a table, as JSON, and in the documentation.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Machine } from "./machine.ts";
import { type Check, median } from "./scenario.ts";

/** What came of one scenario. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly quick: boolean;
  readonly checks: readonly Check[];
  /** Highest resident memory of the program in it. */
  readonly peakBytes: number;
  readonly skipped?: string;
  readonly error?: string;
}

/** Everything that one bench, or several parts of it, measured. */
export interface Results {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly results: readonly Result[];
}

const memoryLimitBytes = 160_000_000;

/** Adds what an earlier part of the bench left in `path`; what was measured again replaces it. */
export async function mergeResults(path: string, measured: Results): Promise<Results> {
  const text = await Deno.readTextFile(path).catch(() => undefined);
  if (text === undefined) return measured;
  const before = JSON.parse(text) as Results;
  const kept = before.results.filter(({ name }) => !measured.results.some((result) => result.name === name));
  return { ...measured, results: [...kept, ...measured.results] };
}

/** One line per check. */
export function toTable(results: readonly Result[]): string {
  const rows = results.flatMap(rowsOf);
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()).join("\n");
}

/** A scenario in one line. */
export function verdictOf(result: Result): string {
  return rowsOf(result).map(([, what, value, , target, verdict]) => `${what} ${value} (${target}) ${verdict}`)
    .join("; ");
}

/** Name, what, median, spread, target, verdict, detail. */
function rowsOf(result: Result): string[][] {
  const { name, checks, skipped, error, peakBytes } = result;
  if (skipped !== undefined) return [[name, `skipped: ${skipped}`, "", "", "", "", ""]];
  if (error !== undefined) return [[name, `failed: ${error}`, "", "", "", "", ""]];
  const memory: Check = {
    what: "peak memory",
    unit: "MB",
    values: [peakBytes / 1e6],
    atMost: memoryLimitBytes / 1e6,
  };
  return [...checks, ...(peakBytes > 0 ? [memory] : [])].map((check) => {
    const middle = median(check.values);
    const spread = check === memory
      ? "highest of all runs"
      : check.values.length < 2
      ? "1 round"
      : `${format(Math.min(...check.values), "")} to ${
        format(Math.max(...check.values), "")
      }, ${check.values.length} rounds`;
    return [
      name,
      check.what,
      format(middle, check.unit),
      spread,
      `≤ ${format(check.atMost, check.unit)}`,
      middle <= check.atMost ? "met" : "missed",
      check.detail ?? "",
    ];
  });
}

function format(value: number, unit: Check["unit"]): string {
  const digits = unit === "MB" || Number.isInteger(value) ? 0 : Math.abs(value) < 0.2 ? 3 : 2;
  return `${value.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
}

const docsPath = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const [begin, end] = ["<!-- bench: begin -->", "<!-- bench: end -->"];

/** Replaces what stands between the markers in `docs/performance.md`. */
export async function writeDocs({ machine, results }: Results, order: readonly string[]): Promise<void> {
  const page = await Deno.readTextFile(docsPath);
  const [before, after] = [page.split(begin)[0], page.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${docsPath} has lost its markers`);
  const rows = results.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name)).flatMap(rowsOf);
  const { cpu, cores, memory, kernel, deno, tools, files, date } = machine;
  const text = [
    begin,
    "",
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memory} of memory, ${kernel}, files on ${files}; Deno ${deno}, ${tools}.`,
    "",
    "| Scenario | What | Median | Spread | Target | | Detail |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
    "",
    "What each scenario does:",
    "",
    ...results.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
      .map(({ name, title }) => `- **${name}**: ${title}.`),
    "",
    end,
  ];
  await Deno.writeTextFile(docsPath, `${before}${text.join("\n")}${after}`);
}
