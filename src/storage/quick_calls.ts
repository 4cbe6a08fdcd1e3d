/** Looking at many files: on this thread while the disk answers at once, on others where it takes its time. */
import { setImmediate } from "node:timers/promises";

/** Looks that take longer, on the average of some twenty, wait for a disk or a network: others can go on beside them. */
const quickMs = 0.5;
const weightOfLast = 0.05;
/** Looks after which this thread is tried again. */
const turnsElsewhere = 1_000;

let averageMs = 0;
let turnsLeftElsewhere = 0;

/**
 * `Deno.lstat()` for many paths, at a third of its price: handing a call to another thread and back takes longer than a
 * disk that has the answer in memory. Looks that were slow send the next thousand to other threads.
 *
 * Who looks at many paths in a row lets others have this thread with {@linkcode letOthersRun} in between.
 *
 * @throws As `Deno.lstat()`.
 */
export async function lstatQuickly(path: string): Promise<Deno.FileInfo> {
  return await quickly(() => Deno.lstatSync(path), () => Deno.lstat(path));
}

/** `file.stat()`, as {@linkcode lstatQuickly} looks. */
export async function statQuickly(file: Deno.FsFile): Promise<Deno.FileInfo> {
  return await quickly(() => file.statSync(), () => file.stat());
}

/** The entries of a folder, in no order, as {@linkcode lstatQuickly} looks. */
export async function readDirQuickly(path: string): Promise<readonly Deno.DirEntry[]> {
  return await quickly(() => [...Deno.readDirSync(path)], () => Array.fromAsync(Deno.readDir(path)));
}

/** Lets timers, signals and whatever else waits for this thread have their turn. */
export async function letOthersRun(): Promise<void> {
  await setImmediate();
}

function quickly<T>(here: () => T, elsewhere: () => Promise<T>): T | Promise<T> {
  if (turnsLeftElsewhere > 0) {
    turnsLeftElsewhere--;
    return elsewhere();
  }
  const startedMs = performance.now();
  try {
    return here();
  } finally {
    averageMs += (performance.now() - startedMs - averageMs) * weightOfLast;
    if (averageMs > quickMs) {
      turnsLeftElsewhere = turnsElsewhere;
      averageMs = 0;
    }
  }
}
