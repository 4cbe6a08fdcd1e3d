import { AppError, UsageError } from "../core/errors.ts";
import { missingFlag } from "../core/grants.ts";
import { redactText } from "../core/redact.ts";
import type { Style } from "./render/style.ts";
import { hang, printable, printableLines } from "./render/text.ts";
import { besideSet } from "./rights/beside_set.ts";
import { programName, version } from "./version.ts";

/** How much to tell. */
export interface ReportOptions {
  readonly style: Style;
  /** True under `--log-level DEBUG`: shows what lies behind an expected error. */
  readonly verbose: boolean;
  /** Width of the terminal; 0 where it cannot be told, and lines stay whole. @default {0} */
  readonly columns?: number;
}

/**
 * What a person reads about an error that ended the program, secrets removed.
 *
 * A wrong command line is one line with its hint; other expected errors put the hint below; what nobody
 * expected comes with its stack and a request to report it.
 */
export function renderError(thrown: unknown, options: ReportOptions): string {
  return hang(errorText(thrown, options), options.columns ?? 0);
}

function errorText(thrown: unknown, options: ReportOptions): string {
  const head = options.style.red(`${programName}:`);
  if (thrown instanceof UsageError) {
    return `${head} ${safe(thrown.message)}${thrown.hint ? ` (${safe(thrown.hint)})` : ""}`;
  }
  if (thrown instanceof Deno.errors.NotCapable) {
    const flag = missingFlag(thrown);
    const hint = flag === undefined ? "start it with deno run -P main.ts" : `add ${flag}; ${besideSet()}`;
    const state = thrown.message.replace(/, run again with.*$/s, "");
    return `${head} Cannot go on: ${safe(state)} (${safe(hint)})`;
  }
  if (thrown instanceof AppError) {
    const hint = thrown.hint ? `\n  ${safe(thrown.hint)}` : "";
    return `${head} ${safe(thrown.message)}${hint}${options.verbose ? causes(thrown) : ""}`;
  }
  const stack = thrown instanceof Error ? thrown.stack ?? String(thrown) : String(thrown);
  return `${head} Cannot go on: an error nobody expected\n${printableLines(redactText(stack))}${
    causes(thrown)
  }\n` +
    `  This is a mistake in ${programName} ${version}: please report it with the lines above`;
}

function safe(text: string): string {
  return printable(redactText(text));
}

function causes(thrown: unknown): string {
  let text = "";
  let error = thrown instanceof Error ? thrown.cause : undefined;
  for (let depth = 0; error !== undefined && depth < 5; depth++) {
    const shown = error instanceof Error ? error.stack ?? String(error) : String(error);
    text += `\n  caused by: ${printableLines(redactText(shown)).replaceAll("\n", "\n  ")}`;
    error = error instanceof Error ? error.cause : undefined;
  }
  return text;
}
