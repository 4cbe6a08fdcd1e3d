import type { ApiPlan } from "../core/config.ts";

/** Zoom's rate labels, as far as this program calls anything under them. */
export type RateLabel = "light" | "medium" | "heavy";

/** Requests per second and account that a plan allows (Zoom API reference, "Rate limits"). */
export const planRates: Readonly<Record<ApiPlan, Readonly<Record<RateLabel, number>>>> = {
  free: { light: 4, medium: 2, heavy: 1 },
  pro: { light: 30, medium: 20, heavy: 10 },
  business: { light: 80, medium: 60, heavy: 40 },
};
