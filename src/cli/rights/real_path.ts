import { basename, dirname, join, relative, resolve } from "node:path";
import { type Rights } from "./rights.ts";

/**
 * Where `path` really leads, when that is outside of what the program was allowed.
 *
 * The runtime compares names only, and a symbolic link inside an allowed folder is followed out of it. The allowed
 * folder or file itself may be a link: whoever named it chose it.
 *
 * @returns the real path; `undefined` when there is nothing to object to
 */
export async function leadsOutside(
  path: string,
  kind: "read" | "write",
  rights: Rights,
): Promise<string | undefined> {
  if (rights.has({ kind })) return undefined;
  const absolute = resolve(path);
  let allowed = absolute;
  while (dirname(allowed) !== allowed && rights.has({ kind, value: dirname(allowed) })) {
    allowed = dirname(allowed);
  }
  if (allowed === absolute) return undefined;
  const [root, real] = [await realPath(allowed), await realPath(absolute)];
  if (root === undefined || real === undefined) return undefined;
  return real === join(root, relative(allowed, absolute)) ? undefined : real;
}

/** The real path of a folder whose own path leads over links; `undefined` where it does not, or is not there. */
export async function otherName(folder: string, rights: Rights): Promise<string | undefined> {
  if (!rights.has({ kind: "read", value: folder })) return undefined;
  const real = await Deno.realPath(folder).catch(() => undefined);
  return real === resolve(folder) ? undefined : real;
}

/** The real path of what is there, or of what would be made there; `undefined` where not even its folder is. */
async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return undefined;
  }
  const target = await Deno.readLink(path).catch(() => undefined);
  if (target !== undefined) return resolve(dirname(path), target);
  const folder = await Deno.realPath(dirname(path)).catch(() => undefined);
  return folder === undefined ? undefined : join(folder, basename(path));
}
