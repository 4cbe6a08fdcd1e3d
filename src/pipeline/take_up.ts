import { toCandidate } from "../inventory/mod.ts";
import type { RunScope } from "../inventory/mod.ts";
import { classify, onPremise } from "./classify.ts";
import type { IngestContext } from "./ingest.ts";

/**
 * Takes files up again that earlier runs left open in windows which need no listing: failed and pending ones are
 * tried again, filters are asked anew. Call it when the listing has ended.
 */
export async function takeUp(scope: RunScope, { inventory, runId, select }: IngestContext): Promise<void> {
  let after = "";
  while (true) {
    const rows = inventory.files.leftOver(scope, after, 500);
    const last = rows.at(-1);
    if (!last) return;
    after = last.file_key;
    const reasons = await select(rows.map(toCandidate));
    inventory.transaction(() => {
      rows.forEach((row, i) => {
        const reason = row.reason === onPremise ? onPremise : reasons[i];
        const next = classify({ fileType: row.file_type, status: "completed" }, row.status, reason);
        const isSettled = next.status === "skipped" && row.status === "skipped" && next.reason === row.reason;
        if (!isSettled && row.path !== null) inventory.files.setStatus(row.file_key, next, runId);
      });
    });
  }
}
