import { UsageError } from "../core/errors.ts";

/** Which requests a fault meets. */
export interface FaultTarget {
  /**
   * Path on either origin: `/oauth/token`, `/v2/users`, `/v2/users/*\/recordings`, `/rec/*`, `/storage/*`. A `*`
   * stands for one segment, at the end for any rest; the `/v2` may be left out. `api` and `storage` stand for all
   * requests of that kind, `*` for all requests.
   */
  readonly on: string;
  /** `GET`, `POST`, … @default any */
  readonly method?: string;
  /**
   * Parameters that the query must have, `*` for any value: `{"next_page_token": "*"}` meets second pages and
   * later ones, `{"trash": "true"}` the trash. @default {{}}
   */
  readonly query?: Readonly<Record<string, string>>;
  /** How many requests it meets. @default {Infinity} */
  readonly times?: number;
  /** How many matching requests pass before the first one is met. @default {0} */
  readonly after?: number;
  /** Share of the matching requests that is met, drawn from the simulator's seed. @default {1} */
  readonly probability?: number;
}

/**
 * What happens. Those that concern a body (`cutAfter`, `stall`, `shortBody`, `noLength`, `wrongLength`, `editHeaders`,
 * `wrongRange`, `ignoreRange`, `expiredSignature`), said of `/rec/*`, meet the storage request to which that download
 * is redirected.
 */
export type FaultEffect =
  /** Answers with this status; `retryAfter` in seconds, or any text; `retryAfterForm` writes the seconds as a date. */
  | {
    readonly do: "status";
    readonly code: number;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    readonly retryAfter?: number | string;
    readonly retryAfterForm?: "seconds" | "http-date" | "iso";
  }
  /** Announces the whole body, sends `bytes` of it and resets the connection. */
  | { readonly do: "cutAfter"; readonly bytes: number }
  /** Announces the whole body, sends `bytes` of it (0) and then nothing, until somebody hangs up. */
  | { readonly do: "stall"; readonly bytes?: number }
  /** Announces the whole body, sends `bytes` of it (half) and closes the connection in good order. */
  | { readonly do: "shortBody"; readonly bytes?: number }
  /** A sign-in page with status 200. */
  | { readonly do: "html" }
  /** Zoom's download error as JSON with status 200. */
  | { readonly do: "jsonError"; readonly errorCode?: number; readonly errorMessage?: string }
  /** Redirects to this address. */
  | { readonly do: "redirectTo"; readonly url: string }
  /** Answers a range request with 206 and other bytes than asked for. */
  | { readonly do: "wrongRange" }
  /** Answers a range request with 200 and the whole file. */
  | { readonly do: "ignoreRange" }
  /** Waits, then goes on as usual. */
  | { readonly do: "delay"; readonly ms: number }
  /** Hangs up before the first byte of the answer. */
  | { readonly do: "dropConnection" }
  /** Storage finds the signature expired. */
  | { readonly do: "expiredSignature" }
  /** 429 with the daily limit and an ISO `Retry-After` at the next midnight, UTC. */
  | { readonly do: "dailyLimit" }
  /** The JSON of the answer ends in the middle. */
  | { readonly do: "truncatedJson" }
  /**
   * The JSON of the answer with another value at `path`, whose steps are names and numbers, `-1` for the last and
   * `*` for every one: `meetings/0/recording_files/*\/id`. Without `value` what is there is taken out; a path of
   * `""` is the whole answer.
   */
  | { readonly do: "editJson"; readonly path: string; readonly value?: unknown }
  /** The JSON of the answer behind `bytes` bytes of padding. */
  | { readonly do: "hugeJson"; readonly bytes: number }
  /** Other headers; `null` takes one out. */
  | { readonly do: "editHeaders"; readonly headers: Readonly<Record<string, string | null>> }
  /** Does not say how long the body is; with `bytes` it ends there, in good order. */
  | { readonly do: "noLength"; readonly bytes?: number }
  /** Announces `by` bytes more than the body has, or fewer, sends all of it and closes. */
  | { readonly do: "wrongLength"; readonly by: number }
  /** Answers with page one and the page token it was asked with; meets later pages only. */
  | { readonly do: "repeatPage" }
  /** The access token of this request is worth nothing from now on. */
  | { readonly do: "killToken" }
  /** Refuses with this status (400), and repeats what was sent, credentials included, bare. */
  | { readonly do: "echo"; readonly code?: number };

/** One fault, as data. */
export type FaultRule = FaultTarget & FaultEffect;

const checks = {
  text: [(value) => typeof value === "string" && value !== "", "a text"],
  path: [(value) => typeof value === "string", "a text"],
  count: [isCount, "a whole number from 0"],
  difference: [(value) => Number.isSafeInteger(value), "a whole number"],
  share: [(value) => typeof value === "number" && value >= 0 && value <= 1, "a number from 0 to 1"],
  any: [() => true, "anything"],
  headers: [isTextRecord, "an object of texts"],
  edits: [isEditRecord, "an object of texts and nulls"],
  delay: [(value) => typeof value === "string" || isCount(value), "seconds or a text"],
  form: [(value) => ["seconds", "http-date", "iso"].includes(String(value)), "seconds, http-date or iso"],
} satisfies Readonly<Record<string, readonly [(value: unknown) => boolean, string]>>;

type Check = keyof typeof checks;

const targetFields: Readonly<Record<string, Check>> = {
  method: "text",
  query: "headers",
  times: "count",
  after: "count",
  probability: "share",
};

/** Fields of each kind; `!` marks the needed ones. */
const kinds: Readonly<Record<FaultEffect["do"], Readonly<Record<string, Check | `${Check}!`>>>> = {
  status: { code: "count!", body: "any", headers: "headers", retryAfter: "delay", retryAfterForm: "form" },
  cutAfter: { bytes: "count!" },
  stall: { bytes: "count" },
  shortBody: { bytes: "count" },
  html: {},
  jsonError: { errorCode: "count", errorMessage: "text" },
  redirectTo: { url: "text!" },
  wrongRange: {},
  ignoreRange: {},
  delay: { ms: "count!" },
  dropConnection: {},
  expiredSignature: {},
  dailyLimit: {},
  truncatedJson: {},
  editJson: { path: "path!", value: "any" },
  hugeJson: { bytes: "count!" },
  editHeaders: { headers: "edits!" },
  noLength: { bytes: "count" },
  wrongLength: { by: "difference!" },
  repeatPage: {},
  killToken: {},
  echo: { code: "count" },
};

/** Every value of `do`. */
export const faultKinds: readonly string[] = Object.keys(kinds);

/**
 * Fault rules from parsed JSON: one rule, or a list of rules.
 *
 * @throws {UsageError} When a kind or field is unknown, missing or of the wrong form.
 */
export function parseFaults(json: unknown): readonly FaultRule[] {
  return (Array.isArray(json) ? json : [json]).map((rule, index) => parseFault(rule, `fault ${index + 1}`));
}

function parseFault(rule: unknown, name: string): FaultRule {
  if (typeof rule !== "object" || rule === null || Array.isArray(rule)) refuse(name, rule, "an object");
  const fields = rule as Record<string, unknown>;
  if (!isTarget(fields.on)) refuse(`${name} on`, fields.on, 'a path such as "/rec/*", or api, storage or *');
  const kind = Object.hasOwn(kinds, String(fields.do)) ? kinds[fields.do as FaultEffect["do"]] : undefined;
  if (!kind) refuse(`${name} do`, fields.do, `one of ${Object.keys(kinds).join(", ")}`);
  const known: Record<string, string> = { ...targetFields, ...kind };
  for (const [field, value] of Object.entries(fields)) {
    if (field === "on" || field === "do") continue;
    const check = Object.hasOwn(known, field) ? known[field]?.replace("!", "") : undefined;
    if (check === undefined) {
      refuse(name, field, `one of the fields on, do, ${Object.keys(known).join(", ")}`);
    }
    const [isGood, expected] = checks[check as Check];
    if (!isGood(value)) refuse(`${name} ${field}`, value, expected);
  }
  for (const [field, check] of Object.entries(kind)) {
    if (check.endsWith("!") && fields[field] === undefined) refuse(`${name} ${field}`, undefined, "given");
  }
  return fields as unknown as FaultRule;
}

function isTarget(on: unknown): on is string {
  return typeof on === "string" && (on.startsWith("/") || ["api", "storage", "*"].includes(on));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTextRecord(value: unknown): boolean {
  return isEditRecord(value) && Object.values(value as object).every((text) => text !== null);
}

function isEditRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((text) => typeof text === "string" || text === null);
}

function refuse(option: string, value: unknown, expected: string): never {
  const shown = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  throw new UsageError(`Cannot use ${option} "${shown}": not ${expected}`, { option, value: shown });
}
