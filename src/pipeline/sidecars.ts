import { readSidecarFacts, sidecarTexts } from "../archive/mod.ts";
import type { Inventory } from "../inventory/mod.ts";
import { letOthersRun } from "../storage/mod.ts";

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
        await letOthersRun();
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
    while (true) {
      const facts = readSidecarFacts(uuid, this.#inventory);
      // Where nothing is held there is nothing to describe.
      if (!facts?.rows.some(({ status }) => status === "completed")) return;
      // Comparing what they are made of costs a tenth of making them once more.
      const now = JSON.stringify(facts);
      if (now === written) return this.#inventory.meetings.setSidecarsDone(uuid);
      const { meta, csv } = sidecarTexts(facts);
      const folder = facts.folder.split("/");
      await this.#write([...folder, "meta.json"], meta);
      await this.#write([...folder, "files.csv"], csv);
      written = now;
    }
  }
}
