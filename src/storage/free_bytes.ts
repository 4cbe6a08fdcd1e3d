import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Bytes that this user may still write on the disk of `path`, or of its nearest existing parent; undefined
 * where the system does not say or the program may not ask (`--allow-sys=statfs`).
 */
export async function freeBytes(path: string): Promise<number | undefined> {
  for (let place = resolve(path);; place = dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch (error) {
      const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isMissing || dirname(place) === place) return undefined;
    }
  }
}
