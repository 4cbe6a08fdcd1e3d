import type { CommandInfo } from "../command_info.ts";
import { output, proof, where } from "../option_groups.ts";
import type { OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `doctor`. */
export const info: CommandInfo = {
  name: "doctor",
  summary: "look whether a run would work, and say what to do where it would not",
  description:
    "Looks at the permissions of this process, the credentials, their scopes and what each missing one costs, the " +
    "lists and the right to download, the clock, the disk, the inventory, the plugins and their programs. Reads one " +
    "byte of one recording and writes one small file, which it removes again; changes nothing. Each line says how " +
    "it is (✓ good, ! worth a look, ✗ no run) and the way out. The exit code is the one a run would end with, the " +
    "lowest of several; 0 with warnings only.",
  usage: `${programName} doctor [options]`,
  examples: [
    [`${programName} doctor`, "everything"],
    [`${programName} doctor --offline -o /archive`, "this machine only"],
    [
      `${programName} doctor --json | jq -r '.findings[] | select(.level == "error") | .remedy'`,
      "what to do",
    ],
  ],
  exitCodes: [0, 1, 2, 3, 5, 6, 7, 130],
  load: async () => (await import("../commands/doctor.ts")).doctor,
};

/** Options of its own. */
export const rows: readonly OptionRow[] = [
  {
    long: "offline",
    kind: "switch",
    help: "Leave Zoom alone; look at this machine only.",
    group: proof,
    commands: ["doctor"],
  },
  {
    long: "min-free-space",
    kind: "bytes",
    placeholder: "BYTES",
    default: "1G",
    min: 0,
    help: "Space that a run leaves free on the disk of the archive.",
    group: where,
    commands: ["doctor"],
  },
  {
    long: "json",
    kind: "switch",
    help: "Print all findings on stdout as one JSON object.",
    group: output,
    commands: ["doctor"],
  },
];
