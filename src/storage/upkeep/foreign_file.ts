import { join } from "node:path";
import type { SinkWriter } from "../../core/sink.ts";
import { fsError, pathError, systemCode } from "../_fs_error.ts";
import { ensureDirectories, ensureRoot, isSameFile, regularFileIfAny, removeIfAny } from "../_guarded_fs.ts";
import { createLocalWriter } from "../_local_writer.ts";
import { partialName } from "../_partial_name.ts";
import { containedPath } from "../place.ts";

/** A file outside the archive, as it was when it was found. */
export interface ForeignFile {
  /** Absolute path. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/**
 * Opens a foreign file for reading.
 *
 * @throws {StorageError} When it is a link now, or no longer what was found.
 */
export async function openForeign(file: ForeignFile): Promise<Deno.FsFile> {
  const found = await regularFileIfAny(file.path);
  let opened: Deno.FsFile;
  try {
    opened = await Deno.open(file.path);
  } catch (error) {
    throw fsError("read", file.path, error);
  }
  const info = await opened.stat();
  const isSame = found !== undefined && isSameFile(found, info) && isUnchanged(file, info);
  if (isSame) return opened;
  opened.close();
  throw pathError("read", file.path, "it changed meanwhile");
}

/** Tells whether size and time are those that were found. */
export function isUnchanged(file: ForeignFile, info: Deno.FileInfo): boolean {
  return info.size === file.sizeBytes && (info.mtime?.getTime() ?? 0) === file.modifiedMs;
}

/**
 * Removes a foreign file that is still the one that was found, now that `kept` holds the same. The kept one gets the time it
 * should have, unless it still has a second name whose time that would be as well.
 *
 * @throws {StorageError} When it changed, or is the only name of what is kept.
 */
export async function removeForeign(
  file: ForeignFile,
  { kept, modifiedAt }: { kept: string; modifiedAt: Date | undefined },
): Promise<void> {
  const info = await regularFileIfAny(file.path);
  if (info === undefined) return;
  if (!isUnchanged(file, info)) throw pathError("remove", file.path, "it changed meanwhile");
  const keptInfo = await regularFileIfAny(kept);
  if (keptInfo === undefined) throw pathError("remove", file.path, "the archive does not hold it any more");
  if (isSameFile(info, keptInfo) && (info.nlink ?? 1) < 2) {
    throw pathError("remove", file.path, "it is the archive's own");
  }
  await removeIfAny(file.path);
  const left = await regularFileIfAny(kept);
  if (modifiedAt === undefined || (left?.nlink ?? 1) > 1) return;
  // The bytes are worth more than their time, which some file systems refuse.
  await Deno.utime(kept, modifiedAt, modifiedAt).catch(() => {});
}

/**
 * A partial for `path` below `root` that is a second name of the foreign file: no byte is copied, and nothing of the
 * file changes, its time included. `undefined` where the two do not lie on one file system, or it knows no hard links.
 *
 * The writer is there to be read, committed or discarded, not to be written to.
 */
export async function beginLinked(
  root: string,
  path: readonly string[],
  { source, signal }: { source: ForeignFile; signal: AbortSignal },
): Promise<SinkWriter | undefined> {
  containedPath(root, path);
  const name = path.at(-1) ?? "";
  const directory = await ensureDirectories(await ensureRoot(root), path.slice(0, -1));
  await regularFileIfAny(join(directory, name));
  const partialPath = join(directory, partialName(name));
  await regularFileIfAny(partialPath);
  await removeIfAny(partialPath);
  using original = await openForeign(source);
  try {
    await Deno.link(source.path, partialPath);
  } catch (error) {
    if (cannotLink.has(systemCode(error))) return undefined;
    throw fsError("link", source.path, error);
  }
  const linked = await openLinked(partialPath);
  if (!isSameFile(await linked.stat(), await original.stat())) {
    linked.close();
    await removeIfAny(partialPath);
    throw pathError("link", source.path, "it changed meanwhile");
  }
  const writer = createLocalWriter(linked, { signal, directory, name, partialPath, onClose: () => {} });
  return {
    get offset() {
      return writer.offset;
    },
    write: () => Promise.reject(new TypeError("A linked file is not written to")),
    truncate: () => Promise.reject(new TypeError("A linked file is not cut")),
    read: (length) => writer.read(length),
    flush: () => writer.flush(),
    async commit(receipt) {
      await writer.commit(receipt);
      // Where both names are of one file already, as after a stop, a rename does nothing (POSIX).
      await removeIfAny(partialPath);
    },
    discard: () => writer.discard(),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}

const cannotLink: ReadonlySet<string> = new Set([
  "EXDEV",
  "EPERM",
  "EMLINK",
  "ENOSYS",
  "ENOTSUP",
  "EOPNOTSUPP",
]);

async function openLinked(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    throw fsError("read", path, error);
  }
}
