/**
 * The part of the composition root that checks archives.
 *
 * @module
 */
import { resolve } from "node:path";
import { type Finding, type Subset, verifyArchive, type VerifyParts } from "./archive/verify/mod.ts";
import { hasInventory, openArchive, openHeldInventory } from "./archive/mod.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import type { EventListener } from "./core/events.ts";
import { ExitCode } from "./core/exit_code.ts";
import { type FileStatus, type Inventory, toInventoryError } from "./inventory/mod.ts";
import { refuseMissing } from "./app_status.ts";
import { repairArchive, type RepairOutcome } from "./pipeline/repair/mod.ts";
import { runIdAt } from "./run_id.ts";
import { createZoomAccount } from "./zoom/mod.ts";

/** How to check. */
export interface VerifyOptions {
  /** Reads files back and holds their digests against the inventory. @default {false} */
  readonly deep?: boolean;
  /** With `deep`: which part of the files is read back. @default {all} */
  readonly subset?: Subset | undefined;
  /** Fetches again what is missing or different. @default {false} */
  readonly repair?: boolean;
  /** Files that the inventory does not know are told, and count as no problem. @default {false} */
  readonly ignoreExtra?: boolean;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Findings as they are made, a page at a time; those that are held as well. */
  readonly onFindings?: (findings: readonly Finding[]) => void;
  /** How many files have to be there. */
  readonly onTotal?: (files: number) => void;
  readonly onBytes?: (sizeBytes: number) => void;
  /** With `repair`: checking is over, that many files are fetched. */
  readonly onFetch?: (files: number) => void;
  readonly onEvent?: EventListener;
}

/** How an archive was found. */
export interface VerifySummary {
  /** See {@linkcode ExitCode}. */
  readonly exit_code: number;
  readonly deep: boolean;
  readonly subset?: string;
  /** Recordings that have to be there, and how they were found. */
  readonly files: { readonly checked: number; readonly held: number };
  /** Findings that are not "held", sidecars included. */
  readonly findings: {
    readonly missing: number;
    readonly different: number;
    readonly unreadable: number;
    readonly extra: number;
  };
  /** Bytes that were read back. */
  readonly bytes_read: number;
  /** Files that the archive does not hold, by status: no findings of a check. */
  readonly not_held: Readonly<Partial<Record<FileStatus, number>>>;
  /** Present after a repair. */
  readonly repair?: { readonly repaired: number; readonly remaining: number; readonly bytes: number };
  readonly seconds: number;
}

/**
 * Checks an archive against its inventory. Without `repair` it writes nothing, needs no account and no lock.
 *
 * @throws {UsageError} When there is no archive.
 * @throws {InventoryError} When its inventory cannot be used.
 * @throws {LockedError} With `repair`, when a run holds it.
 * @throws What ends a run, with `repair`.
 */
export async function verify(config: Config, options: VerifyOptions = {}): Promise<VerifySummary> {
  const clock = options.clock ?? systemClock;
  const startedMs = clock.now();
  const tally = createTally(options);
  try {
    const { repair, notHeld } = await (options.repair ? checkAndRepair : check)(config, { options, tally });
    const { findings, files, bytesRead } = tally;
    const problems = findings.missing + findings.different + findings.unreadable + findings.extra;
    const { repaired = 0, movedAside = 0 } = repair ?? {};
    const ignored = options.ignoreExtra ? tally.plainExtra - movedAside : 0;
    const remaining = problems - repaired - movedAside - ignored;
    return {
      exit_code: repair?.dailyLimit
        ? ExitCode.unavailable
        : remaining > 0
        ? ExitCode.incomplete
        : ExitCode.done,
      deep: options.deep ?? false,
      ...(options.subset ? { subset: `${options.subset.part}/${options.subset.of}` } : {}),
      files,
      findings,
      bytes_read: bytesRead,
      not_held: notHeld,
      ...(repair
        ? { repair: { repaired: repaired + movedAside, remaining, bytes: repair.receivedBytes } }
        : {}),
      seconds: (clock.now() - startedMs) / 1000,
    };
  } catch (error) {
    throw toInventoryError(error);
  }
}

interface Part {
  readonly options: VerifyOptions;
  readonly tally: Tally;
}

interface Checked {
  readonly notHeld: VerifySummary["not_held"];
  readonly repair?: RepairOutcome;
}

async function check(config: Config, { options, tally }: Part): Promise<Checked> {
  const root = resolve(config.outputDir);
  using inventory = await openHeldInventory(config.outputDir) ??
    await refuseMissing(config.outputDir, "check");
  options.onTotal?.(inventory.heldFiles.count());
  const parts: VerifyParts = { ...checkParts(options, tally), root, inventory };
  for await (const findings of verifyArchive(parts)) tally.add(findings);
  return { notHeld: notHeldIn(inventory) };
}

async function checkAndRepair(config: Config, { options, tally }: Part): Promise<Checked> {
  const clock = options.clock ?? systemClock;
  const runId = runIdAt(clock.now());
  // What is no archive must not become one.
  if (!await hasInventory(resolve(config.outputDir))) await refuseMissing(config.outputDir, "repair");
  await using archive = await openArchive(config.outputDir, { runId, clock });
  await using account = createZoomAccount({ config, clock });
  options.onTotal?.(archive.inventory.heldFiles.count());
  const { signal, ...thoroughness } = checkParts(options, tally);
  const repair = await repairArchive({
    config,
    runId,
    archive,
    account,
    check: thoroughness,
    onFindings: tally.add,
    onFetch: options.onFetch ?? (() => {}),
    clock,
    emit: options.onEvent ?? (() => {}),
    signal,
  });
  return { notHeld: notHeldIn(archive.inventory), repair };
}

function checkParts(
  { deep = false, subset, signal = new AbortController().signal }: VerifyOptions,
  tally: Tally,
): Pick<VerifyParts, "deep" | "subset" | "signal" | "onBytes"> {
  return { deep, subset, signal, onBytes: tally.addBytes };
}

function notHeldIn(inventory: Inventory): VerifySummary["not_held"] {
  return Object.fromEntries(inventory.heldFiles.notHeld().map(({ status, files }) => [status, files]));
}

interface Tally {
  readonly files: { checked: number; held: number };
  readonly findings: { missing: number; different: number; unreadable: number; extra: number };
  /** Extra files that a repair can do nothing about. */
  plainExtra: number;
  bytesRead: number;
  readonly add: (findings: readonly Finding[]) => void;
  readonly addBytes: (sizeBytes: number) => void;
}

const countOf = { "-": "missing", "*": "different", "!": "unreadable", "+": "extra" } as const;

function createTally({ onFindings, onBytes }: VerifyOptions): Tally {
  const tally: Tally = {
    files: { checked: 0, held: 0 },
    findings: { missing: 0, different: 0, unreadable: 0, extra: 0 },
    plainExtra: 0,
    bytesRead: 0,
    add(findings) {
      for (const { mark, kind, twinOf } of findings) {
        if (kind === "recording" || kind === "made") tally.files.checked++;
        if (mark !== "=") tally.findings[countOf[mark]]++;
        else if (kind !== "sidecar") tally.files.held++;
        if (mark === "+" && twinOf === undefined) tally.plainExtra++;
      }
      onFindings?.(findings);
    },
    addBytes(sizeBytes) {
      tally.bytesRead += sizeBytes;
      onBytes?.(sizeBytes);
    },
  };
  return tally;
}

export type { Finding, Mark, Subset } from "./archive/verify/mod.ts";
