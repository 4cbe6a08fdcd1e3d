import { resolve } from "node:path";
import { findRunning, readMonths, readStatus } from "./archive/status/mod.ts";
import { openHeldInventory } from "./archive/mod.ts";
import type { ArchiveStatus, MonthHolding } from "./core/archive_status.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { UsageError } from "./core/errors.ts";
import type { Inventory } from "./inventory/mod.ts";

/** Which archive, and what of it. */
export interface StatusConfig {
  readonly outputDir: string;
  readonly userFilter: readonly string[];
  /** First day, `YYYY-MM-DD`; absent for all. */
  readonly from?: string | undefined;
  /** Last day, `YYYY-MM-DD`; absent for all. */
  readonly to?: string | undefined;
}

/**
 * How an archive stands. Reads only, beside a run if need be.
 *
 * @throws {UsageError} When there is no archive.
 * @throws {InventoryError} When its inventory cannot be used.
 */
export async function archiveStatus(
  config: StatusConfig,
  { withMonths = false, clock = systemClock }: { withMonths?: boolean; clock?: Clock } = {},
): Promise<ArchiveStatus> {
  using inventory = await openForReading(config.outputDir);
  const root = resolve(config.outputDir);
  return readStatus(inventory, { ...config, root, withMonths, running: await findRunning(root), clock });
}

/** Months told of at once. */
const batch = 500;

/** The table per person and month, some rows at a time. Throws as {@linkcode archiveStatus} does. */
export async function* archiveMonths(config: StatusConfig): AsyncGenerator<readonly MonthHolding[]> {
  using inventory = await openForReading(config.outputDir);
  const running = await findRunning(resolve(config.outputDir));
  let rows: MonthHolding[] = [];
  for (const row of readMonths(inventory, { ...config, running })) {
    if (rows.push(row) < batch) continue;
    yield rows;
    rows = [];
    // Reading and printing are synchronous: without a pause no signal would be heard.
    await systemClock.sleep(0);
  }
  if (rows.length > 0) yield rows;
}

/** The inventory of an archive that has to be there. */
export async function openForReading(outputDir: string): Promise<Inventory> {
  return await openHeldInventory(outputDir) ?? refuseMissing(outputDir, "read");
}

/** Says that there is no archive. */
export async function refuseMissing(outputDir: string, action: string): Promise<never> {
  const isFolder = await Deno.stat(outputDir).then(() => true, () => false);
  const state = isFolder ? "it has no _logs/inventory.db" : "there is no such folder";
  throw new UsageError(`Cannot ${action} the archive "${outputDir}": ${state}`, {
    option: "output-dir",
    value: outputDir,
    hint: "extract makes one; --output-dir says where it is",
  });
}
