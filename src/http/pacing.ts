import type { Clock } from "../core/clock.ts";
import type { ApiPlan } from "../core/config.ts";
import {
  afterHeaders,
  afterRefusal,
  afterSuccess,
  type PacerState,
  readRateHeaders,
  reserveSlot,
  startPacer,
} from "./pacer.ts";
import { planRates, type RateLabel } from "./rate_label.ts";

/** The pacers of all labels of one account, and the clock they run by. */
export interface Pacing {
  /** Resolves when a request under `label` may go. */
  wait(label: RateLabel | undefined, signal: AbortSignal): Promise<void>;
  /** Learns from an answer's status and rate headers. */
  observe(label: RateLabel | undefined, response: Pick<Response, "ok" | "headers">): void;
  /** Learns from a refusal for the rate. */
  refused(label: RateLabel | undefined, retryAfterMs: number | undefined): void;
}

/** Longest time one refusal keeps all requests of its label waiting. */
const maxPauseMs = 120_000;

/** Pacing for one account. */
export function createPacing(plan: ApiPlan, clock: Clock): Pacing {
  const states = new Map<RateLabel, PacerState>();
  const pausedUntilMs = new Map<RateLabel, number>();
  const stateOf = (label: RateLabel) => states.get(label) ?? startPacer(planRates[plan][label]);
  return {
    async wait(label, signal) {
      if (label === undefined) return;
      do {
        const { state, waitMs } = reserveSlot(stateOf(label), clock.now());
        states.set(label, state);
        if (waitMs <= 0) return;
        await clock.sleep(Math.ceil(waitMs), signal);
        // A refusal that came meanwhile holds for those who had their slot already.
      } while (clock.now() < (pausedUntilMs.get(label) ?? -Infinity));
    },
    observe(label, response) {
      if (label === undefined) return;
      const grown = response.ok ? afterSuccess(stateOf(label)) : stateOf(label);
      states.set(label, afterHeaders(grown, readRateHeaders(response.headers), clock.now()));
    },
    refused(label, retryAfterMs) {
      if (label === undefined) return;
      const pauseMs = Math.min(retryAfterMs ?? 0, maxPauseMs);
      const nowMs = clock.now();
      pausedUntilMs.set(label, Math.max(pausedUntilMs.get(label) ?? -Infinity, nowMs + pauseMs));
      states.set(label, afterRefusal(stateOf(label), { nowMs, pauseMs }));
    },
  };
}
