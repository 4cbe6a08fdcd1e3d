import { join } from "node:path";
import { roomLogger } from "../core/log.ts";
import type { BeginOptions, RangeWriter, Receipt, SinkWriter } from "../core/sink.ts";
import { fsError, pathError } from "./_fs_error.ts";
import {
  isSameFile,
  openRegularFile,
  pieceSizeBytes,
  regularFileIfAny,
  removeIfAny,
  syncDirectory,
  writeAll,
} from "./_guarded_fs.ts";
import { keepOther } from "./keep_other.ts";
import { renameQuickly, statQuickly, syncDataQuickly, utimeQuickly } from "./quick_calls.ts";

const log = roomLogger("storage");

interface LocalWriterOptions extends BeginOptions {
  readonly directory: string;
  readonly name: string;
  readonly partialPath: string;
  /** Called once, when the file is no longer open. */
  readonly onClose: () => void;
}

/** Writes to the open partial `file`, from its end. Owns the file from here on. */
export function createLocalWriter(file: Deno.FsFile, options: LocalWriterOptions): SinkWriter {
  try {
    return new LocalWriter(file, options, file.seekSync(0, Deno.SeekMode.End));
  } catch (error) {
    file.close();
    throw fsError("open", options.partialPath, error);
  }
}

class LocalWriter implements SinkWriter {
  #isOpen = true;
  #offset: number;
  #unflushedBytes: number;
  readonly #file: Deno.FsFile;
  readonly #options: LocalWriterOptions;

  constructor(file: Deno.FsFile, options: LocalWriterOptions, offset: number) {
    this.#file = file;
    this.#options = options;
    this.#offset = offset;
    // What an earlier process wrote may still have to reach the disk.
    this.#unflushedBytes = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#options.signal.throwIfAborted();
    this.#unflushedBytes += bytes.byteLength;
    await this.#attempt("write", () => writeAll(this.#file, bytes, (count) => this.#offset += count));
  }

  async writeFrom(position: number): Promise<RangeWriter> {
    const { partialPath, signal } = this.#options;
    const file = await this.#attempt("open", () => this.#openAgain());
    try {
      file.seekSync(position, Deno.SeekMode.Start);
    } catch (error) {
      file.close();
      throw fsError("open", partialPath, error);
    }
    return {
      write: async (bytes) => {
        signal.throwIfAborted();
        this.#unflushedBytes += bytes.byteLength;
        await this.#attempt("write", () => writeAll(file, bytes));
      },
      [Symbol.asyncDispose]: () => Promise.resolve(file.close()),
    };
  }

  async measure(): Promise<void> {
    this.#offset = await this.#attempt("read", () => this.#file.seek(0, Deno.SeekMode.End));
  }

  async *read(length: number, start = 0): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    await this.#attempt("read", () => this.#file.seek(start, Deno.SeekMode.Start));
    try {
      // One for all pieces: what is allocated outside the heap waits long for the collector.
      const memory = new Uint8Array(Math.min(length, pieceSizeBytes));
      for (let left = length; left > 0;) {
        this.#options.signal.throwIfAborted();
        const buffer = memory.subarray(0, Math.min(left, memory.byteLength));
        const count = await this.#attempt("read", () => this.#file.read(buffer));
        if (count === null) break;
        left -= count;
        yield buffer.subarray(0, count);
      }
    } finally {
      await this.#attempt("read", () => this.#file.seek(this.#offset, Deno.SeekMode.Start));
    }
  }

  async truncate(sizeBytes: number): Promise<void> {
    if (sizeBytes >= this.#offset) return;
    await this.#attempt("truncate", async () => {
      await this.#file.truncate(sizeBytes);
      this.#offset = await this.#file.seek(sizeBytes, Deno.SeekMode.Start);
      // After a power cut the old bytes must not come back under what is then recorded of the new ones.
      await this.#file.syncData();
    });
  }

  async flush(): Promise<void> {
    const sizeBytes = this.#unflushedBytes;
    this.#unflushedBytes = 0;
    await this.#attempt("flush", () => syncDataQuickly(this.#file, sizeBytes));
  }

  async commit(receipt: Receipt): Promise<void> {
    const { directory, name, partialPath } = this.#options;
    const target = join(directory, name);
    await this.#attempt("finish", () => this.#refuseForeignPartial(receipt));
    await this.#setTime();
    await this.#keepForeign(receipt);
    this.#close();
    try {
      await renameQuickly(partialPath, target);
    } catch (error) {
      throw fsError("finish", target, error);
    }
    await syncDirectory(directory);
  }

  async discard(): Promise<void> {
    this.#close();
    await removeIfAny(this.#options.partialPath);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    // Ranges may have been written beside.
    if (this.#offset === 0) await this.measure().catch(() => {});
    // An empty partial is worth nothing to a later attempt; where it cannot be removed, it does no harm either.
    if (this.#offset === 0) await this.discard().catch(() => {});
    this.#close();
  }

  /** What gets the final name is what was written through this writer, and nothing that came to stand in its place. */
  async #refuseForeignPartial(receipt: Receipt): Promise<void> {
    const { partialPath } = this.#options;
    const written = await statQuickly(this.#file);
    if (written.size !== receipt.sizeBytes) {
      const state = `it holds ${written.size} bytes instead of ${receipt.sizeBytes}`;
      throw pathError("finish", partialPath, state);
    }
    const found = await regularFileIfAny(partialPath);
    if (found !== undefined && isSameFile(found, written)) return;
    throw pathError(
      "finish",
      partialPath,
      `it was ${found === undefined ? "removed" : "replaced"} meanwhile`,
    );
  }

  async #keepForeign(receipt: Receipt): Promise<void> {
    const path = join(this.#options.directory, this.#options.name);
    const aside = await keepOther(path, receipt);
    if (aside !== undefined) log.warn("A file stood at {path} already: kept as {aside}", { path, aside });
  }

  /** The bytes are worth more than their time, which some file systems refuse. */
  async #setTime(): Promise<void> {
    const { modifiedAt, partialPath: path } = this.#options;
    if (modifiedAt === undefined) return;
    await utimeQuickly(this.#file, modifiedAt).catch((error) => {
      log.warn("Cannot set the time of {path}: {error}", { path, error });
    });
  }

  /** Another handle of the same partial, with a position of its own. */
  async #openAgain(): Promise<Deno.FsFile> {
    const { partialPath } = this.#options;
    const file = await openRegularFile(partialPath);
    if (isSameFile(await statQuickly(file), await statQuickly(this.#file))) return file;
    file.close();
    throw pathError("open", partialPath, "it was replaced meanwhile");
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#file.close();
    this.#options.onClose();
  }

  async #attempt<T>(action: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw fsError(action, this.#options.partialPath, error);
    }
  }
}
