import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { StorageError } from "../core/errors.ts";
import { formatBytes, formatDuration } from "../core/units.ts";

/** Why a run stopped on purpose before it was done. */
export class LimitReached extends Error {
  override name = "LimitReached";
}

/** Space set aside for one file. */
export interface Reservation extends Disposable {
  /** The file has got to this byte: so much of it needs no space any more. */
  written(offset: number): void;
}

/** `--max-duration`, `--max-transfer` and `--min-free-space`. */
export class Limits implements Disposable {
  readonly #config: Pick<Config, "maxTransferBytes" | "minFreeSpaceBytes" | "outputDir">;
  readonly #controller = new AbortController();
  readonly #timer: AbortController = new AbortController();
  #receivedBytes = 0;
  #reservedBytes = 0;

  constructor(
    config: Pick<Config, "maxDurationMs" | "maxTransferBytes" | "minFreeSpaceBytes" | "outputDir">,
    clock: Clock,
  ) {
    this.#config = config;
    const { maxDurationMs } = config;
    if (maxDurationMs === undefined) return;
    clock.sleep(maxDurationMs, this.#timer.signal).then(
      () =>
        this.#controller.abort(new LimitReached(`--max-duration ${formatDuration(maxDurationMs)} is over`)),
      () => {},
    );
  }

  /** Aborted with a {@linkcode LimitReached} once a limit is reached. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Counts bytes as they arrive. */
  received(sizeBytes: number): void {
    this.#receivedBytes += sizeBytes;
    const { maxTransferBytes } = this.#config;
    if (maxTransferBytes !== undefined && this.#receivedBytes >= maxTransferBytes) {
      this.#controller.abort(new LimitReached(`--max-transfer ${formatBytes(maxTransferBytes)} is reached`));
    }
  }

  /**
   * Sets space for one file aside; dispose the result when the file is done. What of it has been written is
   * missing from the free space already: tell that, so that it does not count twice.
   *
   * @throws {StorageError} When the disk would be left with less than `--min-free-space`.
   */
  reserve(sizeBytes: number, freeBytes: number | undefined): Reservation {
    const left = (freeBytes ?? Infinity) - this.#reservedBytes - sizeBytes;
    if (left < this.#config.minFreeSpaceBytes) {
      throw new StorageError(
        `Cannot store ${formatBytes(sizeBytes)} in "${this.#config.outputDir}": ${
          formatBytes(freeBytes ?? 0)
        } free, ` +
          `of which --min-free-space keeps ${formatBytes(this.#config.minFreeSpaceBytes)}`,
        { path: this.#config.outputDir, code: "disk_full", hint: "free space, or lower --min-free-space" },
      );
    }
    let openBytes = 0;
    const setOpen = (bytes: number) => {
      this.#reservedBytes += bytes - openBytes;
      openBytes = bytes;
    };
    setOpen(sizeBytes);
    return {
      written: (offset) => setOpen(Math.max(0, sizeBytes - offset)),
      [Symbol.dispose]: () => setOpen(0),
    };
  }

  [Symbol.dispose](): void {
    this.#timer.abort();
  }
}
