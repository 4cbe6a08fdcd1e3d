import type { Located } from "./_path_pattern.ts";
import { matchesPattern } from "./_path_pattern.ts";
import { createRandom } from "./_random.ts";
import type { FaultRule } from "./faults.ts";

/** Faults that concern a body, and so wait for an answer that has one. */
export type BodyFault = Extract<FaultRule, { readonly do: typeof bodyKinds[number] }>;

/** Faults decided before the request is looked at. */
export type EarlyFault = Exclude<FaultRule, BodyFault>;

/** A request as far as faults look at it. */
export interface FaultSubject extends Located {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly hasRange: boolean;
}

/** The faults of a simulator and how often each was used. */
export interface FaultBook {
  add(rules: readonly FaultRule[]): void;
  clear(): void;
  /** True while some rule may still hang up before the head. */
  hasDrops(): boolean;
  /** Sum of the delays, whether its token ends here, and the first other early fault that meets the request. */
  takeEarly(subject: FaultSubject): EarlyEffects;
  /** The first body fault that meets it. */
  takeBody(subject: FaultSubject): BodyFault | undefined;
}

/** What meets a request before it is looked at. */
export interface EarlyEffects {
  readonly delayMs: number;
  readonly killsToken: boolean;
  readonly fault: EarlyFault | undefined;
}

const bodyKinds = [
  "cutAfter",
  "stall",
  "shortBody",
  "wrongRange",
  "ignoreRange",
  "expiredSignature",
  "truncatedJson",
  "editJson",
  "hugeJson",
  "editHeaders",
  "noLength",
  "wrongLength",
  "repeatPage",
] as const;

interface Entry {
  readonly rule: FaultRule;
  seen: number;
  used: number;
}

export function createFaultBook(options: { readonly seed: number }): FaultBook {
  const random = createRandom(options.seed);
  let entries: Entry[] = [];

  const meets = ({ rule }: Entry, subject: FaultSubject) =>
    (rule.method === undefined || rule.method.toUpperCase() === subject.method) &&
    (subject.hasRange || (rule.do !== "wrongRange" && rule.do !== "ignoreRange")) &&
    (subject.query.has("next_page_token") || rule.do !== "repeatPage") &&
    Object.entries(rule.query ?? {}).every(([name, value]) =>
      value === "*" ? subject.query.has(name) : subject.query.get(name) === value
    ) &&
    matchesPattern(rule.on, subject);

  /** Counts the match; true when it is this rule's turn. */
  const takes = (entry: Entry) => {
    const { after = 0, times = Infinity, probability = 1 } = entry.rule;
    if (entry.seen++ < after || entry.used >= times) return false;
    if (probability < 1 && !random.chance(probability)) return false;
    entry.used++;
    return true;
  };

  return {
    add: (rules) => void (entries = [...entries, ...rules.map((rule) => ({ rule, seen: 0, used: 0 }))]),
    clear: () => void (entries = []),
    hasDrops: () =>
      entries.some(({ rule, used }) => rule.do === "dropConnection" && used < (rule.times ?? Infinity)),
    takeEarly(subject) {
      let delayMs = 0;
      let killsToken = false;
      for (const entry of entries) {
        if (isBodyFault(entry.rule) || !meets(entry, subject) || !takes(entry)) continue;
        if (entry.rule.do === "delay") delayMs += entry.rule.ms;
        else if (entry.rule.do === "killToken") killsToken = true;
        else return { delayMs, killsToken, fault: entry.rule };
      }
      return { delayMs, killsToken, fault: undefined };
    },
    takeBody(subject) {
      for (const entry of entries) {
        if (isBodyFault(entry.rule) && meets(entry, subject) && takes(entry)) return entry.rule;
      }
      return undefined;
    },
  };
}

function isBodyFault(rule: FaultRule): rule is BodyFault {
  return (bodyKinds as readonly string[]).includes(rule.do);
}
