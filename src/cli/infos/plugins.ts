import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `plugins`. */
export const info: CommandInfo = {
  name: "plugins",
  summary: "show, explain, try and begin plugins",
  description:
    "list: every plugin there is, where it comes from, and whether it takes part. info NAME: its options and " +
    "permissions. check FILE: what it imports, what it says about itself, and a call on a sample. new NAME: a " +
    "commented starting point in ./plugins, with its test, that works at once.",
  usage: `${programName} plugins VERB [NAME or FILE] [options]`,
  examples: [
    [`${programName} plugins list`, "what there is"],
    [`${programName} plugins info match`, "the options of one"],
    [`${programName} plugins new long-ones --kind filter`, "begin a filter in ./plugins"],
    [`${programName} plugins check ./plugins/long_ones.ts`, "try it before a run does"],
  ],
  exitCodes: [0, 1, 2, 6, 7],
  positionals: 2,
  words: ["list", "info", "check", "new"],
  load: async () => (await import("../commands/plugins.ts")).plugins,
};
