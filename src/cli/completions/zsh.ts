import { programName } from "../version.ts";
import { type CommandModel, type Completion, completionModel, type FlagModel } from "./model.ts";

/** A completion function for zsh, to be kept as `_zoom-extract` in a folder of `fpath`. */
export function zshCompletion(): string {
  const model = completionModel();
  const described = model.map(({ name, summary }) =>
    `    ${quote(`${name}:${summary.replaceAll(":", "\\:")}`)}`
  );
  return `#compdef ${programName}
# zsh completion for ${programName}; made by: ${programName} completions zsh

${model.map(commandFunction).join("\n\n")}

_zoom_extract_commands() {
  local -a commands=(
${described.join("\n")}
  )
  _describe -t commands command commands
}

_zoom_extract() {
  local command=\${words[2]}
  if (( CURRENT == 2 )) && [[ $command != -* ]]; then
    _zoom_extract_commands
    return
  fi
  if (( $+functions[_zoom_extract_$command] )); then
    (( CURRENT-- ))
    shift words
    _zoom_extract_$command
  else
    _zoom_extract_extract
  fi
}

# Called as a completion, or read by source.
if [[ $funcstack[1] == _${programName} ]]; then
  _zoom_extract "$@"
else
  compdef _zoom_extract ${programName}
fi
`;
}

function commandFunction({ name, flags, word }: CommandModel): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...(word ? [quote(`1:word:${action(word)}`)] : []),
    ...(word && name === "plugins" ? [quote("2:name or file:_files")] : []),
  ];
  return `_zoom_extract_${name}() {\n  _arguments -s \\\n${
    specs.map((spec) => `    ${spec}`).join(" \\\n")
  }\n}`;
}

function flagSpecs({ names, help, value }: FlagModel): string[] {
  const about = help.replace(/[[\]\\:]/g, "\\$&");
  return names.map((name) => {
    const separator = value && name.startsWith("--") ? "=" : "";
    return quote(`*${name}${separator}[${about}]${value ? `:value:${action(value)}` : ""}`);
  });
}

function action(value: Completion): string {
  switch (value.kind) {
    case "words":
      return `(${value.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "anything":
      return " ";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
