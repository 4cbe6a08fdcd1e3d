import { ApiError } from "../core/errors.ts";
import { type Backoff, backoffDelayMs, disposition } from "../core/retry.ts";

/** What to do after a failed attempt. */
export type NextAttempt = { readonly delayMs: number; readonly refresh: boolean };

const mostAttempts = 50;
const mostRefreshes = 2;

/**
 * Decides whether and when to try a file again.
 *
 * An attempt that got further than any before makes the count begin anew, so that a long file on a bad line arrives;
 * fifty attempts in all are the end of it, so that a server that gives a byte at a time does not keep us for ever.
 */
export class AttemptBudget {
  readonly #backoff: Backoff;
  readonly #random: () => number;
  #attempts = 0;
  #failures = 0;
  #refreshes = 0;
  #furthest: number;

  constructor(options: { backoff: Backoff; random: () => number; offset: number }) {
    this.#backoff = options.backoff;
    this.#random = options.random;
    this.#furthest = options.offset;
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** Counts an attempt that begins. */
  begin(): void {
    this.#attempts++;
  }

  /**
   * The next attempt after a failure; undefined when it was the last.
   *
   * @param reached the furthest byte the failed attempt got to
   */
  next(error: unknown, reached: number): NextAttempt | undefined {
    const what = disposition(error);
    if (what === "skip" || what === "stop") return undefined;
    if (reached > this.#furthest) {
      this.#furthest = reached;
      this.#failures = 0;
      this.#refreshes = 0;
    }
    this.#failures++;
    this.#refreshes = what === "refresh" ? this.#refreshes + 1 : 0;
    if (this.#failures >= this.#backoff.tries || this.#attempts >= mostAttempts) return undefined;
    if (this.#refreshes > mostRefreshes) return undefined;
    const retryAfterMs = error instanceof ApiError ? error.retryAfterMs : undefined;
    const delayMs = backoffDelayMs(this.#failures, {
      backoff: this.#backoff,
      retryAfterMs,
      random: this.#random,
    });
    return { delayMs, refresh: what === "refresh" };
  }
}
