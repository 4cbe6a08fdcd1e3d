import type { Inventory, MeetingRow } from "../inventory/mod.ts";
import { foldKey, planFiles, planFolder } from "../storage/mod.ts";
import type { Entry } from "./ingest.ts";

/**
 * Gives the files of a meeting their paths, and the meeting and its host their folders, all for good.
 *
 * Every file that has a type takes part, wanted or not: whether names collide must not depend on filters.
 */
export function placeMeeting(meeting: MeetingRow, entries: readonly Entry[], inventory: Inventory): void {
  const placeable = entries.filter(({ candidate, before, segments }) =>
    (before?.path ?? null) === null && segments.length > 0 && candidate.file.fileType !== ""
  );
  const first = placeable[0];
  if (!first) return;
  const folder = meeting.folder ?? giveFolder(meeting, first, inventory);
  const existing = new Map<string, string>();
  for (const { file_key, path } of inventory.files.ofMeeting(meeting.uuid)) {
    if (path !== null) existing.set(file_key, path.slice(path.lastIndexOf("/") + 1));
  }
  const names = planFiles(
    placeable.map(({ candidate: { file }, segments }) => ({
      key: file.key,
      baseName: segments.at(-1) ?? "",
      recordingType: file.recordingType,
      fileExtension: file.fileExtension,
    })),
    { existing },
  );
  for (const { candidate: { file } } of placeable) {
    const path = `${folder}/${names.get(file.key)}`;
    inventory.files.setPath(file.key, path, foldKey(path));
  }
}

function giveFolder(meeting: MeetingRow, { candidate, segments }: Entry, inventory: Inventory): string {
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
