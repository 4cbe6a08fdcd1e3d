import { join, resolve } from "node:path";
import { type Clock, isoSeconds } from "../core/clock.ts";
import { StorageError, toError } from "../core/errors.ts";
import type { Sink } from "../core/sink.ts";
import { type Inventory, type Journal, openInventory } from "../inventory/mod.ts";
import { archiveLock, freeBytes, localSink, writeFileAtomic } from "../storage/mod.ts";
import { type HeldSizes, heldSizesBelow } from "./held.ts";
import { refuseFolderAbove, refuseLost } from "./lost.ts";
import type { FoundState } from "./state_file.ts";
import { readState, writeState } from "./state_store.ts";

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
  /** What an earlier run left as its state. */
  findState(): Promise<FoundState>;
  /** For one pass over the files: take another one for the next. */
  readonly heldSizes: HeldSizes;
  /** Makes a folder that nobody else may look into, unless it exists. */
  makePrivateDir(path: string): Promise<void>;
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
 * @throws {InventoryError} When its inventory cannot be used, or is lost.
 */
export async function openArchive(
  outputDir: string,
  options: { runId: string; clock: Clock },
): Promise<Archive> {
  await using stack = new AsyncDisposableStack();
  await refuseFolderAbove(resolve(outputDir));
  const lock = stack.use(
    await archiveLock(outputDir, { runId: options.runId, startedAt: isoSeconds(options.clock.now()) }),
  );
  const { root } = lock;
  const dbPath = inventoryPath(root);
  const journalPath = join(root, "_logs", "inventory.jsonl");
  await refuseLink(journalPath);
  await refuseLost(root);
  await createPrivate(dbPath);
  const inventory = stack.use(openInventory(dbPath, { clock: options.clock }));
  const journal = stack.use(await inventory.openJournal(journalPath));
  const resources = stack.move();
  return {
    root,
    inventory,
    journal,
    sink: localSink(root),
    writeText: (path, text) => writeFileAtomic(join(root, ...path), text, { root }),
    writeState: (text) => writeState(root, text),
    findState: () => readState(root),
    get heldSizes() {
      return heldSizesBelow(root);
    },
    makePrivateDir: (path) => Deno.mkdir(path, { recursive: true, mode: 0o700 }),
    freeBytes: () => freeBytes(root),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** SQLite gives its files the mode of the database, which is ours to set before it does. */
export async function createPrivate(path: string): Promise<void> {
  await refuseLink(path);
  try {
    (await Deno.open(path, { write: true, createNew: true, mode: 0o600 })).close();
  } catch (thrown) {
    if (thrown instanceof Deno.errors.AlreadyExists) return;
    const code = thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC"
      ? "disk_full"
      : "not_writable";
    const message = `Cannot create "${path}": ${toError(thrown).message}`;
    const hint = "check space, owner and permissions of its folder, then run again";
    throw new StorageError(message, { path, code, cause: thrown, hint });
  }
}

/** Both files are opened by name for writing: behind a link that would be outside the archive. */
export async function refuseLink(path: string): Promise<void> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (!info?.isSymlink) return;
  throw new StorageError(`Cannot use "${path}": it is a symbolic link`, { path, code: "path" });
}
