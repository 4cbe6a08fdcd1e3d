import { compactTime } from "../core/naming.ts";
import { type Candidate, shortHash } from "../core/recording.ts";
import type { Inventory, MeetingRow } from "../inventory/mod.ts";
import {
  encodeSegment,
  foldKey,
  planFiles,
  planFolder,
  reservedRootNames,
  sharedFolder,
} from "../storage/mod.ts";
import type { Entry } from "./ingest.ts";

/** Where sidecars of meetings lie that share their folders with others. */
const sharedSidecars = ["_metadata", "meetings"] as const;

/**
 * Gives the files of a meeting their paths, and the meeting and its host their folders, all for good.
 *
 * Every file that has a type takes part, wanted or not: whether names collide must not depend on filters.
 */
export function placeMeeting(
  meeting: MeetingRow,
  entries: readonly Entry[],
  { inventory, sharesFolders }: { inventory: Inventory; sharesFolders: boolean },
): void {
  const placeable = entries.flatMap(({ candidate, before, named }) => {
    const isOpen = (before?.path ?? null) === null && candidate.file.fileType !== "";
    const segments = named && "segments" in named ? named.segments : [];
    return isOpen && segments.length > 0 ? [{ candidate, segments }] : [];
  });
  const [first] = placeable;
  if (!first) return;
  const isShared = sharesFolders || meeting.folder?.startsWith(`${sharedSidecars.join("/")}/`);
  if (isShared) return placeShared(meeting, placeable, inventory);
  const folder = meeting.folder ?? giveFolder(meeting, first, inventory);
  nameFiles(folder, placeable, { inventory, meeting });
}

/** A file to place, with what the naming says. */
interface Placeable {
  readonly candidate: Candidate;
  readonly segments: readonly string[];
}

/** Each file where the naming says, among those of other meetings; the meeting's sidecars out of their way. */
function placeShared(meeting: MeetingRow, placeable: readonly Placeable[], inventory: Inventory): void {
  if (meeting.folder === null) {
    const name = `${compactTime(meeting.start_time)}_${meeting.meeting_id}_${shortHash([meeting.uuid], 12)}`;
    const folder = [...sharedSidecars, encodeSegment(name)].join("/");
    inventory.meetings.setFolder(meeting.uuid, folder, foldKey(folder));
  }
  const folderOf = ({ segments }: Placeable) => sharedFolder(segments.slice(0, -1));
  for (const [folder, group] of Map.groupBy(placeable, folderOf)) {
    nameFiles(folder, group, { inventory, meeting });
  }
}

function nameFiles(
  folder: string,
  placeable: readonly Placeable[],
  { inventory, meeting }: { inventory: Inventory; meeting: MeetingRow },
): void {
  const prefix = folder === "" ? "" : `${folder}/`;
  const existing = new Map<string, string>();
  for (const { file_key, path } of inventory.files.ofMeeting(meeting.uuid)) {
    const isHere = path?.startsWith(prefix) && !path.slice(prefix.length).includes("/");
    if (path !== null && isHere) existing.set(file_key, path.slice(prefix.length));
  }
  const names = planFiles(
    placeable.map(({ candidate: { file }, segments }) => ({
      key: file.key,
      baseName: segments.at(-1) ?? "",
      recordingType: file.recordingType,
      fileExtension: file.fileExtension,
    })),
    { existing, isTaken: (name) => isTaken(`${prefix}${name}`, inventory) },
  );
  for (const { candidate: { file } } of placeable) {
    const path = `${prefix}${names.get(file.key)}`;
    inventory.files.setPath(file.key, path, foldKey(path));
  }
}

function isTaken(path: string, inventory: Inventory): boolean {
  const key = foldKey(path);
  return reservedRootNames.some((name) => foldKey(name) === key) || inventory.files.isPathTaken(key);
}

function giveFolder(meeting: MeetingRow, { candidate, segments }: Placeable, inventory: Inventory): string {
  // Without an id the address alone tells people apart.
  const user = { ...candidate.user, id: candidate.user.id || candidate.user.email };
  const known = inventory.meetings.user(user.id);
  if (!known) inventory.meetings.saveUser(user);
  const folderSegments = segments.length > 1 ? segments.slice(0, -1) : ["untitled"];
  const [top, ...inner] = planFolder({
    segments: known?.folder ? [known.folder, ...folderSegments.slice(1)] : folderSegments,
    uuid: meeting.uuid,
    takenKeys: { has: (key) => inventory.meetings.isFolderTaken(key) },
    user: { id: user.id, takenKeys: { has: (key) => isAnothersFolder(key, user.id, inventory) } },
  });
  if (!known?.folder) inventory.meetings.setUserFolder(user.id, top, foldKey(top));
  const folder = [top, ...inner].join("/");
  inventory.meetings.setFolder(meeting.uuid, folder, foldKey(folder));
  return folder;
}

function isAnothersFolder(folderKey: string, userId: string, inventory: Inventory): boolean {
  const owner = inventory.meetings.ownerOfUserFolder(folderKey);
  return owner !== undefined && owner !== userId;
}
