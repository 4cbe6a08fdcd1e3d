import { join, relative, resolve, sep } from "node:path";
import { type Clock, isoDay } from "../../core/clock.ts";
import { StorageError, UsageError } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";
import type { ExportChoice, ExportedRow, Inventory } from "../../inventory/mod.ts";
import { createFileAtomic } from "../../storage/upkeep/mod.ts";
import { sha256OfFile, shareFile } from "../../storage/mod.ts";

/** What a bag is made of. */
export interface BagRequest {
  /** Absolute path of the archive. */
  readonly root: string;
  /** Folder of the bag, which must not exist. */
  readonly target: string;
  readonly choice: Omit<ExportChoice, "statuses">;
  /** Copy the bytes instead of linking them. */
  readonly copy: boolean;
  /** Name and version of the program. */
  readonly agent: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How it came out. */
export interface BagReport {
  /** Files of the payload: recordings and what describes them. */
  readonly files: number;
  readonly bytes: number;
  /** Held files that are not on disk as the inventory has them, and are left out. */
  readonly leftOut: number;
  /** The first few of these. */
  readonly firstLeftOut: readonly string[];
}

/**
 * Makes a bag (RFC 8493) of the held files: a payload of hard links, so that it takes no space, with the digests that
 * were computed when the files came. The bag stands at its place when it is whole, and not before.
 *
 * @throws {StorageError} When it cannot be written, or the two folders cannot share files.
 */
export async function writeBag(inventory: Inventory, request: BagRequest): Promise<BagReport> {
  const target = resolve(request.target);
  refuseOverlap(request.root, target);
  await refuseExisting(target, "it exists already", "choose a folder that does not exist yet");
  const building = `${target}.part`;
  await refuseExisting(building, "an export that was stopped has left it", "remove it and start again");
  await makeFolder(building);
  try {
    const report = await fillBag(inventory, { ...request, building });
    await Deno.rename(building, target);
    return report;
  } catch (error) {
    // Links and copies of its own only: the archive keeps its names.
    await Deno.remove(building, { recursive: true }).catch(() => {});
    throw error;
  }
}

type Filling = BagRequest & { readonly building: string };

async function fillBag(inventory: Inventory, request: Filling): Promise<BagReport> {
  const { building, agent, clock } = request;
  const manifest = new Manifest(join(building, "manifest-sha256.txt"));
  await using _manifest = manifest;
  await Deno.mkdir(join(building, "data"));
  const payload = new Payload(request, manifest);
  for (const rows of inventory.exported.rows({ ...request.choice, statuses: ["completed"] })) {
    request.signal.throwIfAborted();
    for (const row of rows) await payload.addRecording(row);
    await manifest.flush();
  }
  for (const folders of inventory.exported.folders(request.choice)) {
    request.signal.throwIfAborted();
    for (const folder of folders) await payload.addSidecars(folder);
    await manifest.flush();
  }
  await manifest.commit();
  await writeText(join(building, "bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
  const { files, bytes } = payload;
  const info: readonly (readonly [string, string])[] = [
    ["Bag-Software-Agent", agent],
    ["Bagging-Date", isoDay(clock.now())],
    ["External-Description", "Cloud recordings of a Zoom account"],
    ["Bag-Size", formatBytes(bytes)],
    ["Payload-Oxum", `${bytes}.${files}`],
  ];
  await writeText(
    join(building, "bag-info.txt"),
    info.map(([name, value]) => `${name}: ${value}\n`).join(""),
  );
  const tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"];
  const digests = await Promise.all(tags.map((name) => sha256OfFile(join(building, name))));
  await writeText(
    join(building, "tagmanifest-sha256.txt"),
    tags.map((name, i) => `${digests[i]}  ${name}\n`).join(""),
  );
  return { files, bytes, leftOut: payload.leftOut, firstLeftOut: payload.firstLeftOut };
}

const toldLeftOut = 5;

/** The files below `data/`. */
class Payload {
  files = 0;
  bytes = 0;
  leftOut = 0;
  readonly firstLeftOut: string[] = [];
  readonly #request: Filling;
  readonly #manifest: Manifest;

  constructor(request: Filling, manifest: Manifest) {
    this.#request = request;
    this.#manifest = manifest;
  }

  /** A file that a plugin has put in the place of a recording has no digest yet. */
  async addRecording({ path, sha256, file_size, replaced_by }: ExportedRow): Promise<void> {
    const isOriginal = replaced_by === null;
    const place = replaced_by ?? path;
    if (place === null || (isOriginal && (sha256 === null || file_size === null))) {
      return this.#leaveOut(path ?? "");
    }
    const isShared = await this.#add(place, isOriginal ? { sha256, sizeBytes: file_size } : {});
    if (!isShared) this.#leaveOut(place);
  }

  async addSidecars(folder: string): Promise<void> {
    for (const name of ["meta.json", "files.csv"]) await this.#add(`${folder}/${name}`, {});
  }

  async #add(
    path: string,
    { sha256 = null, sizeBytes = null }: { sha256?: string | null; sizeBytes?: number | null },
  ): Promise<boolean> {
    const { root, building, copy } = this.#request;
    const segments = path.split("/");
    const target = join(building, "data", ...segments);
    const shared = await shareFile({ root, segments, target, copy, sizeBytes: sizeBytes ?? undefined });
    if (shared.type === "repeated") return true;
    if (shared.type !== "shared") return false;
    this.files++;
    this.bytes += shared.sizeBytes;
    this.#manifest.add(sha256 ?? await sha256OfFile(target), `data/${path}`);
    return true;
  }

  #leaveOut(path: string): void {
    this.leftOut++;
    if (this.firstLeftOut.length < toldLeftOut) this.firstLeftOut.push(path);
  }
}

/** `manifest-sha256.txt`, written as it grows. */
class Manifest implements AsyncDisposable {
  readonly #file: ReturnType<typeof createFileAtomic>;
  #text = "";

  constructor(path: string) {
    this.#file = createFileAtomic(path);
  }

  add(sha256: string, path: string): void {
    this.#text += manifestLine(sha256, path);
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    await (await this.#file).write(text);
  }

  async commit(): Promise<void> {
    await this.flush();
    await (await this.#file).commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const file = await this.#file.catch(() => undefined);
    await file?.[Symbol.asyncDispose]();
  }
}

/** A line of a manifest: line breaks and percent signs of the path are percent-encoded (RFC 8493, 2.1.3). */
export function manifestLine(sha256: string, path: string): string {
  const encoded = path.replaceAll("%", "%25").replaceAll("\n", "%0A").replaceAll("\r", "%0D");
  return `${sha256}  ${encoded}\n`;
}

async function writeText(path: string, text: string): Promise<void> {
  await using file = await createFileAtomic(path);
  await file.write(text);
  await file.commit();
}

function refuseOverlap(root: string, target: string): void {
  const holds = (outer: string, inner: string) => {
    const path = relative(outer, inner);
    return path === "" || (path !== ".." && !path.startsWith(`..${sep}`));
  };
  const isInside = holds(root, target);
  if (!isInside && !holds(target, root)) return;
  throw new UsageError(
    `Cannot make a bag at "${target}": it is ${isInside ? "inside" : "around"} the archive`,
    {
      option: "output",
      value: target,
      hint: "choose a folder beside the archive, on the same disk",
    },
  );
}

async function refuseExisting(path: string, state: string, hint: string): Promise<void> {
  const found = await Deno.lstat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (found) throw new StorageError(`Cannot make a bag at "${path}": ${state}`, { path, code: "path", hint });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path);
  } catch (error) {
    const state = error instanceof Deno.errors.NotFound
      ? "the folder around it does not exist"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new StorageError(`Cannot make a bag at "${path}": ${state}`, {
      path,
      code: "not_writable",
      cause: error,
    });
  }
}
