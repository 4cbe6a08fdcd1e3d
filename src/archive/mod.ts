/**
 * An archive as a whole: taking it for one process, what lies in it, and looking after it between runs.
 *
 * What to fetch and how is the pipeline's; names and writes are `storage`'s; rows are `inventory`'s.
 *
 * @module
 */
export { type BagReport, type BagRequest, manifestLine, writeBag } from "./export_bag.ts";
export { checksumLine, type ExportTally, exportText, type TextFormat } from "./export_text.ts";
export { heldElsewhere, type HeldSizes, heldSizesBelow, isHeld } from "./held.ts";
export { type ArchiveHealth, readArchiveHealth } from "./health.ts";
export { type Archive, inventoryPath, openArchive } from "./open_archive.ts";
export { readSidecarFacts, type SidecarFacts, type SidecarTexts, sidecarTexts } from "./sidecar_texts.ts";
export { rebuildInventory, type RebuildOptions } from "./rebuild.ts";
export type { Oddity, OddityKind, RebuildSummary } from "./rebuild_report.ts";
export { hasInventory, openHeldInventory, refuseLost } from "./lost.ts";
export { ownersMeant, readReconciliation, type ReconciliationRequest } from "./reconciliation.ts";
export { findRunning, type RunningRun } from "./running.ts";
export { readMonths, readStatus, type StatusRequest } from "./status.ts";
export { type FoundState, type StateDetails, StateFile } from "./state_file.ts";
export { isIntact } from "./_check_files.ts";
export { createLook, type Look, type Standing } from "./_look.ts";
export { type Subset } from "./subset.ts";
export { type Finding, type FindingKind, type Mark, verifyArchive, type VerifyParts } from "./verify.ts";
