import { dirname, resolve } from "node:path";
import { isGranted } from "../core/grants.ts";
import { lookQuickly } from "./quick_calls.ts";

/**
 * Bytes that this user may still write on the disk of `path`, or of its nearest existing parent; undefined
 * where the system does not say or the program may not ask (`--allow-sys=statfs`). Nobody is asked for a right.
 *
 * @param neighbours what may tell in place of a parent that may not be looked at: it lies in that parent, too
 */
export async function freeBytes(
  path: string,
  neighbours: readonly string[] = [],
): Promise<number | undefined> {
  for (let place = resolve(path);; place = dirname(place)) {
    if (!mayAsk(place)) return await askNeighbours(place, neighbours);
    try {
      return await freeOn(place);
    } catch (error) {
      const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isMissing || dirname(place) === place) return undefined;
    }
  }
}

/** Places that may be asked about. A run asks before each file, and the runtime takes its time to tell. */
const allowed = new Set<string>();

function mayAsk(place: string): boolean {
  if (allowed.has(place)) return true;
  const may = isGranted({ kind: "sys", value: "statfs" }) && isGranted({ kind: "read", value: place });
  if (may) allowed.add(place);
  return may;
}

let nodeFs: Promise<typeof import("node:fs")> | undefined;

async function freeOn(place: string): Promise<number> {
  // Nothing else needs it before the first file.
  const { promises, statfsSync } = await (nodeFs ??= import("node:fs"));
  const { bavail, bsize } = await lookQuickly(() => statfsSync(place), () => promises.statfs(place));
  return bavail * bsize;
}

/** What lies in `folder` already is on the disk that what is made there will be on. */
async function askNeighbours(folder: string, neighbours: readonly string[]): Promise<number | undefined> {
  for (const place of neighbours.map((each) => resolve(each))) {
    if (dirname(place) !== folder || !mayAsk(place)) continue;
    const info = await Deno.lstat(place).catch(() => undefined);
    if (info === undefined || info.isSymlink) continue;
    const free = await freeOn(place).catch(() => undefined);
    if (free !== undefined) return free;
  }
  return undefined;
}
