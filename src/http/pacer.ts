/**
 * When the next request of one rate label may go: a pure calculator after the generic cell rate algorithm.
 * Limits hold for the whole account and are shared with its other apps, so it starts at half the plan's
 * rate, grows towards it while all goes well, and halves when Zoom says that it was too much.
 */
export interface PacerState {
  /** What the plan, or Zoom's own header, allows. */
  readonly limitPerSecond: number;
  readonly ratePerSecond: number;
  /** Theoretical arrival time of the next request, milliseconds since the epoch. */
  readonly dueMs: number;
  /** When the rate was last halved: the 429s of one burst count once. */
  readonly halvedAtMs: number;
}

/** Share of the limit by which each success raises the rate, before and after the first refusal. */
const quickGrowth = 1 / 40;
const slowGrowth = 1 / 200;
/** Zoom counts when requests arrive: what is sent evenly may arrive some tens of milliseconds less evenly. */
const usableShare = 0.94;
const lowestShare = 1 / 20;
const halveAtMostEveryMs = 1000;
const burstMs = 500;
/** Beyond any published per-second limit, so a header that means a daily quota is not taken for a rate. */
const highestCredibleLimit = 200;

/** A pacer that starts at half of `limitPerSecond`. */
export function startPacer(limitPerSecond: number): PacerState {
  return { limitPerSecond, ratePerSecond: limitPerSecond / 2, dueMs: -Infinity, halvedAtMs: -Infinity };
}

/**
 * How far ahead of its steady rhythm the pacer may run: half a second's worth, less as the rate comes close
 * to the limit, so that rate and burst together never exceed it within one second.
 */
export function burstToleranceMs(state: PacerState): number {
  const headroom = state.limitPerSecond / state.ratePerSecond - 1;
  return Math.max(0, Math.min(burstMs, headroom * 1000));
}

/** Takes the next slot: how long to wait for it, and the state after it. */
export function reserveSlot(state: PacerState, nowMs: number): { state: PacerState; waitMs: number } {
  const dueMs = Math.max(state.dueMs, nowMs);
  const waitMs = Math.max(0, dueMs - burstToleranceMs(state) - nowMs);
  const ratePerSecond = Math.min(state.ratePerSecond, state.limitPerSecond * usableShare);
  return { state: { ...state, dueMs: dueMs + 1000 / ratePerSecond }, waitMs };
}

/** After an answer that was not a refusal: a little faster, up to the limit. */
export function afterSuccess(state: PacerState): PacerState {
  const growth = state.halvedAtMs === -Infinity ? quickGrowth : slowGrowth;
  const ratePerSecond = Math.min(state.limitPerSecond, state.ratePerSecond + state.limitPerSecond * growth);
  return { ...state, ratePerSecond };
}

/** After a 429: half the rate, and nothing before `pauseMs` from now. */
export function afterRefusal(state: PacerState, options: { nowMs: number; pauseMs: number }): PacerState {
  const { nowMs, pauseMs } = options;
  const isNewBurst = nowMs - state.halvedAtMs >= halveAtMostEveryMs;
  const lowest = state.limitPerSecond * lowestShare;
  const halved: PacerState = isNewBurst
    ? { ...state, ratePerSecond: Math.max(lowest, state.ratePerSecond / 2), halvedAtMs: nowMs }
    : state;
  // A slower rate may run further ahead; right after a refusal that must not bring the next request forward.
  const dueMs = state.dueMs + burstToleranceMs(halved) - burstToleranceMs(state);
  return pauseUntil({ ...halved, dueMs }, nowMs + pauseMs);
}

/** What the rate headers of an answer say. */
export interface RateHeaders {
  /** `X-RateLimit-Type`: `QPS` or `Daily-limit`; `""` when missing. */
  readonly type: string;
  /** `X-RateLimit-Limit`. */
  readonly limit?: number | undefined;
  /** `X-RateLimit-Remaining`. */
  readonly remaining?: number | undefined;
}

/** Takes over the limit Zoom states, and rests for a second when it says that nothing remains of this one. */
export function afterHeaders(state: PacerState, headers: RateHeaders, nowMs: number): PacerState {
  if (/daily/i.test(headers.type)) return state;
  const { limit, remaining } = headers;
  let next = state;
  if (limit !== undefined && limit > 0 && limit <= highestCredibleLimit && limit !== state.limitPerSecond) {
    const share = state.ratePerSecond / state.limitPerSecond;
    next = { ...state, limitPerSecond: limit, ratePerSecond: limit * Math.min(share, 1) };
  }
  const isPerSecond = limit !== undefined && limit <= highestCredibleLimit;
  return isPerSecond && remaining !== undefined && remaining <= 0 ? pauseUntil(next, nowMs + 1000) : next;
}

function pauseUntil(state: PacerState, untilMs: number): PacerState {
  return { ...state, dueMs: Math.max(state.dueMs, untilMs + burstToleranceMs(state)) };
}

/** The rate headers of an answer. */
export function readRateHeaders(headers: Headers): RateHeaders {
  const number = (name: string) => {
    const text = headers.get(name)?.trim() ?? "";
    return /^\d+$/.test(text) ? Number(text) : undefined;
  };
  return {
    type: headers.get("x-ratelimit-type") ?? "",
    limit: number("x-ratelimit-limit"),
    remaining: number("x-ratelimit-remaining"),
  };
}
