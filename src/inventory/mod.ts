/**
 * The inventory: what is known of every user, meeting, file, window and run, in one SQLite database.
 *
 * It maps rows to the nouns of `core` and back, keeps its schema up to date, and writes the journal
 * `inventory.jsonl`. It decides nothing: statuses, paths and order come from the pipeline.
 *
 * @example
 * ```ts ignore
 * using inventory = openInventory("_logs/inventory.db", { clock: systemClock });
 * inventory.files.get("f1")?.status; // "completed"
 * ```
 *
 * @module
 */
import { type Clock, isoSeconds, systemClock } from "../core/clock.ts";
import type { UserFilter } from "../core/user_filter.ts";
import { Database } from "./database.ts";
import { Exported } from "./exported.ts";
import { Files } from "./files.ts";
import { HeldFiles } from "./held_files.ts";
import { Holdings } from "./holdings.ts";
import { HookRuns } from "./hook_runs.ts";
import { Journal } from "./journal.ts";
import { Meetings } from "./meetings.ts";
import { Proofs } from "./proofs.ts";
import { Runs } from "./runs.ts";
import { Windows } from "./windows.ts";

export type { FileRow, FileStatus, ListedColumns } from "./file_row.ts";
export { toCandidate, toListedColumns } from "./file_row.ts";
export type { HeldFile, RunScope, StatusChange, StatusTotal } from "./files.ts";
export { type ExportChoice, exportedColumns, type ExportedRow } from "./exported.ts";
export type { Files } from "./files.ts";
export type { HeldFiles, HeldRow, KnownPath, SidecarOwner } from "./held_files.ts";
export type { Again, HookRun, MadeFile } from "./hook_runs.ts";
export type { DayTotal, MonthTotal, Owner } from "./holdings.ts";
export type { Journal } from "./journal.ts";
export type { MeetingRow, Meetings } from "./meetings.ts";
export type { Narrowing } from "./narrowing.ts";
export type { ListedUser, PastRun, UnprovenWindow } from "./proofs.ts";
export type { RunFilters, RunRow, RunStatus } from "./runs.ts";
export { inventoryError as toInventoryError } from "./sqlite_error.ts";
export type { ProofBasis } from "./windows.ts";

/** An open inventory. */
export interface Inventory extends Disposable {
  readonly files: Files;
  /** What has to be there, for checking it. */
  readonly heldFiles: HeldFiles;
  readonly meetings: Meetings;
  readonly windows: Windows;
  readonly runs: Runs;
  readonly hookRuns: HookRuns;
  /** What is held and what is missing, in sums. */
  readonly holdings: Holdings;
  /** What runs asked for, and what of it is proven. */
  readonly proofs: Proofs;
  /** The whole of it, row by row. */
  readonly exported: Exported;
  /** Runs `body` in one transaction; nested calls join the outer one. */
  transaction<T>(body: () => T): T;
  /** Runs `body`, which only reads, on the inventory as it stands now, whatever a run writes meanwhile. */
  snapshot<T>(body: () => T): T;
  /** From here on, queries "in scope" are about these people; everybody's until then. */
  setUserFilter(filter: UserFilter): void;
  openJournal(path: string): Promise<Journal>;
}

/** How to open an inventory. */
export interface InventoryOptions {
  readonly clock?: Clock;
  readonly readOnly?: boolean;
}

/**
 * Opens, creates or upgrades the inventory.
 *
 * @param path a file, or `":memory:"`
 * @throws {InventoryError} When it is damaged, locked, or from a newer version.
 */
export function openInventory(path: string, options: InventoryOptions = {}): Inventory {
  const clock = options.clock ?? systemClock;
  let filter: UserFilter | undefined;
  const db = new Database(path, { readOnly: options.readOnly ?? false });
  const now = () => isoSeconds(clock.now());
  db.defineFunction(
    "wanted_user",
    (id, email) => filter === undefined || filter.matchesAll || filter.matches({ id, email }) ? 1 : 0,
  );
  return {
    files: new Files(db, now),
    heldFiles: new HeldFiles(db),
    meetings: new Meetings(db, now),
    windows: new Windows(db, now),
    runs: new Runs(db, now),
    hookRuns: new HookRuns(db, now),
    holdings: new Holdings(db),
    proofs: new Proofs(db),
    exported: new Exported(db),
    transaction: (body) => db.transaction(body),
    snapshot: (body) => db.snapshot(body),
    setUserFilter: (wanted) => {
      filter = wanted;
    },
    openJournal: (path) => Journal.open(db, path),
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
}
