import type { EventListener } from "../core/events.ts";
import { type HeldSizes, isHeld } from "../archive/mod.ts";
import type { Inventory } from "../inventory/mod.ts";

const batch = 500;
const message = "it was removed from the archive, or changed there, while the run went on";

/**
 * Looks, before a run says that everything is held, whether what it brought is still there: somebody may have removed a
 * folder meanwhile. What is not counts as failed, and the next run fetches it again.
 */
export async function confirmHeld(
  { inventory, runId, heldSizes, emit, signal }: {
    readonly inventory: Inventory;
    readonly runId: string;
    readonly heldSizes: HeldSizes;
    readonly emit: EventListener;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  for (let after = "";;) {
    signal.throwIfAborted();
    const rows = inventory.files.heldNow(runId, after, batch);
    const last = rows.at(-1);
    if (!last) return;
    after = last.file_key;
    const sizes = await heldSizes(rows.map(({ path }) => path ?? ""));
    const lost = rows.filter((row, i) => !isHeld(row, sizes[i]));
    inventory.transaction(() => {
      for (const { file_key } of lost) {
        const change = { status: "failed", error_code: "lost", error: message } as const;
        inventory.files.setStatus(file_key, change, runId);
      }
    });
    for (const { file_key: key, path } of lost) {
      emit({ type: "file_failed", key, path: path ?? "", code: "lost", message });
    }
  }
}
