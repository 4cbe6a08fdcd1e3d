import { join, resolve } from "node:path";
import { type Clock, isoSeconds } from "../../core/clock.ts";
import { InventoryError, toError } from "../../core/errors.ts";
import { formatCount } from "../../core/units.ts";
import { examineInventory, Restore, settleInventory } from "../../inventory/upkeep/mod.ts";
import { archiveLock, foldKey, localSink, sharedSidecars } from "../../storage/mod.ts";
import { lookAtInventory, refuseFolderAbove } from "../lost.ts";
import { createPrivate, inventoryPath, refuseLink } from "../open_archive.ts";
import { type ReadMeeting, readMeta } from "../read_sidecars.ts";
import { walkArchive } from "../walk_archive.ts";
import { readState } from "../state_store.ts";
import { restoreFromJournal, stageJournal } from "./journal.ts";
import { restoreMeeting, type RestoreParts } from "./meeting.ts";
import { OddityTally, type RebuildSummary } from "./report.ts";
import { removeDatabase, swapDatabase } from "./swap.ts";

/** How to rebuild. */
export interface RebuildOptions {
  readonly runId: string;
  readonly clock: Clock;
  /** Digest every held file again. */
  readonly deep: boolean;
  /** Also where the inventory there is whole. */
  readonly force: boolean;
  /** Do nothing where the inventory there is whole. */
  readonly onlyIfLost: boolean;
  readonly signal: AbortSignal;
}

/**
 * Makes the inventory again from the sidecars, the journal and the tree, without a download.
 *
 * It is built beside the old one and takes its place in the end; a copy of the old one is kept. Stopped before, nothing
 * has changed.
 *
 * @returns `undefined` where there was nothing to do
 * @throws {LockedError} When a run holds the archive.
 * @throws {InventoryError} When the inventory there is whole, or locked by another program, or when the archive is a folder
 * in this one.
 * @throws {StorageError} When the archive cannot be written.
 */
export async function rebuildInventory(
  outputDir: string,
  options: RebuildOptions,
): Promise<RebuildSummary | undefined> {
  const { clock, runId, signal } = options;
  const startedAt = isoSeconds(clock.now());
  await refuseFolderAbove(resolve(outputDir));
  await using lock = await archiveLock(outputDir, { runId, startedAt });
  const { root } = lock;
  const path = inventoryPath(root);
  await refuseLink(path);
  if (!await mayReplace(path, options)) return undefined;
  const made = `${path}.rebuild`;
  await removeDatabase(made);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => removeDatabase(made));
  await createPrivate(made);
  const oddities = new OddityTally();
  const summary = await fill(made, { root, startedAt, oddities, options });
  signal.throwIfAborted();
  const backup = await swapDatabase(path, { made, stamp: startedAt.replace(/[-:]/g, "") });
  return {
    ...summary,
    oddity_counts: oddities.counts,
    oddities: oddities.items,
    ...(backup === undefined ? {} : { backup: backup.slice(root.length + 1).replaceAll("\\", "/") }),
  };
}

/** Looks at what is there: a whole inventory is not replaced without being told to. */
async function mayReplace(path: string, { force, onlyIfLost }: RebuildOptions): Promise<boolean> {
  if (await lookAtInventory(path) === undefined) return true;
  const found = examineInventory(path);
  if (found.state !== "healthy") return true;
  if (onlyIfLost) return false;
  if (force || (found.files === 0 && !found.isNewer)) {
    settleInventory(path);
    return true;
  }
  const files = `${formatCount(found.files)} ${found.files === 1 ? "file" : "files"}`;
  const version = found.isNewer ? `, was written by a newer zoom-extract (version ${found.version})` : "";
  throw new InventoryError(`Cannot rebuild "${path}": it is whole${version} and knows ${files}`, {
    code: "inventory_whole",
    hint: "there is nothing to repair; --force replaces it all the same, and keeps a copy",
  });
}

type Filled = Pick<RebuildSummary, "meetings" | "files" | "bytes" | "from_journal" | "partials">;

async function fill(
  made: string,
  { root, startedAt, oddities, options }: {
    root: string;
    startedAt: string;
    oddities: OddityTally;
    options: RebuildOptions;
  },
): Promise<Filled> {
  const { clock, runId, deep, signal } = options;
  using restore = new Restore(made, { clock, runId });
  const parts: RestoreParts = {
    restore,
    sink: localSink(root),
    root,
    deep,
    oddities,
    now: startedAt,
    signal,
  };
  await stageJournal(parts);
  await restoreMeetings(parts);
  const from_journal = await restoreFromJournal(parts);
  const partials = await reportUnknown(parts);
  const state = await readState(root);
  if ("run" in state) restore.addRun(state.run);
  if (state.from === "unreadable") {
    oddities.add("unreadable", "_metadata/extraction_state.json", "neither it nor its backup can be read");
  }
  const { meetings, statuses } = restore.totals();
  restore.finish();
  return {
    meetings,
    files: Object.fromEntries(statuses.map(({ status, files }) => [status, files])),
    bytes: statuses.reduce((sum, { status, bytes }) => status === "completed" ? sum + bytes : sum, 0),
    from_journal,
    partials,
  };
}

/** Those that lie where they say come first: what was copied or moved must not take their place. */
async function restoreMeetings(parts: RestoreParts): Promise<void> {
  const moved: string[] = [];
  for await (const { segments, kind } of walkArchive(parts.root, parts.signal)) {
    if (kind === "unreadable") {
      parts.oddities.add("unreadable", segments.join("/"), "the folder cannot be looked into");
    }
    if (segments.at(-1) !== "meta.json") continue;
    const folder = segments.slice(0, -1).join("/");
    const meeting = await readOrTell(folder, parts);
    if (!meeting) continue;
    if (meeting.folder !== undefined && meeting.folder !== folder) moved.push(folder);
    else await restoreMeeting(meeting, folder, parts);
  }
  for (const folder of moved.sort()) {
    const meeting = await readOrTell(folder, parts);
    if (meeting) await restoreMeeting(meeting, folder, parts);
  }
}

async function readOrTell(
  folder: string,
  { root, oddities }: RestoreParts,
): Promise<ReadMeeting | undefined> {
  try {
    return await readMeta(join(root, ...folder.split("/")));
  } catch (error) {
    oddities.add("unreadable", folder === "" ? "meta.json" : `${folder}/meta.json`, toError(error).message);
    return undefined;
  }
}

/** Tells of what lies in the archive and nothing knows; returns the number of partial files. */
async function reportUnknown({ root, restore, oddities, signal }: RestoreParts): Promise<number> {
  let partials = 0;
  for await (const { segments, kind } of walkArchive(root, signal)) {
    const path = segments.join("/");
    const name = segments.at(-1) ?? "";
    if (kind === "unreadable" || isSidecarName(name) || path.startsWith(`${sharedSidecars}/`)) continue;
    if (kind === "link") oddities.add("link", path, "it is a symbolic link, and not followed");
    else if (name.endsWith(".part")) partials++;
    else if (!restore.isPathKnown(foldKey(path))) {
      oddities.add("unknown", path, "no sidecar and no journal knows it; it is left in place");
    }
  }
  return partials;
}

/** Readable or not, those were looked at. */
function isSidecarName(name: string): boolean {
  return /^(?:meta\.json|files\.csv)(?:\.tmp)?$/.test(name);
}
