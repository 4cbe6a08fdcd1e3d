import { checkContent, type ExpectedFile, headSizeBytes } from "./check_content.ts";

/** Looks at the beginning of a file as it arrives. */
export class HeadCheck {
  readonly #file: ExpectedFile;
  readonly #head = new Uint8Array(headSizeBytes);
  #seenBytes = 0;

  constructor(file: ExpectedFile) {
    this.#file = file;
  }

  /** True while what comes next still belongs to the beginning. */
  get isOpen(): boolean {
    return this.#seenBytes < headSizeBytes;
  }

  /** Adds what follows, without a look. */
  add(bytes: Uint8Array): void {
    this.#keep(bytes);
    this.#seenBytes += bytes.byteLength;
  }

  /**
   * Looks at what is there with `bytes` behind it, which are not added.
   *
   * @throws {TransferError} When the beginning does not fit the kind of file.
   */
  check(bytes: Uint8Array, contentType: string): void {
    if (!this.isOpen) return;
    this.#keep(bytes);
    checkContent(this.#beginning(bytes.byteLength), this.#file, { isWhole: false, contentType });
  }

  /** Looks once more, now that nothing follows. */
  checkWhole(contentType: string): void {
    const isWhole = this.#seenBytes <= headSizeBytes;
    checkContent(this.#beginning(0), this.#file, { isWhole, contentType });
  }

  forget(): void {
    this.#seenBytes = 0;
  }

  #keep(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    this.#head.set(bytes.subarray(0, headSizeBytes - this.#seenBytes), this.#seenBytes);
  }

  #beginning(addedBytes: number): Uint8Array {
    return this.#head.subarray(0, Math.min(headSizeBytes, this.#seenBytes + addedBytes));
  }
}
