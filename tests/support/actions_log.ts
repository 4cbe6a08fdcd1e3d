/** A workflow command as the runner of GitHub Actions understood it. */
export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const known = new Set(
  "error warning notice debug group endgroup add-mask echo set-output set-env add-path save-state add-matcher stop-commands"
    .split(" "),
);

/**
 * The commands that the runner would carry out, reading what a step printed line by line: the newer form at the
 * start of a line, the older one anywhere in it, and none between `stop-commands` and its token.
 *
 * @see https://github.com/actions/runner, src/Runner.Common/ActionCommand.cs and src/Runner.Worker/ActionCommandManager.cs
 */
export function commandsIn(log: string): RunnerCommand[] {
  const commands: RunnerCommand[] = [];
  let token: string | undefined;
  for (const line of log.split(/\r\n|[\r\n]/)) {
    if (token !== undefined) {
      if (parseNew(line, new Set([token]))) token = undefined;
      continue;
    }
    const command = parseNew(line, known) ?? parseOld(line);
    if (!command) continue;
    if (command.name === "stop-commands") token = command.data;
    commands.push(command);
  }
  return commands;
}

function parseNew(line: string, names: ReadonlySet<string>): RunnerCommand | undefined {
  const match = /^[\s\u0085]*::([^]*?)::([^]*)$/.exec(line);
  const [name = "", properties = ""] = splitOnce(match?.[1] ?? "", " ");
  if (!match || !names.has(name)) return undefined;
  return { name, properties: parseProperties(properties, ","), data: unescape(match[2] ?? "") };
}

function parseOld(line: string): RunnerCommand | undefined {
  const match = /##\[([^\]]*)\]([^]*)$/.exec(line);
  const [name = "", properties = ""] = splitOnce(match?.[1] ?? "", " ");
  if (!match || !known.has(name)) return undefined;
  return { name, properties: parseProperties(properties, ";"), data: unescape(match[2] ?? "") };
}

function parseProperties(text: string, separator: string): Record<string, string> {
  const pairs = text.trim().split(separator).map((pair) => splitOnce(pair, "="));
  return Object.fromEntries(pairs.flatMap(([key, value]) => value ? [[key, unescape(value)]] : []));
}

function unescape(text: string): string {
  const plain: Readonly<Record<string, string>> = {
    "%0D": "\r",
    "%0A": "\n",
    "%3A": ":",
    "%2C": ",",
    "%25": "%",
  };
  return text.replace(/%(0D|0A|3A|2C|25)/g, (code) => plain[code] ?? code);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** What a step left in the file of `GITHUB_OUTPUT`. */
export function outputsIn(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const heredoc = /^([^=]*?)<<(.+)$/.exec(line);
    if (heredoc) {
      const end = lines.indexOf(heredoc[2] ?? "", i + 1);
      if (end === -1) throw new Error(`The output "${heredoc[1]}" has no end`);
      outputs[heredoc[1] ?? ""] = lines.slice(i + 1, end).join("\n");
      i = end;
    } else if (line !== "") {
      const [name, value] = splitOnce(line, "=");
      outputs[name] = value;
    }
  }
  return outputs;
}
