import { type Clock, systemClock } from "../../src/core/clock.ts";
import { completeConfig, type Config, type PartialConfig } from "../../src/core/config.ts";
import type { DateRange } from "../../src/core/date_range.ts";
import { TransferError } from "../../src/core/errors.ts";
import type { RunEvent, RunSummary } from "../../src/core/events.ts";
import type { FileRef, Listed, ListRequest, ZoomAccount } from "../../src/core/listing.ts";
import type { ListedFile, ListedMeeting } from "../../src/core/recording.ts";
import type { OpenedFile, OpenOptions } from "../../src/core/source.ts";
import { heldSizesBelow, inventoryPath, openArchive } from "../../src/archive/mod.ts";
import { openInventory } from "../../src/inventory/mod.ts";
import { createSelection, namingOf, resolveResume, runOnce } from "../../src/pipeline/mod.ts";
import { planRun } from "../../src/pipeline/plan/mod.ts";
import { defaultNaming } from "../../src/storage/mod.ts";

/** Noon of the day on which all tests of this folder happen. */
export const nowMs = Date.parse("2024-06-30T12:00:00Z");

/** A clock that goes on only when told to; `sleep` resolves when its time has come. */
export class ManualClock implements Clock {
  #nowMs = nowMs;
  #sleepers: { atMs: number; wake: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  random(): number {
    return 0.5;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#sleepers.push({ atMs: this.#nowMs + ms, wake: resolve });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    return promise;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
  }
}

/** The real passing of time on the day of the tests. */
export const dayClock: Clock = {
  ...systemClock,
  now: () => Date.now() - startedMs + nowMs,
};
const startedMs = Date.now();

/** A file as a listing shows it. */
export function listedFile(key: string, change: Partial<ListedFile> = {}): ListedFile {
  return {
    key,
    id: key,
    fileType: "CHAT",
    recordingType: "chat_file",
    fileExtension: "txt",
    recordingStart: "2024-06-20T10:00:05Z",
    recordingEnd: "2024-06-20T10:30:00Z",
    status: "completed",
    listedSizeBytes: contentOf(key).length,
    downloadUrl: `https://zoom.example/rec/download/${key}`,
    ...change,
  };
}

/** A meeting as a listing shows it, of Ana's, on 20 June, with one chat `<uuid>-f`. */
export function listedMeeting(uuid: string, change: Partial<ListedMeeting> = {}): ListedMeeting {
  const startTime = change.startTime ?? "2024-06-20T10:00:00Z";
  return {
    uuid,
    id: "81234567890",
    hostId: "u-ana",
    hostEmail: "ana@example.test",
    topic: "Plan",
    startTime,
    timezone: "UTC",
    durationMinutes: 30,
    files: [listedFile(`${uuid}-f`, { recordingStart: startTime })],
    raw: { uuid, recording_files: [] },
    ...change,
  };
}

/** What stands in the file with this key. */
export function contentOf(key: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`content of ${key}`);
}

/** An account whose lists and files are plain data, changed at will between runs. */
export class ScriptedAccount implements ZoomAccount {
  meetings: ListedMeeting[] = [];
  trash: ListedMeeting[] = [];
  /** Told after the windows. */
  more: Listed[] = [];
  /** Windows that were asked for. */
  asked: DateRange[] = [];
  /** Keys of the files that were opened, in order. */
  opened: string[] = [];
  /** Called before a file is handed out; what it throws is thrown. */
  onOpen: (file: FileRef, signal: AbortSignal) => unknown = () => {};
  requestCount = 0;

  async *list(request: ListRequest): AsyncGenerator<Listed> {
    yield { type: "discovery", mode: "account", reason: "scripted" };
    for (const asked of request.uncovered("account", request.range)) {
      this.asked.push(asked);
      this.requestCount++;
      const meetings = this.meetings.filter(({ startTime, hostId, hostEmail }) =>
        (startTime === "" || (startTime >= asked.from && startTime < `${asked.to}T99`)) &&
        request.userFilter.matches({ id: hostId, email: hostEmail })
      );
      for (const meeting of meetings) yield { type: "meetings", scope: "account", meetings: [meeting] };
      const totalRecords = meetings.length;
      const proof = { scope: "account", asked, totalRecords, seen: totalRecords, proven: true };
      yield { type: "window", proof };
    }
    if (request.includeTrash) {
      yield { type: "trash", scope: "account/trash", whole: true, meetings: this.trash };
    }
    yield* this.more;
  }

  getMeeting(uuid: string): Promise<ListedMeeting | undefined> {
    return Promise.resolve(this.meetings.find((meeting) => meeting.uuid === uuid));
  }

  async open(file: FileRef, { offset, signal }: OpenOptions): Promise<OpenedFile> {
    this.opened.push(file.key);
    await this.onOpen(file, signal);
    const isThere = this.meetings.some(({ uuid, files }) =>
      uuid === file.meetingUuid && files.some(({ id }) => id === file.id)
    );
    if (!isThere) throw new TransferError(`Cannot fetch "${file.key}": no longer there`, { code: "gone" });
    const bytes = contentOf(file.key);
    const body = new Blob([bytes.subarray(offset)]).stream();
    return { offset, sizeBytes: bytes.length, contentType: "text/plain", body };
  }
}

/** A folder with an archive, and an account to fill it from. */
export class PipelineUnderTest implements AsyncDisposable {
  readonly account = new ScriptedAccount();
  events: RunEvent[] = [];

  private constructor(readonly dir: string) {}

  static async create(): Promise<PipelineUnderTest> {
    return new PipelineUnderTest(await Deno.makeTempDir({ prefix: "zoom-extract-pipeline-" }));
  }

  config(change: Omit<PartialConfig, "credentials"> & { accountId?: string } = {}): Config {
    const { accountId = "acc", ...rest } = change;
    return completeConfig({
      credentials: { accountId, clientId: "id", clientSecret: "secret" },
      outputDir: this.dir,
      minFreeSpaceBytes: 0,
      range: { from: "2024-01-01", to: "2024-06-30" },
      ...rest,
    }, nowMs);
  }

  /** One run; `change` as in {@linkcode config}. */
  async run(
    change: Parameters<PipelineUnderTest["config"]>[0] = {},
    { signal = new AbortController().signal, clock = dayClock }: { signal?: AbortSignal; clock?: Clock } = {},
  ): Promise<RunSummary> {
    this.#begin();
    const newRunId = `run-${this.#runs++}`;
    await using archive = await openArchive(this.dir, { runId: newRunId, clock });
    const emit = (event: RunEvent) => void this.events.push(event);
    const state = await archive.findState();
    const resolved = resolveResume(this.config(change), archive.inventory, { newRunId, emit, state });
    return await runOnce({
      ...resolved,
      archive,
      account: this.account,
      select: createSelection(resolved.config),
      naming: namingOf(defaultNaming),
      plugins: { hooks: [], callHook: () => Promise.reject(new TypeError("no plugin")) },
      clock,
      emit,
      signal,
    });
  }

  /** What a dry run says. */
  async plan(
    change: Parameters<PipelineUnderTest["config"]>[0] = {},
    { signal = new AbortController().signal, clock = dayClock }: { signal?: AbortSignal; clock?: Clock } = {},
  ): Promise<RunSummary> {
    this.#begin();
    const config = this.config(change);
    const path = inventoryPath(this.dir);
    const exists = await Deno.stat(path).then(() => true, () => false);
    using inventory = exists ? openInventory(path, { readOnly: true }) : undefined;
    return await planRun({
      config,
      runId: "plan",
      account: this.account,
      inventory,
      select: createSelection(config),
      heldSizes: heldSizesBelow(this.dir),
      clock,
      emit: (event) => void this.events.push(event),
      freeBytes: () => Promise.resolve(1_000_000),
      signal,
    });
  }

  /** Rows of the inventory, `[key, status]` by key. */
  statuses(): [string, string][] {
    return this.rows().map(({ file_key, status }) => [String(file_key), String(status)]);
  }

  rows(): Record<string, unknown>[] {
    using inventory = openInventory(inventoryPath(this.dir), { readOnly: true });
    const range = { from: "0000-01-01", to: "9999-12-31" };
    return [...inventory.files.inScope({ runId: "", range })].map((row) => ({ ...row }))
      .sort((a, b) => a.file_key < b.file_key ? -1 : 1);
  }

  notices(): string[] {
    return this.events.flatMap((event) => event.type === "notice" ? [event.code] : []);
  }

  #runs = 0;

  #begin(): void {
    this.events = [];
    this.account.asked = [];
    this.account.opened = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}
