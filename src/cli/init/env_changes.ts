import { parseEnv } from "node:util";
import { UsageError } from "../../core/errors.ts";
import { optionRows } from "../options.ts";
import { printable } from "../render/text.ts";
import type { Style } from "../render/style.ts";

/** One line of `.env` and what becomes of it. */
export interface EnvChange {
  readonly name: string;
  readonly value: string;
  /** What it says now; absent where it is new, or empty. */
  readonly before?: string;
}

/** What of `values` is not in `text` yet. */
export function envChanges(text: string, values: ReadonlyMap<string, string>): EnvChange[] {
  const current = parseEnv(text);
  return [...values].flatMap(([name, value]) => {
    const before = current[name];
    if (before === value) return [];
    return [{ name, value, ...(before ? { before } : {}) }];
  });
}

/** The changes as a person reads them: `+` new, `~` replaced, no secret shown. */
export function changeLines(changes: readonly EnvChange[], style: Style): string[] {
  return changes.map(({ name, value, before }) => {
    const shown = isSecret(name) ? `… (${value.length} characters)` : printable(value);
    if (before === undefined) return `  ${style.green("+")} ${name}=${shown}`;
    return `  ${style.yellow("~")} ${name}=${shown} (${
      isSecret(name) ? "another one" : `was ${printable(before)}`
    })`;
  });
}

/**
 * Refuses to replace anything where nobody can be asked.
 *
 * @throws {UsageError} For the values that are there and differ.
 */
export function refuseReplacing(changes: readonly EnvChange[]): void {
  const names = changes.filter(({ before }) => before !== undefined).map(({ name }) => name);
  if (names.length === 0) return;
  throw new UsageError(`Cannot change ${names.join(", ")} in .env: another value is there`, {
    option: "overwrite",
    hint: "--overwrite replaces it; without --yes, at a terminal, you are asked",
  });
}

function isSecret(name: string): boolean {
  return optionRows.some((row) => row.env === name && row.secret);
}
