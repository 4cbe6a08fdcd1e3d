import type { ListedMeeting, User } from "../core/recording.ts";
import type { Database } from "./database.ts";

/** One row of the table `meetings`. */
export interface MeetingRow {
  readonly uuid: string;
  readonly meeting_id: string;
  readonly topic: string;
  readonly start_time: string;
  readonly host_id: string;
  readonly host_email: string;
  readonly timezone: string;
  readonly duration_minutes: number;
  readonly type: number | null;
  readonly auto_delete_date: string | null;
  readonly folder: string | null;
  readonly raw: string;
  readonly seen_run: string;
}

/** Whether a meeting's sidecars are due, by the index alone: in its row the flag stands behind all that Zoom said of it. */
export const sidecarsAreDue =
  "SELECT 1 FROM meetings INDEXED BY meetings_sidecars_due WHERE sidecars_due = 1 AND uuid = ?";

/** The rows of the tables `meetings` and `users`, with the folders that were given to them for good. */
export class Meetings {
  readonly #db: Database;
  readonly #now: () => string;

  constructor(db: Database, now: () => string) {
    this.#db = db;
    this.#now = now;
  }

  get(uuid: string): MeetingRow | undefined {
    return this.#db.prepare("SELECT * FROM meetings WHERE uuid = ?").get(uuid) as MeetingRow | undefined;
  }

  /** Stores what Zoom says now; a meeting's folder stays what it was. Unchanged meetings only get marked as seen. */
  save(meeting: ListedMeeting, runId: string): MeetingRow {
    const before = this.get(meeting.uuid);
    const listed = columnsOf(meeting);
    // Lists differ in whether they state the address: a known one is not lost to a list that does not.
    const isSameHost = before?.host_id === listed.host_id;
    const row = { ...listed, host_email: listed.host_email || (isSameHost ? before.host_email : "") };
    if (before && sameColumns(before, row)) {
      if (before.seen_run !== runId) {
        this.#db.prepare("UPDATE meetings SET seen_run = ? WHERE uuid = ?").run(runId, meeting.uuid);
      }
      return before;
    }
    this.#db.prepare(
      `INSERT INTO meetings (uuid, meeting_id, topic, start_time, host_id, host_email, timezone, duration_minutes,
         type, auto_delete_date, raw, seen_run, first_seen_at, updated_at)
       VALUES (:uuid, :meeting_id, :topic, :start_time, :host_id, :host_email, :timezone, :duration_minutes,
         :type, :auto_delete_date, :raw, :run, :now, :now)
       ON CONFLICT (uuid) DO UPDATE SET meeting_id = :meeting_id, topic = :topic, start_time = :start_time,
         host_id = :host_id, host_email = :host_email, timezone = :timezone, duration_minutes = :duration_minutes,
         type = :type, auto_delete_date = :auto_delete_date, raw = :raw, seen_run = :run, updated_at = :now,
         sidecars_due = 1`,
    ).run({ ...row, run: runId, now: this.#now() });
    return { ...row, folder: before?.folder ?? null, seen_run: runId };
  }

  /** Marks a known meeting as seen by a listing that does not describe it in full, such as the trash. */
  markSeen(uuid: string, runId: string): void {
    this.#db.prepare("UPDATE meetings SET seen_run = ? WHERE uuid = ?").run(runId, uuid);
  }

  setFolder(uuid: string, folder: string, folderKey: string): void {
    this.#db.prepare("UPDATE meetings SET folder = ?, folder_key = ? WHERE uuid = ?").run(
      folder,
      folderKey,
      uuid,
    );
  }

  isFolderTaken(folderKey: string): boolean {
    return this.#db.prepare("SELECT 1 FROM meetings WHERE folder_key = ?").get(folderKey) !== undefined;
  }

  /** Adds a person or takes over what changed; a known e-mail or name is not replaced by an empty one. */
  saveUser(user: User): void {
    this.#db.prepare(
      `INSERT INTO users (id, email, display_name, status, first_seen_at, updated_at)
       VALUES (:id, :email, :name, :status, :now, :now)
       ON CONFLICT (id) DO UPDATE SET
         email = iif(:email = '', email, :email),
         display_name = iif(:name = '', display_name, :name),
         status = iif(:status = '', status, :status), updated_at = :now
       WHERE (:email <> '' AND email <> :email) OR (:name <> '' AND display_name <> :name)
         OR (:status <> '' AND status <> :status)`,
    ).run({ id: user.id, email: user.email, name: user.displayName, status: user.status, now: this.#now() });
  }

  /** Notes that the list of users of run `runId` showed these. */
  markListed(ids: readonly string[], runId: string): void {
    const mark = this.#db.prepare("UPDATE users SET listed_run = ? WHERE id = ? AND listed_run IS NOT ?");
    for (const id of ids) mark.run(runId, id, runId);
  }

  user(id: string): (User & { folder: string | null }) | undefined {
    const row = this.#db.prepare("SELECT * FROM users WHERE id = ?").get(id);
    if (!row) return undefined;
    return {
      id,
      email: String(row["email"]),
      displayName: String(row["display_name"]),
      status: String(row["status"]),
      folder: row["folder"] === null ? null : String(row["folder"]),
    };
  }

  setUserFolder(id: string, folder: string, folderKey: string): void {
    this.#db.prepare("UPDATE users SET folder = ?, folder_key = ? WHERE id = ?").run(folder, folderKey, id);
  }

  /** Id of the user whose folder has this folded name. */
  ownerOfUserFolder(folderKey: string): string | undefined {
    const row = this.#db.prepare("SELECT id FROM users WHERE folder_key = ?").get(folderKey);
    return row === undefined ? undefined : String(row["id"]);
  }

  /** Up to `limit` meetings after uuid `after` that hold files and whose sidecars are out of date. */
  sidecarsDue(limit: number, after = ""): MeetingRow[] {
    const sql =
      `SELECT * FROM meetings m WHERE sidecars_due = 1 AND uuid > ? AND folder IS NOT NULL AND EXISTS
        (SELECT 1 FROM inventory i WHERE i.meeting_uuid = m.uuid AND i.status = 'completed')
      ORDER BY uuid LIMIT ?`;
    return this.#db.prepare(sql).all(after, limit) as unknown as MeetingRow[];
  }

  /** Tells whether a meeting's sidecars are out of date. */
  areSidecarsDue(uuid: string): boolean {
    return this.#db.prepare(sidecarsAreDue).get(uuid) !== undefined;
  }

  /** Has a meeting's sidecars written again. */
  setSidecarsDue(uuid: string): void {
    this.#db.prepare("UPDATE meetings SET sidecars_due = 1 WHERE uuid = ?").run(uuid);
  }

  setSidecarsDone(uuid: string): void {
    this.#db.prepare("UPDATE meetings SET sidecars_due = 0 WHERE uuid = ?").run(uuid);
  }

  /** How many meetings this run's listing has seen, and how many hosts they have. */
  seenBy(runId: string): { meetings: number; hosts: number } {
    const row = this.#db.prepare(
      "SELECT count(*) AS meetings, count(DISTINCT host_id) AS hosts FROM meetings WHERE seen_run = ?",
    ).get(runId);
    return { meetings: Number(row?.["meetings"] ?? 0), hosts: Number(row?.["hosts"] ?? 0) };
  }
}

type MeetingColumns = Omit<MeetingRow, "folder" | "seen_run">;

function columnsOf(meeting: ListedMeeting): MeetingColumns {
  return {
    uuid: meeting.uuid,
    meeting_id: meeting.id,
    topic: meeting.topic,
    start_time: meeting.startTime,
    host_id: meeting.hostId,
    host_email: meeting.hostEmail,
    timezone: meeting.timezone,
    duration_minutes: meeting.durationMinutes,
    type: meeting.type ?? null,
    auto_delete_date: meeting.autoDeleteDate ?? null,
    raw: JSON.stringify(meeting.raw),
  };
}

function sameColumns(row: MeetingRow, columns: MeetingColumns): boolean {
  return (Object.keys(columns) as (keyof MeetingColumns)[]).every((name) => row[name] === columns[name]);
}
