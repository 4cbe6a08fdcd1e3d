import { ApiError, TransferError } from "../core/errors.ts";
import type { SinkWriter } from "../core/sink.ts";
import type { OpenedFile } from "../core/source.ts";
import type { HeldBytes } from "./_held_bytes.ts";
import { type FileVersion, receive } from "./_receive.ts";
import { type RangesWriter, receiveRanges } from "./_receive_ranges.ts";
import { ByteRanges } from "./byte_ranges.ts";
import { rangeLength } from "./parallel_ranges.ts";
import type { TransferRequest } from "./transfer_file.ts";

const largestReadBytes = 512 * 1024;

/** What one file's attempts have in common: the bytes held, their version, and what went wrong so far. */
export class Transfer {
  readonly #request: TransferRequest;
  readonly #held: HeldBytes;
  #version: FileVersion;
  #hasStalled = false;
  #suspectSizeBytes: number | undefined;
  /** What is there of a partial that arrives in ranges; undefined while it has no gaps. */
  #ranges: ByteRanges | undefined;
  #mostConnections: number;
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
    const { ranges } = request.resume ?? {};
    this.#ranges = ranges && new ByteRanges(ranges).within(held.offset);
    this.#mostConnections = request.parallel?.most ?? 0;
  }

  async attempt(refresh: boolean): Promise<void> {
    const { signal } = this.#request;
    this.reached = 0;
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      signal.throwIfAborted();
      const writer = this.#rangesWriter();
      if (writer !== undefined) await this.#attemptRanges(writer, { refresh, signal: controller.signal });
      else await this.#attemptStream({ refresh, signal: controller.signal });
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
    const isPushback = error instanceof ApiError && (error.status === 429 || error.status === 503);
    if (isPushback) this.#mostConnections = Math.ceil(this.#mostConnections / 2);
    if (!(error instanceof TransferError)) return;
    if (error.code === "stalled") this.#hasStalled = true;
    if (error.code === "range") this.#mostConnections = 0;
    // What one connection found out about the content holds for all.
    const isForeign = this.#ranges !== undefined && ["html", "json_error", "content"].includes(error.code);
    if (error.code === "range" || isForeign) await this.#dropAll();
  }

  /** Where the next attempt goes on: 0 when nothing shows of which version the bytes held are. */
  get usableBytes(): number {
    const { validator, sizeBytes } = this.#version;
    const isKnown = validator !== undefined || sizeBytes !== undefined;
    if (this.#ranges !== undefined) return isKnown ? this.#ranges.totalBytes : 0;
    const { offset } = this.#held;
    return isKnown && offset <= (sizeBytes ?? Infinity) ? offset : 0;
  }

  /** The writer, where this file may arrive in ranges. */
  #rangesWriter(): RangesWriter | undefined {
    const { parallel, writer, file } = this.#request;
    if (parallel === undefined || this.#mostConnections < 2 || !takesRanges(writer)) return undefined;
    const { sizeBytes = file.listedSizeBytes ?? 0, validator } = this.#version;
    if (this.usableBytes > 0 && validator === undefined) return undefined;
    return sizeBytes >= parallel.minSizeBytes ? writer : undefined;
  }

  async #attemptRanges(writer: RangesWriter, options: Attempt): Promise<void> {
    const { open, file, parallel, onRanges } = this.#request;
    if (parallel === undefined) return;
    if (this.usableBytes === 0) await this.#dropAll();
    const done = this.#ranges ??= new ByteRanges([[0, this.#held.offset]]);
    const size = this.#version.sizeBytes ?? file.listedSizeBytes ?? 0;
    const length = rangeLength(size - done.totalBytes, this.#mostConnections, parallel.minRangeBytes);
    const range = done.firstGap(size, length);
    if (range === undefined) return await this.#attemptStream(options);
    const [offset, until] = range;
    const known = done.totalBytes > 0 ? this.#version.validator : undefined;
    const opened = await open({ ...options, offset, until, validator: known });
    const { validator, sizeBytes } = opened;
    const isOther = known !== undefined && (known !== validator || sizeBytes !== size);
    if (opened.isRange !== true || validator === undefined || sizeBytes === undefined || isOther) {
      this.#mostConnections = 0;
      return await this.#attemptStream(options, opened);
    }
    const version = this.#version = { validator, sizeBytes };
    this.#request.onOpened?.(version);
    // Before a byte lies beyond a gap: a partial that has one must never be taken for one that has none.
    onRanges?.(done.toJSON());
    const { limiter, idleTimeoutMs } = this.#request;
    const first = { range: [offset, Math.min(until, sizeBytes)] as const, opened };
    await receiveRanges(first, {
      open,
      writer,
      held: this.#held,
      file,
      version,
      done,
      connections: { ...parallel, most: this.#mostConnections },
      idleTimeoutMs,
      largestReadBytes: this.#largestReadBytes(),
      isPatient: this.#hasStalled,
      limiter,
      signal: options.signal,
      onProgress: () => {
        this.reached = done.totalBytes;
        this.#request.onProgress?.(this.reached, sizeBytes);
      },
      onDurable: (ranges) => onRanges?.(ranges),
    });
  }

  /** @param first the answer to go on with, if there is one that may fit */
  async #attemptStream({ refresh, signal }: Attempt, first?: OpenedFile): Promise<void> {
    await this.#closeGaps();
    await this.#prepareHeld();
    const { offset } = this.#held;
    const validator = offset > 0 ? this.#version.validator : undefined;
    const fits = first !== undefined && first.isRange !== true;
    if (!fits) await first?.body.cancel();
    const opened = fits ? first : await this.#request.open({ offset, validator, refresh, signal });
    await this.#receive(opened, signal);
  }

  /** Keeps what one stream can go on with. */
  async #closeGaps(): Promise<void> {
    if (this.#ranges === undefined) return;
    const { contiguousBytes } = this.#ranges;
    await this.#request.writer.measure?.();
    await this.#held.keepOnly(contiguousBytes);
    this.#ranges = undefined;
    this.#request.onRanges?.(undefined);
  }

  async #dropAll(): Promise<void> {
    await this.#request.writer.measure?.();
    await this.#held.restart();
    if (this.#ranges === undefined) return;
    this.#ranges = undefined;
    this.#request.onRanges?.(undefined);
  }

  async #prepareHeld(): Promise<void> {
    if (this.usableBytes === 0) await this.#held.restart();
    await this.#held.restore(this.#request.signal);
  }

  async #receive(opened: OpenedFile, signal: AbortSignal): Promise<void> {
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
    await this.#confirmLength();
  }

  #largestReadBytes(): number {
    const { chunkSizeBytes, limiter } = this.#request;
    const quarterSecond = Math.max(1024, Math.floor((limiter?.bytesPerSecond ?? Infinity) / 4));
    return Math.min(largestReadBytes, chunkSizeBytes, quarterSecond);
  }

  /**
   * Asks once more for a file that came out much shorter than Zoom's `file_size`, which is only approximately right: the
   * same length again is the truth. Media, whose beginning shows what they are, are suspect only in an answer that states
   * no length, where a broken connection can look like the end; texts always, as anything can pass for one.
   */
  async #confirmLength(): Promise<void> {
    const { listedSizeBytes = 0, fileExtension } = this.#request.file;
    const received = this.#held.offset;
    const isMedia = /^(?:mp4|m4a)$/i.test(fileExtension);
    const isSuspect = isMedia
      ? this.#version.sizeBytes === undefined && received < listedSizeBytes
      : received * 2 < listedSizeBytes;
    if (!isSuspect || received === this.#suspectSizeBytes) return;
    this.#suspectSizeBytes = received;
    // What is held may be another thing altogether: nothing of it can be gone on with.
    if (!isMedia) await this.#held.restart();
    throw new TransferError(`Cannot accept the file: ${received} bytes instead of "${listedSizeBytes}"`, {
      code: "truncated",
      expected: String(listedSizeBytes),
      received: String(received),
    });
  }
}

interface Attempt {
  readonly refresh: boolean;
  readonly signal: AbortSignal;
}

function takesRanges(writer: SinkWriter): writer is RangesWriter {
  return writer.writeFrom !== undefined && writer.measure !== undefined;
}
