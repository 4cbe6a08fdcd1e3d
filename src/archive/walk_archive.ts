import { join } from "node:path";
import { isAbsent } from "../core/errors.ts";
import { sharedSidecars } from "../storage/mod.ts";

/** Something in the tree of an archive. */
export interface Found {
  /** Below the archive. */
  readonly segments: readonly string[];
  /** `other` is a socket, a device, …; `unreadable` a folder that cannot be looked into. */
  readonly kind: "file" | "link" | "other" | "unreadable";
}

/** Folders at the root that hold no recordings. */
const own = new Set(["_logs", "_metadata"]);

/**
 * Everything below `root` but folders, links not followed, without the program's own files; the sidecars of meetings
 * that share folders are among it. Memory does not grow with the archive.
 */
export async function* walkArchive(root: string, signal: AbortSignal): AsyncGenerator<Found> {
  const open: string[][] = [sharedSidecars.split("/"), []];
  for (let folder = open.pop(); folder; folder = open.pop()) {
    signal.throwIfAborted();
    try {
      for await (const { name, isDirectory, isFile, isSymlink } of Deno.readDir(join(root, ...folder))) {
        if (folder.length === 0 && own.has(name)) continue;
        const segments = [...folder, name];
        if (isDirectory) open.push(segments);
        else yield { segments, kind: isFile ? "file" : isSymlink ? "link" : "other" };
      }
    } catch (error) {
      if (isAbsent(error)) continue;
      const isOurs = error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
      if (!isOurs) throw error;
      yield { segments: folder, kind: "unreadable" };
    }
  }
}
