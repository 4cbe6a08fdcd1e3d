import type { CliContext, Output } from "../context.ts";

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** The few styles in use. Each leaves text alone when colour is off. */
export type Style = { readonly [K in keyof typeof codes]: (text: string) => string };

/** Styles that colour, or that do nothing. */
export function createStyle(color: boolean): Style {
  const entries = Object.entries(codes).map(([name, [on, off]]) => {
    return [name, (text: string) => color && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text];
  });
  return Object.fromEntries(entries) as Style;
}

/**
 * Whether to colour an output: `FORCE_COLOR` and `NO_COLOR` decide, else whether it is a terminal.
 *
 * @see https://no-color.org and https://force-color.org (a variable that is empty counts as unset)
 */
export function wantsColor(output: Output, context: Pick<CliContext, "env">): boolean {
  const force = context.env("FORCE_COLOR");
  if (force) return force !== "0" && force !== "false";
  if (context.env("NO_COLOR")) return false;
  return output.isTerminal && context.env("TERM") !== "dumb";
}
