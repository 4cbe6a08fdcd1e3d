import { parseDay } from "../core/date_range.ts";
import { UsageError } from "../core/errors.ts";
import { parseBytes, parseDurationMs } from "../core/units.ts";
import { suggest } from "../core/suggest.ts";
import type { OptionRow, OptionValue } from "./option_row.ts";

/**
 * Reads the text of one option.
 *
 * @param label what the person wrote it as: `--from-date`, `ZOOM_FROM`, `from-date in zoom.json`
 * @throws {UsageError} When `text` is empty or not what the row accepts; secrets are not quoted.
 */
export function parseOptionValue(row: OptionRow, text: string, label: string): OptionValue {
  const value = text.trim();
  if (value === "") throw refuse(row, label, text, "it is empty", accepted(row));
  switch (row.kind) {
    case "switch":
      return parseSwitch(row, value, label);
    case "integer":
      return parseInteger(row, value, label);
    case "bytes":
      return inRange(row, parseBytes(value, label), value, label);
    case "duration":
      return inRange(row, parseDurationMs(value, label), value, label);
    case "day":
      return parseDayOf(value, label);
    case "list":
      return parseList(row, value, label);
    case "texts":
      return value.split("\n").map((entry) => entry.trim()).filter((entry) => entry !== "");
    case "choice":
      return parseChoice(row, value, label);
    case "url":
      return parseUrl(row, value, label);
    case "path":
      return parsePath(row, value, label);
    case "text":
      return parseText(row, value, label);
  }
}

/** What a row accepts, in words fit for a hint. */
export function accepted(row: OptionRow): string {
  if (row.choices) return `one of ${row.choices.join(", ")}`;
  if (row.range) return row.range;
  return row.placeholder ? `give ${row.placeholder}` : "true or false";
}

function refuse(row: OptionRow, label: string, value: string, state: string, hint: string): UsageError {
  const shown = row.secret ? "…" : value;
  return new UsageError(`Cannot use ${label} "${shown}": ${state}`, {
    option: row.long,
    ...(row.secret ? {} : { value }),
    hint,
  });
}

function parseSwitch(row: OptionRow, value: string, label: string): boolean {
  const word = value.toLowerCase();
  if (word === "true" || word === "false") return word === "true";
  throw refuse(row, label, value, "neither true nor false", "true or false");
}

function parseInteger(row: OptionRow, value: string, label: string): OptionValue {
  if (row.word !== undefined && value.toLowerCase() === row.word) return row.word;
  if (!/^-?\d+$/.test(value)) throw refuse(row, label, value, "not a whole number", accepted(row));
  return inRange(row, Number(value), value, label);
}

function inRange(row: OptionRow, amount: number, value: string, label: string): number {
  if (amount < (row.min ?? 0) || amount > (row.max ?? Number.MAX_SAFE_INTEGER)) {
    throw refuse(row, label, value, "out of range", accepted(row));
  }
  return amount;
}

function parseDayOf(value: string, label: string): string {
  try {
    return parseDay(value, label);
  } catch (error) {
    if (!(error instanceof UsageError) || label.startsWith("--")) throw error;
    throw new UsageError(error.message, { option: label, value, hint: "for example 2024-01-31" });
  }
}

function parseList(row: OptionRow, value: string, label: string): string[] {
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  if (entries.length === 0) throw refuse(row, label, value, "no entry in it", "comma-separated");
  if (entries.includes("!")) throw refuse(row, label, value, "nothing follows the !", "!x leaves x out");
  if (!row.upperCase) return [...new Set(entries)];
  const odd = entries.find((entry) => !/^[a-z0-9_]+$/i.test(entry));
  if (odd !== undefined) {
    throw refuse(row, label, odd, "not a file type", "letters, digits and _, for example MP4,CHAT");
  }
  return [...new Set(entries.map((entry) => entry.toUpperCase()))];
}

function parseChoice(row: OptionRow, value: string, label: string): string {
  const choice = row.choices?.find((known) => known.toLowerCase() === value.toLowerCase());
  if (choice !== undefined) return choice;
  const lower = (row.choices ?? []).map((known) => known.toLowerCase());
  const meant = row.choices?.[lower.indexOf(suggest(value, lower) ?? "")];
  const hint = meant ? `did you mean ${meant}? It is ${accepted(row)}` : accepted(row);
  throw refuse(row, label, value, "not known", hint);
}

function parsePath(row: OptionRow, value: string, label: string): string {
  if (value.includes("\0")) {
    throw refuse(row, label, value.replaceAll("\0", "\\0"), "not a path", accepted(row));
  }
  if (value === "~" || value.startsWith("~/")) {
    throw refuse(row, label, value, "~ is not expanded here", "write the full path");
  }
  return value;
}

function parseText(row: OptionRow, value: string, label: string): string {
  // deno-lint-ignore no-control-regex -- these are what is looked for
  if (/[\s\x00-\x1f\x7f]/.test(value)) {
    throw refuse(row, label, value, "has a space or a control character in it", "copy it again");
  }
  return value;
}

function parseUrl(row: OptionRow, value: string, label: string): string {
  const hint = "https://…, or http:// for this machine only";
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse(row, label, value, "not a web address", hint);
  if (url.username !== "" || url.password !== "") {
    throw refuse(row, label, `${url.protocol}//…@${url.host}`, "credentials do not belong in it", hint);
  }
  if (url.search !== "" || url.hash !== "") {
    throw refuse(
      row,
      label,
      `${url.origin}${url.pathname}`,
      "a query or fragment does not belong in it",
      hint,
    );
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw refuse(row, label, value, "plain http: would show the credentials to the network", hint);
  }
  return value.replace(/\/+$/, "");
}

/** True for names and addresses of this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
