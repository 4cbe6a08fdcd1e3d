import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PluginError } from "../core/errors.ts";
import type { PluginPermissions } from "../core/plugin.ts";
import type { WorkerPermissions } from "./channel.ts";
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
  const expand = (path: string) =>
    resolve(
      path.replace(/^\$OUTPUT(?=$|[\\/])/, () => folders.outputDir)
        .replace(/^\$PLUGIN_DATA(?=$|[\\/])/, () => folders.dataDir),
    );
  const { net, env, run } = manifest.permissions;
  const read = manifest.permissions.read.map(expand);
  const write = manifest.permissions.write.map(expand);
  refuseSecrets(manifest, { read, secrets });
  return { net, env, run, write, read: [...read, ...codePlaces(file)] };
}

/**
 * What a worker reads to load a plugin: the plugin's own folder, and the library's modules for those that import more
 * than its types. In a binary the library lies inside, and no place is needed.
 *
 * @param file the plugin's
 */
export function codePlaces(file: string): string[] {
  const here = import.meta.url;
  if (!here.startsWith("file:")) return [dirname(file)];
  const library = ["../../mod.ts", "../../plugins/mod.ts", ".."];
  return [dirname(file), ...library.map((path) => fileURLToPath(new URL(path, here)))];
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

/** What the program itself lacks to give a worker these permissions, as flags; empty when nothing. */
export async function missingGrants(permissions: WorkerPermissions): Promise<string[]> {
  const wanted: Deno.PermissionDescriptor[] = [
    ...permissions.read.map((path) => ({ name: "read" as const, path })),
    ...permissions.write.map((path) => ({ name: "write" as const, path })),
    ...permissions.net.map((host) => ({ name: "net" as const, host })),
    ...permissions.env.map((variable) => ({ name: "env" as const, variable })),
    ...permissions.run.map((command) => ({ name: "run" as const, command })),
  ];
  const missing: string[] = [];
  for (const descriptor of wanted) {
    const { state } = await Deno.permissions.query(descriptor);
    if (state === "granted") continue;
    const { name, ...rest } = descriptor as { name: string } & Record<string, string>;
    missing.push(`--allow-${name}=${Object.values(rest)[0]}`);
  }
  return missing;
}
