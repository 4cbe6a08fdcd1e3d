import type { CommandInfo } from "../command_info.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `list`. */
export const info: CommandInfo = {
  name: "list",
  summary: "show what there is, without fetching anything",
  description:
    "Lists the files of the account as a table. --json prints JSON lines instead: one object per " +
    "line, so that listings of any size can be piped; --csv prints CSV. Results go to stdout, everything else " +
    "to stderr.",
  usage: `${programName} list [options]`,
  examples: [
    [`${programName} list --from-date 2024-01-01 -u anna@example.com`, "one person's files of a year"],
    [`${programName} list --csv --include-trash > recordings.csv`, "a spreadsheet, the trash included"],
    [
      `${programName} list --json | jq -r 'select(.file_type == "MP4") | .meeting_topic'`,
      "topics of all videos",
    ],
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 9, 130],
  load: async () => (await import("../commands/list.ts")).list,
};
