import type { Config } from "../core/config.ts";
import type { FileRow } from "../inventory/mod.ts";
import { createRateLimiter } from "../transfer/mod.ts";
import type { FetchContext } from "./fetch_file.ts";
import { oneAfterTheOther } from "./one_after_the_other.ts";
import { parallelRanges } from "./parallel_ranges.ts";
import type { TransferQueue } from "./queue.ts";
import { Slots } from "./slots.ts";
import { Mix, runTransfers, type TransferTally } from "./transfer_stage.ts";

/** What fetching a queue needs; connections and their rate follow from the configuration. */
export type FetchQueueParts = Omit<FetchContext, "limiter" | "onPushback" | "onBytes" | "parallel" | "turn">;

/** Fetches every file of a queue, over as many connections as the configuration and the line allow. */
export async function fetchQueue(
  queue: TransferQueue,
  parts: FetchQueueParts,
  options: { tally: TransferTally; onSettled: (row: FileRow) => Promise<void> },
): Promise<void> {
  const { config, clock, signal } = parts;
  const slots = new Slots(config.maxConcurrent, clock);
  const mix = new Mix();
  queue.preferredSize = () => mix.preferred(slots.limit);
  const context: FetchContext = {
    ...parts,
    limiter: limiterOf(config, clock),
    onPushback: () => slots.shrink(),
    onBytes: (sizeBytes) => slots.received(sizeBytes),
    parallel: parallelRanges(config.segments, slots),
    turn: oneAfterTheOther(),
  };
  await runTransfers(queue.stream(signal), context, { slots, mix, ...options });
}

function limiterOf(
  { limitRateBytesPerSecond: rate }: Config,
  clock: FetchContext["clock"],
): FetchContext["limiter"] {
  return rate === undefined ? undefined : createRateLimiter(rate, clock);
}
