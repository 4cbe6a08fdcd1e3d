import { parseArgs } from "node:util";
import { UsageError } from "../core/errors.ts";
import type { CommandName, OptionRow } from "./option_row.ts";
import { optionRows, optionsOf } from "./options.ts";
import { suggest } from "../core/suggest.ts";

/** The flags of one command line, as text, by long name. A repeated flag: the last one wins, but for texts, which get a line each. */
export interface ParsedFlags {
  readonly values: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
}

/**
 * Splits the arguments of `command` into flags and positionals.
 *
 * @throws {UsageError} For a flag the command does not know, a missing value, or one too many.
 */
export function parseFlags(command: CommandName, args: readonly string[]): ParsedFlags {
  const rows = optionsOf(command).filter((row) => !row.flagless);
  const { tokens } = parseArgs({
    args: joinNegativeNumbers(args, rows),
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(rows.map((row) => [row.long, {
      type: row.kind === "switch" ? "boolean" as const : "string" as const,
      ...(row.short ? { short: row.short } : {}),
    }])),
  });
  const values = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { row, negated } = findRow(command, rows, token.name, token.rawName);
    const text = readToken(row, negated, token);
    const before = row.kind === "texts" ? values.get(row.long) : undefined;
    values.set(row.long, before === undefined ? text : `${before}\n${text}`);
  }
  return { values, positionals };
}

/** `--lookback -3` reaches the range check instead of reading as a flag `-3`. */
function joinNegativeNumbers(args: readonly string[], rows: readonly OptionRow[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? "";
    const row = rows.find((row) => before === `--${row.long}` || before === `-${row.short}`);
    if (row && row.kind !== "switch" && /^-\d/.test(arg)) joined[joined.length - 1] = `--${row.long}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

function findRow(
  command: CommandName,
  rows: readonly OptionRow[],
  name: string,
  rawName: string,
): { row: OptionRow; negated: boolean } {
  const row = rows.find((row) => row.long === name);
  if (row && rawName.startsWith("-")) return { row, negated: false };
  const opposite = name.startsWith("no-") ? name.slice(3) : `no-${name}`;
  const negated = rows.find((row) => row.long === opposite && row.kind === "switch");
  if (negated) return { row: negated, negated: true };
  throw unknownFlag(command, rows, name, rawName);
}

function readToken(
  row: OptionRow,
  negated: boolean,
  token: {
    readonly rawName: string;
    readonly value?: string | undefined;
    readonly inlineValue?: boolean | undefined;
  },
): string {
  if (row.kind === "switch") {
    if (token.value === undefined) return String(!negated);
    throw new UsageError(`Cannot use ${token.rawName} "${token.value}": this flag takes no value`, {
      option: row.long,
      value: token.value,
      hint: `write ${token.rawName} alone`,
    });
  }
  const looksLikeFlag = !token.inlineValue && /^-./.test(token.value ?? "");
  if (token.value !== undefined && !looksLikeFlag) return token.value;
  throw new UsageError(`Cannot use ${token.rawName}: it needs a value, ${row.placeholder ?? "VALUE"}`, {
    option: row.long,
    hint: looksLikeFlag
      ? `a value that starts with - is written ${token.rawName}=${token.value}`
      : "none follows it",
  });
}

/** Read before a command's own options. */
const everyCommandTakes = ["help", "version"];

function unknownFlag(
  command: CommandName,
  rows: readonly OptionRow[],
  name: string,
  rawName: string,
): UsageError {
  const flagless = optionRows.find((row) => row.flagless && row.long === name);
  const others = optionRows.find((row) => row.long === name && !row.flagless);
  const known = [...rows.map((row) => row.long), ...everyCommandTakes];
  const meant = name.length > 1 ? suggest(name, known) : undefined;
  let hint = `see zoom-extract ${command} --help`;
  if (meant) hint = `did you mean --${meant}?`;
  if (others) hint = `it belongs to ${others.commands.map((c) => `zoom-extract ${c}`).join(" and ")}`;
  if (flagless) hint = `set ${flagless.env} in the environment or in .env: others can read a command line`;
  return new UsageError(`Cannot use ${rawName}: zoom-extract ${command} has no such option`, {
    option: name,
    hint,
  });
}
