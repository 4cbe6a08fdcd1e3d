import type { Field } from "./_fields.ts";
import { cutToBytes } from "./_text.ts";
import { formatTime, timeLetters } from "./_time.ts";

/** How a value is written. */
export type Format =
  | { readonly kind: "plain" | "upper" | "lower" }
  | { readonly kind: "bytes" | "digits"; readonly count: number }
  | { readonly kind: "time"; readonly letters: string };

/** The format after a field's `:`, or in words what is wrong with it. */
export function parseFormat(text: string | undefined, name: string, { kind }: Field): Format | string {
  if (kind === "time") return parseTimeFormat(text ?? "%Y%m%d_%H%M%S", name);
  if (text === undefined) return { kind: "plain" };
  if (text.includes("%")) return `${name} is no time: it takes no letters such as %Y`;
  if (kind === "number") {
    const digits = /^0([1-9]\d?)$/.exec(text)?.[1];
    if (digits !== undefined) return { kind: "digits", count: Number(digits) };
    return `"${text}" is no format of a number: write :03 for at least 3 digits`;
  }
  if (text === "upper" || text === "lower") return { kind: text };
  const bytes = /^\.([1-9]\d{0,3})B$/i.exec(text)?.[1];
  if (bytes !== undefined) return { kind: "bytes", count: Number(bytes) };
  return `"${text}" is no format of a text: there are :.60B (at most 60 bytes), :upper and :lower`;
}

function parseTimeFormat(letters: string, name: string): Format | string {
  if (!letters.includes("%")) return `"${letters}" is no format of a time: write ${name}:%Y-%m-%d`;
  for (const [written, letter = ""] of letters.matchAll(/%(.?)/gs)) {
    if (timeLetters.includes(letter) && letter !== "") continue;
    return `"${written}" is no letter of a time: there are %${[...timeLetters].join(" %")}`;
  }
  return { kind: "time", letters };
}

/** Writes a cleaned value that is known. */
export function applyFormat(value: string, format: Format, zone: string): string {
  switch (format.kind) {
    case "plain":
      return value;
    case "upper":
      return value.toUpperCase();
    case "lower":
      return value.toLowerCase();
    case "bytes":
      return cutToBytes(value, format.count).trimEnd();
    case "digits":
      return value.padStart(format.count, "0");
    case "time":
      return formatTime(value, format.letters, zone);
  }
}
