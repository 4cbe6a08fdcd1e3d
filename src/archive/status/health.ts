import { join, resolve } from "node:path";
import { InventoryError, toError } from "../../core/errors.ts";
import { requireGranted } from "../../core/grants.ts";
import { type InventoryHealth, readHealth } from "../../inventory/upkeep/mod.ts";
import { inventoryPath } from "../open_archive.ts";
import { findState, type FoundState } from "../state_file.ts";

/** How an archive is. */
export interface ArchiveHealth {
  readonly inventory: InventoryHealth;
  readonly state: FoundState;
}

/**
 * Looks whether the archive's inventory and state file can be read. Nothing is changed.
 *
 * @returns `undefined` where there is no archive yet
 * @throws {InventoryError} When the inventory cannot be used.
 */
export async function readArchiveHealth(outputDir: string): Promise<ArchiveHealth | undefined> {
  const root = resolve(outputDir);
  const path = inventoryPath(root);
  try {
    requireGranted({ kind: "read", value: path });
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new InventoryError(`Cannot open inventory "${path}": ${toError(error).message}`, { cause: error });
  }
  const inventory = readHealth(path);
  const state = await findState(async (name) => {
    try {
      return await Deno.readTextFile(join(root, "_metadata", name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  });
  return { inventory, state };
}
