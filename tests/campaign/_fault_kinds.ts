import type { FaultEffect } from "../../src/simulator/mod.ts";

const json = (code: number, zoomCode: number, message = "Simulated.") =>
  ({ do: "status", code, body: { code: zoomCode, message } }) as const;

/** What Zoom, or the network, can do to any request (Zoom API reference: 7.4, 7.8, 8, 11, 13, 14). */
export const faultKinds = {
  "401": json(401, 124, "Access token is expired."),
  "token killed": { do: "killToken" },
  "403": { do: "status", code: 403, body: "" },
  "404": { do: "status", code: 404, body: "" },
  "404/1001": json(404, 1001, "User does not exist."),
  "404/3301": json(404, 3301, "There is no recording for this meeting."),
  "400/4711": json(400, 4711, "Invalid access token, does not contain scopes."),
  "400/300": json(400, 300, "The next page token is either invalid or has expired."),
  "400/200": json(400, 200, "No permission."),
  "429": { do: "status", code: 429 },
  "429 in 3 s": { do: "status", code: 429, retryAfter: 3 },
  "429 at a date": { do: "status", code: 429, retryAfter: 3, retryAfterForm: "http-date" },
  "429 at an ISO date": { do: "status", code: 429, retryAfter: 3, retryAfterForm: "iso" },
  "429 in 10 years": { do: "status", code: 429, retryAfter: 315_360_000 },
  "429 daily": { do: "dailyLimit" },
  "500": { do: "status", code: 500, body: "" },
  "502 page": { do: "status", code: 502, body: "<html><body>Bad Gateway</body></html>" },
  "503 in 2 s": { do: "status", code: 503, retryAfter: 2 },
  "504": { do: "status", code: 504, body: "" },
  "418": { do: "status", code: 418, body: "" },
  "204": { do: "status", code: 204, body: "" },
  "200 page": { do: "html" },
  "200 error 124": { do: "jsonError" },
  "200 error 3302": { do: "jsonError", errorCode: 3302, errorMessage: "Wrong passcode." },
  "200 empty": { do: "status", code: 200, body: "" },
  "200 no JSON": { do: "status", code: 200, body: '{"meetings": [' },
  "200 null": { do: "status", code: 200, body: null },
  "200 list": { do: "status", code: 200, body: [] },
  "200 object": { do: "status", code: 200, body: {} },
  "200 text": { do: "status", code: 200, body: '"text"' },
  "no answer": { do: "delay", ms: 2_000 },
  "hangs up": { do: "dropConnection" },
  "stalls at 0": { do: "stall" },
  "stalls at 50": { do: "stall", bytes: 50 },
  "cut at 0": { do: "cutAfter", bytes: 0 },
  "cut at 50": { do: "cutAfter", bytes: 50 },
  "half, in order": { do: "shortBody" },
  "no length": { do: "noLength" },
  "announces 9 more": { do: "wrongLength", by: 9 },
  "redirect to itself": { do: "redirectTo", url: "" },
  "redirect to plain http": { do: "redirectTo", url: "http://files.example.test/x.mp4" },
  "redirect to ftp": { do: "redirectTo", url: "ftp://127.0.0.1/x.mp4" },
  "redirect to a file": { do: "redirectTo", url: "file:///etc/passwd" },
  "redirect to sign-in": { do: "redirectTo", url: "/signin" },
  "redirect to nothing": { do: "redirectTo", url: "http://127.0.0.1:9/x.mp4" },
} as const satisfies Readonly<Record<string, FaultEffect>>;

/** How long a run waits under some faults: not long where they keep it waiting. */
export function patienceMs(faults: readonly FaultEffect[]): number | undefined {
  return faults.some((fault) => fault.do === "delay" || fault.do === "stall") ? 400 : undefined;
}

/** A name in {@linkcode faultKinds}. */
export type FaultName = keyof typeof faultKinds;
