import type { CommandInfo } from "../command_info.ts";
import { output, what, where } from "../option_groups.ts";
import type { OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `adopt`. */
export const info: CommandInfo = {
  name: "adopt",
  summary: "take over files that other downloaders left, so that they need not come again",
  description:
    "Holds the files below DIR against what Zoom lists: by size, and by the id or the start time in their names. " +
    "Without --by it reports and changes nothing. With --by, each file that is one recording's for sure gets its " +
    "place in the archive, digested and recorded like a download; extract then fetches only the rest. What fits " +
    "two recordings, or a recording that two files fit, is left alone and listed with the reason. Unless " +
    "--from-date is given, the listing begins the day before the earliest date in the names.",
  usage: `${programName} adopt DIR [options]`,
  examples: [
    [`${programName} adopt /nas/zoom-recordings`, "what is there, and what would be left to fetch"],
    [`${programName} adopt /nas/zoom-recordings --by link`, "take it over without a byte copied"],
    [`${programName} adopt ~/Downloads --by copy --from-date 2023-01-01`, "from another disk"],
    [`${programName} adopt /nas/old --csv > report.csv`, "the report as a spreadsheet"],
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 7, 9, 130],
  positionals: 1,
  load: async () => (await import("../commands/adopt.ts")).adopt,
};

/** Options of `adopt` alone. */
export const rows: readonly OptionRow[] = [
  {
    long: "from-date",
    short: "f",
    env: "ZOOM_FROM",
    kind: "day",
    placeholder: "YYYY-MM-DD",
    defaultText: "the day before the earliest date in the names",
    help: "First day to list, UTC, inclusive.",
    group: what,
    commands: ["adopt"],
  },
  {
    long: "by",
    kind: "choice",
    placeholder: "WAY",
    defaultText: "report only",
    choices: ["link", "copy", "move"],
    help:
      "Take over what matches: link makes a second name on the same file system, copy leaves DIR as it is, " +
      "move removes the file from DIR once the archive holds it.",
    group: where,
    commands: ["adopt"],
  },
  {
    long: "json",
    kind: "switch",
    help: "Print one JSON object per file, and one of the totals.",
    group: output,
    commands: ["adopt"],
  },
  {
    long: "csv",
    kind: "switch",
    help: "Print the files as CSV (RFC 4180).",
    group: output,
    commands: ["adopt"],
  },
];
