/** File system calls that follow no symbolic link below the root of the archive. */
import { join, resolve } from "node:path";
import { isGranted } from "../core/grants.ts";
import { fsError, pathError } from "./_fs_error.ts";
import {
  lstatQuickly,
  mkdirQuickly,
  openQuickly,
  statQuickly,
  syncQuickly,
  writeQuickly,
} from "./quick_calls.ts";

const noLinks = "no link is followed below an archive: put what it leads to in its place, or remove it";

const inTheWay = "move away what stands there, then run again";

/** What stands at `path` itself, or undefined. */
export async function lstatIfAny(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await lstatQuickly(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw fsError("look at", path, error);
  }
}

/** Removes the file or the link at `path`, if there is one. */
export async function removeIfAny(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fsError("remove", path, error);
  }
}

/** Creates the root of an archive where it is missing; it may be a link, as the person who runs this chose it. */
export async function ensureRoot(root: string): Promise<string> {
  const path = resolve(root);
  // The right may be to one file in it: the directory has to be there then, and writing the file will tell.
  if (!isGranted({ kind: "write", value: path })) return path;
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw pathError("use", path, "it is not a directory");
    throw fsError("create the directory", path, error);
  }
  return path;
}

/**
 * Creates the directories `segments` below `root`, and `root` itself where it is missing, one at a time, and gives the
 * path of the innermost.
 *
 * @param mode of the directories that are created; by umask when left out
 * @throws {StorageError} When one of them is a link or no directory.
 */
export async function ensureDirectories(
  root: string,
  segments: readonly string[],
  mode?: number,
): Promise<string> {
  if (segments.length === 0) return await ensureRoot(root);
  let path = root;
  for (const segment of segments) {
    const parent = path;
    path = join(parent, segment);
    let found = await lstatIfAny(path);
    if (found === undefined) {
      if (parent === root) await ensureRoot(root);
      found = await createDirectory(path, mode);
      await syncDirectory(parent);
    }
    refuseNonDirectory(path, found);
  }
  return path;
}

async function createDirectory(path: string, mode: number | undefined): Promise<Deno.FileInfo> {
  try {
    await mkdirQuickly(path, mode === undefined ? {} : { mode });
  } catch (error) {
    // Another transfer of the same meeting may have been quicker.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw fsError("create the directory", path, error);
  }
  return await lstatQuickly(path).catch((error) => {
    throw fsError("look at", path, error);
  });
}

/** Refuses everything but a regular file or nothing at `path`. */
export async function regularFileIfAny(path: string): Promise<Deno.FileInfo | undefined> {
  const found = await lstatIfAny(path);
  if (found?.isSymlink) throw pathError("use the file", path, "it is a symbolic link", noLinks);
  if (found !== undefined && !found.isFile) {
    throw pathError("use the file", path, "it is not a regular file", inTheWay);
  }
  return found;
}

/**
 * The regular file at `segments` below `root`, or undefined where it, or a directory on the way, is missing.
 *
 * @throws {StorageError} When a link or anything but a directory is on the way, or anything but a file at the end.
 */
export async function findRegularFile(
  root: string,
  segments: readonly string[],
): Promise<{ readonly path: string; readonly info: Deno.FileInfo } | undefined> {
  let path = root;
  for (const segment of segments.slice(0, -1)) {
    path = join(path, segment);
    const found = await lstatIfAny(path);
    if (found === undefined) return undefined;
    refuseNonDirectory(path, found);
  }
  path = join(path, segments.at(-1) ?? "");
  const info = await regularFileIfAny(path);
  return info && { path, info };
}

function refuseNonDirectory(path: string, found: Deno.FileInfo): void {
  if (found.isSymlink) throw pathError("use the directory", path, "it is a symbolic link", noLinks);
  if (!found.isDirectory) throw pathError("use the directory", path, "it is not a directory", inTheWay);
}

/** The bytes of the file at `path`, in order, in pieces of their own. */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    using file = await Deno.open(path);
    while (true) {
      const buffer = new Uint8Array(pieceSizeBytes);
      const count = await file.read(buffer);
      if (count === null) return;
      yield buffer.subarray(0, count);
    }
  } catch (error) {
    throw fsError("read", path, error);
  }
}

/** Bytes per read where a whole file is read back. */
export const pieceSizeBytes = 256 * 1024;

interface OpenRegularOptions {
  /** Permission bits of a file that is created; by umask when left out. */
  readonly mode?: number;
  /** Begin anew instead of writing into a file that has a second name somewhere. */
  readonly dropLinked?: boolean;
}

/**
 * Opens the regular file at `path` for reading and writing, creating it where it is missing.
 *
 * @throws {StorageError} When a link or anything but a file stands there, or comes to stand there meanwhile.
 */
export async function openRegularFile(path: string, options: OpenRegularOptions = {}): Promise<Deno.FsFile> {
  const created = await createFile(path, options.mode);
  if (created !== undefined) return created;
  let found = await regularFileIfAny(path);
  if (options.dropLinked && found !== undefined && (found.nlink ?? 1) > 1) {
    await removeIfAny(path);
    found = undefined;
  }
  if (found === undefined) {
    const again = await createFile(path, options.mode);
    if (again === undefined) throw pathError("create", path, "it was replaced meanwhile");
    return again;
  }
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true, write: true });
  } catch (error) {
    throw fsError("open", path, error);
  }
  try {
    if (isSameFile(await statQuickly(file), found)) return file;
    throw pathError("open", path, "it was replaced meanwhile");
  } catch (error) {
    file.close();
    throw fsError("open", path, error);
  }
}

/** A new file; undefined when anything stands at `path`, also a dangling link. */
export async function createFile(path: string, mode: number | undefined): Promise<Deno.FsFile | undefined> {
  try {
    return await openQuickly(path, {
      read: true,
      write: true,
      createNew: true,
      ...(mode === undefined ? {} : { mode }),
    });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return undefined;
    throw fsError("create", path, error);
  }
}

/** Tells whether two looks were at one and the same file, whatever its name. */
export function isSameFile(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Writes all of `bytes` at the file's position, however many calls that takes. */
export async function writeAll(
  file: Deno.FsFile,
  bytes: Uint8Array,
  onWritten?: (count: number) => void,
): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    const count = await writeQuickly(file, written === 0 ? bytes : bytes.subarray(written));
    written += count;
    onWritten?.(count);
  }
}

/** {@linkcode syncDirectory} where the right may be to one file in it: then it is left out. */
export async function syncIfAllowed(path: string): Promise<void> {
  if (isGranted({ kind: "read", value: path })) await syncDirectory(path);
}

/** Makes a rename or a new entry in a directory durable, where the system can. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    using directory = await openQuickly(path);
    await syncQuickly(directory);
  } catch {
    // Some systems cannot open or sync directories. The bytes are durable; at worst a later run repeats the rename.
  }
}
