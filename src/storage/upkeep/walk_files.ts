import { join } from "node:path";

/** One thing found in a folder that somebody else filled. */
export type Walked =
  | {
    readonly kind: "file";
    /** From the folder's root, in order. */
    readonly segments: readonly string[];
    readonly info: Deno.FileInfo;
  }
  /** What is not looked at, and why: a symbolic link, a device, something that cannot be read. */
  | { readonly kind: "other"; readonly segments: readonly string[]; readonly why: string };

/** How to walk. */
export interface WalkOptions {
  /** True for a folder to leave out with all that is in it. */
  readonly isLeftOut: (segments: readonly string[], absolutePath: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Every file at any depth below `root`, folder by folder, as the system lists them: nothing is sorted or kept, so that
 * a folder of any size costs no memory. Symbolic links are told about and never followed.
 *
 * @throws When `root` itself cannot be read, or `signal` is aborted.
 */
export async function* walkFiles(root: string, options: WalkOptions): AsyncGenerator<Walked> {
  const folders: (readonly string[])[] = [[]];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const entry of Deno.readDir(join(root, ...folder))) {
        options.signal.throwIfAborted();
        const segments = [...folder, entry.name];
        const path = join(root, ...segments);
        if (entry.isDirectory) {
          if (!options.isLeftOut(segments, path)) folders.push(segments);
        } else yield await look(segments, path);
      }
    } catch (error) {
      if (folder.length === 0 || options.signal.aborted) throw error;
      yield { kind: "other", segments: folder, why: "the folder cannot be read" };
    }
  }
}

async function look(segments: readonly string[], path: string): Promise<Walked> {
  try {
    const info = await Deno.lstat(path);
    if (info.isFile) return { kind: "file", segments, info };
    const why = info.isSymlink ? "a symbolic link is not followed" : "not a regular file";
    return { kind: "other", segments, why };
  } catch {
    return { kind: "other", segments, why: "it cannot be looked at" };
  }
}
