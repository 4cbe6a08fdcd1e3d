import type { Choice, Named } from "../core/active_plugins.ts";
import type { FileHook } from "../core/plugin.ts";
import { type Candidate, foreignFileKey, type ListedFile, type ListedMeeting } from "../core/recording.ts";
import { type FileRow, type Inventory, type ListedColumns, toListedColumns } from "../inventory/mod.ts";
import { type Classification, classify, onPremise, unplanned } from "./classify.ts";
import type { Naming } from "./naming.ts";
import { placeMeeting } from "./place_meeting.ts";
import type { Selection } from "./select.ts";
import type { UrlCache } from "./url_cache.ts";

/** What taking in a listing needs. */
export interface IngestContext {
  readonly inventory: Inventory;
  readonly runId: string;
  readonly select: Selection;
  readonly naming: Naming;
  /** A hook is due for a file; called in the transaction of the change that it is due for. */
  readonly onDue: (key: string, hook: FileHook) => void;
  readonly urls: UrlCache;
}

/** A listed file under its key in the inventory, with what is known of it and what was decided. */
export interface Entry {
  readonly candidate: Candidate;
  readonly before: FileRow | undefined;
  readonly downloadUrl: string | undefined;
  readonly isOnPremise: boolean;
  /** What flags and filters say. */
  readonly choice: Choice;
  /** Where it goes; absent where it has its path already. */
  readonly named?: Named | undefined;
}

/** Takes one page of meetings into the inventory, in one transaction; returns how many files it showed. */
export async function ingestPage(
  meetings: readonly ListedMeeting[],
  context: IngestContext,
): Promise<number> {
  const claimed = new Map<string, string>();
  const distinct = new Map(meetings.map((meeting) => [meeting.uuid, meeting]));
  const listed = [...distinct.values()].map((meeting) => ({
    meeting,
    entries: entriesOf(meeting, { inventory: context.inventory, claimed }),
  }));
  const open = listed.flatMap(({ entries }) => entries).filter(({ before }) =>
    before?.status !== "completed"
  );
  const siblings = new Map(
    listed.flatMap(({ entries }) => {
      const files = entries.map(({ candidate }) => candidate.file);
      return entries.map((entry) => [entry, files] as const);
    }),
  );
  const nameless = open.filter(({ before }) => (before?.path ?? null) === null);
  const [choices, names] = await Promise.all([
    context.select(open.map((entry) => ({
      candidate: entry.candidate,
      siblings: siblings.get(entry) ?? [],
    }))),
    context.naming.name(nameless.map(({ candidate }) => candidate)),
  ]);
  const named = new Map(nameless.map((entry, i) => [entry, names[i]]));
  const decided = new Map(open.map((entry, i) => {
    const choice = entry.isOnPremise ? { reason: onPremise } : choices[i] ?? { reason: undefined };
    return [entry.candidate, { ...entry, choice, named: named.get(entry) }];
  }));
  context.inventory.transaction(() => {
    for (const { meeting, entries } of listed) {
      takeIn(meeting, entries.map((entry) => decided.get(entry.candidate) ?? entry), context);
    }
  });
  return listed.reduce((sum, { entries }) => sum + entries.length, 0);
}

/** Takes meetings of the trash in: files that are not held become `in_trash`. Returns how many it showed. */
export function ingestTrash(meetings: readonly ListedMeeting[], context: IngestContext): number {
  const { inventory, runId } = context;
  return inventory.transaction(() => {
    let count = 0;
    for (const meeting of meetings) {
      const entries = entriesOf(meeting, { inventory, claimed: new Map() });
      if (inventory.meetings.get(meeting.uuid)) inventory.meetings.markSeen(meeting.uuid, runId);
      else inventory.meetings.save(meeting, runId);
      for (const { candidate, before } of entries) {
        count++;
        const change = { status: "in_trash", deleted_time: candidate.file.deletedTime ?? null } as const;
        if (!before) inventory.files.insert(toListedColumns(candidate), change, runId);
        else if (before.status !== "completed") inventory.files.setStatus(before.file_key, change, runId);
      }
    }
    return count;
  });
}

/** Whose a file key is: the inventory knows of earlier pages, `claimed` of this one. */
interface Keys {
  readonly inventory: Inventory;
  readonly claimed: Map<string, string>;
}

function entriesOf(meeting: ListedMeeting, keys: Keys): Entry[] {
  const { inventory } = keys;
  const known = new Map(inventory.files.ofMeeting(meeting.uuid).map((row) => [row.file_key, row]));
  const { files: listedFiles, raw: _raw, ...bare } = meeting;
  const person = inventory.meetings.user(meeting.hostId);
  const user = {
    id: meeting.hostId,
    email: meeting.hostEmail || person?.email || "",
    displayName: person?.displayName ?? "",
    status: person?.status ?? "",
  };
  return listedFiles.map((listed) => {
    const { downloadUrl, isOnPremise = false, ...file } = listed;
    const key = keyInInventory(meeting.uuid, listed, { known, keys });
    keys.claimed.set(key, meeting.uuid);
    return {
      candidate: { user, meeting: bare, file: { ...file, key } },
      before: known.get(key),
      downloadUrl,
      isOnPremise,
      choice: { reason: undefined },
    };
  });
}

/**
 * The key under which a file of this meeting is known: of the rows with its id the one that is the same in every other
 * respect too, as an id may come to stand for two files, and the key that it has alone is not the one it has then.
 */
export function knownKey(
  file: ListedFile,
  known: Iterable<FileRow>,
  isFree: (key: string) => boolean = () => true,
): string | undefined {
  if (file.id === undefined) return undefined;
  for (const row of known) {
    const isSame = row.file_id === file.id && row.file_type === file.fileType &&
      row.recording_type === file.recordingType && row.recording_start === file.recordingStart &&
      row.file_extension === file.fileExtension;
    if (isSame && isFree(row.file_key)) return row.file_key;
  }
  return undefined;
}

/** Zoom's id, unless another file already has it. */
function keyInInventory(
  uuid: string,
  file: ListedFile,
  { known, keys }: { known: ReadonlyMap<string, FileRow>; keys: Keys },
): string {
  const isFree = (key: string) => !keys.claimed.has(key);
  const same = knownKey(file, known.values(), isFree);
  if (same !== undefined) return same;
  if (known.has(file.key) && isFree(file.key)) return file.key;
  const own = foreignFileKey(uuid, file.key);
  if (known.has(own)) return own;
  const owner = keys.inventory.files.get(file.key)?.meeting_uuid ?? keys.claimed.get(file.key) ?? uuid;
  return owner === uuid ? file.key : own;
}

function takeIn(meeting: ListedMeeting, entries: readonly Entry[], context: IngestContext): void {
  const { inventory, runId, urls } = context;
  const row = inventory.meetings.save(meeting, runId);
  for (const entry of entries) {
    const { candidate, before, downloadUrl } = entry;
    const next = planned(entry);
    const columns = toListedColumns(candidate);
    if (!before) {
      inventory.files.insert(columns, next, runId);
      tellDue(columns.file_key, next, context);
    } else {
      if (hasChanged(before, columns)) inventory.files.refresh(columns);
      if (isMove(before, { ...next, runId })) {
        inventory.files.setStatus(before.file_key, next, runId);
        if (before.status !== next.status) tellDue(before.file_key, next, context);
      }
    }
    if (next.status === "pending" && downloadUrl !== undefined) urls.put(candidate.file.key, downloadUrl);
  }
  if (statesFiles(meeting)) settleVanished(meeting.uuid, { entries, context });
  placeMeeting(row, entries, { inventory, sharesFolders: context.naming.sharesFolders });
}

/** Hooks hear of files that are left out, and of those that cannot be planned. */
export function tellDue(
  key: string,
  { status }: Classification,
  { onDue }: Pick<IngestContext, "onDue">,
): void {
  if (status === "skipped") onDue(key, "onSkip");
  if (status === "failed") onDue(key, "onFailure");
}

/** What the file should be from now on. Without a name it cannot be fetched, whatever the filters say. */
function planned({ candidate, before, choice, named }: Entry): Classification {
  const next = classify(candidate.file, before?.status, choice);
  return next.status === "pending" && named && "error" in named ? unplanned(named.error) : next;
}

function hasChanged(before: FileRow, columns: ListedColumns): boolean {
  return (Object.keys(columns) as (keyof ListedColumns)[]).some((name) => before[name] !== columns[name]);
}

/** Held files stay untouched, so that a re-run writes nothing; the others join this run's queue. */
function isMove(before: FileRow, next: { status: string; reason: string | null; runId: string }): boolean {
  if (before.status === "completed") return false;
  // Tried and settled by this very run: a neighbouring window shows the file again, the next run tries again.
  if ((before.status === "failed" || before.status === "gone") && before.run_id === next.runId) return false;
  return before.status !== next.status || before.reason !== next.reason ||
    (next.status === "pending" && before.run_id !== next.runId);
}

/**
 * A file that was being processed and is no longer part of its meeting: gone. The typeless entry of a running
 * recording never was a file; the real ones have taken its place.
 */
function settleVanished(
  uuid: string,
  { entries, context: { inventory, runId } }: { entries: readonly Entry[]; context: IngestContext },
): void {
  const shown = new Set(entries.map(({ candidate }) => candidate.file.key));
  for (const row of inventory.files.ofMeeting(uuid)) {
    if (shown.has(row.file_key)) continue;
    const next = whenVanished(row);
    if (next === "never was") inventory.files.remove(row.file_key);
    else if (next !== row.status) inventory.files.setStatus(row.file_key, { status: next }, runId);
  }
}

/** Tells whether a listing says which files a meeting has: an absent list says nothing, an empty one that there are none. */
export function statesFiles({ files, raw }: ListedMeeting): boolean {
  return files.length > 0 || Array.isArray(raw.recording_files);
}

/** What becomes of a known file that its meeting, shown again, no longer has. */
export function whenVanished(row: FileRow): FileRow["status"] | "never was" {
  if (row.status !== "not_ready" || row.recording_type === "audio_only_each_participant") return row.status;
  // A path once given stays, also that of a file which Zoom has shown without a type for a while.
  return row.file_type === "" && row.path === null ? "never was" : "gone";
}
