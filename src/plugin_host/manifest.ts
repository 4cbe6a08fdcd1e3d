import { PluginError } from "../core/errors.ts";
import type { OptionSchema, OptionSpec, PluginKind, PluginPermissions } from "../core/plugin.ts";
import type { RawManifest } from "./protocol.ts";

/** What a plugin says about itself, checked. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** What it says it contributes; empty when it does not say. */
  readonly kinds: readonly PluginKind[];
  readonly options: OptionSchema;
  readonly permissions: Required<PluginPermissions>;
}

const permissionKinds = ["net", "read", "write", "env", "run"] as const;
const optionTypes = [
  "string",
  "path",
  "url",
  "number",
  "bytes",
  "milliseconds",
  "boolean",
  "choice",
  "list",
] as const;

/** Names in the configuration of a plugin that are the program's, not the plugin's. */
export const reservedOptions: readonly string[] = ["active", "grant", "trust"];

/**
 * Checks what a file says about its plugin.
 *
 * @param file for messages
 * @throws {PluginError} For the first rule that is broken, with file, rule and value.
 */
export function checkManifest(raw: RawManifest, file: string): Manifest {
  const refuse = (rule: string, value: unknown): never => {
    const shown = value === undefined ? "nothing" : JSON.stringify(value);
    throw new PluginError(`Cannot use plugin "${file}": ${rule}, not ${shown}`, {
      plugin: typeof raw.name === "string" ? raw.name : file,
      stage: "load",
      hint: "zoom-extract plugins check FILE explains what a plugin file needs",
    });
  };
  if (raw.missing) refuse("its default export has to be a plugin object", undefined);
  if (raw.apiVersion !== 1) refuse("apiVersion has to be 1", raw.apiVersion);
  const text = (field: string, pattern: RegExp, what: string): string => {
    const value = raw[field];
    return typeof value === "string" && pattern.test(value)
      ? value
      : refuse(`${field} has to be ${what}`, value);
  };
  const name = text("name", /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "kebab-case");
  const version = text("version", /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/, "SemVer, such as 1.0.0");
  const description = text("description", /\S/, "a sentence");
  if (raw.setup !== "function") refuse("setup has to be a function", raw.setup);
  return {
    name,
    version,
    description,
    kinds: checkKinds(raw.kinds ?? [], refuse),
    options: checkOptions(raw.options ?? {}, refuse),
    permissions: checkPermissions(raw.permissions ?? {}, refuse),
  };
}

type Refuse = (rule: string, value: unknown) => never;

function checkKinds(given: unknown, refuse: Refuse): readonly PluginKind[] {
  const known: readonly unknown[] = ["filter", "naming", "hook"];
  const isList = Array.isArray(given) && given.every((kind) => known.includes(kind));
  return isList ? given : refuse("kinds has to be a list of filter, naming and hook", given);
}

function checkPermissions(given: unknown, refuse: Refuse): Required<PluginPermissions> {
  if (!isRecord(given)) return refuse("permissions has to be an object", given);
  for (const kind of Object.keys(given)) {
    if (!permissionKinds.some((known) => known === kind)) {
      refuse(`permissions may name ${permissionKinds.join(", ")}`, kind);
    }
  }
  const listOf = (kind: (typeof permissionKinds)[number]): readonly string[] => {
    const list = given[kind] ?? [];
    const isList = Array.isArray(list) && list.every((item) => typeof item === "string" && item !== "");
    return isList ? list : refuse(`permissions.${kind} has to be a list of texts`, list);
  };
  return {
    net: listOf("net"),
    read: listOf("read"),
    write: listOf("write"),
    env: listOf("env"),
    run: listOf("run"),
  };
}

function checkOptions(given: unknown, refuse: Refuse): OptionSchema {
  if (!isRecord(given)) return refuse("options has to be an object", given);
  for (const [name, spec] of Object.entries(given)) {
    const rule = (text: string) => `options.${name} ${text}`;
    if (!/^[a-z][A-Za-z0-9_]*$/.test(name)) refuse("names of options are letters, digits and _", name);
    if (reservedOptions.includes(name)) {
      refuse(`${reservedOptions.join(", ")} are no names for options`, name);
    }
    if (!isRecord(spec)) refuse(rule("has to be an object"), spec);
    const { type, help, choices, default: preset } = spec as Record<string, unknown>;
    if (!optionTypes.some((known) => known === type)) {
      refuse(rule(`type has to be one of ${optionTypes.join(", ")}`), type);
    }
    if (typeof help !== "string" || help === "") refuse(rule("help has to be a sentence"), help);
    if (
      type === "choice" && !(Array.isArray(choices) && choices.every((choice) => typeof choice === "string"))
    ) {
      refuse(rule("choices has to be a list of texts"), choices);
    }
    if (preset !== undefined && !fits(spec as unknown as OptionSpec, preset)) {
      refuse(rule("default has to fit its type"), preset);
    }
  }
  return given as OptionSchema;
}

/** Tells whether `value` is of the type that an option's row says. */
export function fits(spec: OptionSpec, value: unknown): boolean {
  switch (spec.type) {
    case "string":
    case "path":
      return typeof value === "string";
    case "url":
      return typeof value === "string" && URL.canParse(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "bytes":
    case "milliseconds":
      return typeof value === "number" && Number.isFinite(value) && value >= 0;
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && spec.choices.includes(value);
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
