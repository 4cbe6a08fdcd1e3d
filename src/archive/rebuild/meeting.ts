import { join } from "node:path";
import type { Restore, StagedFile } from "../../inventory/upkeep/mod.ts";
import { encodeSegment, foldKey, sharedSidecars } from "../../storage/mod.ts";
import { type ReadFile, readFilesCsv, type ReadMeeting } from "../read_sidecars.ts";
import { isSafeName } from "./names.ts";
import { isRecordingPath, type Judged, judgeFile, type JudgeParts, notHeld } from "./file.ts";

/** What putting meetings back needs. */
export interface RestoreParts extends JudgeParts {
  readonly restore: Restore;
  /** When, for what nothing dates. */
  readonly now: string;
}

interface JudgedFile {
  readonly file: ReadFile;
  readonly staged: StagedFile | undefined;
  readonly path: string | null;
  readonly judgement: Judged;
}

/** Puts back the meeting that the sidecar in `folder` tells of; `folder` is relative, `/`-separated. */
export async function restoreMeeting(
  meeting: ReadMeeting,
  folder: string,
  parts: RestoreParts,
): Promise<void> {
  const { restore, oddities } = parts;
  const sidecar = `${folder}/meta.json`;
  const folderKey = foldKey(folder);
  if (restore.hasMeeting(meeting.uuid) || restore.isFolderTaken(folderKey)) {
    oddities.add("duplicate", sidecar, "another folder holds the same meeting already; this one is left out");
    return;
  }
  if (meeting.badFiles > 0) {
    oddities.add("unreadable", sidecar, `${meeting.badFiles} of its entries for files cannot be used`);
  }
  const files = await completeFiles(meeting.files, join(parts.root, ...folder.split("/")));
  const judged: JudgedFile[] = [];
  for (const file of files) {
    const staged = restore.staged(file.file_key);
    const path = pathOf(file, { folder, staged, parts });
    judged.push({ file, staged, path, judgement: await judgeFile(file, { path, staged }, parts) });
  }
  const isAsTold = meeting.badFiles === 0 && meeting.folder === folder &&
    judged.every(({ file, judgement }) => file.status === judgement.status);
  restore.transaction(() => {
    addPeople(meeting, folder, restore);
    restore.addMeeting({
      uuid: meeting.uuid,
      meeting_id: meeting.id,
      topic: meeting.topic,
      start_time: meeting.startTime,
      host_id: meeting.hostId,
      host_email: meeting.hostEmail,
      timezone: meeting.timezone,
      duration_minutes: meeting.durationMinutes,
      type: meeting.type,
      auto_delete_date: meeting.autoDeleteDate,
      folder,
      folder_key: folderKey,
      raw: JSON.stringify(meeting.raw),
      sidecarsDue: !isAsTold,
    });
    for (const each of judged) addFile(each, { meeting, sidecar }, parts);
  });
}

/** Holes in `meta.json` are filled from `files.csv`, which says the same in another way. */
async function completeFiles(files: readonly ReadFile[], folder: string): Promise<readonly ReadFile[]> {
  const hasHole = (file: ReadFile) =>
    file.status === "completed" && (file.size === undefined || file.sha256 === undefined);
  if (!files.some(hasHole)) return files;
  const csv = await readFilesCsv(folder);
  return files.map((file) => hasHole(file) ? { ...file, ...csv.get(file.name) } : file);
}

/** Where the file has its place; `null` where it has none, or a sidecar that is not ours would put it elsewhere. */
function pathOf(
  file: ReadFile,
  { folder, staged, parts }: { folder: string; staged: StagedFile | undefined; parts: RestoreParts },
): string | null {
  const isShared = folder.startsWith(`${sharedSidecars}/`);
  const told = file.path ??
    (isShared ? staged?.path : file.name === "" ? undefined : `${folder}/${file.name}`);
  if (told === undefined) return null;
  const isOwn = file.path !== undefined || isShared || isSafeName(file.name);
  if (!isOwn || !isRecordingPath(parts.root, told)) {
    parts.oddities.add("unreadable", `${folder}/meta.json`, `it names a path that cannot be: ${told}`);
    return null;
  }
  if (parts.restore.isPathKnown(foldKey(told))) {
    parts.oddities.add("duplicate", told, "another file of the inventory has this path already");
    return null;
  }
  return told;
}

function addPeople(meeting: ReadMeeting, folder: string, restore: Restore): void {
  const { userEmail: email, hostId, userFolder } = meeting;
  addPerson({ email, id: hostId, folder: userFolder ?? ownFolder(folder, { email, id: hostId }) }, restore);
}

/** Adds a meeting's host; without an id the address alone tells people apart. */
export function addPerson(
  { email, id, folder }: { email: string; id: string; folder: string | undefined },
  restore: Restore,
): void {
  if (id === "" && email === "") return;
  const isUsable = folder !== undefined && isSafeName(folder);
  restore.addUser({ id: id || email, email, ...(isUsable ? { folder, folderKey: foldKey(folder) } : {}) });
}

/** A top folder that is the host's address or id is the host's own. */
export function ownFolder(path: string, { email, id }: { email: string; id: string }): string | undefined {
  const [top = ""] = path.split("/");
  return [email, id].some((name) => name !== "" && encodeSegment(name) === top) ? top : undefined;
}

function addFile(
  { file, staged, path, judgement }: JudgedFile,
  { meeting, sidecar }: { meeting: ReadMeeting; sidecar: string },
  { restore, oddities, root, now }: RestoreParts,
): void {
  if (restore.meetingOf(file.file_key) !== undefined) {
    oddities.add("duplicate", sidecar, `another entry has the file key ${file.file_key} already`);
    return;
  }
  // Two entries of one sidecar may name the same path.
  const isFree = path === null || !restore.isPathKnown(foldKey(path));
  if (!isFree) oddities.add("duplicate", path, "two entries of one sidecar have this path");
  const own = isFree ? { path, judgement } : { path: null, judgement: notHeld };
  const extension = /\.([^./]+)$/.exec(file.name)?.[1] ?? "";
  const replacedBy = file.replaced_by !== undefined && isRecordingPath(root, file.replaced_by)
    ? file.replaced_by
    : null;
  restore.addFile({
    ...own.judgement,
    file_key: file.file_key,
    file_id: file.id ?? null,
    user_email: meeting.userEmail,
    user_id: meeting.hostId,
    meeting_uuid: meeting.uuid,
    meeting_id: meeting.id,
    meeting_topic: meeting.topic,
    meeting_start: meeting.startTime,
    file_type: file.file_type,
    recording_type: file.recording_type,
    file_extension: file.file_extension ?? extension,
    recording_start: file.recording_start,
    recording_end: file.recording_end,
    file_name: file.file_name ?? null,
    listed_size: file.listed_size ?? null,
    path: own.path,
    path_key: own.path === null ? null : foldKey(own.path),
    attempts: staged?.attempts ?? 0,
    auto_delete_date: meeting.autoDeleteDate,
    deleted_time: file.deleted_time ?? null,
    run_id: staged?.runId || restore.runId,
    first_seen_at: staged?.firstSeenAt || now,
    replaced_by: replacedBy,
  });
  if (replacedBy !== null) restore.claim(foldKey(replacedBy));
  for (const { plugin, path: made } of file.made) {
    if (!isRecordingPath(root, made)) continue;
    restore.addMade({ path: made, fileKey: file.file_key, plugin });
    restore.claim(foldKey(made));
  }
}
