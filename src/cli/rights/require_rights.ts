import { UsageError } from "../../core/errors.ts";
import { allowFlags, type Grant } from "../../core/grants.ts";
import { besideSet } from "./beside_set.ts";
import { missingOf, type Rights } from "./rights.ts";

/**
 * Refuses to begin without a right that will be needed: nobody is asked in the middle, and nothing is half done.
 *
 * @throws {UsageError} One line with all flags that are missing.
 */
export function requireRights(command: string, grants: readonly Grant[], rights: Rights): void {
  const missing = missingOf(grants, rights);
  const [first] = missing;
  if (first === undefined) return;
  const rest = missing.length > 1 ? `, and ${missing.length - 1} more` : "";
  throw new UsageError(
    `Cannot begin ${command}: no right to ${rightText(first)}${rest}`,
    {
      option: `allow-${first.kind}`,
      hint: `add ${allowFlags(missing).join(" ")}; ${besideSet(command)}`,
    },
  );
}

const verbs: Readonly<Record<Grant["kind"], string>> = {
  read: "read",
  write: "write",
  net: "connect to",
  env: "see the variable",
  run: "run",
  sys: "ask the system for",
};

function rightText({ kind, value }: Grant): string {
  return `${verbs[kind]} ${value === undefined ? "anything" : JSON.stringify(value)}`;
}
