import { programName } from "../version.ts";
import { type Completion, completionModel } from "./model.ts";

/** A completion script for bash; needs no package, and nothing that the bash 3.2 of macOS lacks. */
export function bashCompletion(): string {
  const model = completionModel();
  const cases = model.map(({ name, flags, word }) => {
    const values = flags.flatMap(({ names, value }) =>
      value ? [`        ${names.join("|")}) ${action(value)} ;;`] : []
    );
    const lines = [
      `    ${name})`,
      `      case $before in`,
      ...values,
      `        *)`,
      `          if [[ $current == -* ]]; then`,
      `            _zoom_extract_words ${quote(flags.flatMap(({ names }) => names).join(" "))}`,
      ...(word ? [`          else`, `            ${action(word)}`] : []),
      `          fi ;;`,
      `      esac ;;`,
    ];
    return lines.join("\n");
  });
  return `# bash completion for ${programName}; made by: ${programName} completions bash

_zoom_extract_offer() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done
}

_zoom_extract_words() {
  # A list takes several, comma-separated: what stands before the last comma stays.
  local kept=""
  if [[ $current == *,* && $current != -* ]]; then kept=\${current%,*},; fi
  _zoom_extract_offer < <(compgen -P "$kept" -W "$1" -- "\${current#"$kept"}")
}

_zoom_extract_files() {
  compopt -o filenames 2>/dev/null
  _zoom_extract_offer < <(compgen "$1" -- "$current")
}

_zoom_extract() {
  local current before command=extract word
  current=\${COMP_WORDS[COMP_CWORD]}
  before=""
  COMPREPLY=()
  # bash 4 splits at =, so --order=new arrives as three words; before, it is one.
  if [[ $current == --*=* ]]; then
    before=\${current%%=*}
    current=\${current#*=}
  elif ((COMP_CWORD > 1)); then
    before=\${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $current == = ]]; then current=""; elif [[ $before == = ]] && ((COMP_CWORD > 2)); then
      before=\${COMP_WORDS[COMP_CWORD - 2]}
    fi
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${model.map(({ name }) => name).join("|")}) command=$word; break ;;
      *) break ;;
    esac
  done
  if ((COMP_CWORD == 1)) && [[ -z $before && $current != -* ]]; then
    _zoom_extract_words ${quote(model.map(({ name }) => name).join(" "))}
    return
  fi
  case $command in
${cases.join("\n")}
  esac
}

complete -F _zoom_extract ${programName}
`;
}

function action(value: Completion): string {
  switch (value.kind) {
    case "words":
      return `_zoom_extract_words ${quote(value.words.join(" "))}`;
    case "file":
      return "_zoom_extract_files -f";
    case "folder":
      return "_zoom_extract_files -d";
    case "anything":
      return ":";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
