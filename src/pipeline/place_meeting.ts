import { compactTime } from "../core/naming.ts";
import { type Candidate, type RecordingFile, shortHash } from "../core/recording.ts";
import type { Inventory, MeetingRow } from "../inventory/mod.ts";
import {
  contestedName,
  encodeSegment,
  type FileToPlace,
  foldKey,
  planFiles,
  planFolder,
  reservedRootNames,
  sharedFolder,
  sharedSidecars,
} from "../storage/mod.ts";
import type { Entry } from "./ingest.ts";

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
  const isShared = sharesFolders || meeting.folder?.startsWith(`${sharedSidecars}/`);
  if (isShared) return placeShared(meeting, placeable, inventory);
  const folder = meeting.folder ?? giveFolder(meeting, first, inventory);
  nameFiles(folder, placeable, { inventory, meeting });
}

/** Where files of one meeting would go if there were no other meetings, by file key. */
export function previewPaths(
  files: readonly { readonly file: RecordingFile; readonly segments: readonly string[] }[],
): Map<string, string> {
  const placeable = files.filter(({ segments }) => segments.length > 0);
  const names = planFiles(placeable.map(({ file, segments }) => toPlace(file, segments)));
  return new Map(placeable.map(({ file, segments }) => {
    const folder = sharedFolder(segments.slice(0, -1));
    return [file.key, `${folder === "" ? "" : `${folder}/`}${names.get(file.key)}`];
  }));
}

function toPlace(file: RecordingFile, segments: readonly string[]): FileToPlace {
  const { key, recordingType, fileExtension } = file;
  return { key, baseName: segments.at(-1) ?? "", recordingType, fileExtension };
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
    const folder = `${sharedSidecars}/${encodeSegment(name)}`;
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
  const contested: string[] = [];
  for (const row of inventory.files.ofMeeting(meeting.uuid)) {
    const { file_key: key, path, recording_type: recordingType, file_extension: fileExtension } = row;
    const isHere = path?.startsWith(prefix) && !path.slice(prefix.length).includes("/");
    if (path === null || !isHere) continue;
    const name = path.slice(prefix.length);
    existing.set(key, name);
    contested.push(contestedName(name, { key, recordingType, fileExtension }) ?? name);
  }
  const names = planFiles(
    placeable.map(({ candidate: { file }, segments }) => toPlace(file, segments)),
    { existing, contested, isTaken: (name) => isTaken(`${prefix}${name}`, inventory) },
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

/** A first folder that is the host's address or id is the host's own, whatever the address becomes later. */
function giveFolder(meeting: MeetingRow, { candidate, segments }: Placeable, inventory: Inventory): string {
  const folders = segments.length > 1 ? segments.slice(0, -1) : ["untitled"];
  // Without an id the address alone tells people apart.
  const user = { ...candidate.user, id: candidate.user.id || candidate.user.email };
  const own = candidate.user.email || candidate.user.id;
  const isPersonal = own !== "" && encodeSegment(folders[0] ?? "") === encodeSegment(own);
  const known = isPersonal ? inventory.meetings.user(user.id) : undefined;
  if (isPersonal && !known) inventory.meetings.saveUser(user);
  const [top, ...inner] = planFolder({
    segments: known?.folder ? [known.folder, ...folders.slice(1)] : folders,
    uuid: meeting.uuid,
    takenKeys: { has: (key) => inventory.meetings.isFolderTaken(key) },
    ...(isPersonal
      ? { user: { id: user.id, takenKeys: { has: (key) => isAnothersFolder(key, user.id, inventory) } } }
      : {}),
  });
  if (isPersonal && !known?.folder) inventory.meetings.setUserFolder(user.id, top, foldKey(top));
  const folder = [top, ...inner].join("/");
  inventory.meetings.setFolder(meeting.uuid, folder, foldKey(folder));
  return folder;
}

function isAnothersFolder(folderKey: string, userId: string, inventory: Inventory): boolean {
  const owner = inventory.meetings.ownerOfUserFolder(folderKey);
  return owner !== undefined && owner !== userId;
}
