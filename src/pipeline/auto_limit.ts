import { roomLogger } from "../core/log.ts";
import { formatBytes } from "../core/units.ts";

const log = roomLogger("pipeline");

const least = 2;
const most = 16;
/** Long enough to mean something, short enough that a run of small files profits. */
const sampleMs = 250;
const shortestSampleMs = 50;
/** A small file costs its round trips, not its bytes: it counts as this many more. */
const fileWorthBytes = 256 * 1024;
const better = 1.1;
const worse = 0.6;
/** Samples without a gain after which one more connection is tried. */
const patience = 20;

/**
 * How many connections the line is worth, found by trying: twice as many while what arrives grows by a tenth, then one
 * more now and then; fewer when less arrives, and half when Zoom or the network pushes back.
 */
export class AutoLimit {
  #limit = least;
  #sinceMs: number;
  #bytes = 0;
  #files = 0;
  #wasFull = true;
  #bestPerMs = 0;
  #isDoubling = true;
  #quietSamples = 0;
  #poorSamples = 0;
  #triedFrom: number | undefined;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  get limit(): number {
    return this.#limit;
  }

  /**
   * Counts what arrived.
   *
   * @param isFull whether all connections allowed are at work: where they are not, more would change nothing
   */
  add(arrived: { bytes?: number; files?: number }, nowMs: number, isFull: boolean): void {
    this.#bytes += arrived.bytes ?? 0;
    this.#files += arrived.files ?? 0;
    this.#wasFull &&= isFull;
    const elapsedMs = nowMs - this.#sinceMs;
    // The machine's clock was set back.
    if (elapsedMs < 0) return this.#begin(nowMs);
    const isEnough = elapsedMs >= sampleMs ||
      (elapsedMs >= shortestSampleMs && this.#files >= 2 * this.#limit);
    if (!isEnough) return;
    const perMs = (this.#bytes + this.#files * fileWorthBytes) / elapsedMs;
    if (this.#wasFull) this.#judge(perMs);
    this.#begin(nowMs);
  }

  /** Zoom or the network pushed back. */
  pushback(nowMs: number): void {
    this.#isDoubling = false;
    this.#triedFrom = undefined;
    this.#bestPerMs = 0;
    this.#set(Math.max(1, Math.floor(this.#limit / 2)), "pushed back");
    this.#begin(nowMs);
  }

  #judge(perMs: number): void {
    const before = this.#bestPerMs;
    if (before === 0 || perMs > before * better) {
      this.#bestPerMs = perMs;
      this.#quietSamples = this.#poorSamples = 0;
      this.#triedFrom = undefined;
      const next = this.#isDoubling ? this.#limit * 2 : this.#limit + 1;
      return this.#set(Math.min(most, next), `${perSecond(perMs)} arrive`);
    }
    if (perMs < before * worse) return this.#judgePoor(perMs);
    this.#isDoubling = false;
    this.#poorSamples = 0;
    if (this.#triedFrom !== undefined) {
      this.#set(this.#triedFrom, "one more brought nothing");
      this.#triedFrom = undefined;
    }
    if (++this.#quietSamples < patience || this.#limit === most) return;
    this.#quietSamples = 0;
    this.#triedFrom = this.#limit;
    this.#set(this.#limit + 1, "tried once more");
  }

  /** One bad sample may be chance. */
  #judgePoor(perMs: number): void {
    this.#isDoubling = false;
    if (++this.#poorSamples < 2) return;
    this.#poorSamples = 0;
    this.#bestPerMs = perMs;
    const floor = Math.min(least, this.#limit);
    this.#set(Math.max(floor, this.#limit - Math.ceil(this.#limit / 4)), `only ${perSecond(perMs)} arrive`);
  }

  #set(limit: number, why: string): void {
    if (limit === this.#limit) return;
    log.debug("{before} parallel downloads become {limit}: {why}", { before: this.#limit, limit, why });
    this.#limit = limit;
  }

  #begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#bytes = this.#files = 0;
    this.#wasFull = true;
  }
}

function perSecond(perMs: number): string {
  return `${formatBytes(Math.round(perMs * 1000))}/s`;
}
