import type { Meeting } from "../core/recording.ts";
import type { FileRow, Inventory, MeetingRow } from "../inventory/mod.ts";
import { renderFilesCsv, renderMetaJson, type SidecarFile } from "../storage/mod.ts";

/** Writes `text` under a path of the archive so that readers see the old or the new version. */
export type WriteSidecar = (path: readonly string[], text: string) => Promise<void>;

/** Keeps `meta.json` and `files.csv` beside the recordings in step with the inventory. */
export class Sidecars {
  readonly #inventory: Inventory;
  readonly #write: WriteSidecar;
  readonly #writing = new Map<string, Promise<void>>();

  constructor(inventory: Inventory, write: WriteSidecar) {
    this.#inventory = inventory;
    this.#write = write;
  }

  /** Writes a meeting's sidecars if none of its files is still to come. */
  async settle(meetingUuid: string): Promise<void> {
    if (this.#inventory.files.openCount(meetingUuid) > 0) return;
    const meeting = this.#inventory.meetings.get(meetingUuid);
    if (meeting) await this.#writeFor(meeting);
  }

  /** Writes all that are out of date. */
  async drain(): Promise<void> {
    while (true) {
      const due = this.#inventory.meetings.sidecarsDue(200);
      if (due.length === 0) return;
      for (const meeting of due) await this.#writeFor(meeting);
    }
  }

  /** One at a time per meeting: two of its files can be settled in the same moment. */
  async #writeFor(meeting: MeetingRow): Promise<void> {
    const before = this.#writing.get(meeting.uuid) ?? Promise.resolve();
    const writing = before.catch(() => {}).then(() => this.#replace(meeting));
    this.#writing.set(meeting.uuid, writing);
    try {
      await writing;
    } finally {
      if (this.#writing.get(meeting.uuid) === writing) this.#writing.delete(meeting.uuid);
    }
  }

  async #replace(meeting: MeetingRow): Promise<void> {
    // Cleared first: a change that comes while the files are written sets it again.
    this.#inventory.meetings.setSidecarsDone(meeting.uuid);
    const rows = this.#inventory.files.ofMeeting(meeting.uuid);
    if (meeting.folder === null || !rows.some(({ status }) => status === "completed")) return;
    const folder = meeting.folder.split("/");
    const files = rows.map(describeRow);
    await this.#write([...folder, "meta.json"], renderMetaJson(describeMeeting(meeting), files));
    await this.#write([...folder, "files.csv"], renderFilesCsv(files));
  }
}

function describeMeeting(row: MeetingRow): Meeting & { raw: Record<string, unknown> } {
  return {
    uuid: row.uuid,
    id: row.meeting_id,
    topic: row.topic,
    startTime: row.start_time,
    hostId: row.host_id,
    hostEmail: row.host_email,
    timezone: row.timezone,
    durationMinutes: row.duration_minutes,
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.auto_delete_date === null ? {} : { autoDeleteDate: row.auto_delete_date }),
    raw: JSON.parse(row.raw) as Record<string, unknown>,
  };
}

function describeRow(row: FileRow): SidecarFile {
  return {
    key: row.file_key,
    id: row.file_id ?? undefined,
    name: row.path === null ? "" : row.path.slice(row.path.lastIndexOf("/") + 1),
    fileType: row.file_type,
    recordingType: row.recording_type,
    recordingStart: row.recording_start,
    recordingEnd: row.recording_end,
    listedSizeBytes: row.listed_size ?? undefined,
    sizeBytes: row.file_size ?? undefined,
    sha256: row.sha256 ?? undefined,
    status: row.status,
    reason: row.reason ?? row.error_code ?? undefined,
  };
}
