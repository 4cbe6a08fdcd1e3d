import { join, resolve } from "node:path";
import { InventoryError, isAbsent, toError } from "../core/errors.ts";
import { type Inventory, openInventory } from "../inventory/mod.ts";
import { inventoryPath } from "./open_archive.ts";
import { readMeta } from "./read_sidecars.ts";
import { walkArchive } from "./walk_archive.ts";

/** Entries of a folder without an inventory that are looked at in search of a sidecar. */
const maxLooked = 20_000;

/**
 * Refuses an archive that holds recordings, or a journal of them, and has lost its inventory: a run would fetch
 * everything again.
 *
 * @throws {InventoryError} With the code `inventory_lost`.
 */
export async function refuseLost(root: string): Promise<void> {
  const path = inventoryPath(root);
  if (await sizeOf(path) > 0) return;
  const journal = await Deno.lstat(join(root, "_logs", "inventory.jsonl")).catch(() => undefined);
  await refuseFolderAbove(root);
  const trace = journal?.isFile && journal.size > 0
    ? "its journal _logs/inventory.jsonl is there"
    : await firstSidecar(root);
  if (trace === undefined) return;
  throw new InventoryError(`Cannot use archive "${root}": its inventory "${path}" is lost, though ${trace}`, {
    code: "inventory_lost",
    hint: "zoom-extract rebuild makes it again from what is there, without a download; then run again",
  });
}

/**
 * Refuses a folder that holds a whole archive in one of its folders, and is none itself: it was named by mistake.
 *
 * @throws {InventoryError} With the code `inventory_lost`.
 */
export async function refuseFolderAbove(root: string): Promise<void> {
  const isArchive = await Deno.lstat(join(root, "_logs")).then(() => true, () => false);
  if (isArchive) return;
  let looked = 0;
  const folders = await Array.fromAsync(Deno.readDir(root)).catch(() => []);
  for (const { name } of folders.filter(({ isDirectory }) => isDirectory)) {
    if (++looked > maxLooked) return;
    const inner = join(root, name);
    const info = await Deno.lstat(inventoryPath(inner)).catch(() => undefined);
    if (!info?.isFile) continue;
    throw new InventoryError(`Cannot use archive "${root}": the archive is the folder "${inner}"`, {
      code: "inventory_lost",
      hint: `give --output-dir ${JSON.stringify(inner)}`,
    });
  }
}

/**
 * Opens the inventory of an archive for reading.
 *
 * @returns `undefined` where there is none, and never was
 * @throws {InventoryError} When it cannot be used, or is lost.
 */
export async function openHeldInventory(outputDir: string): Promise<Inventory | undefined> {
  const root = resolve(outputDir);
  if (!await hasInventory(root)) return undefined;
  try {
    return openInventory(inventoryPath(root), { readOnly: true });
  } catch (error) {
    // Emptied, or just being made by the first run: what lies around it tells which.
    if (error instanceof InventoryError && error.code === "inventory_empty") await refuseLost(root);
    throw error;
  }
}

/**
 * Tells whether there is an inventory; false where there never was one.
 *
 * @throws {InventoryError} When it is lost, or cannot be looked at.
 */
export async function hasInventory(root: string): Promise<boolean> {
  if (await lookAtInventory(inventoryPath(root)) !== undefined) return true;
  await refuseLost(root);
  return false;
}

/**
 * What stands in the place of an inventory, or undefined.
 *
 * @throws {InventoryError} When nobody may look: what cannot be seen is not lost.
 */
export async function lookAtInventory(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new InventoryError(`Cannot look at inventory "${path}": ${toError(error).message}`, {
      code: "inventory_read_only",
      hint: "check owner and permissions of its folder, then run again",
      cause: error,
    });
  }
}

async function sizeOf(path: string): Promise<number> {
  const info = await lookAtInventory(path);
  // What is there and no file is for others to refuse.
  return info === undefined ? 0 : info.isFile ? info.size : 1;
}

async function firstSidecar(root: string): Promise<string | undefined> {
  let looked = 0;
  for await (const { segments } of walkArchive(root, new AbortController().signal)) {
    if (looked++ >= maxLooked) return undefined;
    if (segments.at(-1) !== "meta.json") continue;
    const folder = join(root, ...segments.slice(0, -1));
    const isOurs = await readMeta(folder).then(({ files }) => files.length > 0, () => false);
    if (isOurs) return `it holds recordings, as ${segments.join("/")}`;
  }
  return undefined;
}
