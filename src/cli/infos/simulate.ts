import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `simulate`. */
export const info: CommandInfo = {
  name: "simulate",
  summary: "serve a simulated Zoom account on this machine",
  description:
    "Starts a simulated Zoom account on 127.0.0.1 and prints the variables that point a run at it. " +
    "It signs in, lists, pages, limits and serves media as Zoom does, the same for the same seed, until Ctrl-C. " +
    'A fault says which requests it meets ("on", "method", "query", "after", "times", "probability") and what it ' +
    'does to them ("do"): status, cutAfter, stall, shortBody, html, jsonError, redirectTo, wrongRange, ' +
    "ignoreRange, delay, dropConnection, expiredSignature, dailyLimit, truncatedJson, editJson, hugeJson, " +
    "editHeaders, noLength, wrongLength, repeatPage, killToken, echo.",
  usage: `${programName} simulate [options]`,
  examples: [
    [`${programName} simulate --users 20 --months 12`, "a year of twenty people"],
    [
      `echo '[{"on": "/rec/*", "do": "cutAfter", "bytes": 4096, "times": 1}]' > faults.json`,
      "a fault: one download breaks off after 4096 bytes",
    ],
    [
      `echo '{"on": "/users/*/recordings", "do": "editJson", "path": "meetings/-1"}' > faults.json`,
      "another one: every list lacks its last meeting",
    ],
    [
      `${programName} simulate --port 8787 --faults faults.json`,
      "with that fault, on a port of your choice",
    ],
  ],
  exitCodes: [0, 1, 2],
  load: async () => (await import("../commands/simulate.ts")).simulate,
};
