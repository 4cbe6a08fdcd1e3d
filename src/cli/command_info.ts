import type { CliContext } from "./context.ts";
import type { CommandName } from "./option_row.ts";
import type { ParsedFlags } from "./parse_flags.ts";

/** Runs one command and says the exit code. */
export type CommandRunner = (flags: ParsedFlags, context: CliContext) => Promise<number>;

/** A command, as the help and the dispatcher know it. */
export interface CommandInfo {
  readonly name: CommandName;
  /** One line. */
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  readonly examples: readonly (readonly [line: string, why: string])[];
  readonly exitCodes: readonly number[];
  /** Positionals it takes, at most. @default {0} */
  readonly positionals?: number;
  /** What its first positional may be, where that is one of a few words; for completions and the manual. */
  readonly words?: readonly string[];
  /** Imports what the command needs, only when it runs. */
  load(): Promise<CommandRunner>;
}
