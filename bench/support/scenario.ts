/**
 * What a scenario is, and what it measures.
 *
 * @module
 */

/** One number that a scenario measures, against its target. */
export interface Check {
  readonly what: string;
  readonly unit: "×" | "s" | "MB" | "";
  /** One per round. */
  readonly values: readonly number[];
  /** What the median has to stay at or below. */
  readonly atMost: number;
  /** Medians behind the ratio, for people. */
  readonly detail?: string;
}

/** What came of a scenario. */
export type Outcome = { readonly checks: readonly Check[] } | { readonly skipped: string };

/** What a scenario works with. */
export interface BenchContext {
  /** Small sizes and one round: only to see that it runs. */
  readonly quick: boolean;
  /** A folder of this scenario, in memory where the machine has that; emptied afterwards. */
  readonly dir: string;
  /** Rounds of a full bench; one in a quick one. */
  rounds(full: number): number;
  /** Notes the peak memory of one run of the program. */
  sawMemory(peakBytes: number): void;
  /** Says how it goes on, for whoever waits. */
  say(text: string): void;
}

/** One entry of the bench. */
export interface Scenario {
  readonly name: string;
  /** What is done, and compared with what. */
  readonly title: string;
  /** Programs without which it is skipped. */
  readonly needs: readonly string[];
  run(context: BenchContext): Promise<Outcome>;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = sorted.length % 2 === 1
    ? [sorted[middle], sorted[middle]]
    : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}

/** Runs two things in turn, the order swapped each round, so that noise of the machine meets both. */
export async function alternate<T>(
  rounds: number,
  ours: () => Promise<T>,
  reference: () => Promise<T>,
): Promise<{ ours: T; reference: T }[]> {
  const results: { ours: T; reference: T }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await ours();
      results.push({ ours: first, reference: await reference() });
    } else {
      const first = await reference();
      results.push({ reference: first, ours: await ours() });
    }
  }
  return results;
}
