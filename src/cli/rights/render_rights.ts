import { allowFlags, type Grant, type GrantKind } from "../../core/grants.ts";
import type { Style } from "../render/style.ts";
import { printable } from "../render/text.ts";

/** What is told about the rights of a configuration. */
export interface RightsReport {
  readonly grants: readonly Grant[];
  readonly missing: readonly Grant[];
  readonly excess: readonly GrantKind[];
  /** Variables and files that could not be looked at. */
  readonly unseen: readonly string[];
  /** Rights of a binary are part of it. */
  readonly isBinary: boolean;
}

/** Each right with its reason, then how this process compares. */
export function renderRights(report: RightsReport, style: Style): string {
  const { grants, missing, excess, unseen, isBinary } = report;
  const cells = grants.map(({ kind, value, why }) => [kind, printable(value ?? "everything"), why] as const);
  const width = Math.min(48, Math.max(...cells.map(([, value]) => value.length)));
  const lines = cells.map(([kind, value, why]) =>
    `  ${kind.padEnd(5)}  ${value.padEnd(width)}  ${style.dim(printable(why))}`
  );
  const verdict = isBinary ? ["This is a binary: its rights were given when it was built, and are wider"] : [
    ...(missing.length > 0 ? [style.yellow(`This process lacks ${allowFlags(missing).join(" ")}`)] : []),
    ...(excess.length > 0 ? [`This process may do more: all of ${excess.join(", ")}`] : []),
    ...(missing.length + excess.length === 0 ? [style.green("This process has what is needed")] : []),
  ];
  const note = unseen.length === 0
    ? []
    : [style.dim(`Not looked at, for lack of the right: ${[...new Set(unseen)].join(", ")}`)];
  return [...lines, "", ...verdict, ...note].join("\n");
}
