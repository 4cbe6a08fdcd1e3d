import type { Clock } from "../../src/core/clock.ts";
import type { Chance } from "./_frame.ts";

/**
 * A clock on which nobody waits: it leaps to the next moment for which somebody sleeps as soon as nothing else is
 * to be done. Between leaps time goes on as it really does.
 *
 * {@linkcode LeapingClock.jump} moves the hands, as a person or a time server does: sleepers do not notice.
 */
export class LeapingClock implements Clock {
  readonly #chance: Chance;
  #startedMs = performance.now();
  #leaptMs = 0;
  #jumpedMs = 0;
  #startMs: number;
  #isDue = false;
  readonly #sleepers = new Set<{ atMs: number; wake: () => void }>();

  constructor(startMs: number, chance: Chance) {
    this.#startMs = startMs;
    this.#chance = chance;
  }

  now(): number {
    return Math.floor(this.#startMs + this.#jumpedMs + this.#elapsedMs);
  }

  random(): number {
    return this.#chance.next();
  }

  /** Moves the hands, in either direction. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = {
        atMs: this.#elapsedMs + ms,
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#sleepers.add(sleeper);
      this.#leapSoon();
    });
  }

  get #elapsedMs(): number {
    return this.#leaptMs + performance.now() - this.#startedMs;
  }

  #leapSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      const [next] = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs);
      if (!next) return;
      this.#leaptMs += Math.max(0, next.atMs - this.#elapsedMs);
      this.#sleepers.delete(next);
      next.wake();
      if (this.#sleepers.size > 0) this.#leapSoon();
    }, 1);
  }
}
