import { InventoryError } from "../../core/errors.ts";
import { Database } from "../database.ts";

/** How an inventory is. */
export interface InventoryHealth {
  /** Version of its schema. */
  readonly version: number;
  /** Files it knows. */
  readonly files: number;
  /** False where it is so large that looking through all of it would take minutes. */
  readonly isChecked: boolean;
}

const checkedBytes = 256 * 1024 ** 2;

/**
 * Opens the inventory for reading and looks through its pages where it is small.
 *
 * @throws {InventoryError} When it is damaged, locked, or of another version.
 */
export function readHealth(path: string): InventoryHealth {
  using db = new Database(path, { readOnly: true });
  const first = (sql: string) => Object.values(db.prepare(sql).get() ?? {})[0];
  const isChecked = Deno.statSync(path).size <= checkedBytes;
  const state = isChecked ? String(first("PRAGMA quick_check(1)")) : "ok";
  if (state !== "ok") {
    throw new InventoryError(`Cannot trust inventory "${path}": ${state.split("\n")[0]}`, {
      code: "inventory_corrupt",
      hint:
        "zoom-extract rebuild makes it again from the sidecars, without a download, and keeps a copy of this one",
    });
  }
  return {
    version: Number(first("PRAGMA user_version")),
    files: Number(first("SELECT count(*) FROM inventory")),
    isChecked,
  };
}
