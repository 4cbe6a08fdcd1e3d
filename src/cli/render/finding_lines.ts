import type { Finding } from "../../core/finding.ts";
import type { CliContext } from "../context.ts";
import type { Style } from "./style.ts";
import { printable, wrap } from "./text.ts";

/** How to lay findings out. */
export interface FindingLayout {
  readonly style: Style;
  /** Width of the terminal; 0 where lines stay whole. */
  readonly columns: number;
  /** True where ✓ and ✗ can be shown. */
  readonly unicode: boolean;
}

const unicodeMarks = { ok: "✓", warning: "!", error: "✗", skipped: "–" } as const;
const asciiMarks = { ok: "ok", warning: "!", error: "x", skipped: "-" } as const;
const labelColumns = 14;

/** `✓ credentials   Zoom accepts them`, and below it the way out. */
export function findingLines({ check, level, message, remedy }: Finding, layout: FindingLayout): string {
  const { style, columns, unicode } = layout;
  const marks = unicode ? unicodeMarks : asciiMarks;
  const markColumns = unicode ? 1 : 2;
  const paint = { ok: style.green, warning: style.yellow, error: style.red, skipped: style.dim }[level];
  const margin = markColumns + 1 + labelColumns;
  const fold = (text: string) => columns > margin + 20 ? wrap(text, columns - 1 - margin) : [text];
  const [first = "", ...rest] = fold(printable(message));
  const lines = [
    `${paint(marks[level].padEnd(markColumns))} ${style.bold(check.padEnd(labelColumns))}${first}`,
    ...rest.map((line) => " ".repeat(margin) + line),
  ];
  if (remedy !== undefined && level !== "ok") {
    const arrow = unicode ? "→" : "->";
    const [head = "", ...more] = fold(`${arrow} ${printable(remedy)}`);
    lines.push(
      ...[head, ...more.map((line) => `  ${line}`)].map((line) => " ".repeat(margin) + style.cyan(line)),
    );
  }
  return lines.join("\n");
}

/** Whether the locale has more than ASCII: `LC_ALL`, `LC_CTYPE` and `LANG` decide, Windows terminals always can. */
export function showsUnicode({ env }: Pick<CliContext, "env">): boolean {
  if (Deno.build.os === "windows") return true;
  return /utf-?8/i.test(env("LC_ALL") || env("LC_CTYPE") || env("LANG") || "");
}
