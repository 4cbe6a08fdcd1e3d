import { ResponseError } from "../core/errors.ts";
import { redactUrl } from "../core/redact.ts";
import { looksLikeHtml } from "./error_body.ts";

/**
 * JSON text as data; integers too large for a number come as text, digits intact.
 *
 * @throws {ResponseError} When it is not JSON: a login page, or half an answer.
 */
export function parseJson(text: string, request: { action: string; url: URL }): unknown {
  try {
    return /[:[,]\s*-?\d{16,}/.test(text) ? JSON.parse(text, keepLargeIntegers) : JSON.parse(text);
  } catch {
    const state = looksLikeHtml(text) ? "an HTML page came instead of JSON" : "the answer is not valid JSON";
    throw new ResponseError(`Cannot ${request.action}: ${state}`, {
      path: redactUrl(request.url),
      expected: "JSON",
    });
  }
}

function keepLargeIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const isUnsafe = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isUnsafe && context?.source !== undefined ? context.source : value;
}
