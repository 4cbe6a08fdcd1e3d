/**
 * What all parts of the fault campaign share: its length, its chance, its figures.
 *
 * The short form runs with every `deno task test`, always from the same seed; `deno task campaign` runs the long
 * form, from a seed that it prints. `CAMPAIGN_SEED=n` repeats one.
 */

/** True in the long form. */
export const isLong = Deno.env.get("CAMPAIGN") === "long";

/** The number of rounds that this form plays. */
export function rounds(short: number, long: number): number {
  return isLong ? long : short;
}

/** What all chance of this campaign comes from. */
export const seed = Number(Deno.env.get("CAMPAIGN_SEED") ?? 1);

/** Chance that comes from the campaign's seed and a name: the same for both, the same numbers. */
export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

export function chance(name: string): Chance {
  let state = seed >>> 0;
  for (const letter of name) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return { next, int, pick: (choices) => choices[int(0, choices.length - 1)] ?? choices[0] };
}

/** One line of the figures file. */
export interface Figure {
  /** Part of the campaign, as its heading reads: `kill`. */
  readonly part: string;
  /** What was counted or measured, with its unit: `kills`, `bytes fetched per byte held`. */
  readonly name: string;
  readonly value: number;
  /** How the lines of several tests and processes become one. */
  readonly join: "sum" | "max" | "min";
}

/** Adds `value` to a sum. Every test process may call this; the lines add up in {@linkcode joinFigures}. */
export function count(part: string, name: string, value = 1): void {
  record({ part, name, value, join: "sum" });
}

/** Records a measurement of which the highest counts. */
export function highest(part: string, name: string, value: number): void {
  record({ part, name, value, join: "max" });
}

/** Records a measurement of which the lowest counts. */
export function lowest(part: string, name: string, value: number): void {
  record({ part, name, value, join: "min" });
}

function record(figure: Figure): void {
  const path = Deno.env.get("CAMPAIGN_FIGURES");
  if (path) Deno.writeTextFileSync(path, `${JSON.stringify(figure)}\n`, { append: true });
}

const joins = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min };

/** One figure for each part and name, sorted by part, otherwise in the order of their first lines. */
export function joinFigures(lines: string): readonly Figure[] {
  const joined = new Map<string, Figure>();
  for (const line of lines.split("\n").filter((text) => text !== "")) {
    const figure = JSON.parse(line) as Figure;
    const key = JSON.stringify([figure.part, figure.name]);
    const former = joined.get(key);
    joined.set(key, former ? { ...figure, value: joins[figure.join](former.value, figure.value) } : figure);
  }
  return [...joined.values()].sort((a, b) => a.part < b.part ? -1 : a.part > b.part ? 1 : 0);
}
