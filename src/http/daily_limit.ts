import { isoSeconds } from "../core/clock.ts";
import { DailyLimitError } from "../core/errors.ts";
import { redactUrl } from "../core/redact.ts";
import { parseRetryAfter } from "./retry_after.ts";

/** Tells a used-up daily quota from a per-second refusal, by header or by the words of the body. */
export function isDailyLimit(headers: Headers, message: string): boolean {
  return /daily/i.test(headers.get("x-ratelimit-type") ?? "") || /\bdaily\b/i.test(message);
}

const dayMs = 86_400_000;

/**
 * Milliseconds since the epoch when a daily quota is back: as stated, else the next 00:00 UTC. A quota of a day
 * cannot be used up for more than a day, so a later end is not believed.
 */
export function dailyLimitEndMs(headers: Headers, nowMs: number): number {
  const waitMs = parseRetryAfter(headers.get("retry-after"), nowMs);
  if (waitMs !== undefined && waitMs > 0 && waitMs <= dayMs) return nowMs + waitMs;
  return (Math.floor(nowMs / dayMs) + 1) * dayMs;
}

/** Remembers which rate labels are used up, so that nobody asks in vain. */
export interface DailyLimits {
  /** @throws {DailyLimitError} While the quota of `label` is used up. */
  check(label: string | undefined, request: { action: string; url: URL }): void;
  /** Records a used-up quota and gives the error for it. */
  exceeded(
    label: string | undefined,
    request: { action: string; url: URL; resumesAtMs: number; requestId?: string | undefined },
  ): DailyLimitError;
}

/** @param nowMs the current time in milliseconds since the epoch */
export function createDailyLimits(nowMs: () => number): DailyLimits {
  const untilMs = new Map<string, number>();
  const failure = (
    label: string,
    request: { action: string; url: URL; resumesAtMs: number; requestId?: string | undefined },
  ) => {
    const resumesAt = isoSeconds(request.resumesAtMs);
    return new DailyLimitError(
      `Cannot ${request.action}: Zoom's daily limit for ${label} requests is used up until ${resumesAt}`,
      {
        url: redactUrl(request.url),
        label,
        resumesAt,
        requestId: request.requestId,
        hint: `run again after ${resumesAt}; what is listed so far is kept`,
      },
    );
  };
  return {
    check(label, request) {
      const resumesAtMs = label === undefined ? undefined : untilMs.get(label);
      if (label === undefined || resumesAtMs === undefined) return;
      if (nowMs() < resumesAtMs) throw failure(label, { ...request, resumesAtMs });
      untilMs.delete(label);
    },
    exceeded(label, request) {
      if (label !== undefined) untilMs.set(label, request.resumesAtMs);
      return failure(label ?? "such", request);
    },
  };
}
