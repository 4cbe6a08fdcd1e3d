import { join } from "node:path";
import * as v from "valibot";
import { isAbsent, toError } from "../core/errors.ts";

/** A meeting as its `meta.json` tells it. */
export interface ReadMeeting {
  readonly uuid: string;
  readonly id: string;
  readonly topic: string;
  readonly startTime: string;
  readonly hostId: string;
  readonly hostEmail: string;
  readonly timezone: string;
  readonly durationMinutes: number;
  readonly type: number | null;
  readonly autoDeleteDate: string | null;
  /** Where the archive says that it lies; absent in sidecars of older versions. */
  readonly folder: string | undefined;
  readonly userFolder: string | undefined;
  readonly userEmail: string;
  /** Zoom's own description. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly files: readonly ReadFile[];
  /** How many entries for files cannot be read. */
  readonly badFiles: number;
}

/** A file as `meta.json` tells it. */
export type ReadFile = v.InferOutput<typeof fileSchema>;

/** Longest sidecar that is read; a meeting with ten thousand files stays below. */
const maxSidecarBytes = 16 * 1024 ** 2;

/**
 * Reads the `meta.json` in a folder.
 *
 * @throws {Error} Saying in a few words what is wrong with it.
 */
export async function readMeta(folder: string): Promise<ReadMeeting> {
  const text = await readSidecar(join(folder, "meta.json"));
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error(text.trim() === "" ? "it is empty" : "it is no JSON, maybe cut off");
  }
  const parsed = v.safeParse(metaSchema, data);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Error(`it is no sidecar: ${v.getDotPath(issue) ?? "the whole"} is not as it should be`);
  }
  const { archive: stated, files, ...meta } = parsed.output;
  const archive: Partial<NonNullable<typeof stated>> = stated ?? {};
  const known = { ...meta, ...archive } as typeof meta;
  if (known.uuid === "") throw new Error("it names no meeting");
  const { archive: _place, files: _files, ...raw } = data as Record<string, unknown>;
  const hostEmail = known.host_email.trim().toLowerCase();
  const read = files.flatMap((file) => {
    const one = v.safeParse(fileSchema, file);
    return one.success ? [one.output] : [];
  });
  return {
    uuid: known.uuid,
    id: String(known.id),
    topic: known.topic,
    startTime: known.start_time,
    hostId: known.host_id,
    hostEmail,
    timezone: known.timezone,
    durationMinutes: known.duration,
    type: known.type ?? null,
    autoDeleteDate: known.auto_delete_date ?? null,
    folder: archive.folder,
    userFolder: archive.user_folder,
    userEmail: (archive.user_email ?? hostEmail).toLowerCase(),
    raw,
    files: read,
    badFiles: files.length - read.length,
  };
}

/** Size and digest by file name, from the `files.csv` in a folder; empty where it is missing or unreadable. */
export async function readFilesCsv(
  folder: string,
): Promise<ReadonlyMap<string, { readonly size: number; readonly sha256: string }>> {
  const text = await readSidecar(join(folder, "files.csv")).catch(() => "");
  const [header = [], ...rows] = parseCsv(text);
  const [name, size, sha256] = ["name", "size", "sha256"].map((column) => header.indexOf(column));
  const found = new Map<string, { size: number; sha256: string }>();
  for (const row of rows) {
    const cell = (at: number | undefined) => at === undefined || at < 0 ? "" : row[at] ?? "";
    const digest = cell(sha256);
    if (!/^\d{1,15}$/.test(cell(size)) || !digestPattern.test(digest)) continue;
    // What a spreadsheet would have run stands behind a quote.
    found.set(cell(name).replace(/^'(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/, ""), {
      size: Number(cell(size)),
      sha256: digest,
    });
  }
  return found;
}

/** Rows of RFC 4180; what is cut off in the middle of a row is left out. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)/y;
  for (let match = cell.exec(text); match; match = cell.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

async function readSidecar(path: string): Promise<string> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(path);
    if (info.isSymlink) throw new Error("it is a symbolic link");
    if (!info.isFile) throw new Error("it is no regular file");
    if (info.size > maxSidecarBytes) throw new Error(`it is larger than ${maxSidecarBytes / 1024 ** 2} MiB`);
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isAbsent(error)) throw new Error("there is none");
    throw new Error(toError(error).message.replace(/: (?:lstat|open|readfile) .*/i, ""), { cause: error });
  }
}

const digestPattern = /^[0-9a-f]{64}$/;
const text = v.fallback(v.pipe(v.string(), v.maxLength(8192)), "");
const size = v.fallback(v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), undefined);
const maybe = v.fallback(v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(8192))), undefined);
const number = v.fallback(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0);
const identity = v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024));
const day = v.fallback(v.nullish(v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/))), undefined);
const meetingId = v.fallback(v.union([v.string(), v.number()]), "");

const fileSchema = v.object({
  name: text,
  file_key: identity,
  id: maybe,
  file_type: text,
  recording_type: text,
  recording_start: text,
  recording_end: text,
  listed_size: size,
  size,
  sha256: v.fallback(v.optional(v.pipe(v.string(), v.regex(digestPattern))), undefined),
  status: v.picklist([
    "pending",
    "active",
    "completed",
    "failed",
    "skipped",
    "not_ready",
    "in_trash",
    "gone",
  ]),
  reason: maybe,
  file_extension: maybe,
  file_name: maybe,
  deleted_time: maybe,
  path: maybe,
  replaced_by: maybe,
  made: v.fallback(v.array(v.object({ plugin: v.string(), path: v.string() })), []),
});

const metaSchema = v.object({
  uuid: v.optional(v.string(), ""),
  id: meetingId,
  topic: text,
  start_time: text,
  duration: number,
  timezone: text,
  host_id: text,
  host_email: text,
  type: v.fallback(v.nullish(v.number()), undefined),
  auto_delete_date: day,
  archive: v.optional(v.object({
    folder: v.optional(v.string()),
    user_folder: v.optional(v.string()),
    user_email: v.optional(v.string()),
    uuid: v.optional(identity),
    id: v.optional(v.union([v.string(), v.number()])),
    topic: v.optional(v.string()),
    start_time: v.optional(v.string()),
    duration: v.optional(v.number()),
    timezone: v.optional(v.string()),
    host_id: v.optional(v.string()),
    host_email: v.optional(v.string()),
    type: v.optional(v.nullable(v.number())),
    auto_delete_date: v.optional(v.nullable(v.string())),
  })),
  files: v.array(v.unknown()),
});
