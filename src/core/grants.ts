/** What a right is about, in the runtime's own words. */
export type GrantKind = "read" | "write" | "net" | "env" | "run" | "sys";

/** Kinds in the order they are written on a command line. */
export const grantKinds: readonly GrantKind[] = ["read", "write", "net", "env", "run", "sys"];

/** One right that the program needs. */
export interface Grant {
  readonly kind: GrantKind;
  /** Path, host, variable, program or call; everything of this kind when absent. */
  readonly value?: string;
  /** What it is needed for, in a few words. */
  readonly why: string;
}

/** `--allow-read=a,b`, one flag per kind that is needed; a kind of which everything is needed stands alone. */
export function allowFlags(grants: readonly Grant[]): string[] {
  return grantKinds.flatMap((kind) => {
    const mine = grants.filter((grant) => grant.kind === kind);
    if (mine.length === 0) return [];
    if (mine.some(({ value }) => value === undefined)) return [`--allow-${kind}`];
    const values = [...new Set(mine.map(({ value }) => value ?? ""))];
    // A comma ends a value on the command line; two of them stand for one.
    return [`--allow-${kind}=${values.map((value) => value.replaceAll(",", ",,")).join(",")}`];
  });
}

/**
 * The flag that gives what the runtime refused, read from its message.
 *
 * @returns for example `--allow-net=api.zoom.us`; `--allow-net` where the message names nothing
 */
export function missingFlag(refused: Deno.errors.NotCapable): string | undefined {
  const match = /Requires (\w+) access(?: to (?:"([^"]*)"|<[^>]*>))?/.exec(refused.message);
  if (!match) return undefined;
  const [, kind = "", value] = match;
  return value === undefined || value === "" ? `--allow-${kind}` : `--allow-${kind}=${value}`;
}

/** Tells whether the runtime lets the program do it, without ever asking anybody. */
export function isGranted(grant: Pick<Grant, "kind" | "value">): boolean {
  return Deno.permissions.querySync(descriptorOf(grant)).state === "granted";
}

/**
 * Throws what the runtime throws where a right is missing, before it would ask somebody at a terminal.
 *
 * @throws {Deno.errors.NotCapable}
 */
export function requireGranted(grant: Required<Pick<Grant, "kind" | "value">>): void {
  if (isGranted(grant)) return;
  const { kind, value } = grant;
  throw new Deno.errors.NotCapable(
    `Requires ${kind} access to "${value}", run again with the --allow-${kind} flag`,
  );
}

/** A right as the runtime is asked for it. */
export function descriptorOf({ kind, value }: Pick<Grant, "kind" | "value">): Deno.PermissionDescriptor {
  if (value === undefined) return { name: kind };
  switch (kind) {
    case "read":
    case "write":
      return { name: kind, path: value };
    case "net":
      // The runtime answers for hosts only: a domain stands for what is below it.
      return { name: kind, host: value.replace(/^\*\./, "") };
    case "env":
      return { name: kind, variable: value };
    case "run":
      return { name: kind, command: value };
    case "sys":
      return { name: kind, kind: value as "statfs" };
  }
}
