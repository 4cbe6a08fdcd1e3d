/**
 * The part of the composition root that takes over files which other downloaders left.
 *
 * @module
 */
import { resolve } from "node:path";
import { heldSizesBelow, openArchive, openHeldInventory } from "./archive/mod.ts";
import { pluginsOf } from "./app_plugins.ts";
import { systemClock } from "./core/clock.ts";
import type { Clock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { toError, UsageError } from "./core/errors.ts";
import type { EventListener } from "./core/events.ts";
import { missingFlag, requireGranted } from "./core/grants.ts";
import { AdoptSheet, type ReportRow } from "./inventory/adopt/mod.ts";
import type { Inventory } from "./inventory/mod.ts";
import {
  type AdoptBy,
  type AdoptParts,
  type AdoptSummary,
  reportAdoption,
  scanFolder,
  takeOver,
} from "./pipeline/adopt/mod.ts";
import { createSelection, namingOf } from "./pipeline/mod.ts";
import { runIdAt } from "./run_id.ts";
import { defaultNaming, freeBytes } from "./storage/mod.ts";
import { createZoomAccount } from "./zoom/mod.ts";

/** What a caller of {@linkcode adoptFolder} says besides the configuration. */
export interface AdoptOptions {
  /** The folder with the files. */
  readonly dir: string;
  /** How files get into the archive; nothing is changed when absent. */
  readonly by?: AdoptBy | undefined;
  /** True to begin with the earliest day that a name tells, in place of the configured one. */
  readonly findsFirstDay: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
  readonly clock?: Clock;
  /** IANA name of the zone that times without one are tried in. @default {the machine's} */
  readonly localZone?: string;
}

/** An adoption that has come to its end. */
export interface Adoption extends Disposable {
  readonly summary: AdoptSummary;
  /** Every file that was found, in the order of its path. Lazy; before it is disposed. */
  report(): Iterable<ReportRow>;
}

/**
 * Holds the files of a folder against what Zoom lists; with `by`, takes over those that are recordings the archive does not
 * hold.
 *
 * @throws {UsageError} When the folder cannot be read, or no name in it tells a first day.
 * @throws {LockedError} When another run holds the archive and `by` is given.
 */
export async function adoptFolder(config: Config, options: AdoptOptions): Promise<Adoption> {
  using stack = new DisposableStack();
  const sheet = stack.use(new AdoptSheet());
  const dir = await folderOf(options.dir);
  const summary = options.by === undefined
    ? await look(config, { ...options, dir, sheet })
    : await takeIn(config, { ...options, dir, sheet, by: options.by });
  const resources = stack.move();
  return { summary, report: () => sheet.report(), [Symbol.dispose]: () => resources.dispose() };
}

async function folderOf(dir: string): Promise<string> {
  try {
    const path = await Deno.realPath(dir);
    requireGranted({ kind: "read", value: path });
    if ((await Deno.stat(path)).isDirectory) return path;
    throw new UsageError(`Cannot adopt "${dir}": it is not a folder`, { value: dir, hint: "name a folder" });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const flag = error instanceof Deno.errors.NotCapable ? missingFlag(error) : undefined;
    throw new UsageError(`Cannot adopt "${dir}": ${reasonOf(error)}`, {
      value: dir,
      hint: flag ? `add ${flag}` : "name the folder with the files that another tool downloaded",
    });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  if (error instanceof Deno.errors.NotCapable) {
    return "the program was started without the permission to read it";
  }
  return toError(error).message;
}

type Inner = AdoptOptions & { readonly dir: string; readonly sheet: AdoptSheet };

async function look(config: Config, options: Inner): Promise<AdoptSummary> {
  await using stack = new AsyncDisposableStack();
  const inventory = await openHeldInventory(config.outputDir);
  if (inventory) stack.use(inventory);
  const root = await Deno.realPath(config.outputDir).catch(() => resolve(config.outputDir));
  const common = await prepare(config, { ...options, root, inventory }, stack);
  const plugins = stack.use(await pluginsOf(common.config, common));
  return await reportAdoption({
    ...common,
    plan: {
      ...common,
      runId: runIdAt(common.clock.now()),
      inventory,
      select: createSelection(common.config, plugins),
      naming: plugins.naming ?? namingOf(defaultNaming),
      heldSizes: heldSizesBelow(root),
      freeBytes: () => freeBytes(root, config.plugins.dirs),
    },
  });
}

async function takeIn(config: Config, options: Inner & { readonly by: AdoptBy }): Promise<AdoptSummary> {
  const { clock = systemClock, by } = options;
  const runId = runIdAt(clock.now());
  await using archive = await openArchive(config.outputDir, { runId, clock });
  await using stack = new AsyncDisposableStack();
  const root = await Deno.realPath(archive.root);
  const common = await prepare(config, { ...options, root, inventory: archive.inventory }, stack);
  const plugins = stack.use(
    await pluginsOf(common.config, { emit: common.emit, makeDataDir: archive.makePrivateDir }),
  );
  return await takeOver({
    ...common,
    by,
    runId,
    archive,
    plugins,
    select: createSelection(common.config, plugins),
    naming: plugins.naming ?? namingOf(defaultNaming),
  });
}

/** Scans the folder, settles the range, and signs in. */
async function prepare(
  config: Config,
  options: Inner & { readonly root: string; readonly inventory: Inventory | undefined },
  stack: AsyncDisposableStack,
): Promise<AdoptParts> {
  const { dir, sheet, signal, clock = systemClock, onEvent: emit } = options;
  const { files, firstDay } = await scanFolder(options);
  emit({
    type: "notice",
    level: "info",
    code: "scanned",
    message: `Found ${files === 1 ? "1 file" : `${files} files`} in ${dir}`,
  });
  const ranged = options.findsFirstDay ? withFirstDay(config, firstDay, { files, dir: options.dir }) : config;
  const account = stack.use(createZoomAccount({ config: ranged, clock }));
  const localZone = options.localZone ?? Temporal.Now.timeZoneId();
  return { config: ranged, dir, sheet, account, localZone, clock, emit, signal };
}

/** The listing begins with the earliest day that a name tells; an empty folder needs none. */
function withFirstDay(
  config: Config,
  firstDay: string | undefined,
  { files, dir }: { files: number; dir: string },
): Config {
  if (firstDay === undefined && files > 0) {
    throw new UsageError(`Cannot tell the first day to list: no name in "${dir}" tells a date`, {
      option: "from-date",
      hint: "give it with --from-date",
    });
  }
  const { to } = config.range;
  const from = firstDay ?? config.range.from;
  return { ...config, range: { from: from < to ? from : to, to } };
}
