/**
 * Looking after an inventory between runs: whether it can be read, and making it again.
 *
 * @module
 */
export { type Examined, examineInventory, settleInventory } from "./examine.ts";
export { type JournalLine, readJournal } from "./read_journal.ts";
export { Restore, type RestoredMeeting, type StagedFile } from "./restore.ts";
export { type InventoryHealth, readHealth } from "./health.ts";
