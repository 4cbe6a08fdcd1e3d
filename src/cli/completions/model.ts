import { commands } from "../commands.ts";
import type { OptionRow } from "../option_row.ts";
import { optionsOf } from "../options.ts";
import { bundledNames } from "../plugins/bundled_names.ts";

/** What stands after an option, or in the place of a word. */
export type Completion =
  /** One of these. */
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** A file or folder. */
  | { readonly kind: "file" | "folder" }
  /** Something nobody can guess. */
  | { readonly kind: "anything" };

/** One flag of a command. */
export interface FlagModel {
  /** `--output-dir`, `-o` */
  readonly names: readonly string[];
  readonly help: string;
  /** Absent for a switch. */
  readonly value?: Completion;
}

/** One command. */
export interface CommandModel {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagModel[];
  /** Its first positional, where it takes one. */
  readonly word?: Completion;
}

/** All that a shell needs to know, from the rows that parse the command line. */
export function completionModel(): readonly CommandModel[] {
  return commands.map((command) => ({
    name: command.name,
    summary: command.summary,
    flags: [
      ...optionsOf(command.name).filter((row) => !row.flagless).map(flagModel),
      { names: ["--help", "-h"], help: "Show the help of this command." },
      { names: ["--version", "-V"], help: "Show the version." },
    ],
    ...wordOf(command.name, command),
  }));
}

function wordOf(
  name: string,
  { positionals = 0, words }: { positionals?: number; words?: readonly string[] },
): { word?: Completion } {
  const names = commands.map((command) => command.name);
  if (name === "help") return { word: { kind: "words", words: names } };
  if (name === "permissions") {
    return { word: { kind: "words", words: names.filter((each) => each !== "permissions") } };
  }
  if (name === "adopt") return { word: { kind: "folder" } };
  if (words !== undefined) return { word: { kind: "words", words } };
  return positionals > 0 ? { word: { kind: "file" } } : {};
}

function flagModel(row: OptionRow): FlagModel {
  const names = [`--${row.long}`, ...(row.short ? [`-${row.short}`] : [])];
  return row.kind === "switch" ? { names, help: row.help } : { names, help: row.help, value: valueOf(row) };
}

/** File types that recordings come in, most frequent first. */
const fileTypes = ["MP4", "M4A", "TRANSCRIPT", "CHAT", "CC", "TIMELINE", "SUMMARY", "CSV"];

function valueOf(row: OptionRow): Completion {
  if (row.choices !== undefined) return { kind: "words", words: row.choices };
  if (row.long === "plugin") return { kind: "words", words: bundledNames };
  if (row.long === "types" || row.long === "exclude-types") return { kind: "words", words: fileTypes };
  if (row.word !== undefined) return { kind: "words", words: [row.word] };
  if (row.kind === "path" || row.long.endsWith("-dir")) {
    return { kind: row.placeholder === "DIR" ? "folder" : "file" };
  }
  return { kind: "anything" };
}

/** Flags that take a value, over all commands, by name. */
export function valueFlags(model: readonly CommandModel[]): Map<string, Completion> {
  const flags = new Map<string, Completion>();
  for (const { names, value } of model.flatMap((command) => command.flags)) {
    for (const name of names) if (value !== undefined) flags.set(name, value);
  }
  return flags;
}
