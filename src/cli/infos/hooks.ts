import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `hooks`. */
export const info: CommandInfo = {
  name: "hooks",
  summary: "run hooks of plugins over what the archive already holds",
  description:
    "Calls the hooks of the active plugins for files that are held already, without a download: for whoever adds a " +
    "plugin later. Without a flag: for files for which the hook has never been done; --failed: where it failed; " +
    "--all: for every file.",
  usage: `${programName} hooks run [options]`,
  examples: [
    [`${programName} hooks run --plugin checksum -o /archive`, "checksums for an archive that has none"],
    [`${programName} hooks run --failed`, "what failed, once more"],
  ],
  exitCodes: [0, 1, 2, 4, 6, 7, 9, 130],
  positionals: 1,
  words: ["run"],
  load: async () => (await import("../commands/hooks.ts")).hooks,
};
