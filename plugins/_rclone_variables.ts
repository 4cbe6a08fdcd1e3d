/**
 * Which variables hold settings of rclone. Whoever may see `RCLONE_*` only can read each of them, but is not told which
 * there are: rclone's own list of flags says what they can be called.
 *
 * @module
 */
import { plainVariables, runProgram } from "./_program.ts";

/** What has no flag of its own. */
const besideFlags = ["config_pass", "config_dir", "password_command"];

/**
 * Names of the `RCLONE_` variables that are set, as far as they may be seen.
 *
 * @param remote where to, as rclone writes it: settings of its own have its name in theirs
 */
export async function rcloneVariables(
  remote: string,
  { signal }: { signal: AbortSignal },
): Promise<string[]> {
  if (maySee()) return Object.keys(Deno.env.toObject()).filter((name) => name.startsWith("RCLONE_"));
  if (!maySee("RCLONE_*")) return [];
  const flags = await rcloneFlags(signal);
  const settings = [...flags, ...besideFlags].map((flag) => `RCLONE_${flag.toUpperCase()}`);
  const keys = new Set(["TYPE", ...flags.flatMap(keysOf)]);
  return [...settings, ...remoteVariables(remote, keys)].filter((name) => Deno.env.get(name) !== undefined);
}

/** Whether variables of this name may be read; without one, whether all may. No prompt appears. */
function maySee(variable?: string): boolean {
  const descriptor = { name: "env", ...(variable === undefined ? {} : { variable }) } as const;
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/** Flags of rclone and of every kind of remote: `s3_access_key_id`. */
async function rcloneFlags(signal: AbortSignal): Promise<string[]> {
  const flags: string[] = [];
  const onLine = (line: string) => {
    const flag = /^\s+(?:-\w, )?--([\w-]+)/.exec(line)?.[1];
    if (flag !== undefined) flags.push(flag.replaceAll("-", "_"));
  };
  await runProgram("rclone", ["help", "flags"], { signal, variables: plainVariables, onLine });
  return flags;
}

/** A flag begins with the kind of remote, in one word or more; what follows is the setting: `ACCESS_KEY_ID`. */
function keysOf(flag: string): string[] {
  const words = flag.toUpperCase().split("_");
  return words.map((_, i) => words.slice(i).join("_"));
}

/** `RCLONE_CONFIG_BUCKET_TYPE` and so on, for a remote and for those that it leads to in turn. */
function remoteVariables(remote: string, keys: ReadonlySet<string>): string[] {
  const remotes = new Set(remotesIn(remote));
  const names: string[] = [];
  for (const each of remotes) {
    const head = `RCLONE_CONFIG_${each.toUpperCase()}_`;
    names.push(...[...keys].map((key) => head + key));
    for (const key of ["REMOTE", "UPSTREAMS"]) {
      for (const next of remotesIn(Deno.env.get(head + key) ?? "")) remotes.add(next);
    }
  }
  return names;
}

/** The names in `crypt:`, `bucket,region=x:folder`, or in `one:folder two:`. */
function remotesIn(text: string): string[] {
  return text.match(/[\w.+@-]+(?=[:,])/g) ?? [];
}
