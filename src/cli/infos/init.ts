import type { CommandInfo } from "../command_info.ts";
import { accountGroup, output, settings, what, where } from "../option_groups.ts";
import type { OptionRow } from "../option_row.ts";
import { programName } from "../version.ts";

/** What the help and the dispatcher know of `init`. */
export const info: CommandInfo = {
  name: "init",
  summary: "ask for the credentials, try them, and write .env",
  description:
    "Asks for account id, client id and client secret (which is not shown while it is typed), tries them at once, " +
    "names missing scopes, proposes folder and first day, counts the recordings of the last 30 days, and writes " +
    ".env in the working directory, readable by you alone and ignored by git. Lines of an existing .env stay as " +
    "they are; what changes is shown before anything is written. The client secret never stands on the command " +
    "line: it is asked for, or comes from ZOOM_CLIENT_SECRET or, with --secret-stdin, from standard input.",
  usage: `${programName} init [options]`,
  examples: [
    [`${programName} init`, "asks for everything"],
    [
      `pass show zoom/secret | ${programName} init --yes --secret-stdin --account-id ID --client-id ID`,
      "asks nothing, for scripts",
    ],
    [`${programName} init --yes --overwrite --from-date 2020-01-01`, "another first day, the rest as it is"],
  ],
  exitCodes: [0, 1, 2, 3, 5, 6, 130],
  load: async () => (await import("../commands/init.ts")).init,
};

const commands = ["init"] as const;

/** Options of its own. */
export const rows: readonly OptionRow[] = [
  {
    long: "account-id",
    env: "ZOOM_ACCOUNT_ID",
    kind: "text",
    placeholder: "ID",
    defaultText: "asked for",
    help: "Account id of the Server-to-Server OAuth app.",
    group: accountGroup,
    commands,
  },
  {
    long: "client-id",
    env: "ZOOM_CLIENT_ID",
    kind: "text",
    placeholder: "ID",
    defaultText: "asked for",
    help: "Client id of the app.",
    group: accountGroup,
    commands,
  },
  {
    long: "secret-stdin",
    kind: "switch",
    help: "Read the client secret from the first line of standard input.",
    group: accountGroup,
    commands,
  },
  {
    long: "output-dir",
    short: "o",
    env: "ZOOM_OUTDIR",
    kind: "path",
    placeholder: "DIR",
    default: "./zoom_recordings",
    help: "Where the archive will live.",
    group: where,
    commands,
  },
  {
    long: "from-date",
    short: "f",
    env: "ZOOM_FROM",
    kind: "day",
    placeholder: "YYYY-MM-DD",
    defaultText: "30 days ago, at each run",
    help: "First day of each run, UTC.",
    group: what,
    commands,
  },
  {
    long: "count-all",
    kind: "switch",
    help: "Count the recordings since --from-date, too; may take minutes.",
    group: what,
    commands,
  },
  {
    long: "yes",
    kind: "switch",
    help: "Never ask. What is in .env stays, but for what is missing there.",
    group: settings,
    commands,
  },
  {
    long: "overwrite",
    kind: "switch",
    help: "With --yes: replace values that are in .env already.",
    group: settings,
    commands,
  },
  {
    long: "no-check",
    kind: "switch",
    help: "Do not try the credentials; for machines without a way to Zoom.",
    group: output,
    commands,
  },
];
