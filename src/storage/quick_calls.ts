/**
 * Calls to the file system: on this thread while the disk answers at once, on others where it takes its time.
 *
 * Handing a call to another thread and back costs several times what a disk takes that has the answer in memory, and a
 * small file needs a dozen calls. Each kind of call has a meter of its own: a disk that looks things up quickly may take
 * its time to flush. What has much to write or to flush always goes elsewhere. A disk that hangs is known only after the
 * call that met it: that one keeps everything waiting.
 */
import { setImmediate } from "node:timers/promises";

const weightOfLast = 0.05;
/** One slow call may be another process's doing, or the garbage collector's; it takes three in a row, or many. */
const mostOfOne = 8;
/** Calls after which this thread is tried again; twice as many each time that it was in vain. */
const turnsElsewhere = { first: 1_000, most: 64_000 };

/** Knows whether calls of one kind are answered at once. */
class Meter {
  readonly #quickMs: number;
  #averageMs = 0;
  #turnsElsewhere = turnsElsewhere.first;
  #turnsLeftElsewhere = 0;
  #turnsHere = 0;

  /** @param quickMs calls that take longer, on the average of some twenty, wait for a disk or a network */
  constructor(quickMs: number) {
    this.#quickMs = quickMs;
  }

  call<T>(here: () => T, elsewhere: () => Promise<T>): T | Promise<T> {
    if (this.#turnsLeftElsewhere > 0) {
      this.#turnsLeftElsewhere--;
      return elsewhere();
    }
    const startedMs = performance.now();
    try {
      return here();
    } finally {
      this.#took(performance.now() - startedMs);
    }
  }

  #took(elapsedMs: number): void {
    const countedMs = Math.min(elapsedMs, mostOfOne * this.#quickMs);
    this.#averageMs += (countedMs - this.#averageMs) * weightOfLast;
    if (this.#averageMs > this.#quickMs) {
      this.#turnsLeftElsewhere = this.#turnsElsewhere;
      this.#turnsElsewhere = Math.min(this.#turnsElsewhere * 2, turnsElsewhere.most);
      this.#turnsHere = 0;
      this.#averageMs = 0;
    } else if (++this.#turnsHere === turnsElsewhere.first) this.#turnsElsewhere = turnsElsewhere.first;
  }
}

// What only looks gains most; what changes something gains as long as it takes no longer than being handed over.
const looks = new Meter(0.5);
const changes = new Meter(0.1);
const flushes = new Meter(0.1);

/** What is more is worth a thread of its own, beside which this one digests: how long it takes says nothing of the next. */
const smallBytes = 64 * 1024;

/**
 * `Deno.lstat()` for many paths.
 *
 * Who looks at many paths in a row lets others have this thread with {@linkcode letOthersRun} in between.
 *
 * @throws As `Deno.lstat()`.
 */
export async function lstatQuickly(path: string): Promise<Deno.FileInfo> {
  return await looks.call(() => Deno.lstatSync(path), () => Deno.lstat(path));
}

/** Any call that only looks, in its two forms. */
export async function lookQuickly<T>(here: () => T, elsewhere: () => Promise<T>): Promise<T> {
  return await looks.call(here, elsewhere);
}

/** `file.stat()`. */
export async function statQuickly(file: Deno.FsFile): Promise<Deno.FileInfo> {
  return await looks.call(() => file.statSync(), () => file.stat());
}

/** The entries of a folder, in no order. */
export async function readDirQuickly(path: string): Promise<readonly Deno.DirEntry[]> {
  return await looks.call(() => [...Deno.readDirSync(path)], () => Array.fromAsync(Deno.readDir(path)));
}

/** `Deno.open()`. */
export async function openQuickly(path: string, options?: Deno.OpenOptions): Promise<Deno.FsFile> {
  return await changes.call(() => Deno.openSync(path, options), () => Deno.open(path, options));
}

/** `Deno.mkdir()`. */
export async function mkdirQuickly(path: string, options: Deno.MkdirOptions): Promise<void> {
  return await changes.call(() => Deno.mkdirSync(path, options), () => Deno.mkdir(path, options));
}

/** `Deno.rename()`. */
export async function renameQuickly(from: string, to: string): Promise<void> {
  return await changes.call(() => Deno.renameSync(from, to), () => Deno.rename(from, to));
}

/** `file.utime()`. */
export async function utimeQuickly(file: Deno.FsFile, time: Date): Promise<void> {
  return await changes.call(() => file.utimeSync(time, time), () => file.utime(time, time));
}

/** `file.write()`. */
export async function writeQuickly(file: Deno.FsFile, bytes: Uint8Array): Promise<number> {
  if (bytes.byteLength > smallBytes) return await file.write(bytes);
  return await changes.call(() => file.writeSync(bytes), () => file.write(bytes));
}

/**
 * `file.syncData()`.
 *
 * @param sizeBytes how much was written to the file since it was last flushed
 */
export async function syncDataQuickly(file: Deno.FsFile, sizeBytes: number): Promise<void> {
  if (sizeBytes > smallBytes) return await file.syncData();
  return await flushes.call(() => file.syncDataSync(), () => file.syncData());
}

/** `file.sync()` of a folder. */
export async function syncQuickly(file: Deno.FsFile): Promise<void> {
  return await flushes.call(() => file.syncSync(), () => file.sync());
}

/** Lets timers, signals and whatever else waits for this thread have their turn. */
export async function letOthersRun(): Promise<void> {
  await setImmediate();
}
