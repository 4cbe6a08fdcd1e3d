import { exitCodes } from "./exit_code.ts";
import type { CliContext } from "./context.ts";
import type { CommandName } from "./option_row.ts";
import type { ParsedFlags } from "./parse_flags.ts";
import { programName } from "./version.ts";

/** Runs one command and says the exit code. */
export type CommandRunner = (flags: ParsedFlags, context: CliContext) => Promise<number>;

/** A command, as the help and the dispatcher know it. */
export interface CommandInfo {
  readonly name: CommandName;
  /** One line. */
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  readonly examples: readonly (readonly [line: string, why: string])[];
  readonly exitCodes: readonly number[];
  /** Positionals it takes, at most. @default {0} */
  readonly positionals?: number;
  /** Imports what the command needs, only when it runs. */
  load(): Promise<CommandRunner>;
}

/** Every command, in the order of the help. */
export const commands: readonly CommandInfo[] = [
  {
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
    load: async () => (await import("./commands/extract.ts")).extract,
  },
  {
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
    load: async () => (await import("./commands/list.ts")).list,
  },
  {
    name: "plugins",
    summary: "show, explain, try and begin plugins",
    description:
      "list: every plugin there is, where it comes from, and whether it takes part. info NAME: its options and " +
      "permissions. check FILE: what it imports, what it says about itself, and a call on a sample. new NAME: a " +
      "commented starting point in ./plugins, with its test, that works at once.",
    usage: `${programName} plugins VERB [NAME or FILE] [options]`,
    examples: [
      [`${programName} plugins list`, "what there is"],
      [`${programName} plugins info match`, "the options of one"],
      [`${programName} plugins new long-ones --kind filter`, "begin a filter in ./plugins"],
      [`${programName} plugins check ./plugins/long_ones.ts`, "try it before a run does"],
    ],
    exitCodes: [0, 1, 2, 6, 7],
    positionals: 2,
    load: async () => (await import("./commands/plugins.ts")).plugins,
  },
  {
    name: "hooks",
    summary: "run hooks of plugins over what the archive already holds",
    description:
      "Calls the hooks of the active plugins for files that are held already, without a download: for whoever adds a " +
      "plugin later. Without a flag: for files for which the hook has never been done; --failed: where it failed; " +
      "--all: for every file.",
    usage: `${programName} hooks run [options]`,
    examples: [
      [`${programName} hooks run --plugin checksum -o /archive`, "checksums for an archive that has none"],
      [`${programName} hooks run --failed`, "what failed, once more"],
    ],
    exitCodes: [0, 1, 2, 4, 6, 7, 9, 130],
    positionals: 1,
    load: async () => (await import("./commands/hooks.ts")).hooks,
  },
  {
    name: "simulate",
    summary: "serve a simulated Zoom account on this machine",
    description:
      "Starts a simulated Zoom account on 127.0.0.1 and prints the variables that point a run at it. " +
      "It signs in, lists, pages, limits and serves media as Zoom does, the same for the same seed, until Ctrl-C.",
    usage: `${programName} simulate [options]`,
    examples: [
      [`${programName} simulate --users 20 --months 12`, "a year of twenty people"],
      [
        `echo '[{"on": "/rec/*", "do": "cutAfter", "bytes": 4096, "times": 1}]' > faults.json`,
        "a fault: one download breaks off after 4096 bytes",
      ],
      [
        `${programName} simulate --port 8787 --faults faults.json`,
        "with that fault, on a port of your choice",
      ],
    ],
    exitCodes: [0, 1, 2],
    load: async () => (await import("./commands/simulate.ts")).simulate,
  },
  {
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
    load: async () => (await import("./commands/demo.ts")).demo,
  },
  {
    name: "help",
    summary: "explain a command",
    description: "Shows the complete help of a command.",
    usage: `${programName} help [COMMAND]`,
    examples: [[`${programName} help list`, "everything about list"]],
    exitCodes: [0, 2],
    positionals: 1,
    load: async () => (await import("./commands/help.ts")).help,
  },
];

/** The command of that name, if there is one. */
export function findCommand(name: string): CommandInfo | undefined {
  return commands.find((command) => command.name === name);
}
