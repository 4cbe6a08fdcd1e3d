/**
 * One HTTP request done right: time limit, retries, pacing per rate label, daily limits, and errors that say
 * what to do.
 *
 * Knows Zoom's ways of refusing, but no endpoint, no token and no redirect: those are the Zoom client's.
 *
 * @example A call that is tried again
 * ```ts
 * import { createHttp } from "./mod.ts";
 * import { systemClock } from "../core/clock.ts";
 * import { ApiError } from "../core/errors.ts";
 * import { startSimulator } from "../simulator/mod.ts"; // in place of Zoom
 *
 * await using zoom = await startSimulator({ faults: [{ on: "/v2/users", do: "status", code: 503, times: 1 }] });
 * const http = createHttp({ clock: systemClock, plan: "pro" });
 * const url = new URL(`${zoom.apiUrl}/users`);
 * const signal = AbortSignal.timeout(10_000);
 * try {
 *   await http.json({ action: "list users", label: "medium", url, signal }, (page) => page);
 *   throw new Error("no token was sent, and yet it answered");
 * } catch (error) {
 *   if (!(error instanceof ApiError) || error.status !== 401 || http.requestCount !== 2) throw error;
 * }
 * ```
 *
 * @module
 */
export { createHttp, grantedFetch, type HttpClient, type HttpClientOptions } from "./http_client.ts";
export type { CircuitBreakerOptions } from "./circuit_breaker.ts";
export { type ErrorBody, looksLikeHtml, parseErrorText } from "./error_body.ts";
export { type RateLabel } from "./rate_label.ts";
export { readHead } from "./read_head.ts";
export type { HttpRequest, StreamRequest } from "./request.ts";
export { parseRetryAfter } from "./retry_after.ts";
