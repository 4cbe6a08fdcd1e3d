import { createHash, type Hash } from "node:crypto";
import type { Receipt, SinkWriter } from "../core/sink.ts";
import { checkContent, type ExpectedFile, headSizeBytes } from "./check_content.ts";

/** What is held of a file so far: the bytes in the writer, with their running digest and their beginning. */
export class HeldBytes {
  readonly #writer: SinkWriter;
  readonly #file: ExpectedFile;
  readonly #chunkSizeBytes: number;
  readonly #head = new Uint8Array(headSizeBytes);
  #hash: Hash = createHash("sha256");
  #hashedBytes = 0;
  #receivedBytes = 0;

  constructor(writer: SinkWriter, file: ExpectedFile, chunkSizeBytes: number) {
    this.#writer = writer;
    this.#file = file;
    this.#chunkSizeBytes = chunkSizeBytes;
  }

  get offset(): number {
    return this.#writer.offset;
  }

  /** Bytes appended in all, those that were dropped again included. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Digests what the writer holds from earlier, unless that is done. */
  async restore(signal: AbortSignal): Promise<void> {
    const length = this.offset;
    if (this.#hashedBytes === length) return;
    this.#forget();
    for await (const bytes of this.#writer.read(length)) {
      signal.throwIfAborted();
      this.#digest(bytes);
    }
    if (this.#hashedBytes !== length) await this.restart();
  }

  /** Drops everything held. */
  async restart(): Promise<void> {
    await this.#writer.truncate(0);
    this.#forget();
  }

  /**
   * Adds `bytes`, after a look at them while they belong to the beginning.
   *
   * @throws {TransferError} When the beginning does not fit the kind of file; nothing of `bytes` is kept then.
   */
  async append(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<void> {
    if (this.#hashedBytes < headSizeBytes) {
      this.#keepHead(bytes);
      checkContent(this.#beginning(bytes.byteLength), this.#file, { isWhole: false, contentType });
    }
    for (let start = 0; start < bytes.byteLength; start += this.#chunkSizeBytes) {
      const chunk = bytes.subarray(start, start + this.#chunkSizeBytes);
      const written = this.#writer.write(chunk);
      // Digesting takes this thread while the write has another.
      this.#digest(chunk);
      await written;
      this.#receivedBytes += chunk.byteLength;
    }
  }

  /** Looks at the beginning again, now that nothing follows. */
  checkWhole(contentType: string): void {
    const isWhole = this.#hashedBytes <= headSizeBytes;
    checkContent(this.#beginning(0), this.#file, { isWhole, contentType });
  }

  receipt(): Receipt {
    return { sizeBytes: this.#hashedBytes, sha256: this.#hash.copy().digest("hex") };
  }

  #digest(bytes: Uint8Array): void {
    this.#keepHead(bytes);
    this.#hash.update(bytes);
    this.#hashedBytes += bytes.byteLength;
  }

  #keepHead(bytes: Uint8Array): void {
    if (this.#hashedBytes >= headSizeBytes) return;
    this.#head.set(bytes.subarray(0, headSizeBytes - this.#hashedBytes), this.#hashedBytes);
  }

  #beginning(addedBytes: number): Uint8Array {
    return this.#head.subarray(0, Math.min(headSizeBytes, this.#hashedBytes + addedBytes));
  }

  #forget(): void {
    this.#hash = createHash("sha256");
    this.#hashedBytes = 0;
  }
}
