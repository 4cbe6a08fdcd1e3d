import { dirname } from "node:path";
import { isAbsent, StorageError, toError } from "../../core/errors.ts";

/** What belongs to a SQLite database besides its file. */
const companions = ["-wal", "-shm"] as const;

/**
 * Puts the new database in the place of the old one, of which a copy is kept, with what belongs to it.
 *
 * Killed at any moment there is the old database or the new one at `path`, and from the first change on the copy. The
 * old log goes before the new file comes: SQLite would play it into the new one.
 *
 * @returns the copy's path, `undefined` where there was nothing to keep
 */
export async function swapDatabase(
  path: string,
  { made, stamp }: { made: string; stamp: string },
): Promise<string | undefined> {
  const backup = await freeName(`${path}.${stamp}`);
  let kept: string | undefined;
  try {
    await sync(made);
    for (const suffix of ["", ...companions]) {
      if (await keep(`${path}${suffix}`, `${backup}${suffix}`)) kept ??= backup;
    }
    await sync(dirname(path));
    for (const suffix of companions) await removeIfAny(`${path}${suffix}`);
    await Deno.rename(made, path);
    await sync(dirname(path));
  } catch (thrown) {
    throw new StorageError(`Cannot put the rebuilt inventory in place: ${toError(thrown).message}`, {
      path,
      cause: thrown,
      hint:
        "the former inventory is as it was; free some space or check the permissions of _logs, then rebuild again",
    });
  }
  return kept;
}

/** Removes a database that was not finished, with what belongs to it. */
export async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ["", ...companions]) await removeIfAny(`${path}${suffix}`);
}

/** A second name for the file, at no cost; a copy where the file system knows no second names. */
async function keep(from: string, to: string): Promise<boolean> {
  try {
    await Deno.link(from, to);
  } catch (error) {
    if (isAbsent(error)) return false;
    await Deno.copyFile(from, to);
    await sync(to);
  }
  return true;
}

async function freeName(base: string): Promise<string> {
  for (let n = 1;; n++) {
    const name = n === 1 ? `${base}.bak` : `${base}-${n}.bak`;
    const taken = await Deno.lstat(name).catch(() => undefined);
    if (!taken) return name;
  }
}

async function removeIfAny(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!isAbsent(error)) throw error;
  });
}

async function sync(path: string): Promise<void> {
  try {
    using file = await Deno.open(path);
    await file.sync();
  } catch {
    // Some systems cannot sync a directory, or what was opened for reading.
  }
}
