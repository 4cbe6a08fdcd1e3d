import type { CommandInfo } from "../command_info.ts";
import { output, proof } from "../option_groups.ts";
import type { CommandName, OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

const commands: readonly CommandName[] = ["rebuild"];

/** What only `rebuild` takes. */
export const rows: readonly OptionRow[] = [
  {
    long: "deep",
    kind: "switch",
    help: "Digest every file again instead of believing its size; what differs is fetched again.",
    group: proof,
    commands,
  },
  {
    long: "force",
    kind: "switch",
    help: "Replace an inventory that is whole, too. A copy is kept all the same.",
    group: proof,
    commands,
  },
  {
    long: "if-lost",
    kind: "switch",
    help: "Do nothing where the inventory is whole. For unattended runs.",
    group: proof,
    commands,
  },
  {
    long: "json",
    kind: "switch",
    help: "Print what was found on stdout as one JSON object.",
    group: output,
    commands,
  },
];

/** What the help and the dispatcher know of `rebuild`. */
export const info: CommandInfo = {
  name: "rebuild",
  summary: "make a lost or damaged inventory again from what the archive holds",
  description:
    "Reads the sidecars, the journal and the tree, and makes _logs/inventory.db again, without Zoom and without a " +
    "download. The next run keeps every path and fetches only what is missing. The former inventory is kept beside " +
    "the new one; an inventory that is whole is left alone unless --force says otherwise.",
  usage: `${programName} rebuild [options]`,
  examples: [
    [`${programName} rebuild -o /archive`, "after the inventory was lost, or is said to be damaged"],
    [`${programName} rebuild -o /archive --deep`, "and believe no file without reading it"],
    [`${programName} rebuild --if-lost; ${programName} extract`, "where nobody watches"],
  ],
  exitCodes: [0, 1, 2, 4, 6, 9, 130],
  load: async () => (await import("../commands/rebuild.ts")).rebuild,
};
