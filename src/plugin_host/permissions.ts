import { isAbsolute, relative, resolve } from "node:path";
import { PluginError } from "../core/errors.ts";
import { allowFlags, descriptorOf, type Grant, type GrantKind } from "../core/grants.ts";
import type { PluginPermissions } from "../core/plugin.ts";
import type { WorkerPermissions } from "./channel.ts";
import { codePlaces } from "./code_places.ts";
import type { Manifest } from "./manifest.ts";

/** Folders that permissions may name by a word. */
export interface PermissionFolders {
  /** `$OUTPUT` */
  readonly outputDir: string;
  /** `$PLUGIN_DATA` */
  readonly dataDir: string;
}

/** Files that no plugin may read: they hold the credentials. */
export interface SecretPlaces {
  readonly files: readonly string[];
  /** Names of environment variables. */
  readonly variables: readonly string[];
}

/** Tells whether a plugin asks for anything. */
export function asksForPermissions({ permissions }: Manifest): boolean {
  return Object.values(permissions).some((list) => list.length > 0);
}

/** What a plugin asks for, in words: `reads $OUTPUT, connects to hooks.example.com`. */
export function describePermissions(permissions: PluginPermissions): string {
  const verbs: readonly (readonly [keyof PluginPermissions, string])[] = [
    ["read", "reads"],
    ["write", "writes"],
    ["net", "connects to"],
    ["env", "sees the variables"],
    ["run", "runs"],
  ];
  const parts = verbs.flatMap(([kind, verb]) => {
    const list = permissions[kind] ?? [];
    return list.length === 0 ? [] : [`${verb} ${list.join(", ")}`];
  });
  return parts.length === 0 ? "nothing" : parts.join("; ");
}

/**
 * The permissions of a plugin's worker.
 *
 * @param file the plugin's own
 * @throws {PluginError} When it asks for the program's credentials.
 */
export function workerPermissions(
  manifest: Manifest,
  { file, folders, secrets }: { file: string; folders: PermissionFolders; secrets: SecretPlaces },
): WorkerPermissions {
  const needs = expandPermissions(manifest, folders);
  refuseSecrets(manifest, { read: needs.read, secrets });
  return { ...needs, read: [...needs.read, ...codePlaces(file)] };
}

/** What a plugin declares, with paths in place of the words for folders. */
export function expandPermissions(
  { permissions: { net, read, write, env, run } }: Manifest,
  folders: PermissionFolders,
): WorkerPermissions {
  const expand = (path: string) =>
    resolve(
      path.replace(/^\$OUTPUT(?=$|[\\/])/, () => folders.outputDir)
        .replace(/^\$PLUGIN_DATA(?=$|[\\/])/, () => folders.dataDir),
    );
  return { net, env, run, write: write.map(expand), read: read.map(expand) };
}

/**
 * What a bundled plugin needs with the options it has: one that declares every program, or every host, because an
 * option names it, needs that one.
 *
 * @param values its options, as they were given
 */
export function narrowPermissions(
  needs: WorkerPermissions,
  { options }: Manifest,
  values: Readonly<Record<string, unknown>>,
): WorkerPermissions {
  const texts = Object.entries(values).flatMap(([name, value]) =>
    typeof value === "string" && value !== "" ? [{ name, value }] : []
  );
  const hosts = texts.filter(({ name, value }) => options[name]?.type === "url" && URL.canParse(value))
    .map(({ value }) => new URL(value).host);
  const programs = texts.filter(({ name }) => name === "program").map(({ value }) => value);
  const narrow = (list: readonly string[], real: readonly string[]) =>
    list.includes("*") && real.length > 0 ? real : list;
  return { ...needs, net: narrow(needs.net, hosts), run: narrow(needs.run, programs) };
}

function refuseSecrets(
  manifest: Manifest,
  { read, secrets }: { read: readonly string[]; secrets: SecretPlaces },
): void {
  const refuse = (kind: string, value: string, holds: string): never => {
    throw new PluginError(
      `Cannot use plugin "${manifest.name}": permissions.${kind} names "${value}", which ${holds}`,
      { plugin: manifest.name, stage: "load", hint: "no plugin gets to the credentials of Zoom" },
    );
  };
  for (const name of manifest.permissions.env) {
    const pattern = new RegExp(
      `^${name.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`,
      "i",
    );
    const hit = secrets.variables.find((variable) => pattern.test(variable));
    if (hit !== undefined) refuse("env", name, `covers ${hit}`);
  }
  for (const path of read) {
    const hit = secrets.files.find((file) => contains(path, resolve(file)));
    if (hit !== undefined) refuse("read", path, `covers "${hit}"`);
  }
}

function contains(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below === "" || (!below.startsWith("..") && !isAbsolute(below));
}

/**
 * Refuses a plugin whose permissions the program does not have itself.
 *
 * @param plugin its name, or its file
 * @throws {PluginError} Naming the flags that are missing.
 */
export async function requireGrants(plugin: string, permissions: WorkerPermissions): Promise<void> {
  const missing = await missingGrants(permissions);
  if (missing.length === 0) return;
  throw new PluginError(`Cannot give plugin "${plugin}" what the program itself may not do`, {
    plugin,
    stage: "load",
    hint: `add ${missing.join(" ")}`,
  });
}

/** What the program itself lacks to give a worker these permissions, as flags; empty when nothing. */
async function missingGrants(permissions: WorkerPermissions): Promise<string[]> {
  const wanted = Object.entries(permissions).flatMap(([kind, values]: [string, readonly string[]]) =>
    values.map((value): Grant => ({
      kind: kind as GrantKind,
      ...(value === "*" ? {} : { value }),
      why: "",
    }))
  );
  const missing: Grant[] = [];
  for (const grant of wanted) {
    const { state } = await Deno.permissions.query(descriptorOf(grant));
    if (state !== "granted") missing.push(grant);
  }
  return allowFlags(missing);
}
