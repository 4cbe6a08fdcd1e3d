import { join } from "node:path";
import type { FileStatus } from "../../src/inventory/mod.ts";
import { type Inventory, openInventory, toListedColumns } from "../../src/inventory/mod.ts";
import type { Clock } from "../../src/core/clock.ts";

/** A clock that stands still at noon of a day, until it is set. */
export class SetClock implements Clock {
  #nowMs: number;

  constructor(iso = "2024-06-30T12:00:00Z") {
    this.#nowMs = Date.parse(iso);
  }

  set(iso: string): void {
    this.#nowMs = Date.parse(iso);
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }

  random(): number {
    return 0.5;
  }
}

/** A file of the inventory under test. */
export interface GivenFile {
  readonly key: string;
  readonly user?: string;
  /** Day of its meeting. */
  readonly day?: string;
  readonly status?: FileStatus;
  readonly why?: string;
  readonly bytes?: number;
  readonly topic?: string;
  readonly path?: string;
  readonly autoDelete?: string;
  readonly deleted?: string;
  /** The run that finds it. */
  readonly run?: string;
}

/** An inventory in an archive of its own, made by hand; removed when disposed of. */
export class InventoryUnderTest implements AsyncDisposable {
  readonly clock = new SetClock();

  private constructor(readonly dir: string, readonly inventory: Inventory) {}

  static async create(): Promise<InventoryUnderTest> {
    const dir = await Deno.makeTempDir({ prefix: "zoom-extract-status-" });
    await Deno.mkdir(join(dir, "_logs"));
    const clock = new SetClock();
    const made = new InventoryUnderTest(dir, openInventory(join(dir, "_logs", "inventory.db"), { clock }));
    Object.assign(made, { clock });
    return made;
  }

  /** Begins a run, and ends it as told. */
  run(
    runId: string,
    { from = "2024-06-01", to = "2024-06-30", users = [], status = "completed" }: {
      from?: string;
      to?: string;
      users?: readonly string[];
      status?: "running" | "completed" | "failed" | "interrupted";
    } = {},
  ): void {
    const filters = { users, types: [], exclude_types: [], include_trash: false, participant_audio: false };
    this.inventory.runs.begin({ runId, range: { from, to }, filters });
    if (status === "running") return;
    this.inventory.runs.finish(runId, { status, counts: {}, exitCode: status === "completed" ? 0 : 4 });
  }

  /** Notes that a listing was proven, or not. */
  window(scope: string, from: string, to: string, { run = "run-1", proven = true } = {}): void {
    const reason = proven ? { totalRecords: 1 } : { reason: "2 of 3 meetings" };
    this.inventory.windows.save({ scope, asked: { from, to }, seen: 1, proven, ...reason }, run);
  }

  user(name: string, status = "active", run?: string): void {
    const user = { id: `id-${name}`, email: `${name}@example.test`, displayName: name, status };
    this.inventory.meetings.saveUser(user);
    if (run !== undefined) this.inventory.meetings.markListed([user.id], run);
  }

  file(given: GivenFile): void {
    const { key, user = "ana", day = "2024-06-02", status = "completed", bytes = 100, run = "run-1" } = given;
    const meeting = {
      uuid: `meeting-${user}-${day}`,
      id: "81234567890",
      hostId: `id-${user}`,
      hostEmail: `${user}@example.test`,
      topic: given.topic ?? "Plan",
      startTime: day === "" ? "" : `${day}T10:00:00Z`,
      timezone: "",
      durationMinutes: 10,
      ...(given.autoDelete === undefined ? {} : { autoDeleteDate: given.autoDelete }),
    };
    const { inventory } = this;
    inventory.meetings.save({ ...meeting, files: [], raw: {} }, run);
    const file = {
      key,
      fileType: "MP4",
      recordingType: "gallery_view",
      fileExtension: "mp4",
      recordingStart: meeting.startTime,
      recordingEnd: "",
      status: "completed",
      listedSizeBytes: bytes,
      ...(given.deleted === undefined ? {} : { deletedTime: given.deleted }),
    };
    const person = { id: meeting.hostId, email: meeting.hostEmail, displayName: "", status: "" };
    inventory.files.insert(
      toListedColumns({ user: person, meeting, file }),
      status === "completed" ? { status: "pending" } : {
        status,
        ...(status === "failed" ? { error_code: given.why ?? "html", error: "an HTML page came" } : {}),
        ...(status === "skipped" ? { reason: given.why ?? "types" } : {}),
      },
      run,
    );
    const path = given.path ?? `${user}@example.test/${day}/${key}.mp4`;
    inventory.files.setPath(key, path, path.toLowerCase());
    if (status === "completed") {
      inventory.files.setStatus(key, { status, file_size: bytes, sha256: "ab".repeat(32) }, run);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.inventory[Symbol.dispose]();
    await Deno.remove(this.dir, { recursive: true });
  }
}
