import type { CommandInfo } from "../command_info.ts";
import { output, what } from "../option_groups.ts";
import type { OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `export`. */
export const info: CommandInfo = {
  name: "export",
  summary: "write the inventory as CSV, JSON lines or checksums, or a bag; works offline",
  description:
    "Reads the archive's inventory, without credentials and without a network, and writes it for other programs: csv and " +
    "jsonl have a row per file, sha256sums is what sha256sum -c checks in the archive's folder, bagit makes a bag " +
    "(RFC 8493) that shares the bytes of the archive through hard links.",
  usage: `${programName} export --format FORMAT [options]`,
  examples: [
    [`${programName} export --format csv --output recordings.csv`, "a spreadsheet of everything known"],
    [`${programName} export --format jsonl --status failed | jq -r .error`, "why files failed"],
    [
      `${programName} export --format sha256sums | (cd zoom_recordings && sha256sum --quiet -c)`,
      "prove that no byte has changed",
    ],
    [
      `${programName} export --format bagit --output /deposit/2024 -t 2024-12-31`,
      "a bag for a long-term archive",
    ],
  ],
  exitCodes: [0, 1, 2, 4, 6, 130],
  load: async () => (await import("../commands/export.ts")).exportInventory,
};

/** Options of its own. */
export const rows: readonly OptionRow[] = [
  {
    long: "format",
    kind: "choice",
    placeholder: "FORMAT",
    required: true,
    choices: ["csv", "jsonl", "sha256sums", "bagit"],
    help: "What to write.",
    group: output,
    commands: ["export"],
  },
  {
    long: "output",
    kind: "path",
    placeholder: "PATH",
    defaultText: "stdout",
    help: "File to write, whole or not at all; for bagit the folder of the bag, which must not exist yet.",
    group: output,
    commands: ["export"],
  },
  {
    long: "status",
    kind: "list",
    placeholder: "LIST",
    defaultText: "all",
    help: "Only files that are completed, failed, pending, active, skipped, not_ready, in_trash or gone; " +
      "comma-separated, for csv and jsonl.",
    group: what,
    commands: ["export"],
  },
  {
    long: "copy",
    kind: "switch",
    help: "Copy the bytes into the bag instead of linking them, where links cannot be made.",
    group: output,
    commands: ["export"],
  },
];
