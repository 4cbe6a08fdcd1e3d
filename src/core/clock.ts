/** Time and chance, passed in so that tests own both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  async sleep(ms, signal) {
    for (let leftMs = ms;; leftMs -= longestTimerMs) {
      await pause(Math.min(leftMs, longestTimerMs), signal);
      if (leftMs <= longestTimerMs) return;
    }
  },
};

/** A timer of the runtime that is longer than this, some 24.8 days, fires at once. */
const longestTimerMs = 2 ** 31 - 1;

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** `YYYY-MM-DDTHH:MM:SSZ` of a moment in milliseconds since the epoch. */
export function isoSeconds(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== last.second) {
    last = { second, text: `${new Date(second * 1000).toISOString().slice(0, -5)}Z` };
  }
  return last.text;
}

/** Several rows are written in each second. */
let last = { second: NaN, text: "" };

/** `YYYY-MM-DD`, UTC, of a moment in milliseconds since the epoch. */
export function isoDay(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
