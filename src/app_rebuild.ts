import { rebuildInventory, type RebuildSummary } from "./archive/rebuild/mod.ts";
import { systemClock } from "./core/clock.ts";
import type { Clock } from "./core/clock.ts";
import { UsageError } from "./core/errors.ts";
import { runIdAt } from "./run_id.ts";

/** How to rebuild an inventory. */
export interface RebuildRequest {
  readonly outputDir: string;
  readonly deep?: boolean;
  readonly force?: boolean;
  readonly onlyIfLost?: boolean;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Makes the inventory of an archive again. Offline.
 *
 * @returns `undefined` where there was nothing to do
 * @throws {UsageError} When there is no folder.
 * @throws {LockedError} When a run holds the archive.
 * @throws {InventoryError} When the inventory is whole, or in use by another program.
 */
export async function runRebuild(request: RebuildRequest): Promise<RebuildSummary | undefined> {
  const { outputDir, clock = systemClock, signal = new AbortController().signal } = request;
  const info = await Deno.stat(outputDir).catch(() => undefined);
  if (!info?.isDirectory && !request.onlyIfLost) {
    throw new UsageError(`Cannot rebuild "${outputDir}": there is no such folder`, {
      option: "output-dir",
      value: outputDir,
      hint: "name the folder of an archive with --output-dir",
    });
  }
  if (!info?.isDirectory) return undefined;
  return await rebuildInventory(outputDir, {
    runId: runIdAt(clock.now()),
    clock,
    deep: request.deep ?? false,
    force: request.force ?? false,
    onlyIfLost: request.onlyIfLost ?? false,
    signal,
  });
}

export type { Oddity, OddityKind, RebuildSummary } from "./archive/rebuild/mod.ts";
