import type { CliContext } from "../context.ts";
import { renderManual } from "../man.ts";
import type { ParsedFlags } from "../parse_flags.ts";

/** `man`: the manual page on stdout. */
export function man(_flags: ParsedFlags, context: CliContext): Promise<number> {
  context.stdout.write(renderManual());
  return Promise.resolve(0);
}
