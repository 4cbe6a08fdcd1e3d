import type { Config } from "../core/config.ts";
import type { ParallelRanges } from "../transfer/mod.ts";
import type { Slots } from "./slots.ts";

const minSizeBytes = 64 * 1024 ** 2;
/** Connections that `auto` gives one file. */
const autoMost = 8;

/**
 * How a large file arrives: `auto` takes the connections that no other file wants, so that all together stay within the
 * slots; a number is a choice, and holds for each file.
 */
export function parallelRanges(segments: Config["segments"], slots: Slots): ParallelRanges | undefined {
  if (segments === 1) return undefined;
  if (segments !== "auto") {
    const spare = () => Promise.resolve(() => {});
    return { most: segments, minSizeBytes, spare, isWanted: () => false };
  }
  return {
    most: autoMost,
    minSizeBytes,
    spare: (signal) => slots.spare(signal),
    isWanted: () => slots.isWanted,
  };
}
