import { StorageError } from "../../core/errors.ts";
import type { Receipt, Sink, SinkWriter } from "../../core/sink.ts";
import type { Aside } from "./aside.ts";

/**
 * A sink that puts good files where bad ones stand: what stands there stays until the good file is whole, goes aside
 * for the moment of the change, and comes back where there is none.
 *
 * What cannot be read counts as not held.
 */
export function asideSink(sink: Sink, aside: Aside): Sink {
  return {
    stat: (path) => orNothing(sink.stat(path)),
    async *read(path) {
      try {
        yield* sink.read(path);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
      }
    },
    discard: (path) => sink.discard(path),
    async begin(path, options) {
      await aside.clearWay(path);
      try {
        return new AsideWriter(await sink.begin(path, options), path, aside);
      } catch (error) {
        await aside.putBack(path);
        throw error;
      }
    },
  };
}

async function orNothing<T>(value: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

class AsideWriter implements SinkWriter {
  readonly writeFrom: SinkWriter["writeFrom"];
  readonly measure: SinkWriter["measure"];
  readonly #writer: SinkWriter;
  readonly #path: readonly string[];
  readonly #aside: Aside;
  #isCommitted = false;

  constructor(writer: SinkWriter, path: readonly string[], aside: Aside) {
    this.#writer = writer;
    this.writeFrom = writer.writeFrom?.bind(writer);
    this.measure = writer.measure?.bind(writer);
    this.#path = path;
    this.#aside = aside;
  }

  get offset(): number {
    return this.#writer.offset;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#writer.write(bytes);
  }

  read(length: number, start?: number): AsyncIterable<Uint8Array<ArrayBuffer>> {
    return this.#writer.read(length, start);
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#writer.truncate(sizeBytes);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  async commit(receipt: Receipt): Promise<void> {
    await this.#aside.moveFile(this.#path);
    await this.#writer.commit(receipt);
    this.#isCommitted = true;
  }

  discard(): Promise<void> {
    return this.#writer.discard();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
    if (!this.#isCommitted) await this.#aside.putBack(this.#path);
  }
}
