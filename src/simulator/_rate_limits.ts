import { type Answer, jsonAnswer } from "./_answer.ts";
import type { RateLabel, Settings } from "./options.ts";

/** Counts requests against the account's limits. */
export interface RateLimiter {
  /** Counts one request: the headers that its answer carries, or the answer that refuses it. */
  take(label: RateLabel): { readonly headers: Record<string, string> } | { readonly refusal: Answer };
}

interface Limits {
  readonly perSecond: number;
  readonly perDay: number;
}

const endless: Limits = { perSecond: Infinity, perDay: Infinity };

/** Zoom API reference, "Rate limits", per account. */
const plans: Readonly<Record<Settings["plan"], Readonly<Record<RateLabel, Limits>>>> = {
  free: {
    Light: { perSecond: 4, perDay: 6_000 },
    Medium: { perSecond: 2, perDay: 2_000 },
    Heavy: { perSecond: 1, perDay: 1_000 },
  },
  pro: {
    Light: { perSecond: 30, perDay: Infinity },
    Medium: { perSecond: 20, perDay: Infinity },
    Heavy: { perSecond: 10, perDay: 30_000 },
  },
  business: {
    Light: { perSecond: 80, perDay: Infinity },
    Medium: { perSecond: 60, perDay: Infinity },
    Heavy: { perSecond: 40, perDay: 60_000 },
  },
  unlimited: { Light: endless, Medium: endless, Heavy: endless },
};

const perSecondMessage = "You have reached the maximum per-second rate limit for this API. Try again later.";
const perDayMessage =
  "You have reached the maximum daily rate limit for this API. Refer to the response header " +
  "for details on when you can make another request.";

export function createRateLimiter(settings: Settings): RateLimiter {
  const { plan, dailyLimits, now, quirks } = settings;
  const seconds = new Map<RateLabel, { second: number; count: number }>();
  const days = new Map<RateLabel, { day: number; count: number }>();
  const shown = (headers: Record<string, string>) => quirks.noRateHeaders ? {} : headers;
  return {
    take(label) {
      const limits = plans[plan][label];
      const perDay = dailyLimits[label] ?? limits.perDay;
      const perSecond = limits.perSecond;
      const nowMs = now();
      const second = current(seconds, { label, key: "second", value: Math.floor(nowMs / 1000) });
      const day = current(days, { label, key: "day", value: Math.floor(nowMs / 86_400_000) });
      if (day.count >= perDay) return { refusal: dailyLimitAnswer(label, { nowMs, limit: perDay, shown }) };
      if (second.count >= perSecond) {
        const headers = shown(rateHeaders(label, { type: "QPS", limit: perSecond, remaining: 0 }));
        return { refusal: jsonAnswer(429, { code: 429, message: perSecondMessage }, headers) };
      }
      second.count++;
      day.count++;
      if (perSecond !== Infinity) {
        const remaining = perSecond - second.count;
        return { headers: shown(rateHeaders(label, { type: "QPS", limit: perSecond, remaining })) };
      }
      if (perDay === Infinity) return { headers: {} };
      const remaining = perDay - day.count;
      return { headers: shown(rateHeaders(label, { type: "Daily-limit", limit: perDay, remaining })) };
    },
  };
}

/** 429 until midnight UTC, which `Retry-After` gives as an ISO date-time. */
export function dailyLimitAnswer(
  label: RateLabel,
  options: {
    readonly nowMs: number;
    readonly limit: number;
    readonly shown?: (headers: Record<string, string>) => Record<string, string>;
  },
): Answer {
  const { nowMs, limit, shown = (headers) => headers } = options;
  const midnight = new Date((Math.floor(nowMs / 86_400_000) + 1) * 86_400_000);
  const headers = {
    ...rateHeaders(label, { type: "Daily-limit", limit, remaining: 0 }),
    "retry-after": midnight.toISOString().replace(/\.\d{3}Z$/, "Z"),
  };
  return jsonAnswer(429, { code: 429, message: perDayMessage }, shown(headers));
}

function rateHeaders(
  label: RateLabel,
  state: { readonly type: "QPS" | "Daily-limit"; readonly limit: number; readonly remaining: number },
): Record<string, string> {
  return {
    "x-ratelimit-category": label,
    "x-ratelimit-type": state.type,
    "x-ratelimit-limit": String(state.limit),
    "x-ratelimit-remaining": String(state.remaining),
  };
}

/** The counter of this second or day, begun anew when it is another one. */
function current<K extends "second" | "day">(
  counters: Map<RateLabel, { [P in K]: number } & { count: number }>,
  options: { readonly label: RateLabel; readonly key: K; readonly value: number },
): { [P in K]: number } & { count: number } {
  const { label, key, value } = options;
  const known = counters.get(label);
  if (known && known[key] === value) return known;
  const fresh = { [key]: value, count: 0 } as { [P in K]: number } & { count: number };
  counters.set(label, fresh);
  return fresh;
}
