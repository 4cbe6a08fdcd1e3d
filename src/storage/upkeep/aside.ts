import { dirname, join, relative, sep } from "node:path";
import { StorageError } from "../../core/errors.ts";
import { fsError } from "../_fs_error.ts";
import { ensureDirectories, lstatIfAny, removeIfAny, syncDirectory } from "../_guarded_fs.ts";

/** What was found aside from an earlier run that was stopped. */
export interface Recovered {
  /** Paths that are back in their places. */
  readonly restored: readonly string[];
  /** Where things lie that can neither go back nor be done without. */
  readonly kept: readonly string[];
}

const folder = ["_metadata", "aside"] as const;

/**
 * The place for what stands where a good file has to go: `_metadata/aside/<run>/<path>`, each under its own path, so
 * that a run stopped between any two steps leaves what the next one can put back.
 *
 * Moving is renaming: no byte is copied, no link followed, and nothing that stands somewhere is written over.
 */
export class Aside {
  readonly #root: string;
  readonly #base: readonly string[];
  #obstacles = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param root absolute path of the archive, which the caller holds the lock of */
  constructor(root: string, runId: string) {
    this.#root = root;
    this.#base = [...folder, runId];
  }

  /** How many things were moved that stood in the place of a folder. */
  get obstacles(): number {
    return this.#obstacles;
  }

  /** Moves aside what is no directory on the way to `path`, and what is no regular file at it. */
  clearWay(path: readonly string[]): Promise<void> {
    return this.#inTurn(() => this.#clearWay(path));
  }

  async #clearWay(path: readonly string[]): Promise<void> {
    for (let depth = 1; depth <= path.length; depth++) {
      const found = await lstatIfAny(join(this.#root, ...path.slice(0, depth)));
      if (found === undefined) return;
      const isWanted = !found.isSymlink && (depth < path.length ? found.isDirectory : found.isFile);
      if (isWanted) continue;
      await this.#move(path.slice(0, depth));
      if (depth < path.length) this.#obstacles++;
      return;
    }
  }

  /** Moves the regular file at `path` aside, if there is one. */
  moveFile(path: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      if (await lstatIfAny(join(this.#root, ...path)) !== undefined) await this.#move(path);
    });
  }

  /** Puts what was at `path` back, where nothing has come to stand there. */
  putBack(path: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const from = await this.#find(path);
      if (from === undefined) return;
      await moveWithin(this.#root, from, path);
      await this.#prune(dirname(from));
    });
  }

  /** The good file is in place: what was there before is removed, unless it is a directory that holds something. */
  settle(path: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const aside = await this.#find(path);
      if (aside === undefined) return;
      await Deno.remove(aside).catch((error) => {
        if (systemCodeOf(error) !== "ENOTEMPTY") throw fsError("remove", aside, error);
      });
      await this.#prune(dirname(aside));
    });
  }

  /** Everything that lies aside, that of earlier runs included, relative to the archive. */
  async *kept(): AsyncGenerator<string> {
    yield* leavesOf(this.#root, folder.join("/"));
  }

  /**
   * Finishes what an earlier run was stopped at: what is missing from its place goes back, what has a good file in its
   * place by now is removed, and all else is left alone.
   *
   * @param isGood tells whether the file that stands at a path is the one that has to be there
   */
  async recover(isGood: (path: string) => Promise<boolean>): Promise<Recovered> {
    const restored: string[] = [];
    const kept: string[] = [];
    for (const leaf of await Array.fromAsync(this.kept())) {
      const path = leaf.split("/").slice(folder.length + 1);
      const aside = join(this.#root, ...leaf.split("/"));
      // What somebody laid in here, or a file manager, has no place to go back to.
      if (path.length === 0) {
        kept.push(leaf);
        continue;
      }
      const { isDirectory, isSymlink } = await Deno.lstat(aside);
      // A folder of ours that was not cleared away yet, or one that held nothing when it was moved.
      if (isDirectory && !isSymlink) await removeIfAny(aside);
      else if (await moveWithin(this.#root, aside, path)) restored.push(path.join("/"));
      else if (await isGood(path.join("/"))) await removeIfAny(aside);
      else kept.push(leaf);
      await this.#prune(dirname(aside));
    }
    return { restored, kept };
  }

  /**
   * Where what was at `path` lies. Below what was moved from the place of a folder lies nothing of ours: it may be a
   * link, and what is behind that is somebody else's.
   */
  async #find(path: readonly string[]): Promise<string | undefined> {
    let at = join(this.#root, ...this.#base);
    for (const [index, segment] of path.entries()) {
      at = join(at, segment);
      const found = await lstatIfAny(at);
      const isOnTheWay = index < path.length - 1;
      if (found === undefined || (isOnTheWay && (found.isSymlink || !found.isDirectory))) return undefined;
    }
    return at;
  }

  /**
   * Two files of one folder may find the same thing in their way, and folders that one makes another may just clear away
   * as empty: only one of these changes goes on at a time.
   */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    // A failed change has told its own caller.
    const turn = this.#last.catch(() => {}).then(change);
    this.#last = turn;
    return turn;
  }

  async #move(path: readonly string[]): Promise<void> {
    const to = [...this.#base, ...path];
    await ensureDirectories(this.#root, to.slice(0, -1));
    const target = join(this.#root, ...to);
    if (await lstatIfAny(target) !== undefined) {
      throw new StorageError(`Cannot move "${path.join("/")}" aside: "${to.join("/")}" lies there already`, {
        path: target,
        code: "path",
      });
    }
    await rename(join(this.#root, ...path), target);
  }

  /** Removes folders of this place that hold nothing any more, from `directory` upwards. */
  async #prune(directory: string): Promise<void> {
    await removeEmpty(directory, join(this.#root, folder[0]));
  }
}

/**
 * Renames `from` to `path` below the root, unless something stands there or on the way.
 *
 * @returns whether it did
 */
export async function moveWithin(root: string, from: string, path: readonly string[]): Promise<boolean> {
  for (let depth = 1; depth <= path.length; depth++) {
    const found = await lstatIfAny(join(root, ...path.slice(0, depth)));
    if (found === undefined) break;
    if (depth === path.length || found.isSymlink || !found.isDirectory) return false;
  }
  await ensureDirectories(root, path.slice(0, -1));
  await rename(from, join(root, ...path));
  return true;
}

/** Removes `directory` and those above it, up to but without `end`, as long as they are empty. */
export async function removeEmpty(directory: string, end: string): Promise<void> {
  for (let at = directory; !relative(end, at).startsWith("..") && at !== end; at = dirname(at)) {
    try {
      await Deno.remove(at);
    } catch {
      return;
    }
  }
}

async function rename(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    throw fsError("move", from, error);
  }
  await syncDirectory(dirname(to));
  await syncDirectory(dirname(from));
}

/** Paths of all that is no directory below `path`, and of directories that are empty. */
async function* leavesOf(root: string, path: string): AsyncGenerator<string> {
  const absolute = join(root, ...path.split("/"));
  const found = await lstatIfAny(absolute);
  if (found === undefined) return;
  const entries = found.isDirectory && !found.isSymlink ? await Array.fromAsync(Deno.readDir(absolute)) : [];
  if (entries.length === 0) {
    if (path !== folder.join("/")) yield relative(root, absolute).split(sep).join("/");
    return;
  }
  for (const { name } of entries) yield* leavesOf(root, `${path}/${name}`);
}

function systemCodeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
