import { join } from "node:path";
import { roomLogger } from "../core/log.ts";
import { letOthersRun, lstatQuickly, readDirQuickly } from "../storage/mod.ts";

const log = roomLogger("archive");

/** Sizes on disk of files of the archive, in bytes; `undefined` for those that are not there. */
export type HeldSizes = (paths: readonly string[]) => Promise<readonly (number | undefined | "unknown")[]>;

/** Enough to keep the disk busy; what more are under way outlives the quick collections of memory. */
const atOnce = 32;

/**
 * Looks below `root`, at several files at once, and follows no link there. What folders hold links is remembered: use one
 * of these for one pass over the files.
 */
export function heldSizesBelow(root: string): HeldSizes {
  const isBehindLink = createLinkFinder(root);
  const sizeAt = async (path: string) => {
    const isBehind = isBehindLink(parentOf(path));
    // A million times over, a wait for what is known already is felt.
    if (isBehind !== false && await isBehind) return undefined;
    return await sizeOf(join(root, path));
  };
  return async (paths) => {
    const sizes: (number | undefined | "unknown")[] = new Array(paths.length);
    let next = 0;
    const look = async () => {
      for (let i = next++; i < paths.length; i = next++) sizes[i] = await sizeAt(paths[i] ?? "");
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, paths.length) }, look));
    await letOthersRun();
    return sizes;
  };
}

/** Folders whose links are kept at most. */
const keptFolders = 20_000;
/** Of nearly all of them: one for all. */
const none: ReadonlySet<string> = new Set();

type IsBehindLink = (folder: string) => boolean | Promise<boolean>;

/**
 * Tells whether a link is on the way to a folder below `root`. Files come in no order of theirs, so a look at each
 * one's folder would be another call per file; what a folder holds is read once, and tells of all the folders in it.
 */
function createLinkFinder(root: string): IsBehindLink {
  const linksIn = new Map<string, ReadonlySet<string> | Promise<ReadonlySet<string>>>();
  const read = (folder: string) => {
    if (linksIn.size >= keptFolders) linksIn.clear();
    const reading = readLinks(join(root, folder)).then((links) => {
      linksIn.set(folder, links);
      return links;
    });
    linksIn.set(folder, reading);
    return reading;
  };
  const isBehindLink: IsBehindLink = (folder) => {
    if (folder === "") return false;
    const parent = parentOf(folder);
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const above = isBehindLink(parent);
    if (above === true) return true;
    const links = linksIn.get(parent);
    if (above === false && links instanceof Set) return links.has(name);
    return Promise.resolve(above).then(async (isAbove) =>
      isAbove || (await (links ?? read(parent))).has(name)
    );
  };
  return isBehindLink;
}

async function readLinks(path: string): Promise<ReadonlySet<string>> {
  const links = new Set<string>();
  try {
    for (const { name, isSymlink } of await readDirQuickly(path)) {
      if (isSymlink) links.add(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return none;
    log.warn("Cannot look for links in {path}: {error}", { path, error });
  }
  return links.size === 0 ? none : links;
}

/** Where files were taken elsewhere, nobody can look: the inventory's word has to do. */
export function heldElsewhere(paths: readonly string[]): Promise<readonly "unknown"[]> {
  return Promise.resolve(paths.map(() => "unknown"));
}

async function sizeOf(path: string): Promise<number | undefined | "unknown"> {
  try {
    const info = await lstatQuickly(path);
    return info.isFile && !info.isSymlink ? info.size : undefined;
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

/** The folder of a path; `""` for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
