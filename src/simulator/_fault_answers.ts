import {
  type Answer,
  downloadError,
  emptyAnswer,
  jsonAnswer,
  signInPage,
  type SimRequest,
  textAnswer,
} from "./_answer.ts";
import { bytesContent, type Content } from "./_content.ts";
import { editJson } from "./_edit_json.ts";
import type { BodyFault, EarlyFault } from "./_fault_book.ts";
import { sliceOf } from "./_file_body.ts";
import { dailyLimitAnswer } from "./_rate_limits.ts";
import { expiredAnswer } from "./_storage.ts";
import type { RateLabel } from "./options.ts";

/** The answer that an early fault gives instead of the real one. */
export function earlyAnswer(
  fault: EarlyFault,
  context: { readonly nowMs: number; readonly label: RateLabel; readonly request: SimRequest },
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
    case "echo":
      return echoAnswer(fault.code ?? 400, context.request);
    case "delay":
    case "killToken":
      throw new TypeError(`${fault.do} has no answer of its own`);
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
    case "noLength": {
      const end = Math.min(fault.bytes ?? answer.body.sizeBytes, answer.body.sizeBytes);
      return { ...answer, body: sliceOf(answer.body, { start: 0, end }), announcesLength: false };
    }
    case "wrongLength":
      return {
        ...answer,
        announcedBytes: Math.max(0, answer.body.sizeBytes + fault.by),
        failure: { kind: "close", afterBytes: answer.body.sizeBytes },
      };
    case "editHeaders": {
      const edited = Object.entries({ ...answer.headers, ...lowerNames(fault.headers) });
      const headers = Object.fromEntries(edited.filter(([, value]) => value !== null));
      return { ...answer, headers: headers as Record<string, string> };
    }
    case "editJson":
      return { ...answer, body: editedContent(answer.body, (json) => editJson(json, fault)) };
    case "hugeJson":
      return { ...answer, body: paddedContent(answer.body, fault.bytes) };
    case "repeatPage":
      return repeatedPage(request, again);
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

function lowerNames(headers: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Page one in the place of another, which leads to that other one again. */
async function repeatedPage(
  request: SimRequest,
  again: (request: SimRequest) => Answer | Promise<Answer>,
): Promise<Answer> {
  const value = request.query.get("next_page_token") ?? "";
  const query = new URLSearchParams([...request.query].filter(([name]) => name !== "next_page_token"));
  const first = await again({ ...request, query });
  const edit = { path: "next_page_token", value };
  return { ...first, body: editedContent(first.body, (json) => editJson(json, edit)) };
}

function editedContent(body: Content, edit: (json: unknown) => unknown): Content {
  const json = JSON.parse(new TextDecoder().decode(body.read(0, body.sizeBytes)));
  return bytesContent(new TextEncoder().encode(JSON.stringify(edit(json)) ?? ""));
}

/** A JSON object that begins with a long text; computed where it is read, so that size costs no memory here. */
function paddedContent(body: Content, paddingBytes: number): Content {
  const json = body.read(0, body.sizeBytes);
  const head = new TextEncoder().encode('{"padding":"');
  const tail = new Uint8Array([...new TextEncoder().encode('",'), ...json.subarray(1)]);
  const sizeBytes = head.length + paddingBytes + tail.length;
  return {
    sizeBytes,
    read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset))).fill(0x78);
      bytes.set(head.subarray(offset, offset + bytes.length));
      const tailAt = head.length + paddingBytes - offset;
      if (tailAt < bytes.length) {
        bytes.set(tail.subarray(Math.max(0, -tailAt), bytes.length - tailAt), Math.max(0, tailAt));
      }
      return bytes;
    },
  };
}

/** A range that begins elsewhere. */
function otherRange(range: string): string {
  const start = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
  return `bytes=${start > 0 ? Math.floor(start / 2) : 1}-`;
}

/** A refusal in the words of Zoom's error objects, in which stands every value that came with the request. */
function echoAnswer(code: number, { path, query, headers }: SimRequest): Answer {
  const credential = /^\S+\s+(.+)$/.exec(headers["authorization"] ?? "")?.[1] ?? "";
  const basic = /^basic/i.test(headers["authorization"] ?? "") ? atob(credential).split(":") : [];
  const values = [credential, ...basic, ...query.values(), path.split("/").at(-1) ?? ""].filter(Boolean);
  return jsonAnswer(code, { code: 300, message: `Cannot make sense of ${values.join(" or ")}.` });
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
