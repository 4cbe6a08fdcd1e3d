import {
  type Answer,
  downloadError,
  emptyAnswer,
  jsonAnswer,
  signInPage,
  type SimRequest,
  textAnswer,
} from "./_answer.ts";
import type { BodyFault, EarlyFault } from "./_fault_book.ts";
import { sliceOf } from "./_file_body.ts";
import { dailyLimitAnswer } from "./_rate_limits.ts";
import { expiredAnswer } from "./_storage.ts";
import type { RateLabel } from "./options.ts";

/** The answer that an early fault gives instead of the real one. */
export function earlyAnswer(
  fault: EarlyFault,
  context: { readonly nowMs: number; readonly label: RateLabel },
): Answer {
  switch (fault.do) {
    case "status":
      return statusAnswer(fault, context.nowMs);
    case "html":
      return signInPage();
    case "jsonError":
      return downloadError(200, fault.errorCode ?? 124, fault.errorMessage ?? "Forbidden");
    case "redirectTo":
      return emptyAnswer(302, { location: fault.url });
    case "dropConnection":
      return { ...emptyAnswer(200), failure: { kind: "drop" } };
    case "dailyLimit":
      return dailyLimitAnswer(context.label, { nowMs: context.nowMs, limit: 0 });
    case "delay":
      throw new TypeError("A delay has no answer of its own");
  }
}

/**
 * The real answer, spoilt.
 *
 * @param again answers the same request once more, with other headers
 */
export function spoil(
  fault: BodyFault,
  answer: Answer,
  context: {
    readonly request: SimRequest;
    readonly again: (request: SimRequest) => Answer | Promise<Answer>;
  },
): Answer | Promise<Answer> {
  const { request, again } = context;
  const { range = "", ...headers } = request.headers;
  const half = Math.floor(answer.body.sizeBytes / 2);
  switch (fault.do) {
    case "cutAfter":
      return { ...answer, announcesLength: true, failure: { kind: "reset", afterBytes: fault.bytes } };
    case "shortBody":
      return {
        ...answer,
        announcesLength: true,
        failure: { kind: "close", afterBytes: fault.bytes ?? half },
      };
    case "stall":
      return { ...answer, failure: { kind: "stall", afterBytes: fault.bytes ?? 0 } };
    case "truncatedJson":
      return { ...answer, body: sliceOf(answer.body, { start: 0, end: half }) };
    case "expiredSignature":
      return expiredAnswer();
    case "ignoreRange":
      return again({ ...request, headers });
    case "wrongRange":
      return again({ ...request, headers: { ...headers, range: otherRange(range) } });
  }
}

/** A range that begins elsewhere. */
function otherRange(range: string): string {
  const start = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
  return `bytes=${start > 0 ? Math.floor(start / 2) : 1}-`;
}

function statusAnswer(fault: Extract<EarlyFault, { do: "status" }>, nowMs: number): Answer {
  const headers = {
    ...fault.headers,
    ...(fault.retryAfter === undefined ? {} : { "retry-after": retryAfter(fault, nowMs) }),
  };
  if (fault.body === undefined) {
    const message = fault.code === 429
      ? "You have reached the maximum per-second rate limit for this API. Try again later."
      : `Simulated status ${fault.code}.`;
    return jsonAnswer(fault.code, { code: fault.code, message }, headers);
  }
  if (typeof fault.body === "string") return textAnswer(fault.code, fault.body, headers);
  return jsonAnswer(fault.code, fault.body, headers);
}

function retryAfter(fault: Extract<EarlyFault, { do: "status" }>, nowMs: number): string {
  const { retryAfter: delay = 0, retryAfterForm: form } = fault;
  if (typeof delay === "string") return delay;
  const at = new Date(nowMs + delay * 1000);
  if (form === "http-date") return at.toUTCString();
  return form === "iso" ? at.toISOString().replace(/\.\d{3}Z$/, "Z") : String(delay);
}
