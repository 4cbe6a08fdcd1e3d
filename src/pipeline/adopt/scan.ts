import { isAbsolute, join, relative, sep } from "node:path";
import * as v from "valibot";
import type { AdoptSheet, FoundRow } from "../../inventory/adopt/mod.ts";
import type { Inventory } from "../../inventory/mod.ts";
import { foldKey, reservedFileNames, reservedRootNames } from "../../storage/mod.ts";
import { type Walked, walkFiles } from "../../storage/upkeep/mod.ts";
import { isoDay } from "../../core/clock.ts";
import { formatCount } from "../../core/units.ts";
import { readName } from "./name.ts";

/** What scanning works with. */
export interface ScanContext {
  /** Absolute and free of links. */
  readonly dir: string;
  /** Of the archive; absolute and free of links. */
  readonly root: string;
  /** Of the archive, where there is one. */
  readonly inventory: Inventory | undefined;
  readonly sheet: AdoptSheet;
  readonly signal: AbortSignal;
}

/** What a scan has come across. */
export interface Scanned {
  readonly files: number;
  /** Day of the earliest time that a name tells, less one for zones; undefined where none does. */
  readonly firstDay: string | undefined;
}

/** Folders of an archive that hold no recordings. */
const ownFolders: ReadonlySet<string> = new Set(reservedRootNames.filter((name) => name.startsWith("_")));

/** Puts every file below `dir` on the sheet, the archive's own apart. */
export async function scanFolder(context: ScanContext): Promise<Scanned> {
  const { dir, root, sheet, signal } = context;
  const isInside = isBelow(dir, root);
  const former = new FormerArchive(dir);
  let files = 0;
  let firstS = Infinity;
  let batch: Parameters<AdoptSheet["addFound"]>[0][] = [];
  const flush = () => {
    sheet.transaction(() => batch.forEach((row) => sheet.addFound(row)));
    batch = [];
  };
  const isLeftOut = (segments: readonly string[], path: string) =>
    (path === root && !isInside) || ownFolders.has(segments.at(-1) ?? "");
  for await (const walked of walkFiles(dir, { isLeftOut, signal })) {
    if (isInside && isOwn(walked, context)) continue;
    const stated = await former.stated(walked.segments);
    if (stated === "sidecar") continue;
    files++;
    if (walked.kind === "file") firstS = Math.min(firstS, ...timesOf(walked.segments, stated?.start));
    batch.push(toFound(walked, stated));
    if (batch.length === 500) flush();
  }
  flush();
  const firstDay = firstS === Infinity ? undefined : isoDay((firstS - 86_400) * 1000);
  return { files, firstDay };
}

function timesOf(segments: readonly string[], start: string | undefined): number[] {
  const stated = Date.parse(start ?? "") / 1000;
  return [...readName(segments).times.map(({ wallS }) => wallS), ...(Number.isNaN(stated) ? [] : [stated])];
}

function toFound(
  walked: Walked,
  stated: Stated | undefined,
): Pick<FoundRow, "path" | "size" | "modified_ms" | "status" | "why" | "sha256" | "stated_key"> {
  const path = walked.segments.join("/");
  const told = { sha256: null, stated_key: null };
  if (walked.kind === "other") {
    return { path, size: 0, modified_ms: 0, status: "unmatched", why: walked.why, ...told };
  }
  const { size, mtime } = walked.info;
  const isOther = stated !== undefined && stated.size !== size;
  return {
    path,
    size,
    modified_ms: mtime?.getTime() ?? 0,
    status: isOther ? "refused" : "found",
    why: isOther ? `${formatCount(size)} bytes, and its meta.json states ${formatCount(stated.size)}` : null,
    sha256: stated?.sha256 ?? null,
    stated_key: stated?.file_key ?? null,
  };
}

/** A recording or sidecar of this very archive, when the folder lies in it. */
function isOwn({ segments }: Walked, { dir, root, inventory }: ScanContext): boolean {
  const path = relative(root, join(dir, ...segments)).split(sep).join("/");
  if (inventory?.files.isPathTaken(foldKey(path))) return true;
  const slash = path.lastIndexOf("/");
  const isSidecar = reservedFileNames.includes(path.slice(slash + 1));
  return isSidecar && (inventory?.meetings.isFolderTaken(foldKey(path.slice(0, slash))) ?? false);
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === "" || (!isAbsolute(way) && way.split(sep)[0] !== "..");
}

/** What the `meta.json` of a former archive says of a file beside it. */
type Stated = v.InferOutput<typeof fileSchema> & { readonly start?: string };

const fileSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  file_key: v.pipe(v.string(), v.minLength(1)),
  size: v.number(),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  status: v.literal("completed"),
  recording_start: v.optional(v.string()),
});
const metaSchema = v.object({ uuid: v.string(), files: v.array(v.unknown()) });

/** More than this is no description of a meeting. */
const maxMetaBytes = 16 * 1024 ** 2;

/** Reads each folder's `meta.json` once, as this program writes it; any other is a file like the rest. */
class FormerArchive {
  readonly #dir: string;
  #folder: string | undefined;
  #files: ReadonlyMap<string, Stated> | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async stated(segments: readonly string[]): Promise<Stated | "sidecar" | undefined> {
    const folder = join(this.#dir, ...segments.slice(0, -1));
    if (folder !== this.#folder) {
      this.#folder = folder;
      this.#files = await readMeta(join(folder, "meta.json"));
    }
    const name = segments.at(-1) ?? "";
    if (this.#files === undefined) return undefined;
    return reservedFileNames.includes(name) ? "sidecar" : this.#files.get(name);
  }
}

async function readMeta(path: string): Promise<ReadonlyMap<string, Stated> | undefined> {
  try {
    const info = await Deno.lstat(path);
    if (!info.isFile || info.size > maxMetaBytes) return undefined;
    const meta = v.safeParse(metaSchema, JSON.parse(await Deno.readTextFile(path)));
    if (!meta.success) return undefined;
    const files = meta.output.files.flatMap((file) => {
      const parsed = v.safeParse(fileSchema, file);
      return parsed.success ? [parsed.output] : [];
    });
    return new Map(files.map((file) => [file.name, { ...file, start: file.recording_start ?? "" }]));
  } catch {
    return undefined;
  }
}
