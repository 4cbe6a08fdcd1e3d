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
    await this.#writeFor(meetingUuid);
  }

  /** Writes all that are out of date, as far as `isOver` allows; the rest is left to the next run. */
  async drain(isOver: () => boolean = () => false): Promise<void> {
    for (let after = "";;) {
      const due = this.#inventory.meetings.sidecarsDue(200, after);
      if (due.length === 0) return;
      for (const meeting of due) {
        if (isOver()) return;
        await this.#writeFor(meeting.uuid);
        after = meeting.uuid;
      }
    }
  }

  /** One at a time per meeting: two of its files can be settled in the same moment. */
  async #writeFor(uuid: string): Promise<void> {
    const before = this.#writing.get(uuid) ?? Promise.resolve();
    const writing = before.catch(() => {}).then(() => this.#replace(uuid));
    this.#writing.set(uuid, writing);
    try {
      await writing;
    } finally {
      if (this.#writing.get(uuid) === writing) this.#writing.delete(uuid);
    }
  }

  /** They count as done once they are on disk and still say what the inventory says. */
  async #replace(uuid: string): Promise<void> {
    if (!this.#inventory.meetings.areSidecarsDue(uuid)) return;
    let written: string | undefined;
    for (let state = this.#read(uuid); state; state = this.#read(uuid)) {
      const { folder, meeting, rows } = state;
      // Comparing what they are made of costs a tenth of making them once more.
      const now = JSON.stringify([meeting, rows]);
      if (now === written) return this.#inventory.meetings.setSidecarsDone(uuid);
      const files = rows.map(describeRow);
      await this.#write([...folder, "meta.json"], renderMetaJson(describeMeeting(meeting), files));
      await this.#write([...folder, "files.csv"], renderFilesCsv(files));
      written = now;
    }
  }

  /** `undefined` where nothing is held. */
  #read(uuid: string): MeetingState | undefined {
    const meeting = this.#inventory.meetings.get(uuid);
    const rows = this.#inventory.files.ofMeeting(uuid);
    if (!meeting?.folder || !rows.some(({ status }) => status === "completed")) return undefined;
    return { folder: meeting.folder.split("/"), meeting, rows };
  }
}

/** What the sidecars of one meeting are made of, and where they go. */
interface MeetingState {
  readonly folder: readonly string[];
  readonly meeting: MeetingRow;
  readonly rows: readonly FileRow[];
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
