import { programName } from "../version.ts";
import { type Completion, completionModel } from "./model.ts";

/** A completer for Windows PowerShell 5.1 and PowerShell 7. Files and folders are what the shell completes by itself. */
export function powershellCompletion(): string {
  const tables = completionModel().map(({ name, flags, word }) => {
    const entries = flags.flatMap(({ names, help, value }) =>
      names.map((flag) => `      ${quote(flag)} = @{ help = ${quote(help)}; ${valueText(value)} }`)
    );
    const words = word?.kind === "words" ? list(word.words) : "@()";
    return `    ${quote(name)} = @{ words = ${words}; flags = [ordered]@{\n${entries.join("\n")}\n    } }`;
  });
  return `# PowerShell completion for ${programName}; made by: ${programName} completions powershell
Register-ArgumentCompleter -Native -CommandName ${quote(programName)} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = [ordered]@{
${tables.join("\n")}
  }
  $given = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '' -and $given.Count -gt 0) { $given = @($given | Select-Object -SkipLast 1) }
  $name = 'extract'
  if ($given.Count -gt 0 -and $commands.Contains($given[0])) { $name = $given[0] }
  $command = $commands[$name]
  $before = if ($given.Count -gt 0) { $given[-1] } else { '' }
  $flag = if ($command.flags.Contains($before)) { $command.flags[$before] } else { $null }
  if ($flag -and $flag.takesValue) {
    $candidates = $flag.values
  } elseif ($wordToComplete.StartsWith('-')) {
    $candidates = @($command.flags.Keys)
  } elseif ($given.Count -eq 0) {
    $candidates = @($commands.Keys)
  } else {
    $candidates = $command.words
  }
  $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    $about = if ($command.flags.Contains($_)) { $command.flags[$_].help } else { $_ }
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $about)
  }
}
`;
}

function valueText(value: Completion | undefined): string {
  const values = value?.kind === "words" ? list(value.words) : "@()";
  return `takesValue = $${value !== undefined}; values = ${values}`;
}

function list(words: readonly string[]): string {
  return `@(${words.map(quote).join(", ")})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
