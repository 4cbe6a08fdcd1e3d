import type { CommandInfo } from "../command_info.ts";
import { output } from "../option_groups.ts";
import type { OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `permissions`. */
export const info: CommandInfo = {
  name: "permissions",
  summary: "print the deno run line with exactly the rights that a configuration needs",
  description:
    "Takes the options of extract (or of the command that is named first), looks at the same variables, " +
    ".env and --config, and prints the line that starts it with these rights and no others. On stderr: what each " +
    "right is for, and how the rights of this very process compare. Nothing is run.",
  usage: `${programName} permissions [COMMAND] [its words and options]`,
  examples: [
    [`${programName} permissions --output-dir /mnt/archive`, "the line for an archive elsewhere"],
    [`${programName} permissions --anywhere`, "for cron, which starts elsewhere and may not find deno"],
    [`${programName} permissions list --csv`, "another command needs less"],
    [`${programName} permissions adopt /nas/old --by link`, "with the words that it takes"],
    [`${programName} permissions --plugin transcode --json`, "each right with its reason, for scripts"],
  ],
  exitCodes: [0, 1, 2, 7],
  positionals: 3,
  load: async () => (await import("../commands/permissions.ts")).permissions,
};

/** Options of its own, besides those of `extract`. */
export const rows: readonly OptionRow[] = [
  {
    long: "anywhere",
    kind: "switch",
    help:
      "Print a line for a scheduler: it goes to this folder first, names deno by its path, and brings PATH along for programs of plugins.",
    group: output,
    commands: ["permissions"],
  },
  {
    long: "json",
    kind: "switch",
    help: "Print the line, each right and what is missing as one JSON object.",
    group: output,
    commands: ["permissions"],
  },
];
