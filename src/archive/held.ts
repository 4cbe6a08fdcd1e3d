import { join } from "node:path";
import { roomLogger } from "../core/log.ts";

const log = roomLogger("archive");

/** Sizes on disk of files of the archive, in bytes; `undefined` for those that are not there. */
export type HeldSizes = (paths: readonly string[]) => Promise<readonly (number | undefined | "unknown")[]>;

/** Enough to keep the disk busy; what more are under way outlives the quick collections of memory. */
const atOnce = 32;

/** Looks below `root`, at several files at once. */
export function heldSizesBelow(root: string): HeldSizes {
  return async (paths) => {
    const sizes: (number | undefined | "unknown")[] = new Array(paths.length);
    let next = 0;
    const look = async () => {
      for (let i = next++; i < paths.length; i = next++) sizes[i] = await sizeOf(join(root, paths[i] ?? ""));
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, paths.length) }, look));
    return sizes;
  };
}

/** Where files were taken elsewhere, nobody can look: the inventory's word has to do. */
export function heldElsewhere(paths: readonly string[]): Promise<readonly "unknown"[]> {
  return Promise.resolve(paths.map(() => "unknown"));
}

async function sizeOf(path: string): Promise<number | undefined | "unknown"> {
  try {
    const info = await Deno.stat(path);
    return info.isFile ? info.size : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    // Not being allowed to look says nothing about the file.
    log.warn("Cannot look at {path}: {error}", { path, error });
    return "unknown";
  }
}

/** Tells whether a file whose row says `completed` is on disk as it was stored; its digest is not looked at. */
export function isHeld(
  row: { readonly file_size: number | null; readonly replaced_by?: string | null },
  size: number | undefined | "unknown",
): boolean {
  if (row.replaced_by) return true;
  return size === "unknown" || (size !== undefined && size === row.file_size);
}
