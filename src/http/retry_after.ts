/**
 * Milliseconds to wait from a `Retry-After` header, never negative; `undefined` when absent or unreadable.
 *
 * Zoom sends all three forms: seconds, an HTTP date, and, for daily limits, an ISO date-time (Zoom API
 * reference, "Rate limits").
 *
 * @param nowMs milliseconds since the epoch that dates are relative to
 */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) {
    const waitMs = Math.ceil(Number(text) * 1000);
    return Number.isSafeInteger(waitMs) ? waitMs : undefined;
  }
  const atMs = parseMoment(text);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

const isoDateTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;
const httpDate = /^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}.*(GMT|UTC)$/i;

function parseMoment(text: string): number | undefined {
  let atMs = NaN;
  if (isoDateTime.test(text)) {
    // Without a zone Zoom means UTC; Date.parse would take the machine's zone.
    atMs = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10)) ? text : `${text.replace(" ", "T")}Z`);
  } else if (httpDate.test(text)) {
    atMs = Date.parse(text);
  }
  return Number.isNaN(atMs) ? undefined : atMs;
}
