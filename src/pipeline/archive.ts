import { join } from "node:path";
import { type Clock, isoSeconds } from "../core/clock.ts";
import type { Sink } from "../core/sink.ts";
import { type Inventory, type Journal, openInventory } from "../inventory/mod.ts";
import { archiveLock, freeBytes, localSink, writeFileAtomic } from "../storage/mod.ts";

/** An archive held by this run. */
export interface Archive extends AsyncDisposable {
  /** Absolute path. */
  readonly root: string;
  readonly inventory: Inventory;
  readonly journal: Journal;
  readonly sink: Sink;
  /** Replaces a text file below the root; `path` are its segments. */
  writeText(path: readonly string[], text: string): Promise<void>;
  /** Replaces `extraction_state.json`, keeping the previous version. */
  writeState(text: string): Promise<void>;
  freeBytes(): Promise<number | undefined>;
}

/** Where the inventory of the archive at `root` lies. */
export function inventoryPath(root: string): string {
  return join(root, "_logs", "inventory.db");
}

/**
 * Takes the archive for one run: lock, inventory, journal.
 *
 * @throws {LockedError} When another run holds it.
 * @throws {StorageError} When it cannot be written.
 * @throws {InventoryError} When its inventory cannot be used.
 */
export async function openArchive(
  outputDir: string,
  options: { runId: string; clock: Clock },
): Promise<Archive> {
  await using stack = new AsyncDisposableStack();
  const lock = stack.use(
    await archiveLock(outputDir, { runId: options.runId, startedAt: isoSeconds(options.clock.now()) }),
  );
  const { root } = lock;
  const dbPath = inventoryPath(root);
  await createPrivate(dbPath);
  const inventory = stack.use(openInventory(dbPath, { clock: options.clock }));
  const journal = stack.use(await inventory.openJournal(join(root, "_logs", "inventory.jsonl")));
  const resources = stack.move();
  return {
    root,
    inventory,
    journal,
    sink: localSink(root),
    writeText: (path, text) => writeFileAtomic(join(root, ...path), text, { root }),
    writeState: (text) =>
      writeFileAtomic(join(root, "_metadata", "extraction_state.json"), text, {
        root,
        mode: 0o600,
        backup: true,
      }),
    freeBytes: () => freeBytes(root),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** SQLite gives its files the mode of the database, which is ours to set before it does. */
async function createPrivate(path: string): Promise<void> {
  try {
    (await Deno.open(path, { write: true, createNew: true, mode: 0o600 })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
