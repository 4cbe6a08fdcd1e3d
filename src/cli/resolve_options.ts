import { readConfigFile } from "./config_file.ts";
import type { CliContext } from "./context.ts";
import { readDotEnv } from "./dot_env.ts";
import type { CommandName, OptionRow, OptionValue } from "./option_row.ts";
import { accountGroup } from "./option_groups.ts";
import { accountSwitches, optionsOf } from "./options.ts";
import { parseOptionValue } from "./option_value.ts";

/** Options of one command once flag, environment, `.env`, configuration file and default are joined. */
export class ResolvedOptions {
  readonly #values: ReadonlyMap<string, OptionValue>;
  readonly #labels: ReadonlyMap<string, string>;
  /** Things worth a word that do not stop the command. */
  readonly warnings: readonly string[];
  /** What the configuration file says under `plugins`. */
  readonly pluginSettings: unknown;

  constructor(
    values: ReadonlyMap<string, OptionValue>,
    labels: ReadonlyMap<string, string>,
    warnings: readonly string[] = [],
    pluginSettings?: unknown,
  ) {
    this.pluginSettings = pluginSettings;
    this.#values = values;
    this.#labels = labels;
    this.warnings = warnings;
  }

  text(long: string): string | undefined {
    const value = this.#values.get(long);
    return typeof value === "string" ? value : undefined;
  }

  number(long: string): number | undefined {
    const value = this.#values.get(long);
    return typeof value === "number" ? value : undefined;
  }

  list(long: string): readonly string[] | undefined {
    const value = this.#values.get(long);
    return typeof value === "object" ? value : undefined;
  }

  on(long: string): boolean {
    return this.#values.get(long) === true;
  }

  /** Tells whether a flag gave it, so that no other place was looked at. */
  isFlag(long: string): boolean {
    return this.label(long) === `--${long}` && this.#values.has(long) && this.#labels.has(long);
  }

  /** How the person wrote it, for messages: `--from-date`, `ZOOM_FROM`, `ZOOM_FROM in .env`. */
  label(long: string): string {
    return this.#labels.get(long) ?? `--${long}`;
  }
}

/**
 * Reads every option of `command` from where it is given, the flag first and the default last.
 *
 * An empty variable counts as unset, because schedulers pass unset inputs that way; an empty flag is refused.
 *
 * @throws {UsageError} For the first value that cannot be used, naming where it came from.
 */
export async function resolveOptions(
  command: CommandName,
  flags: ReadonlyMap<string, string>,
  context: CliContext,
): Promise<ResolvedOptions> {
  const rows = optionsOf(command);
  const reads = rows.some((row) => row.env !== undefined);
  const dotEnv = reads && context.readsDotEnv ? await readDotEnv(context) : undefined;
  const named = configPath(rows, flags);
  const file = named === undefined ? undefined : await readConfigFile(context, named);
  const values = new Map<string, OptionValue>();
  const labels = new Map<string, string>();
  const places = { flags, context, dotEnv: dotEnv?.values, file: file?.values, path: named };
  const isAccountAsked = asksForAccount(command, rows, places);
  for (const row of rows) {
    if (row.group === accountGroup && !isAccountAsked) continue;
    const given = findText(row, places);
    if (given) labels.set(row.long, given.label);
    const text = given?.text ?? row.default;
    if (text !== undefined) values.set(row.long, parseOptionValue(row, text, given?.label ?? row.long));
  }
  return new ResolvedOptions(
    values,
    labels,
    [...dotEnv?.warnings ?? [], ...file?.warnings ?? []],
    file?.plugins,
  );
}

function asksForAccount(command: CommandName, rows: readonly OptionRow[], places: Places): boolean {
  const row = rows.find(({ long }) => long === accountSwitches[command]);
  const given = row && findText(row, places);
  return row === undefined ||
    (given !== undefined && parseOptionValue(row, given.text, given.label) === true);
}

function configPath(rows: readonly OptionRow[], flags: ReadonlyMap<string, string>): string | undefined {
  const row = rows.find((row) => row.long === "config");
  const path = flags.get("config");
  return row && path !== undefined ? String(parseOptionValue(row, path, "--config")) : undefined;
}

interface Places {
  readonly flags: ReadonlyMap<string, string>;
  readonly context: CliContext;
  readonly dotEnv: ReadonlyMap<string, string> | undefined;
  readonly file: ReadonlyMap<string, string> | undefined;
  readonly path: string | undefined;
}

function findText(row: OptionRow, places: Places): { text: string; label: string } | undefined {
  const flag = places.flags.get(row.long);
  if (flag !== undefined) return { text: flag, label: `--${row.long}` };
  if (row.env !== undefined) {
    const variable = places.context.env(row.env);
    if (isSet(variable)) return { text: variable, label: row.env };
    const line = places.dotEnv?.get(row.env);
    if (isSet(line)) return { text: line, label: `${row.env} in .env` };
  }
  const entry = places.file?.get(row.long);
  return entry === undefined ? undefined : { text: entry, label: `${row.long} in ${places.path}` };
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== "";
}
