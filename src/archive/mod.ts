/**
 * An archive as a whole: taking it for one process, and what lies in it.
 *
 * Looking after it between runs is for the rooms within: `verify`, `status`, `export` and `rebuild`.
 * What to fetch and how is the pipeline's; names and writes are `storage`'s; rows are `inventory`'s.
 *
 * @module
 */
export { heldElsewhere, type HeldSizes, heldSizesBelow, isHeld } from "./held.ts";
export { type Archive, inventoryPath, openArchive } from "./open_archive.ts";
export { readSidecarFacts, type SidecarFacts, type SidecarTexts, sidecarTexts } from "./sidecar_texts.ts";
export { hasInventory, openHeldInventory, refuseLost } from "./lost.ts";
export { ownersMeant, readReconciliation, type ReconciliationRequest } from "./reconciliation.ts";
export { type FoundState, type StateDetails, StateFile } from "./state_file.ts";
