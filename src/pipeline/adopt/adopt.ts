import { join } from "node:path";
import type { ActivePlugins } from "../../core/active_plugins.ts";
import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import { isCancellation } from "../../core/errors.ts";
import type { EventListener, Failure } from "../../core/events.ts";
import { ExitCode, exitCodeOf } from "../../core/exit_code.ts";
import type { ZoomAccount } from "../../core/listing.ts";
import type { AdoptSheet, FoundRow, FoundStatus } from "../../inventory/adopt/mod.ts";
import { toInventoryError } from "../../inventory/mod.ts";
import type { Archive } from "../../archive/mod.ts";
import type { ForeignFile } from "../../storage/upkeep/mod.ts";
import { Limits } from "../limits.ts";
import type { Naming } from "../naming.ts";
import type { PlanParts } from "../plan/mod.ts";
import { ListingTally } from "../reconcile.ts";
import { filtersOf } from "../resume.ts";
import type { Selection } from "../select.ts";
import { Sidecars } from "../sidecars.ts";
import { UrlCache } from "../url_cache.ts";
import type { AskContext } from "./ask.ts";
import { listInto, listOnto, noteDue } from "./listing.ts";
import { matchFound } from "./match.ts";
import { type AdoptBy, finishMove, type PlaceContext, placeFile } from "./place.ts";

/** Files and bytes. */
export interface AdoptCount {
  readonly files: number;
  readonly bytes: number;
}

/** How an adoption came out. */
export interface AdoptSummary {
  readonly status: "completed" | "failed" | "interrupted";
  readonly exit_code: number;
  /** How files were taken over; absent after a report. */
  readonly by?: AdoptBy;
  readonly range: Config["range"];
  /** Fits one recording that is not held; after a report only. */
  readonly matched: AdoptCount;
  readonly adopted: AdoptCount;
  readonly held: AdoptCount;
  readonly unmatched: AdoptCount;
  readonly refused: AdoptCount;
  readonly failed: AdoptCount;
  /** Recordings that no file was found for; bytes as far as Zoom states them. */
  readonly still_to_fetch: AdoptCount;
  /** Questions to Zoom's storage, 64 KiB each. */
  readonly asked: number;
  readonly windows: { readonly proven: number; readonly unproven: number; readonly remembered: number };
  readonly failures: readonly Failure[];
}

/** What adopting works with, whether it changes something or not. */
export interface AdoptParts {
  /** Its range is the one to list. */
  readonly config: Config;
  /** Absolute path of the folder that was scanned. */
  readonly dir: string;
  /** With the files that were found. */
  readonly sheet: AdoptSheet;
  readonly account: ZoomAccount;
  /** IANA name of this machine's zone. */
  readonly localZone: string;
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly signal: AbortSignal;
}

/** Matches what was found against a listing, and changes nothing. */
export async function reportAdoption(
  parts: AdoptParts & { readonly plan: PlanParts & { readonly naming: Naming } },
): Promise<AdoptSummary> {
  const tally = new ListingTally();
  const ask = askOf(parts, new UrlCache());
  let stopped: unknown;
  try {
    await listOnto(parts.sheet, parts.plan, tally);
    await match(parts, ask);
  } catch (error) {
    if (!isCancellation(error, parts.signal)) throw error;
    stopped = error;
  }
  return summarize(parts, { tally, ask, stopped });
}

/** What taking over works with. */
export interface TakeOverParts extends AdoptParts {
  readonly by: AdoptBy;
  readonly runId: string;
  readonly archive: Archive;
  readonly select: Selection;
  readonly naming: Naming;
  readonly plugins: Pick<ActivePlugins, "hooks">;
}

/**
 * Matches what was found against a listing that fills the inventory, and takes over what matches, as a run of its own.
 *
 * @throws What ended it before its time, interruption apart.
 */
export async function takeOver(parts: TakeOverParts): Promise<AdoptSummary> {
  const { archive, runId, config, signal } = parts;
  const { inventory } = archive;
  const tally = new ListingTally((id) => inventory.meetings.user(id)?.email);
  const urls = new UrlCache();
  const ask = askOf(parts, urls);
  inventory.runs.markDead();
  inventory.runs.begin({ runId, range: config.range, filters: filtersOf(config) });
  inventory.transaction(() => inventory.files.reopen(runId));
  const onDue = noteDue(inventory, parts.plugins);
  let stopped: unknown;
  try {
    await listInto(parts.sheet, { ...parts, urls, tally, onDue });
    await match(parts, ask);
    await placeAll({ ...parts, onDue });
  } catch (error) {
    stopped = toInventoryError(error);
  }
  await new Sidecars(inventory, archive.writeText).drain(() => signal.aborted).catch((error) =>
    stopped ??= error
  );
  const summary = summarize(parts, { tally, ask, stopped });
  const { status, exit_code: exitCode } = summary;
  inventory.runs.finish(runId, { status, counts: { adopted: summary.adopted.files }, exitCode });
  await archive.journal.flush();
  if (stopped !== undefined && status !== "interrupted") throw stopped;
  return summary;
}

function askOf({ account, config, signal }: AdoptParts, urls: UrlCache): AskContext {
  return { account, urls, idleTimeoutMs: config.idleTimeoutMs, signal, asked: 0 };
}

function match({ sheet, dir, localZone }: AdoptParts, ask: AskContext): Promise<void> {
  return matchFound({ sheet, fileOf: (row) => fileIn(dir, row), localZone, ask });
}

function fileIn(dir: string, { path, size, modified_ms: modifiedMs }: FoundRow): ForeignFile {
  return { path: join(dir, ...path.split("/")), sizeBytes: size, modifiedMs };
}

async function placeAll(parts: TakeOverParts & Pick<PlaceContext, "onDue">): Promise<void> {
  const { sheet, archive, config, clock, dir } = parts;
  using limits = new Limits({ minFreeSpaceBytes: config.minFreeSpaceBytes, outputDir: archive.root }, clock);
  const context: PlaceContext = { ...parts, limits };
  await eachFound(parts, "matched", async (found) => {
    const placed = await placeFile(found, fileIn(dir, found), context);
    const { tier, proof } = found;
    sheet.judge(found.id, { ...placed, tier, ...(proof === null ? {} : { proof }) });
    await archive.journal.flush();
  });
  if (parts.by !== "move") return;
  await eachFound(parts, "held", async (found) => {
    const isDone = await finishMove(found, fileIn(dir, found), context).catch(() => false);
    if (isDone) sheet.judge(found.id, { status: "adopted", why: "a move that was stopped is finished" });
  });
}

async function eachFound(
  { sheet, signal }: Pick<AdoptParts, "sheet" | "signal">,
  status: FoundStatus,
  work: (found: FoundRow) => Promise<void>,
): Promise<void> {
  for (let after = 0;;) {
    const rows = sheet.found(status, after, 200);
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
    for (const found of rows) {
      signal.throwIfAborted();
      await work(found);
    }
  }
}

function summarize(
  parts: AdoptParts & { readonly by?: AdoptBy },
  { tally, ask, stopped }: { tally: ListingTally; ask: AskContext; stopped: unknown },
): AdoptSummary {
  const { sheet, config, by, signal } = parts;
  const totals = sheet.totals();
  const of = (status: FoundStatus): AdoptCount => {
    const { files = 0, bytes = 0 } = totals.find((total) => total.status === status) ?? {};
    return { files, bytes };
  };
  const isInterrupted = stopped !== undefined && isCancellation(stopped, signal);
  const isComplete = tally.failures.length === 0 && of("failed").files === 0;
  const exit_code = isInterrupted
    ? ExitCode.interrupted
    : stopped !== undefined
    ? exitCodeOf(stopped)
    : isComplete
    ? ExitCode.done
    : ExitCode.incomplete;
  return {
    status: isInterrupted ? "interrupted" : exit_code === ExitCode.done ? "completed" : "failed",
    exit_code,
    ...(by === undefined ? {} : { by }),
    range: config.range,
    matched: of("matched"),
    adopted: of("adopted"),
    held: of("held"),
    unmatched: of("unmatched"),
    refused: of("refused"),
    failed: of("failed"),
    still_to_fetch: sheet.stillToFetch(),
    asked: ask.asked,
    windows: { proven: tally.proven, unproven: tally.unproven, remembered: tally.remembered },
    failures: tally.failures,
  };
}
