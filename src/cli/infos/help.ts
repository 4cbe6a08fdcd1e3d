import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `help`. */
export const info: CommandInfo = {
  name: "help",
  summary: "explain a command",
  description: "Shows the complete help of a command.",
  usage: `${programName} help [COMMAND]`,
  examples: [[`${programName} help list`, "everything about list"]],
  exitCodes: [0, 2],
  positionals: 1,
  load: async () => (await import("../commands/help.ts")).help,
};
