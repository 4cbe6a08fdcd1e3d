import type { CommandInfo } from "./command_info.ts";
import { commands } from "./commands.ts";
import { exitCodes } from "./exit_code.ts";
import type { OptionRow } from "./option_row.ts";
import { defaultText, optionRows } from "./options.ts";
import { wrap } from "./render/text.ts";
import { programName, version } from "./version.ts";

/** The manual page of the whole program, for section 1, as roff with the `man` macros. */
export function renderManual(): string {
  const own = commands.flatMap((command) => commandLines(command));
  return [
    `.\\" Made by ${programName} man; do not edit.`,
    `.TH ${programName.toUpperCase()} 1 "" "${programName} ${version}" "User Commands"`,
    ".SH NAME",
    `${text(programName)} \\- download every cloud recording of a Zoom account`,
    ".SH SYNOPSIS",
    `.B ${text(programName)}`,
    `.RI [ command "] [" options ]`,
    ".SH DESCRIPTION",
    ...prose(commands.find(({ name }) => name === "extract")?.description ?? ""),
    ".PP",
    "Options are read from the command line, then from environment variables,",
    "then from",
    `.I .env`,
    "in the working directory, then from the configuration file named by",
    `.BR \\-\\-config ,`,
    "then from the defaults given here: the first one that is set counts.",
    "A switch is turned off again by",
    `.BI \\-\\-no\\- NAME\\fR.\\fP`,
    ".SH COMMANDS",
    ...own,
    ".SH OPTIONS",
    "Each option names the commands that know it. All commands know",
    `.BR \\-h ", " \\-\\-help`,
    "and",
    `.BR \\-V ", " \\-\\-version .`,
    ...optionRows.filter((row) => !row.flagless).flatMap(optionLines),
    ".SH ENVIRONMENT",
    ...environmentLines(),
    ".SH EXIT STATUS",
    ...exitCodes.flatMap(([code, meaning]) => [".TP", `.B ${code}`, ...prose(meaning)]),
    ".SH FILES",
    ...tagged(".I .env", "Variables of the working directory; keep it to yourself (mode 0600)."),
    ...tagged(".I _logs/inventory.db", "In the archive: what is known of every file, an SQLite database."),
    ...tagged(".I _metadata/extraction_state.json", "In the archive: how the last run stands."),
    ".SH SEE ALSO",
    ".BR sqlite3 (1),",
    ".BR rclone (1),",
    ".BR ffmpeg (1)",
    "",
  ].join("\n");
}

function commandLines({ name, summary, description, usage, examples }: CommandInfo): string[] {
  return [
    `.SS ${text(name)}`,
    ...prose(`${capital(summary)}.`),
    ".PP",
    // On a line of its own, so that it is not broken.
    `.nf`,
    `.B ${text(usage).replaceAll('"', "\\(dq")}`,
    ".fi",
    ".PP",
    ...prose(description),
    ...examples.flatMap((
      [line, why],
    ) => [".PP", ...prose(`${capital(why)}:`), ".PP", ".RS 4", ".nf", text(line), ".fi", ".RE"]),
  ];
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function optionLines(row: OptionRow): string[] {
  const flags = [...(row.short ? [`\\fB\\-${row.short}\\fP`] : []), `\\fB${text(`--${row.long}`)}\\fP`].join(
    ", ",
  );
  const value = row.kind === "switch" ? "" : ` \\fI${text(row.placeholder ?? "VALUE")}\\fP`;
  const facts = [
    ...(row.choices ? [`One of ${row.choices.join(", ")}.`] : row.range ? [`${capital(row.range)}.`] : []),
    ...(row.kind === "switch" ? [] : [`Default: ${defaultText(row)}.`]),
    ...(row.env ? [`Variable: ${row.env}.`] : []),
    `Commands: ${row.commands.filter(isCommand).join(", ")}.`,
  ];
  return [".TP", `${flags}${value}`, ...prose(`${row.help} ${facts.join(" ")}`)];
}

/** Rows may name commands that another version has. */
function isCommand(name: string): boolean {
  return commands.some((command) => command.name === name);
}

function environmentLines(): string[] {
  const rows = new Map<string, OptionRow>();
  for (const row of optionRows) if (row.env !== undefined && !rows.has(row.env)) rows.set(row.env, row);
  const own = [...rows].flatMap(([name, row]) => {
    const instead = row.flagless ? `Default: ${defaultText(row)}.` : `Stands in for --${row.long}.`;
    return tagged(`.B ${text(name)}`, `${row.help} ${instead}`);
  });
  return [
    ...own,
    ...tagged('.BR NO_COLOR , " " FORCE_COLOR', "Without colours, and with them, whatever the output is."),
    ...tagged(
      '.BR HTTPS_PROXY , " " NO_PROXY',
      "Which requests go through a proxy, as the runtime reads them.",
    ),
  ];
}

function tagged(tag: string, description: string): string[] {
  return [".TP", tag, ...prose(description)];
}

/** Text in lines that are short also once they are escaped. */
function prose(plain: string): string[] {
  return wrap(plain, 64).map(text);
}

/** Plain text as roff: nothing in it is a request or an escape, minus signs stay minus signs. */
function text(plain: string): string {
  const escaped = plain.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replaceAll(
    "`",
    "\\(ga",
  )
    .replaceAll("^", "\\(ha").replaceAll("~", "\\(ti")
    .replace(
      /\P{ASCII}/gu,
      (char) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
    );
  return escaped.replace(/^(?=[.])/, "\\&");
}
