import type { CommandInfo } from "../command_info.ts";
import { exitCodes } from "../exit_code.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `extract`. */
export const info: CommandInfo = {
  name: "extract",
  summary: "download every recording that is not held yet (the default command)",
  description:
    "Lists every cloud recording of the account, downloads what the archive does not hold yet, and " +
    "proves window by window that nothing is missing. Run it again at any time: what is held is not fetched " +
    "again, and a run that was stopped goes on where it stopped.",
  usage: `${programName} [extract] [options]`,
  examples: [
    [`${programName} --from-date 2024-01-01`, "everything since the first of January"],
    [
      `${programName} --dry-run --from-date 2020-01-01`,
      "what a run would fetch, and whether the disk holds it",
    ],
    [
      `${programName} -u '*@sales.example.com,!intern@sales.example.com' --types MP4,TRANSCRIPT`,
      "some people, some types",
    ],
    [`${programName} --limit-rate 5M --max-duration 6h --json > summary.json`, "unattended, at night"],
  ],
  exitCodes: exitCodes.map(([code]) => code),
  load: async () => (await import("../commands/extract.ts")).extract,
};
