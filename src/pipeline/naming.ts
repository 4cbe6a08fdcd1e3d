import type { ActiveNaming } from "../core/active_plugins.ts";
import type { NamingStrategy } from "../core/naming.ts";

/** Names many files at once. */
export type Naming = ActiveNaming;

/** A strategy for one file, as a naming for many. */
export function namingOf(strategy: NamingStrategy): Naming {
  return {
    sharesFolders: false,
    name: (candidates) => Promise.resolve(candidates.map((candidate) => ({ segments: strategy(candidate) }))),
  };
}
