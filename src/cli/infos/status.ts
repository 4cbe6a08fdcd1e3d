import type { CommandInfo } from "../command_info.ts";
import { output, proof, what } from "../option_groups.ts";
import type { OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `status`. */
export const info: CommandInfo = {
  name: "status",
  summary: "what the archive holds against what Zoom said there is; works offline",
  description:
    "Reads the archive's inventory, without credentials and without a network, beside a running extract if need be: what " +
    "is held per person and month, what is missing and why, what the last run changed, which days are proven, who " +
    "has left and owns recordings, and what Zoom deletes next. Results go to stdout.",
  usage: `${programName} status [options]`,
  examples: [
    [`${programName} status -o /archive`, "how the archive stands"],
    [`${programName} status --by month -u ana@example.com`, "one person, month by month"],
    [
      `${programName} status --fail-if-incomplete --json > status.json`,
      "for cron: exit code 4 if anything is missing",
    ],
    [`${programName} status --csv > holdings.csv`, "people and months as a spreadsheet"],
  ],
  exitCodes: [0, 1, 2, 4, 6, 130],
  load: async () => (await import("../commands/status.ts")).status,
};

/** Options of what is read from an archive, whose range is open at both ends. */
const range: readonly OptionRow[] = [
  {
    long: "from-date",
    short: "f",
    env: "ZOOM_FROM",
    kind: "day",
    placeholder: "YYYY-MM-DD",
    defaultText: "the beginning",
    help: "First day, UTC, inclusive.",
    group: what,
    commands: ["status", "export"],
  },
  {
    long: "to-date",
    short: "t",
    env: "ZOOM_TO",
    kind: "day",
    placeholder: "YYYY-MM-DD",
    defaultText: "the end",
    help: "Last day, UTC, inclusive.",
    group: what,
    commands: ["status", "export"],
  },
];

/** Options of its own. */
export const rows: readonly OptionRow[] = [
  ...range,
  {
    long: "by",
    kind: "choice",
    placeholder: "WHAT",
    defaultText: "at most 20 people, those that miss most first",
    choices: ["user", "month"],
    help: "Show everybody, or everybody month by month.",
    group: output,
    commands: ["status"],
  },
  {
    long: "json",
    kind: "switch",
    help: "Print everything as one JSON object; with --by month the months, too.",
    group: output,
    commands: ["status"],
  },
  {
    long: "csv",
    kind: "switch",
    help: "Print the table per person and month as CSV (RFC 4180).",
    group: output,
    commands: ["status"],
  },
  {
    long: "fail-if-incomplete",
    kind: "switch",
    help:
      "Exit with 4 if something failed, is left to fetch or not proven, or the last run did not complete.",
    group: proof,
    commands: ["status"],
  },
];
