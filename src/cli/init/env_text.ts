import { parseEnv } from "node:util";
import { UsageError } from "../../core/errors.ts";

const heading =
  "# Made by zoom-extract init. Keep it to yourself: who can read the client secret can read every recording.\n" +
  "# A variable of the environment wins over a line here, and a flag wins over both.\n\n";

/**
 * The text of `.env` with `values` in it. Every other line, comments included, stays as it is; a value that is there is
 * replaced where it stands, a new one goes below its commented-out form, or to the end.
 *
 * @throws {UsageError} When the text is written in a way that would be misread afterwards.
 */
export function setVariables(text: string, values: ReadonlyMap<string, string>): string {
  const before = parseEnv(text);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  let lines = (text.trim() === "" ? heading : text).replace(/\r?\n$/, "").split(/\r?\n/);
  for (const [name, value] of values) lines = setOne(lines, name, value);
  const after = `${lines.join(eol)}${eol}`;
  const expected = { ...before, ...Object.fromEntries(values) };
  if (!isSame(parseEnv(after), expected)) throw unreadable([...values.keys()]);
  return after;
}

interface Entry {
  readonly first: number;
  readonly last: number;
  /** `export `, where it is there. */
  readonly prefix: string;
  /** What follows the value: a comment. */
  readonly suffix: string;
}

function setOne(lines: readonly string[], name: string, value: string): string[] {
  const found = findEntries(lines).filter((entry) => entry.name === name).at(-1);
  if (found) {
    const line = `${found.prefix}${name}=${quoted(value)}${found.suffix}`;
    return [...lines.slice(0, found.first), line, ...lines.slice(found.last + 1)];
  }
  const commented = lines.findLastIndex((line) => new RegExp(`^\\s*#\\s*${name}=`).test(line));
  const place = commented === -1 ? lines.length : commented + 1;
  return [...lines.slice(0, place), `${name}=${quoted(value)}`, ...lines.slice(place)];
}

const quotes = ["'", '"', "`"];

/** The assignments of the text, those whose quoted value goes over several lines included. */
function findEntries(lines: readonly string[]): (Entry & { readonly name: string })[] {
  const entries: (Entry & { readonly name: string })[] = [];
  for (let first = 0; first < lines.length; first++) {
    const match = /^(\s*(?:export\s+)?)([\w.-]+)\s*=\s*(.*)$/.exec(lines[first] ?? "");
    if (match === null) continue;
    const [, prefix = "", name = "", rest = ""] = match;
    const quote = quotes.find((each) => rest.startsWith(each));
    let last = first;
    let suffix = /\s*#.*$/.exec(rest)?.[0] ?? "";
    if (quote !== undefined) {
      const closing = rest.includes(quote, 1)
        ? first
        : lines.findIndex((line, i) => i > first && line.includes(quote));
      if (closing !== -1) {
        last = closing;
        const end = (closing === first ? rest : lines[closing] ?? "").lastIndexOf(quote);
        suffix = /^\s*#.*$/.exec((closing === first ? rest : lines[closing] ?? "").slice(end + 1))?.[0] ?? "";
      }
    }
    entries.push({ name, first, last, prefix, suffix });
    first = last;
  }
  return entries;
}

/** A value in the plainest form that is read back as it is. */
function quoted(value: string): string {
  const forms = [value, ...quotes.map((quote) => `${quote}${value}${quote}`)];
  const form = forms.find((each) => isSame(parseEnv(`A=${each}\nB=1`), { A: value, B: "1" }));
  if (form !== undefined) return form;
  throw new UsageError("Cannot write a value to .env: no kind of quotes holds it", {
    hint: "choose one without quotes and line breaks",
  });
}

function isSame(
  a: Readonly<Record<string, string | undefined>>,
  b: Readonly<Record<string, string | undefined>>,
): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function unreadable(names: readonly string[]): UsageError {
  return new UsageError("Cannot change .env: a line of it would be misread afterwards", {
    hint: `look for quotes without an end, or write the lines yourself: ${names.join(", ")}`,
  });
}
