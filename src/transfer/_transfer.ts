import { TransferError } from "../core/errors.ts";
import type { OpenFile } from "../core/source.ts";
import type { HeldBytes } from "./_held_bytes.ts";
import { type FileVersion, receive } from "./_receive.ts";
import type { TransferRequest } from "./transfer_file.ts";

const largestReadBytes = 1024 ** 2;

/** What one file's attempts have in common: the bytes held, their version, and what went wrong so far. */
export class Transfer {
  readonly #request: TransferRequest;
  readonly #held: HeldBytes;
  #version: FileVersion;
  #hasStalled = false;
  #unstatedSizeBytes: number | undefined;
  /** Furthest byte the last attempt got to. */
  reached = 0;

  constructor(request: TransferRequest, held: HeldBytes) {
    this.#request = request;
    this.#held = held;
    const { validator, sizeBytes } = request.resume ?? {};
    this.#version = {
      ...(validator === undefined ? {} : { validator }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
    };
  }

  async attempt(refresh: boolean): Promise<void> {
    const { signal, open } = this.#request;
    this.reached = 0;
    await this.#prepareHeld();
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      signal.throwIfAborted();
      const { offset } = this.#held;
      const validator = offset > 0 ? this.#version.validator : undefined;
      const opened = await open({ offset, validator, refresh, signal: controller.signal });
      await this.#receive(opened, controller.signal);
    } catch (error) {
      // Ends whatever of the request is still under way.
      controller.abort(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Draws conclusions that the next attempt needs. */
  async prepareAfter(error: unknown): Promise<void> {
    if (!(error instanceof TransferError)) return;
    if (error.code === "stalled") this.#hasStalled = true;
    if (error.code === "range") await this.#held.restart();
  }

  /** Where the next attempt goes on: 0 when nothing shows of which version the bytes held are. */
  get usableBytes(): number {
    const { validator, sizeBytes } = this.#version;
    const isKnown = validator !== undefined || sizeBytes !== undefined;
    const { offset } = this.#held;
    return isKnown && offset <= (sizeBytes ?? Infinity) ? offset : 0;
  }

  async #prepareHeld(): Promise<void> {
    if (this.usableBytes === 0) await this.#held.restart();
    await this.#held.restore(this.#request.signal);
  }

  async #receive(opened: Awaited<ReturnType<OpenFile>>, signal: AbortSignal): Promise<void> {
    const { limiter, file, idleTimeoutMs } = this.#request;
    await receive(opened, {
      held: this.#held,
      file,
      version: this.#version,
      idleTimeoutMs,
      largestReadBytes: this.#largestReadBytes(),
      // It may have been a large read on a stream that had become slow.
      isPatient: this.#hasStalled,
      limiter,
      signal,
      onAccepted: (version) => {
        this.#version = version;
        this.#request.onOpened?.(version);
      },
      onProgress: (sizeBytes) => {
        this.reached = this.#held.offset;
        this.#request.onProgress?.(this.reached, sizeBytes);
      },
    });
    if (this.#version.sizeBytes === undefined) this.#confirmUnstatedLength();
  }

  #largestReadBytes(): number {
    const { chunkSizeBytes, limiter } = this.#request;
    const quarterSecond = Math.max(1024, Math.floor((limiter?.bytesPerSecond ?? Infinity) / 4));
    return Math.min(largestReadBytes, chunkSizeBytes, quarterSecond);
  }

  /**
   * Asks once more for media that end before Zoom's `file_size` in an answer that states no length: with such answers
   * a broken connection can look like the end. The same length again is the truth.
   */
  #confirmUnstatedLength(): void {
    const { listedSizeBytes = 0, fileExtension } = this.#request.file;
    const received = this.#held.offset;
    const isSuspect = received < listedSizeBytes && /^(?:mp4|m4a)$/i.test(fileExtension);
    if (!isSuspect || received === this.#unstatedSizeBytes) return;
    this.#unstatedSizeBytes = received;
    throw new TransferError(`Cannot accept the file: ${received} bytes instead of "${listedSizeBytes}"`, {
      code: "truncated",
      expected: String(listedSizeBytes),
      received: String(received),
    });
  }
}
