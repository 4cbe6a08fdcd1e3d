import { programName } from "../version.ts";
import { type Completion, completionModel, type FlagModel } from "./model.ts";

/** Completions for fish 3 and later. */
export function fishCompletion(): string {
  const model = completionModel();
  const names = model.map(({ name }) => name).join(" ");
  const lines = model.flatMap(({ name, summary, flags, word }) => {
    const isHere = name === "extract"
      ? `not __fish_seen_subcommand_from ${
        model.map((each) => each.name).filter((each) => each !== name).join(" ")
      }`
      : `__fish_seen_subcommand_from ${name}`;
    return [
      line(`not __fish_seen_subcommand_from ${names}`, `-a ${quote(name)} -d ${quote(summary)}`),
      ...flags.map((flag) => line(isHere, flagText(flag))),
      ...(word ? [line(isHere, wordText(word))] : []),
    ];
  });
  return `# fish completion for ${programName}; made by: ${programName} completions fish
complete -c ${programName} -f
${lines.join("\n")}
`;
}

function line(condition: string, rest: string): string {
  return `complete -c ${programName} -n ${quote(condition)} ${rest}`;
}

function flagText({ names, help, value }: FlagModel): string {
  const flags = names.map((name) => name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`);
  return [...flags, ...(value ? [valueText(value)] : []), `-d ${quote(help)}`].join(" ");
}

function valueText(value: Completion): string {
  return value.kind === "anything" ? "-x" : `${value.kind === "words" ? "-x" : "-r"} ${wordText(value)}`;
}

function wordText(value: Completion): string {
  switch (value.kind) {
    case "words":
      return `-a ${quote(value.words.join(" "))}`;
    case "file":
      return "-F";
    case "folder":
      return `-a ${quote("(__fish_complete_directories)")}`;
    case "anything":
      return "";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
