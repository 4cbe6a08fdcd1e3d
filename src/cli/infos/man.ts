import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `man`. */
export const info: CommandInfo = {
  name: "man",
  summary: "print the manual page",
  description: "Prints the manual page of this version: every command, option, variable and exit code.",
  usage: `${programName} man`,
  examples: [
    [`${programName} man | man -l -`, "read it"],
    [`${programName} man > ~/.local/share/man/man1/${programName}.1`, "keep it, for man zoom-extract"],
  ],
  exitCodes: [0, 1, 2],
  load: async () => (await import("../commands/man.ts")).man,
};
