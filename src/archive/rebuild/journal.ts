import { join } from "node:path";
import { readJournal, type StagedFile } from "../../inventory/upkeep/mod.ts";
import { foldKey } from "../../storage/mod.ts";
import { isRecordingPath, judgeFile } from "./file.ts";
import { addPerson, ownFolder, type RestoreParts } from "./meeting.ts";

const batch = 1_000;

/** Takes the journal in; tells how many of its lines say nothing. */
export async function stageJournal(parts: RestoreParts): Promise<void> {
  const { restore, root, oddities, signal } = parts;
  const path = "_logs/inventory.jsonl";
  let lines: Record<string, unknown>[] = [];
  let bad = 0;
  const flush = () =>
    restore.transaction(() => {
      for (const line of lines) if (!restore.stage(line)) bad++;
      lines = [];
    });
  for await (const line of readJournal(join(root, path))) {
    if (line) lines.push(line);
    else bad++;
    if (lines.length < batch) continue;
    signal.throwIfAborted();
    flush();
  }
  flush();
  if (bad > 0) oddities.add("unreadable", path, `${bad} ${bad === 1 ? "line tells" : "lines tell"} nothing`);
}

/** Puts back the files that no sidecar tells of and the journal does; returns how many. */
export async function restoreFromJournal(parts: RestoreParts): Promise<number> {
  const { restore, signal } = parts;
  let count = 0;
  for (let after = "";;) {
    signal.throwIfAborted();
    const rows = restore.stagedAlone(after, batch);
    const last = rows.at(-1);
    if (!last) return count;
    after = last.key;
    for (const staged of rows) if (await restoreStaged(staged, parts)) count++;
  }
}

async function restoreStaged(staged: StagedFile, parts: RestoreParts): Promise<boolean> {
  const { restore, root } = parts;
  const { path, facts = {} } = staged;
  const text = (name: string) => typeof facts[name] === "string" ? facts[name] as string : "";
  const uuid = text("meeting_uuid");
  if (uuid === "" || path === undefined || !isRecordingPath(root, path)) return false;
  if (restore.isPathKnown(foldKey(path))) return false;
  const entry = { status: "completed", size: staged.sizeBytes, sha256: staged.sha256 } as const;
  const told = { reason: undefined, replaced_by: undefined };
  const judgement = await judgeFile({ ...entry, ...told }, { path, staged }, parts);
  restore.transaction(() => {
    addMeeting(uuid, { path, text, facts }, parts);
    restore.addFile({
      ...judgement,
      file_key: staged.key,
      file_id: text("file_id") || null,
      user_email: text("user_email"),
      user_id: text("user_id"),
      meeting_uuid: uuid,
      meeting_id: text("meeting_id"),
      meeting_topic: text("meeting_topic"),
      meeting_start: text("meeting_start"),
      file_type: text("file_type"),
      recording_type: text("recording_type"),
      file_extension: text("file_extension"),
      recording_start: text("recording_start"),
      recording_end: text("recording_end"),
      file_name: text("file_name") || null,
      listed_size: Number.isSafeInteger(facts["listed_size"]) ? Number(facts["listed_size"]) : null,
      path,
      path_key: foldKey(path),
      attempts: staged.attempts,
      auto_delete_date: text("auto_delete_date") || null,
      deleted_time: null,
      run_id: staged.runId || restore.runId,
      first_seen_at: staged.firstSeenAt || parts.now,
      replaced_by: null,
    });
  });
  return true;
}

function addMeeting(
  uuid: string,
  { path, text, facts }: {
    path: string;
    text: (name: string) => string;
    facts: Readonly<Record<string, unknown>>;
  },
  { restore, root }: RestoreParts,
): void {
  const person = { email: text("user_email"), id: text("user_id") };
  addPerson({ ...person, folder: ownFolder(path, person) }, restore);
  if (restore.hasMeeting(uuid)) return restore.setSidecarsDue(uuid);
  const told = text("folder") || path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const isUsable = told !== "" && !restore.isFolderTaken(foldKey(told)) && isFolder(root, told);
  restore.addMeeting({
    uuid,
    meeting_id: text("meeting_id"),
    topic: text("meeting_topic"),
    start_time: text("meeting_start"),
    host_id: text("user_id"),
    host_email: text("user_email"),
    timezone: "",
    duration_minutes: 0,
    type: null,
    auto_delete_date: typeof facts["auto_delete_date"] === "string" ? facts["auto_delete_date"] : null,
    folder: isUsable ? told : null,
    folder_key: isUsable ? foldKey(told) : null,
    raw: "{}",
    sidecarsDue: true,
  });
}

/** Sidecars of meetings that share their folders lie among the program's own. */
function isFolder(root: string, folder: string): boolean {
  const inner = folder.replace(/^_metadata\/meetings\//, "");
  return isRecordingPath(root, inner);
}
