import { dirname, resolve } from "node:path";
import { fsError } from "../_fs_error.ts";
import { openRegularFile, regularFileIfAny, removeIfAny, syncIfAllowed, writeAll } from "../_guarded_fs.ts";

/** A file in the making: nothing stands at its path before it is committed; disposed of without that, it is gone. */
export interface AtomicFile extends AsyncDisposable {
  write(text: string): Promise<void>;
  /** Makes it durable and puts it in place. */
  commit(): Promise<void>;
}

/**
 * Begins to replace the file at `path`, whose folder has to exist. It grows as `<path>.tmp`, so that a file of any
 * size needs no memory; one writer at a time.
 *
 * @throws {StorageError} When it cannot be written, or a link or a folder stands there.
 */
export async function createFileAtomic(path: string): Promise<AtomicFile> {
  const target = resolve(path);
  const temporary = `${target}.tmp`;
  await regularFileIfAny(target);
  await removeIfAny(temporary);
  const file = await openRegularFile(temporary);
  const encoder = new TextEncoder();
  let isOpen = true;
  const close = () => {
    if (isOpen) file.close();
    isOpen = false;
  };
  return {
    async write(text) {
      try {
        await writeAll(file, encoder.encode(text));
      } catch (error) {
        throw fsError("write", target, error);
      }
    },
    async commit() {
      try {
        await file.syncData();
        close();
        await Deno.rename(temporary, target);
      } catch (error) {
        throw fsError("write", target, error);
      }
      await syncIfAllowed(dirname(target));
    },
    async [Symbol.asyncDispose]() {
      close();
      await removeIfAny(temporary).catch(() => {});
    },
  };
}
