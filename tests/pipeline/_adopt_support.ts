import { createHash } from "node:crypto";
import { join } from "node:path";
import { completeConfig } from "../../src/core/config.ts";
import type { FileRef, Listed, ListRequest, ZoomAccount } from "../../src/core/listing.ts";
import type { ListedFile, ListedMeeting } from "../../src/core/recording.ts";
import type { OpenedFile, OpenOptions } from "../../src/core/source.ts";
import { openArchive } from "../../src/archive/mod.ts";
import { AdoptSheet, type ReportRow } from "../../src/inventory/adopt/mod.ts";
import { type AdoptBy, scanFolder, takeOver } from "../../src/pipeline/adopt/mod.ts";
import { createSelection, namingOf } from "../../src/pipeline/mod.ts";
import { defaultNaming } from "../../src/storage/mod.ts";
import { dayClock, listedMeeting } from "./_support.ts";

/** A listed file with the bytes that Zoom's storage holds for it. */
export interface Held {
  readonly meeting: ListedMeeting;
  readonly file: ListedFile;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A meeting of these files. */
export function meetingOf(uuid: string, start: string, files: readonly Partial<ListedFile>[]): ListedMeeting {
  const listed = files.map((file, i): ListedFile => ({
    key: `${uuid}-${i}`,
    id: `${uuid}-${i}`,
    fileType: "CHAT",
    recordingType: "chat_file",
    fileExtension: "txt",
    recordingStart: start,
    recordingEnd: "",
    status: "completed",
    ...file,
  }));
  return listedMeeting(uuid, { startTime: start, files: listed });
}

/** An account whose storage serves given bytes, by range. */
export class StorageAccount implements ZoomAccount {
  readonly requestCount = 0;
  /** Keys that were asked about. */
  readonly opened: string[] = [];
  /** Called before a file is opened; what it throws is thrown. */
  onOpen: (key: string) => void = () => {};

  constructor(
    readonly meetings: readonly ListedMeeting[],
    readonly bytes: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  ) {}

  async *list(request: ListRequest): AsyncGenerator<Listed> {
    const { meetings } = this;
    yield { type: "meetings", scope: "account", meetings };
    const seen = meetings.length;
    yield {
      type: "window",
      proof: { scope: "account", asked: request.range, totalRecords: seen, seen, proven: true },
    };
    await Promise.resolve();
  }

  getMeeting(uuid: string): Promise<ListedMeeting | undefined> {
    return Promise.resolve(this.meetings.find((meeting) => meeting.uuid === uuid));
  }

  open({ key }: FileRef, { offset }: OpenOptions): Promise<OpenedFile> {
    this.opened.push(key);
    this.onOpen(key);
    const bytes = this.bytes.get(key) ?? new Uint8Array();
    return Promise.resolve({
      offset,
      sizeBytes: bytes.length,
      contentType: "text/plain",
      body: new Blob([bytes.subarray(offset)]).stream(),
    });
  }
}

/** A folder with foreign files and an archive to take them into; removed when disposed. */
export class AdoptUnderTest implements AsyncDisposable {
  private constructor(readonly base: string) {}

  static async create(): Promise<AdoptUnderTest> {
    const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "zoom-extract-adopt-" }));
    await Deno.mkdir(join(base, "old"));
    return new AdoptUnderTest(base);
  }

  get dir(): string {
    return join(this.base, "old");
  }

  get root(): string {
    return join(this.base, "archive");
  }

  async write(files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
    for (const [path, bytes] of Object.entries(files)) {
      const target = join(this.dir, path);
      await Deno.mkdir(join(target, ".."), { recursive: true });
      await Deno.writeFile(target, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    }
  }

  /** Takes over what fits; returns the report, and path → digest of what the archive holds, by file key. */
  async adopt(
    account: ZoomAccount,
    { by = "copy", dir = this.dir }: { by?: AdoptBy; dir?: string } = {},
  ): Promise<{ rows: ReportRow[]; held: Map<string, string>; exitCode: number }> {
    const signal = new AbortController().signal;
    const runId = `run-${this.#runs++}`;
    await using archive = await openArchive(this.root, { runId, clock: dayClock });
    using sheet = new AdoptSheet();
    const { root, inventory } = archive;
    await scanFolder({ dir, root, inventory, sheet, signal });
    const config = completeConfig({
      credentials: { accountId: "acc", clientId: "id", clientSecret: "secret" },
      outputDir: this.root,
      minFreeSpaceBytes: 0,
      range: { from: "2024-01-01", to: "2024-06-30" },
    });
    const summary = await takeOver({
      config,
      dir,
      sheet,
      account,
      localZone: "UTC",
      clock: dayClock,
      emit: () => {},
      signal,
      by,
      runId,
      archive,
      select: createSelection(config),
      naming: namingOf(defaultNaming),
      plugins: { hooks: [{ plugin: "tag", moments: ["afterTransfer"] }] },
    });
    const held = new Map<string, string>();
    for (const row of inventory.files.inScope({ runId, range: config.range })) {
      if (row.status !== "completed") continue;
      held.set(row.file_key, sha256(await Deno.readFile(join(root, row.path ?? ""))));
    }
    return { rows: [...sheet.report()].map((row) => ({ ...row })), held, exitCode: summary.exit_code };
  }

  #runs = 0;

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.base, { recursive: true });
  }
}

/** Lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** `[path, status, why]` of each file. */
export function told(rows: readonly ReportRow[]): [string, string, string][] {
  return rows.map(({ path, status, why }) => [path, status, why ?? ""]);
}
