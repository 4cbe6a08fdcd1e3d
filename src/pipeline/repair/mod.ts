/**
 * Setting right what a check of an archive has found.
 *
 * @module
 */
export { repairArchive, type RepairOutcome, type RepairParts } from "./repair.ts";
