import { toError } from "../core/errors.ts";
import { roomLogger } from "../core/log.ts";
import type { Archive } from "../archive/mod.ts";

const log = roomLogger("pipeline");
const batch = 200;

/**
 * Removes partials that no run will go on with: of files that a filter leaves out by now, and of files that Zoom has no
 * more. A part of a recording cannot be played, and would be taken for one that is still to come.
 */
export async function discardAbandoned(
  { inventory, sink }: Pick<Archive, "inventory" | "sink">,
): Promise<void> {
  for (let after = "";;) {
    const rows = inventory.files.abandoned(after, batch);
    const last = rows.at(-1);
    if (!last) return;
    after = last.file_key;
    for (const { file_key: key, path } of rows) {
      try {
        await sink.discard((path ?? "").split("/"));
      } catch (error) {
        // Whatever stands there instead is not ours.
        log.debug("Cannot look for a partial of {path}: {error}", { path, error: toError(error).message });
      }
      inventory.files.forgetPartial(key);
    }
  }
}
