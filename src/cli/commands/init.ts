import type { CliContext } from "../context.ts";
import type { ParsedFlags } from "../parse_flags.ts";
export function init(_flags: ParsedFlags, _context: CliContext): Promise<number> {
  return Promise.resolve(0);
}
