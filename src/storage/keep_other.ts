import { basename, dirname, join } from "node:path";
import type { Receipt } from "../core/sink.ts";
import { fsError } from "./_fs_error.ts";
import { lstatIfAny, regularFileIfAny, syncDirectory } from "./_guarded_fs.ts";
import { withEnding } from "./_partial_name.ts";
import { sha256OfFile } from "./share_file.ts";

/**
 * Gives the file at `path` a name of its own, `<name>.orig-<n>` beside it, unless it is what was received.
 *
 * @returns where it is kept; undefined where nothing stood there, or nothing else than what was received
 * @throws {StorageError} When a link or anything but a file stands there, or it cannot be renamed.
 */
export async function keepOther(path: string, receipt: Receipt): Promise<string | undefined> {
  const found = await regularFileIfAny(path);
  if (found === undefined) return undefined;
  // One that cannot be read may be anything.
  const digest = found.size === receipt.sizeBytes ? await sha256OfFile(path).catch(() => "") : "";
  if (digest === receipt.sha256) return undefined;
  for (let n = 1;; n++) {
    const kept = join(dirname(path), withEnding(basename(path), `.orig-${n}`));
    if (await lstatIfAny(kept) !== undefined) continue;
    try {
      await Deno.rename(path, kept);
    } catch (error) {
      throw fsError("move aside", path, error);
    }
    // What is written down next, the receipt of another version, must not outlive this name in a power cut.
    await syncDirectory(dirname(path));
    return kept;
  }
}
