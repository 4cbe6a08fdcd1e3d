import { DatabaseSync } from "node:sqlite";
import { InventoryError, toError } from "../../core/errors.ts";
import { migrations } from "../migrations.ts";
import { inventoryError } from "../sqlite_error.ts";

/** How an inventory is. */
export type Examined =
  /** `version` may be older or newer than this program's; a newer one may count its files in another way. */
  | { readonly state: "healthy"; readonly version: number; readonly files: number; readonly isNewer: boolean }
  /** No tables yet, as after a start that was cut short. */
  | { readonly state: "empty" }
  | { readonly state: "damaged"; readonly problem: string };

/**
 * Looks whether the database at `path` is whole; reads all of it and changes nothing.
 *
 * @throws {InventoryError} When nothing can be said of it: it is locked, or cannot be opened.
 */
export function examineInventory(path: string): Examined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    const number = (sql: string) => Number(Object.values(db?.prepare(sql).get() ?? {})[0] ?? 0);
    const version = number("PRAGMA user_version");
    const problem = String(Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {})[0] ?? "no answer");
    if (problem !== "ok") return { state: "damaged", problem };
    if (number("SELECT count(*) FROM sqlite_schema") === 0) return { state: "empty" };
    const isNewer = version > migrations.length;
    const isCounted = number("SELECT count(*) FROM sqlite_schema WHERE name = 'inventory'") === 1;
    if (!isCounted && !isNewer) return { state: "damaged", problem: "it has no table inventory" };
    const files = isCounted ? number("SELECT count(*) FROM inventory") : 0;
    return { state: "healthy", version, files, isNewer };
  } catch (thrown) {
    const error = inventoryError(thrown, path);
    const isUndecided = error instanceof InventoryError && error.code !== "inventory_corrupt" &&
      error.code !== "inventory";
    if (isUndecided) throw error;
    return { state: "damaged", problem: toError(thrown).message };
  } finally {
    db?.close();
  }
}

/**
 * Moves what is in the write-ahead log of a whole database into its file, so that the file alone is all of it.
 *
 * @throws {InventoryError} When another program is writing to it.
 */
export function settleInventory(path: string): void {
  try {
    const db = new DatabaseSync(path, { timeout: 5_000 });
    try {
      db.exec("BEGIN IMMEDIATE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      db.close();
    }
  } catch (thrown) {
    throw inventoryError(thrown, path);
  }
}
