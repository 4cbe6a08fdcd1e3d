/** What values a field has, and so how a literal next to it is read. */
export type Kind = "text" | "word" | "number" | "size" | "minutes" | "days" | "time" | "flag";

/** What a literal stands for: all values from `first` to `last`, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Kinds whose values have an order. */
export type OrderedKind = Exclude<Kind, "text" | "word" | "flag">;

/** What to write next to a field, for messages. */
export const accepted: Readonly<Record<Kind, string>> = {
  text: "a text",
  word: "a word",
  number: "a number",
  size: "a size, such as 500, 10M or 1.5G",
  minutes: "minutes, or a duration such as 90s or 1h30m",
  days: "days, or a duration such as 12h or 2w",
  time: "a time, such as 2024, 2024-05, 2024-05-02, 2024-05-02T14:00, today or yesterday",
  flag: "true or false",
};

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** The span that `text` stands for, or `undefined` when it is nothing of that kind. */
export function readLiteral(kind: OrderedKind, text: string, nowMs: number): Span | undefined {
  switch (kind) {
    case "number":
      return point(readNumber(text));
    case "size":
      return point(readSize(text));
    case "minutes":
      return point(readDuration(text, 60));
    case "days":
      return point(readDuration(text, 86_400));
    case "time":
      return readTime(text, nowMs);
  }
}

function point(value: number | undefined): Span | undefined {
  return value === undefined ? undefined : { first: value, last: value };
}

function readNumber(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function readSize(text: string): number | undefined {
  const [, amount, letter = ""] = /^(\d+(?:\.\d+)?)([kmgt]?)i?b?$/i.exec(text) ?? [];
  return amount === undefined
    ? undefined
    : Math.round(Number(amount) * 1024 ** ["", "k", "m", "g", "t"].indexOf(letter.toLowerCase()));
}

/** A plain number counts in the unit of the field. */
function readDuration(text: string, unitSeconds: number): number | undefined {
  const plain = readNumber(text);
  if (plain !== undefined) return plain;
  if (!/^(\d+(\.\d+)?[smhdw])+$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)([smhdw])/gi)) {
    seconds += Number(amount) * (secondsOf[unit.toLowerCase()] ?? 0);
  }
  return seconds / unitSeconds;
}

const timePattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z?)?)?)?$/i;

function readTime(text: string, nowMs: number): Span | undefined {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const word = text.toLowerCase();
  if (word === "today") return readTime(today, nowMs);
  if (word === "yesterday") return readTime(new Date(nowMs - 86_400_000).toISOString().slice(0, 10), nowMs);
  const match = timePattern.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1).filter((part) => part !== undefined).map(Number);
  const first = utc(parts);
  const isReal = parts.every((part, i) => part === partsOf(first)[i]);
  if (!isReal) return undefined;
  const following = parts.map((part, i) => i === parts.length - 1 ? part + 1 : part);
  return { first, last: utc(following) - 1 };
}

function utc([year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0]: readonly number[]): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function partsOf(ms: number): number[] {
  const date = new Date(ms);
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
}
