import type { CommandInfo } from "../command_info.ts";
import { output, proof } from "../option_groups.ts";
import type { OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `verify`. */
export const info: CommandInfo = {
  name: "verify",
  summary: "check that the archive holds what its inventory says",
  description:
    "Looks at every file of the archive, offline and without credentials, and prints a line for each that is not " +
    "as it should be: - missing, * different, ! unreadable, + not in the inventory (with --all also = held). " +
    "By default it looks at presence and sizes; --deep reads the files back and compares their SHA-256. " +
    "--repair fetches again what is missing or different; a bad file stays until the good one is in its place. " +
    "Without --repair nothing is written, and it may run beside an extract.",
  usage: `${programName} verify [options]`,
  examples: [
    [`${programName} verify -o /archive`, "presence and sizes, in seconds"],
    [
      `${programName} verify --deep --subset 3/7 -o /archive`,
      "the third seventh of the files, byte for byte",
    ],
    [`${programName} verify --repair -o /archive`, "fetch again what is missing or different"],
    [
      `${programName} verify --json | jq -r 'select(.mark == "-") | .path'`,
      "paths of all that is missing",
    ],
  ],
  exitCodes: [0, 1, 2, 3, 4, 5, 6, 9, 130],
  load: async () => (await import("../commands/verify.ts")).verify,
};

/** Options of `verify` alone. */
export const rows: readonly OptionRow[] = [
  {
    long: "deep",
    kind: "switch",
    help: "Read files back and compare their SHA-256, and what the sidecars say.",
    group: proof,
    commands: ["verify"],
  },
  {
    long: "subset",
    kind: "text",
    placeholder: "N/M",
    defaultText: "all files",
    range: "1/1 to M/M, M at most 10000",
    help: "With --deep: read back only the N-th of M equal parts, the same files each time.",
    group: proof,
    commands: ["verify"],
  },
  {
    long: "repair",
    kind: "switch",
    help: "Fetch again what is missing or different. Needs the account and the archive for itself.",
    group: proof,
    commands: ["verify"],
  },
  {
    long: "ignore-extra",
    kind: "switch",
    help: "Files that are not in the inventory are no problem and get no line.",
    group: proof,
    commands: ["verify"],
  },
  {
    long: "all",
    kind: "switch",
    help: "Also a line for each file that is held.",
    group: output,
    commands: ["verify"],
  },
  {
    long: "json",
    kind: "switch",
    help: "One JSON object per line instead: findings, then a summary.",
    group: output,
    commands: ["verify"],
  },
];
