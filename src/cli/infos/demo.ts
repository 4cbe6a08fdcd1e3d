import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `demo`. */
export const info: CommandInfo = {
  name: "demo",
  summary: "the whole program in ten seconds, without a Zoom account",
  description:
    "Starts a simulated account with a few people, odd names, a meeting in the trash, one that is " +
    "still processed, a refused request and a dropped connection; runs the real command against it in a new " +
    "folder; checks every file against the account's own checksums; then runs it again to show that nothing is " +
    "fetched twice. Needs no credentials and asks nothing.",
  usage: `${programName} demo [options]`,
  examples: [[`${programName} demo`, "writes to ./zoom_demo"]],
  exitCodes: [0, 1, 2, 130],
  load: async () => (await import("../commands/demo.ts")).demo,
};
