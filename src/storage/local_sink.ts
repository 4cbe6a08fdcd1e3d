import { join, resolve } from "node:path";
import type { BeginOptions, Sink, SinkWriter } from "../core/sink.ts";
import { pathError } from "./_fs_error.ts";
import {
  ensureDirectories,
  findRegularFile,
  openRegularFile,
  readPieces,
  regularFileIfAny,
  removeIfAny,
} from "./_guarded_fs.ts";
import { createLocalWriter } from "./_local_writer.ts";
import { partialName } from "./_partial_name.ts";
import { containedPath } from "./place.ts";

/**
 * Keeps files in a directory of this machine.
 *
 * A file is received as `<name>.part` beside its target, and what an earlier run left there is gone on with.
 * Nothing is followed out of `root`: a symbolic link among the directories below it, at the partial or at the target is
 * refused, and a second writer for the same path too. A file that already stands at the final path is never lost:
 * one with the same content is replaced, any other is renamed to `<name>.orig-<n>` first.
 *
 * @throws {StorageError} From `begin` and the writer: `disk_full`, `not_writable`, `path`, or `storage` for the rest.
 */
export function localSink(root: string): Sink {
  const open = new Set<string>();
  return {
    async stat(path) {
      containedPath(root, path);
      const found = await findRegularFile(resolve(root), path);
      return found && { sizeBytes: found.info.size };
    },
    async *read(path) {
      const target = containedPath(root, path);
      const found = await findRegularFile(resolve(root), path);
      if (found === undefined) throw pathError("read", target, "there is no such file");
      yield* readPieces(found.path);
    },
    async discard(path) {
      if (open.has(containedPath(root, path))) return;
      const partial = [...path.slice(0, -1), partialName(path.at(-1) ?? "")];
      const found = await findRegularFile(resolve(root), partial);
      if (found !== undefined) await removeIfAny(found.path);
    },
    async begin(path, options) {
      options.signal.throwIfAborted();
      const target = containedPath(root, path);
      if (open.has(target)) throw pathError("write", target, "it is being written already");
      open.add(target);
      try {
        return await beginFile({ root, path, options, onClose: () => open.delete(target) });
      } catch (error) {
        open.delete(target);
        throw error;
      }
    },
  };
}

async function beginFile(request: {
  readonly root: string;
  readonly path: readonly string[];
  readonly options: BeginOptions;
  readonly onClose: () => void;
}): Promise<SinkWriter> {
  const { path, options, onClose } = request;
  const name = path.at(-1);
  if (name === undefined) throw pathError("write", "", "the path is empty");
  const directory = await ensureDirectories(resolve(request.root), path.slice(0, -1));
  await regularFileIfAny(join(directory, name));
  const partialPath = join(directory, partialName(name));
  const file = await openRegularFile(partialPath, { dropLinked: true });
  return createLocalWriter(file, { ...options, directory, name, partialPath, onClose });
}
