import { resolve } from "node:path";
import { openForReading, type StatusConfig } from "./app_status.ts";
import {
  type BagReport,
  type ExportTally,
  exportText,
  type TextFormat,
  writeBag,
} from "./archive/export/mod.ts";
import { ownersMeant } from "./archive/mod.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { compileUserFilter } from "./core/user_filter.ts";
import type { ExportChoice, FileStatus, Inventory } from "./inventory/mod.ts";
import { createFileAtomic } from "./storage/upkeep/mod.ts";

/** What is exported. */
export interface ExportConfig extends StatusConfig {
  /** All where none is given. */
  readonly statuses?: readonly FileStatus[] | undefined;
}

/** Where a text goes. */
export interface TextTarget {
  /** A file; absent for `write`. */
  readonly output?: string | undefined;
  /** Takes a piece; false once nobody reads any more, which ends the export. */
  write(text: string): boolean;
}

/**
 * Writes the inventory as text, piece by piece; what is written to a file stands there when it is whole.
 *
 * @throws {UsageError} When there is no archive.
 * @throws {StorageError} When the file cannot be written.
 */
export async function exportInventoryText(
  config: ExportConfig,
  { format, target, signal, clock = systemClock }: {
    format: TextFormat;
    target: TextTarget;
    signal: AbortSignal;
    clock?: Clock;
  },
): Promise<ExportTally> {
  using inventory = await openForReading(config.outputDir);
  await using file = target.output === undefined ? undefined : await createFileAtomic(target.output);
  const tally: ExportTally = { files: 0, withoutChecksum: 0 };
  let nextPauseMs = clock.now() + pauseEveryMs;
  for (const text of exportText(inventory, { format, choice: choiceOf(inventory, config), tally })) {
    if (file) await file.write(text);
    else if (text !== "" && !target.write(text)) return tally;
    if (clock.now() >= nextPauseMs) {
      // Reading and printing are synchronous: without a pause no signal would be heard.
      await clock.sleep(0);
      nextPauseMs = clock.now() + pauseEveryMs;
    }
    signal.throwIfAborted();
  }
  await file?.commit();
  return tally;
}

const pauseEveryMs = 100;

/** Makes a bag of the held files. Throws as {@linkcode exportInventoryText} does. */
export async function exportBag(
  config: StatusConfig,
  options: { target: string; copy: boolean; agent: string; signal: AbortSignal; clock?: Clock },
): Promise<BagReport> {
  using inventory = await openForReading(config.outputDir);
  const { clock = systemClock } = options;
  const root = resolve(config.outputDir);
  return await writeBag(inventory, { ...options, clock, root, choice: choiceOf(inventory, config) });
}

function choiceOf(inventory: Inventory, { userFilter, from, to, ...rest }: ExportConfig): ExportChoice {
  const { userIds } = ownersMeant(inventory, compileUserFilter(userFilter));
  const isOpen = from === undefined && to === undefined;
  return {
    userIds,
    range: isOpen ? undefined : { from: from ?? "0000-01-01", to: to ?? "9999-12-31" },
    statuses: rest.statuses,
  };
}
