import { dirname, extname, join, relative, resolve, sep } from "node:path";
import { fsError, pathError } from "./_fs_error.ts";
import {
  createFile,
  ensureDirectories,
  openRegularFile,
  regularFileIfAny,
  removeIfAny,
  syncDirectory,
  syncIfAllowed,
  writeAll,
} from "./_guarded_fs.ts";
import { renameQuickly, syncDataQuickly } from "./quick_calls.ts";

/** How to write a file atomically. */
export interface WriteFileOptions {
  /**
   * The directory `path` must stay in: directories below it are created as needed, and links among them refused.
   * The directory of `path` when left out.
   */
  readonly root?: string;
  /** Permission bits of the new file; by umask when left out. */
  readonly mode?: number;
  /** Keep the previous version beside it, with `.bak` in place of the extension. @default {false} */
  readonly backup?: boolean;
}

/**
 * Replaces a file so that readers, and whoever comes after a crash, see the old or the new content and nothing else.
 *
 * One writer at a time: the temporary file is `<path>.tmp`, and what a crash left there is overwritten.
 *
 * @throws {StorageError} When `path` or a directory on the way is a link, leaves `root`, or cannot be written.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: WriteFileOptions = {},
): Promise<void> {
  const target = resolve(path);
  const directory = await prepareDirectory(target, resolve(options.root ?? dirname(target)));
  const previous = await regularFileIfAny(target);
  const temporary = `${target}.tmp`;
  try {
    await writeDurably(temporary, data, options.mode);
    if (options.backup && previous !== undefined) await keepBackup(target);
    await renameQuickly(temporary, target);
  } catch (error) {
    await removeIfAny(temporary).catch(() => {});
    throw fsError("write", target, error);
  }
  await (options.root === undefined ? syncIfAllowed(directory) : syncDirectory(directory));
}

async function prepareDirectory(target: string, root: string): Promise<string> {
  const inside = relative(root, target).split(sep);
  if (inside.includes("..") || inside[0] === "" || resolve(root, ...inside) !== target) {
    throw pathError("write", target, "it is outside the archive");
  }
  return await ensureDirectories(root, inside.slice(0, -1));
}

async function writeDurably(path: string, data: string | Uint8Array, mode?: number): Promise<void> {
  using file = await createFile(path, mode) ?? await createAnew(path, mode);
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  await writeAll(file, bytes);
  await syncDataQuickly(file, bytes.byteLength);
}

async function createAnew(path: string, mode: number | undefined): Promise<Deno.FsFile> {
  await removeIfAny(path);
  return await openRegularFile(path, mode === undefined ? {} : { mode });
}

/** Copies instead of renaming, so that the file itself is there at every moment. */
async function keepBackup(target: string): Promise<void> {
  const backup = join(dirname(target), `${baseWithoutExtension(target)}.bak`);
  await regularFileIfAny(backup);
  const temporary = `${backup}.tmp`;
  await removeIfAny(temporary);
  try {
    await Deno.copyFile(target, temporary);
    await Deno.rename(temporary, backup);
  } catch (error) {
    await removeIfAny(temporary).catch(() => {});
    throw error;
  }
}

function baseWithoutExtension(path: string): string {
  const name = path.slice(dirname(path).length).replace(/^[/\\]/, "");
  return name.slice(0, name.length - extname(name).length);
}
