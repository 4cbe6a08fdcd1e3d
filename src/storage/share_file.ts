import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import { StorageError } from "../core/errors.ts";
import { fsError, systemCode } from "./_fs_error.ts";
import { findRegularFile, readPieces } from "./_guarded_fs.ts";
import { containedPath } from "./place.ts";

/** How to give a file a second place. */
export interface ShareOptions {
  /** The archive. */
  readonly root: string;
  /** Where the file is, below it. */
  readonly segments: readonly string[];
  /** Where it shall be as well; folders are made as needed. */
  readonly target: string;
  /** Copy its bytes instead of linking them. */
  readonly copy: boolean;
  /** Its size if it is to be shared at all. */
  readonly sizeBytes?: number | undefined;
}

/** What became of it. */
export type Shared =
  | { readonly type: "shared"; readonly sizeBytes: number }
  /** It was there already. */
  | { readonly type: "repeated" }
  | { readonly type: "missing" }
  | { readonly type: "other size"; readonly sizeBytes: number };

/**
 * Puts a file of the archive at a second place by a hard link: both names share the bytes. Runs never write into
 * a file that stands, they replace it, so what was shared stays what it was.
 *
 * @throws {StorageError} Code `no_link` where the two places cannot share a file.
 */
export async function shareFile({ root, segments, target, copy, sizeBytes }: ShareOptions): Promise<Shared> {
  containedPath(root, segments);
  const found = await findRegularFile(resolve(root), segments);
  if (!found) return { type: "missing" };
  const { size } = found.info;
  if (sizeBytes !== undefined && size !== sizeBytes) return { type: "other size", sizeBytes: size };
  try {
    await Deno.mkdir(dirname(target), { recursive: true });
    if (copy) await copyNew(found.path, target);
    else await Deno.link(found.path, target);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return { type: "repeated" };
    throw copy ? fsError("copy to", target, error) : linkError(found.path, target, error);
  }
  return { type: "shared", sizeBytes: size };
}

/** Lower-case hexadecimal SHA-256 of a file. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of readPieces(path)) hash.update(piece);
  return hash.digest("hex");
}

async function copyNew(from: string, target: string): Promise<void> {
  (await Deno.open(target, { write: true, createNew: true })).close();
  await Deno.copyFile(from, target);
}

const unlinkable: Readonly<Record<string, string>> = {
  EXDEV: "they are on different file systems",
  EPERM: "the file system, or its owner, allows no links",
  ENOTSUP: "the file system knows no links",
  EOPNOTSUPP: "the file system knows no links",
  ENOSYS: "the file system knows no links",
  EMLINK: "the file has too many names already",
};

function linkError(from: string, target: string, error: unknown): Error {
  const state = unlinkable[systemCode(error)];
  if (state === undefined) return fsError("link", target, error);
  return new StorageError(`Cannot link "${from}" into "${dirname(target)}": ${state}`, {
    code: "no_link",
    path: target,
    cause: error,
    hint: "choose a folder on the disk of the archive, or --copy to copy the bytes",
  });
}
