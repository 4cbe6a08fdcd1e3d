import type { CommandInfo } from "./command_info.ts";
import { commands } from "./commands.ts";
import { exitCodes } from "./exit_code.ts";
import type { OptionRow } from "./option_row.ts";
import { optionGroups } from "./option_groups.ts";
import { defaultText, flagText, optionsOf } from "./options.ts";
import type { Style } from "./render/style.ts";
import { shellLines, wrap } from "./render/text.ts";
import { programName } from "./version.ts";

/** How to lay a help text out. */
export interface HelpOptions {
  /** Width of the terminal; 0 means 80. */
  readonly columns: number;
  readonly style: Style;
}

/** The complete help of one command. */
export function renderHelp(command: CommandInfo, options: HelpOptions): string {
  const columns = Math.max(40, Math.min(options.columns || 80, 100));
  const layout = { columns, style: options.style };
  const title = `${programName} ${command.name}: ${command.summary}`;
  const sections = [
    wrap(title, columns).join("\n").replace(title.split(":")[0] ?? "", (name) => options.style.bold(name)),
    wrap(command.description, columns).join("\n"),
    heading("Usage", [command.usage], layout),
    ...(command.name === "extract" ? [heading("Commands", commandLines(layout), layout)] : []),
    ...optionSections(optionsOf(command.name), layout),
    heading("Examples", command.examples.flatMap(([line, why]) => exampleLines(line, why, layout)), layout),
    heading("Exit codes", exitCodeLines(command, layout), layout),
  ];
  return `${sections.join("\n\n")}\n`;
}

function heading(title: string, lines: readonly string[], { style }: HelpOptions): string {
  return [style.bold(title), ...lines.map((line) => line === "" ? "" : `  ${line}`)].join("\n");
}

function commandLines(layout: HelpOptions): string[] {
  return [
    ...commands.flatMap((command) => entry(command.name, command.summary, { ...layout, indent: 14 })),
    "",
    ...wrap(`${programName} help COMMAND, or ${programName} COMMAND --help, tells more.`, layout.columns - 2),
  ];
}

function optionSections(rows: readonly OptionRow[], layout: HelpOptions): string[] {
  const groups = optionGroups.map((title) => [title, rows.filter((row) => row.group === title)] as const)
    .filter(([, members]) => members.length > 0);
  const general = [
    ...entry("-h, --help", "Show this help.", { ...layout, indent: 30 }),
    ...entry("-V, --version", "Show the version.", { ...layout, indent: 30 }),
  ];
  return [
    ...groups.map(([title, members]) =>
      heading(title, members.flatMap((row) => optionLines(row, layout)), layout)
    ),
    heading("General", general, layout),
    ...(rows.some((row) => row.env) ? [heading("Precedence", precedence(layout), layout)] : []),
  ];
}

function precedence({ columns }: HelpOptions): string[] {
  return wrap(
    "flag, then environment variable, then .env in the working directory, then --config file, then default. " +
      "A configuration file may hold every option, credentials included, by its long name (download-timeout, " +
      "client-secret). A switch is turned off again by --no-NAME.",
    columns - 2,
  );
}

function optionLines(row: OptionRow, layout: HelpOptions): string[] {
  const facts = [
    ...(row.choices ? [row.choices.join(", ")] : row.range ? [row.range] : []),
    ...(row.kind === "switch" ? [] : [row.required ? "required" : `default: ${defaultText(row)}`]),
    ...(row.env && !row.flagless ? [`env: ${row.env}`] : []),
  ];
  const text = facts.length > 0 ? `${row.help} [${facts.join("; ")}]` : row.help;
  return entry(flagText(row), text, { ...layout, indent: 30 });
}

/** A term and its text beside it, or below it where the term is too long or the window too narrow. */
function entry(
  term: string,
  text: string,
  { columns, indent, style }: HelpOptions & { indent: number },
): string[] {
  const narrow = columns < 60;
  const start = narrow ? 6 : indent;
  const lines = wrap(text, columns - 2 - start).map((line) => " ".repeat(start) + line);
  if (narrow || term.length > indent - 2) return [style.cyan(term), ...lines];
  const [first = "", ...rest] = lines;
  return [style.cyan(term.padEnd(indent)) + first.slice(indent), ...rest];
}

function exampleLines(line: string, why: string, { columns, style }: HelpOptions): string[] {
  return [...wrap(`# ${why}`, columns - 2).map(style.dim), ...shellLines(line, columns)];
}

function exitCodeLines(command: CommandInfo, layout: HelpOptions): string[] {
  const listed = exitCodes.filter(([code]) => command.exitCodes.includes(code));
  return listed.flatMap(([code, meaning]) => {
    const text = code === 0 && command.name !== "extract" ? "all went well" : meaning;
    return entry(String(code).padStart(3), text, { ...layout, indent: 5 });
  });
}
