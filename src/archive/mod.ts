/**
 * An archive as a whole: taking it for one process, what lies in it, and looking after it between runs.
 *
 * What to fetch and how is the pipeline's; names and writes are `storage`'s; rows are `inventory`'s.
 *
 * @module
 */
export { type ArchiveHealth, readArchiveHealth } from "./health.ts";
export { type HeldSizes, heldSizesBelow, isHeld } from "./held.ts";
export { type Archive, inventoryPath, openArchive } from "./open_archive.ts";
export { type FoundState, type StateDetails, StateFile } from "./state_file.ts";
