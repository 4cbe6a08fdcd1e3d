import { dirname, join, resolve } from "node:path";
import { requireGranted } from "../../core/grants.ts";
import { freeBytes } from "../free_bytes.ts";
import { fsError, pathError } from "../_fs_error.ts";

/** How a folder takes writing. */
export interface FolderProbe {
  /** The folder that was tried: the one asked about, or its nearest parent that exists. */
  readonly place: string;
  /** False when the folder itself is still to be made. */
  readonly exists: boolean;
  /** Bytes written and flushed to the disk in a second. */
  readonly bytesPerSecond: number;
  /** What its disk has left; absent where that cannot be told. */
  readonly freeBytes: number | undefined;
}

const probeBytes = 4 * 1024 ** 2;

/**
 * Writes a small file, flushes it to the disk and removes it again. A folder that does not exist is not made: its
 * nearest parent is tried.
 *
 * @throws {StorageError} When it is no folder, or cannot be written.
 */
export async function probeFolder(path: string): Promise<FolderProbe> {
  const wanted = resolve(path);
  const place = await nearestFolder(wanted);
  if (place === undefined) return await probeByMaking(wanted);
  const file = join(place, `.zoom-extract-probe-${crypto.randomUUID()}`);
  const seconds = await timeWriting(file);
  return {
    place,
    exists: place === wanted,
    bytesPerSecond: probeBytes / Math.max(seconds, 1e-6),
    freeBytes: await freeBytes(place),
  };
}

/** Where the rights are to the folder alone, and it is not there yet: it is made for a moment. */
async function probeByMaking(wanted: string): Promise<FolderProbe> {
  try {
    requireGranted({ kind: "write", value: wanted });
    await Deno.mkdir(wanted);
  } catch (error) {
    throw fsError("create the directory", wanted, error);
  }
  try {
    return { ...await probeFolder(wanted), place: dirname(wanted), exists: false };
  } finally {
    await Deno.remove(wanted).catch(() => {});
  }
}

/** `undefined` where it lies above what may be looked at. */
async function nearestFolder(wanted: string): Promise<string | undefined> {
  for (let place = wanted;; place = dirname(place)) {
    try {
      requireGranted({ kind: "read", value: place });
      if ((await Deno.stat(place)).isDirectory) return place;
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable && place !== wanted) return undefined;
      if (error instanceof Deno.errors.NotFound && dirname(place) !== place) continue;
      throw fsError("use", place, error);
    }
    throw pathError("use", place, "it is not a directory");
  }
}

async function timeWriting(path: string): Promise<number> {
  // Random, so that a disk that compresses has work to do.
  const chunk = crypto.getRandomValues(new Uint8Array(65_536));
  let isMade = false;
  try {
    requireGranted({ kind: "write", value: path });
    using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
    isMade = true;
    const start = performance.now();
    for (let written = 0; written < probeBytes;) {
      written += await file.write(chunk.subarray(0, Math.min(chunk.length, probeBytes - written)));
    }
    await file.syncData();
    return (performance.now() - start) / 1000;
  } catch (error) {
    throw fsError("write", path, error);
  } finally {
    if (isMade) await Deno.remove(path).catch(() => {});
  }
}
