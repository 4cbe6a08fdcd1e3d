import { DailyLimitError, NetworkError } from "../core/errors.ts";
import type { FileRow } from "../inventory/mod.ts";
import { type FetchContext, fetchFile } from "./fetch_file.ts";
import { isLarge, type SizePreference } from "./queue.ts";
import type { Slots } from "./slots.ts";

/** Files in a row that failed for want of an answer before the network counts as down. */
const maxNetworkFailures = 10;

/** What becomes of the files that a transfer stage fetched. */
export interface TransferTally {
  downloaded: number;
  /** Zoom's daily limit kept a file from being asked for. */
  dailyLimit: boolean;
}

/** From so many connections on, large and small files share them. */
const shareFrom = 4;

/** How many files of which size are under way. */
export class Mix {
  #large = 0;
  #small = 0;

  add(row: FileRow, change: 1 | -1): void {
    if (isLarge(row)) this.#large += change;
    else this.#small += change;
  }

  /** Neither a few large files may hold back many small ones, nor the reverse: large ones get half, and always one. */
  preferred(connections: number): SizePreference {
    if (connections < shareFrom) return "any";
    if (this.#large >= connections / 2) return "small";
    return this.#large === 0 && this.#small > 0 ? "large" : "any";
  }
}

/** Several files at once, from the queue to the archive, until the queue ends. */
export async function runTransfers(
  queue: ReadableStream<FileRow>,
  context: FetchContext,
  options: { slots: Slots; mix: Mix; tally: TransferTally; onSettled: (row: FileRow) => Promise<void> },
): Promise<void> {
  const { slots, mix, tally, onSettled } = options;
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  const running = new Set<Promise<void>>();
  let networkFailures = 0;
  const fetchOne = async (row: FileRow) => {
    mix.add(row, 1);
    try {
      const outcome = await fetchFile(row, { ...context, signal });
      if (outcome.status === "completed") {
        tally.downloaded++;
        networkFailures = 0;
        slots.finished();
      } else if (!(outcome.error instanceof NetworkError)) {
        networkFailures = 0;
        tally.dailyLimit ||= outcome.error instanceof DailyLimitError;
      } else if (++networkFailures >= maxNetworkFailures) throw outcome.error;
      await onSettled(row);
    } catch (error) {
      failure.abort(error);
    } finally {
      mix.add(row, -1);
      slots.release();
    }
  };
  try {
    const reader = queue.getReader();
    while (true) {
      await slots.acquire(signal);
      const next = await readOr(reader, signal).catch((error) => {
        slots.release();
        throw error;
      });
      if (next.done) {
        slots.release();
        break;
      }
      // Marks its file active before its first await, so that the queue never hands it out twice.
      const task = fetchOne(next.value);
      running.add(task);
      task.finally(() => running.delete(task));
    }
  } finally {
    await Promise.all(running);
  }
  // A limit reached after the last file is none.
  failure.signal.throwIfAborted();
}

async function readOr(
  reader: ReadableStreamDefaultReader<FileRow>,
  signal: AbortSignal,
): Promise<ReadableStreamReadResult<FileRow>> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([reader.read(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
