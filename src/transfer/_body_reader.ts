import { AppError, TransferError } from "../core/errors.ts";

interface BodyReaderOptions {
  /** Upper bound of one piece. */
  readonly largestReadBytes: number;
  /** Take what comes instead of waiting until a piece is full. */
  readonly isPatient: boolean;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Memory that readers of one file hand on to each other; its own when absent. */
  readonly spare?: ArrayBuffer[];
}

/** Beyond one that fills and one that is written. */
const mostSpare = 2;
const mostSharedSpare = 16;
const smallestViewBytes = 64 * 1024;
const targetReadMs = 500;
const growth = 4;
/** The runtime's timers fire at once beyond this. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Reads a body in pieces as large as the line can fill within half a second, and watches that it goes on.
 *
 * Large reads are what makes this runtime quick, as the pieces of TLS are joined before they reach JavaScript; but bytes
 * of an unfinished read are neither seen nor kept. So reads begin small, grow fourfold at most, and shrink with the rate:
 * a slow stream is never taken for a stalled one, and little is lost with a broken one.
 */
export class BodyReader implements AsyncDisposable {
  readonly #options: BodyReaderOptions;
  readonly #reader: ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #spare: ArrayBuffer[];
  readonly #onAbort = () => this.#interrupt(this.#options.signal.reason);
  #fillBytes = 1;
  #viewBytes: number;
  #interruption: { readonly reason: unknown } | undefined;
  #isDone = false;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>, options: BodyReaderOptions) {
    this.#options = options;
    this.#spare = options.spare ?? [];
    this.#viewBytes = Math.min(smallestViewBytes, options.largestReadBytes);
    this.#reader = openReader(body);
    if (options.signal.aborted) this.#onAbort();
    else options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /**
   * The next piece; undefined at the end. One call at a time.
   *
   * @throws {TransferError} `stalled` after `idleTimeoutMs` without a byte, `truncated` when the body breaks off.
   */
  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#isDone) return undefined;
    this.#throwIfInterrupted();
    const startedMs = performance.now();
    const idleMs = Math.min(this.#options.idleTimeoutMs, longestTimerMs);
    const timer = setTimeout(() => this.#interrupt(this.#stalled()), idleMs);
    let piece: Uint8Array<ArrayBuffer> | undefined;
    try {
      const result = this.#reader instanceof ReadableStreamBYOBReader
        ? await this.#reader.read(this.#view(), { min: this.#fillBytes })
        : await this.#reader.read();
      this.#isDone = result.done;
      piece = result.value;
    } catch (error) {
      this.#isDone = true;
      this.#throwIfInterrupted();
      throw error instanceof AppError ? error : brokenOff(error);
    } finally {
      clearTimeout(timer);
    }
    this.#throwIfInterrupted();
    if (piece !== undefined) this.#adapt(piece.byteLength, performance.now() - startedMs);
    return this.#isDone && !piece?.byteLength ? undefined : piece;
  }

  /** Takes back the memory of a piece that is no longer needed. */
  recycle(piece: Uint8Array<ArrayBuffer>): void {
    const most = this.#options.spare === undefined ? mostSpare : mostSharedSpare;
    if (this.#reader instanceof ReadableStreamBYOBReader && this.#spare.length < most) {
      this.#spare.push(piece.buffer);
    }
  }

  /** Gives up what has not been read. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    if (this.#isDone) return;
    this.#isDone = true;
    await this.#reader.cancel().catch(() => {});
  }

  /** Cancelling settles a pending read, also one whose stream ignores every signal. */
  #interrupt(reason: unknown): void {
    this.#interruption ??= { reason };
    this.#reader.cancel(reason).catch(() => {});
  }

  #throwIfInterrupted(): void {
    if (this.#interruption !== undefined) throw this.#interruption.reason;
  }

  #view(): Uint8Array<ArrayBuffer> {
    const found = this.#spare.findIndex((buffer) => buffer.byteLength >= this.#viewBytes);
    const [buffer = new ArrayBuffer(this.#viewBytes)] = found < 0 ? [] : this.#spare.splice(found, 1);
    if (found < 0) this.#spare.length = 0;
    return new Uint8Array(buffer, 0, this.#viewBytes);
  }

  #adapt(receivedBytes: number, elapsedMs: number): void {
    const { largestReadBytes, idleTimeoutMs, isPatient } = this.#options;
    if (isPatient) return;
    const withinMs = Math.min(targetReadMs, idleTimeoutMs / growth);
    const affordable = receivedBytes / Math.max(elapsedMs, 0.01) * withinMs;
    const next = Math.min(affordable, receivedBytes * growth, largestReadBytes);
    const smallest = Math.min(smallestViewBytes, largestReadBytes);
    this.#fillBytes = next < smallest ? 1 : Math.floor(next);
    this.#viewBytes = Math.max(smallest, this.#fillBytes);
  }

  #stalled(): TransferError {
    const seconds = this.#options.idleTimeoutMs / 1000;
    return new TransferError(`Cannot receive the rest of the file: no byte for ${seconds} s`, {
      code: "stalled",
    });
  }
}

function openReader(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStreamBYOBReader | ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    // Not a byte stream: its source decides about the pieces.
    return body.getReader();
  }
}

function brokenOff(cause: unknown): TransferError {
  return new TransferError("Cannot receive the rest of the file: the connection ended early", {
    code: "truncated",
    cause,
  });
}
