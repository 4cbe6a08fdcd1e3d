import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { rebuildInventory, type RebuildOptions, type RebuildSummary } from "../../src/archive/rebuild/mod.ts";
import type { ArchiveUnderTest } from "../support/archive_under_test.ts";

/** Everything that must be the same after a rebuild and a run. */
export const essentialColumns = [
  "file_key",
  "file_id",
  "user_email",
  "user_id",
  "meeting_uuid",
  "meeting_id",
  "meeting_topic",
  "meeting_start",
  "file_type",
  "recording_type",
  "file_extension",
  "recording_start",
  "recording_end",
  "file_name",
  "listed_size",
  "file_size",
  "sha256",
  "path",
  "path_key",
  "status",
  "reason",
  "auto_delete_date",
  "deleted_time",
  "replaced_by",
] as const;

/** The rows' essential columns, by key. */
export function essentials(archive: ArchiveUnderTest, where = "TRUE"): Record<string, unknown>[] {
  return archive.query(
    `SELECT ${essentialColumns.join(", ")} FROM inventory WHERE ${where} ORDER BY file_key`,
  );
}

/** Takes the inventory away, as a broken disk would. */
export async function loseInventory(dir: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) {
    await Deno.remove(join(dir, "_logs", `inventory.db${suffix}`)).catch(() => {});
  }
}

/** A rebuild with everything at its default but what is given. */
export async function rebuild(dir: string, options: Partial<RebuildOptions> = {}): Promise<RebuildSummary> {
  const summary = await rebuildInventory(dir, {
    runId: "rebuild",
    clock: systemClock,
    deep: false,
    force: false,
    onlyIfLost: false,
    signal: new AbortController().signal,
    ...options,
  });
  assert.ok(summary);
  return summary;
}
