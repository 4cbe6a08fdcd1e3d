import { createHash, type Hash } from "node:crypto";
import type { Receipt, SinkWriter } from "../core/sink.ts";
import type { ExpectedFile } from "./check_content.ts";
import { HeadCheck } from "./_head_check.ts";

/** What is held of a file so far: the bytes in the writer, with their running digest and their beginning. */
export class HeldBytes {
  readonly #writer: SinkWriter;
  readonly #chunkSizeBytes: number;
  readonly #head: HeadCheck;
  #hash: Hash = createHash("sha256");
  #hashedBytes = 0;
  #receivedBytes = 0;

  constructor(writer: SinkWriter, file: ExpectedFile, chunkSizeBytes: number) {
    this.#writer = writer;
    this.#chunkSizeBytes = chunkSizeBytes;
    this.#head = new HeadCheck(file);
  }

  get offset(): number {
    return this.#writer.offset;
  }

  /** Bytes from the beginning on that are digested. */
  get hashedBytes(): number {
    return this.#hashedBytes;
  }

  /** Bytes added in all, those that were dropped again included. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Counts bytes that came another way than through `append()`. */
  countReceived(sizeBytes: number): void {
    this.#receivedBytes += sizeBytes;
  }

  /** Digests what the writer holds from earlier, unless that is done. */
  async restore(signal: AbortSignal): Promise<void> {
    const length = this.offset;
    if (this.#hashedBytes === length) return;
    if (this.#hashedBytes > length) this.#forget();
    await this.digestTo(length, signal);
    if (this.#hashedBytes !== length) await this.restart();
  }

  /** Digests on, up to byte `end`, from what the writer holds. */
  async digestTo(end: number, signal: AbortSignal): Promise<void> {
    const start = this.#hashedBytes;
    if (start >= end) return;
    for await (const bytes of this.#writer.read(end - start, start)) {
      signal.throwIfAborted();
      this.#digest(bytes);
    }
  }

  /** Drops everything held. */
  async restart(): Promise<void> {
    await this.keepOnly(0);
  }

  /** Drops what is held beyond `sizeBytes`. */
  async keepOnly(sizeBytes: number): Promise<void> {
    await this.#writer.truncate(sizeBytes);
    if (this.#hashedBytes > sizeBytes) this.#forget();
  }

  /**
   * Adds `bytes`, after a look at them while they belong to the beginning.
   *
   * @throws {TransferError} When the beginning does not fit the kind of file; nothing of `bytes` is kept then.
   */
  async append(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<void> {
    this.#head.check(bytes, contentType);
    for (let start = 0; start < bytes.byteLength; start += this.#chunkSizeBytes) {
      const chunk = bytes.subarray(start, start + this.#chunkSizeBytes);
      const written = this.#writer.write(chunk);
      // Digesting takes this thread while a large write has another.
      this.#digest(chunk);
      await written;
      this.#receivedBytes += chunk.byteLength;
    }
  }

  /** Looks at the beginning again, now that nothing follows. */
  checkWhole(contentType: string): void {
    this.#head.checkWhole(contentType);
  }

  receipt(): Receipt {
    return { sizeBytes: this.#hashedBytes, sha256: this.#hash.copy().digest("hex") };
  }

  #digest(bytes: Uint8Array): void {
    this.#head.add(bytes);
    this.#hash.update(bytes);
    this.#hashedBytes += bytes.byteLength;
  }

  #forget(): void {
    this.#hash = createHash("sha256");
    this.#hashedBytes = 0;
    this.#head.forget();
  }
}
