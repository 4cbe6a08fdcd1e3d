import { PluginError } from "../core/errors.ts";
import type { OptionSpec } from "../core/plugin.ts";
import { parseBytes, parseDurationMs } from "../core/units.ts";
import { fits, type Manifest } from "./manifest.ts";

/** Options as given: texts from the command line, JSON values from a configuration file. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/**
 * The options of one plugin, complete and checked.
 *
 * @throws {PluginError} For an unknown key, a wrong type, or a missing value, naming plugin, option, value and
 *   what is accepted.
 */
export function parsePluginOptions(manifest: Manifest, given: GivenOptions): Record<string, unknown> {
  const { name: plugin, options: schema } = manifest;
  for (const [option, value] of Object.entries(given)) {
    if (Object.hasOwn(schema, option)) continue;
    const known = Object.keys(schema);
    throw optionError(plugin, option, {
      value,
      state: `plugin "${plugin}" has no such option`,
      hint: known.length === 0 ? "it has no options" : `it has ${known.join(", ")}`,
    });
  }
  const values: Record<string, unknown> = {};
  for (const [option, spec] of Object.entries(schema)) {
    const value = given[option];
    if (value !== undefined) values[option] = parseValue(plugin, option, { spec, value });
    else if (spec.default !== undefined) values[option] = spec.default;
    else if (spec.required) {
      throw new PluginError(`Cannot use plugin "${plugin}": option "${option}" is missing`, {
        plugin,
        stage: "options",
        hint: `${accepted(spec)}: --plugin-option ${plugin}.${option}=VALUE, or the configuration file`,
      });
    }
  }
  return values;
}

function parseValue(
  plugin: string,
  option: string,
  { spec, value }: { spec: OptionSpec; value: unknown },
): unknown {
  const parsed = typeof value === "string" ? readText(spec, value) : value;
  if (parsed !== undefined && fits(spec, parsed)) return parsed;
  const shown = spec.secret ? "…" : value;
  throw optionError(plugin, option, {
    value: shown,
    state: "cannot be used",
    hint: `accepted: ${accepted(spec)}`,
  });
}

/** A text as its row's type; `undefined` where it is none. */
function readText(spec: OptionSpec, text: string): unknown {
  switch (spec.type) {
    case "number":
      return text.trim() === "" ? undefined : Number(text);
    case "bytes":
      return attempt(() => parseBytes(text, "bytes"));
    case "milliseconds":
      return attempt(() => parseDurationMs(text, "time"));
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "list":
      return text.startsWith("[")
        ? attempt(() => JSON.parse(text))
        : text.split(",").map((item) => item.trim());
    default:
      return text;
  }
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** What an option takes, in words. */
export function accepted(spec: OptionSpec): string {
  switch (spec.type) {
    case "string":
      return "a text";
    case "path":
      return "a path";
    case "url":
      return "an address such as https://example.com/x";
    case "number":
      return "a number";
    case "bytes":
      return "a number of bytes, such as 10M";
    case "milliseconds":
      return "a duration, such as 90s or 1h30m";
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${spec.choices.join(", ")}`;
    case "list":
      return "texts with commas between them, or a JSON array of texts";
  }
}

function optionError(
  plugin: string,
  option: string,
  { value, state, hint }: { value: unknown; state: string; hint: string },
): PluginError {
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return new PluginError(`Cannot use ${plugin}.${option} "${shown}": ${state}`, {
    plugin,
    stage: "options",
    hint,
  });
}
