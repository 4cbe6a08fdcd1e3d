import { join } from "node:path";
import { InventoryError } from "../core/errors.ts";
import { inventoryPath } from "./open_archive.ts";
import { readMeta } from "./rebuild_read.ts";
import { walkArchive } from "./rebuild_walk.ts";

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
  const trace = journal?.isFile && journal.size > 0
    ? "its journal _logs/inventory.jsonl is there"
    : await firstSidecar(root);
  if (trace === undefined) return;
  throw new InventoryError(`Cannot use archive "${root}": its inventory "${path}" is lost, though ${trace}`, {
    code: "inventory_lost",
    hint: "zoom-extract rebuild makes it again from what is there, without a download; then run again",
  });
}

async function sizeOf(path: string): Promise<number> {
  const info = await Deno.lstat(path).catch(() => undefined);
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
