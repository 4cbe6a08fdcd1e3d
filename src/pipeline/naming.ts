import type { NamingStrategy } from "../core/naming.ts";
import type { Candidate } from "../core/recording.ts";

/** Names many files at once: raw path segments for each. */
export type Naming = (candidates: readonly Candidate[]) => Promise<readonly (readonly string[])[]>;

/** A strategy for one file, as a naming for many. */
export function namingOf(strategy: NamingStrategy): Naming {
  return (candidates) => Promise.resolve(candidates.map(strategy));
}
