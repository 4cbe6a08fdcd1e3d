/**
 * Making an inventory again from what lies in an archive.
 *
 * @module
 */
export { rebuildInventory, type RebuildOptions } from "./rebuild.ts";
export type { Oddity, OddityKind, RebuildSummary } from "./report.ts";
