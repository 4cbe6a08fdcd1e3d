import { Database } from "../database.ts";

/** What becomes of a found file. */
export type FoundStatus =
  /** Not judged yet. */
  | "found"
  /** It is the file of one recording that the archive does not hold. */
  | "matched"
  /** It was taken over. */
  | "adopted"
  | "held"
  | "unmatched"
  /** Named as a recording, and not what that recording is. */
  | "refused"
  /** It could not be taken over. */
  | "failed";

/** A file found in a foreign folder. */
export interface FoundRow {
  readonly id: number;
  /** Relative to the folder, `/`-separated. */
  readonly path: string;
  readonly size: number;
  readonly modified_ms: number;
  readonly status: FoundStatus;
  readonly why: string | null;
  /** Of the recording it belongs to. */
  readonly file_key: string | null;
  /** What speaks for it; higher is stronger. */
  readonly tier: number;
  readonly proof: string | null;
  /** Digest that a former archive states. */
  readonly sha256: string | null;
  /** Key that a former archive states. */
  readonly stated_key: string | null;
}

/** A recording's file to hold found ones against. */
export interface SheetRow {
  readonly file_key: string;
  readonly file_id: string | null;
  readonly meeting_uuid: string;
  readonly meeting_id: string;
  readonly meeting_start: string;
  readonly timezone: string;
  readonly file_type: string;
  readonly recording_type: string;
  readonly file_extension: string;
  readonly recording_start: string;
  /** Zoom's `file_size`; null where it states none. */
  readonly size: number | null;
  readonly status: string;
  readonly reason: string | null;
  readonly path: string | null;
}

/** A found file joined with the recording it belongs to. */
export type ReportRow = FoundRow & { readonly archive_path: string | null };

const columns = [
  "file_key",
  "file_id",
  "meeting_uuid",
  "meeting_id",
  "meeting_start",
  "timezone",
  "file_type",
  "recording_type",
  "file_extension",
  "recording_start",
  "size",
  "status",
  "reason",
  "path",
] as const;

/**
 * The work sheet of `adopt`: found files on one side, listed ones on the other, in tables that SQLite keeps in a
 * temporary file. The inventory of the archive is not touched.
 */
export class AdoptSheet implements Disposable {
  readonly #db = new Database(":memory:");

  constructor() {
    for (const sql of schema) this.#db.prepare(sql).run();
  }

  transaction<T>(body: () => T): T {
    return this.#db.transaction(body);
  }

  addFound(
    file: Pick<FoundRow, "path" | "size" | "modified_ms" | "status" | "why" | "sha256" | "stated_key">,
  ): void {
    this.#db.prepare(
      `INSERT INTO found (path, size, modified_ms, status, why, sha256, stated_key)
       VALUES (:path, :size, :modified_ms, :status, :why, :sha256, :stated_key)`,
    ).run({ ...file });
  }

  /** Adds a listed file; the first word on a key counts. */
  addListed(row: SheetRow): void {
    this.#db.prepare(
      `INSERT OR IGNORE INTO listed (${columns.join(", ")}, start_s, meeting_s, uuid_slug)
       VALUES (${columns.map((name) => `:${name}`).join(", ")}, :start_s, :meeting_s, :uuid_slug)`,
    ).run({
      ...Object.fromEntries(columns.map((name) => [name, row[name]])),
      start_s: seconds(row.recording_start),
      meeting_s: seconds(row.meeting_start),
      uuid_slug: uuidSlug(row.meeting_uuid),
    });
  }

  listed(key: string): SheetRow | undefined {
    return this.#db.prepare("SELECT * FROM listed WHERE file_key = ?").get(key) as SheetRow | undefined;
  }

  /** The file whose id or key this is; Zoom's ids are compared without regard to case. */
  byId(id: string): SheetRow | undefined {
    return this.listed(id) ??
      this.#db.prepare("SELECT * FROM listed WHERE file_id = ? LIMIT 1").get(id) as SheetRow | undefined;
  }

  /** True when a meeting has this number. */
  hasMeetingId(id: string): boolean {
    return this.#db.prepare("SELECT 1 FROM listed WHERE meeting_id = ? LIMIT 1").get(id) !== undefined;
  }

  /** Files of the occurrence whose uuid, reduced to letters and digits, is this. */
  byUuidSlug(slug: string): SheetRow[] {
    return this.#db.prepare("SELECT * FROM listed WHERE uuid_slug = ? LIMIT 500")
      .all(slug) as unknown as SheetRow[];
  }

  /** Files that, or whose meetings, start within these seconds since the epoch; only of about `size` where given. */
  startingWithin(fromS: number, toS: number, near?: { size: number; slack: number }): SheetRow[] {
    const sized = near === undefined
      ? ""
      : "AND (size IS NULL OR size = 0 OR size BETWEEN :size - :slack AND :size + :slack)";
    const sql = `SELECT * FROM listed WHERE start_s BETWEEN :from AND :to ${sized}
      UNION SELECT * FROM listed WHERE meeting_s BETWEEN :from AND :to ${sized} LIMIT 1000`;
    return this.#db.prepare(sql).all({ from: fromS, to: toS, ...near }) as unknown as SheetRow[];
  }

  /** True when another medium has the same size, or one that Zoom does not state: size says little then. */
  hasTwin({ file_key, size }: SheetRow): boolean {
    const other = "SELECT 1 FROM listed WHERE file_extension = ? AND file_key <> ?";
    return mediaExtensions.some((extension) =>
      this.#db.prepare(`${other} AND size = ? LIMIT 1`).get(extension, file_key, size) !== undefined ||
      this.#db.prepare(`${other} AND size IS NULL LIMIT 1`).get(extension, file_key) !== undefined ||
      this.#db.prepare(`${other} AND size = 0 LIMIT 1`).get(extension, file_key) !== undefined
    );
  }

  /** Up to `limit` found files with this status after `afterId`. */
  found(status: FoundStatus, afterId: number, limit: number): FoundRow[] {
    return this.#db.prepare("SELECT * FROM found WHERE status = ? AND id > ? ORDER BY id LIMIT ?")
      .all(status, afterId, limit) as unknown as FoundRow[];
  }

  judge(
    id: number,
    verdict: { status: FoundStatus; why?: string; key?: string; tier?: number; proof?: string },
  ): void {
    this.#db.prepare(
      "UPDATE found SET status = ?, why = ?, file_key = coalesce(?, file_key), tier = ?, proof = ? WHERE id = ?",
    ).run(
      verdict.status,
      verdict.why ?? null,
      verdict.key ?? null,
      verdict.tier ?? 0,
      verdict.proof ?? null,
      id,
    );
  }

  /**
   * Leaves at most one file matched per recording: the one with the strongest proof. Where two are equally strong,
   * none is.
   */
  settleRivals(): void {
    const sql = `SELECT file_key FROM found WHERE status = 'matched' AND file_key > ?
      GROUP BY file_key HAVING count(*) > 1 ORDER BY file_key LIMIT 500`;
    for (let after = "";;) {
      const keys = this.#db.prepare(sql).all(after).map((row) => String(row["file_key"]));
      const last = keys.at(-1);
      if (last === undefined) return;
      this.#db.transaction(() => keys.forEach((key) => this.#settle(key)));
      after = last;
    }
  }

  #settle(key: string): void {
    const sql = `SELECT * FROM found WHERE status = 'matched' AND file_key = ? ORDER BY tier DESC, path`;
    const rivals = this.#db.prepare(sql).all(key) as unknown as FoundRow[];
    const [first, second] = rivals;
    if (!first || !second) return;
    const hasWinner = first.tier > second.tier;
    for (const rival of hasWinner ? rivals.slice(1) : rivals) {
      const other = rival === first ? second : first;
      const why = hasWinner
        ? `its recording is that of "${first.path}"`
        : `"${other.path}" fits the same recording`;
      this.judge(rival.id, { status: "unmatched", why, key });
    }
  }

  /** Files and bytes by what became of them. */
  totals(): { status: FoundStatus; files: number; bytes: number }[] {
    const sql = "SELECT status, count(*) AS files, sum(size) AS bytes FROM found GROUP BY status";
    return this.#db.prepare(sql).all() as unknown as { status: FoundStatus; files: number; bytes: number }[];
  }

  /** What a run would still have to fetch; bytes as far as they are stated. */
  stillToFetch(): { files: number; bytes: number } {
    const row = this.#db.prepare(
      `SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM listed
       WHERE status IN ('pending', 'active', 'failed') AND file_key NOT IN
         (SELECT file_key FROM found WHERE status IN ('matched', 'adopted'))`,
    ).get() ?? {};
    return { files: Number(row["files"] ?? 0), bytes: Number(row["bytes"] ?? 0) };
  }

  /** Every found file in the order of its path. Lazy. */
  *report(): Generator<ReportRow> {
    const sql = `SELECT f.*, l.path AS archive_path FROM found f LEFT JOIN listed l ON l.file_key = f.file_key
      ORDER BY f.path`;
    yield* this.#db.prepare(sql).iterate() as unknown as Iterable<ReportRow>;
  }

  [Symbol.dispose](): void {
    this.#db[Symbol.dispose]();
  }
}

/** What video and sound end in. */
export const mediaExtensions: readonly string[] = ["mp4", "m4a"];

/** A uuid without what cannot stand in a file name. */
export function uuidSlug(uuid: string): string {
  return uuid.replace(/[^A-Za-z0-9]/g, "");
}

function seconds(iso: string): number | null {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}

const schema: readonly string[] = [
  "PRAGMA temp_store = FILE",
  `CREATE TEMP TABLE found (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
    status TEXT NOT NULL, why TEXT, file_key TEXT, tier INTEGER NOT NULL DEFAULT 0, proof TEXT,
    sha256 TEXT, stated_key TEXT
  ) STRICT`,
  "CREATE INDEX temp.found_path ON found (path)",
  "CREATE INDEX temp.found_key ON found (file_key) WHERE file_key IS NOT NULL",
  "CREATE INDEX temp.found_status ON found (status, id)",
  `CREATE TEMP TABLE listed (
    file_key TEXT PRIMARY KEY, file_id TEXT COLLATE NOCASE, meeting_uuid TEXT NOT NULL, meeting_id TEXT NOT NULL,
    meeting_start TEXT NOT NULL, timezone TEXT NOT NULL, file_type TEXT NOT NULL, recording_type TEXT NOT NULL,
    file_extension TEXT NOT NULL, recording_start TEXT NOT NULL, size INTEGER, status TEXT NOT NULL, reason TEXT,
    path TEXT, start_s INTEGER, meeting_s INTEGER, uuid_slug TEXT NOT NULL
  ) STRICT`,
  "CREATE INDEX temp.listed_id ON listed (file_id)",
  "CREATE INDEX temp.listed_start ON listed (start_s)",
  "CREATE INDEX temp.listed_meeting_start ON listed (meeting_s)",
  "CREATE INDEX temp.listed_number ON listed (meeting_id)",
  "CREATE INDEX temp.listed_uuid ON listed (uuid_slug)",
  "CREATE INDEX temp.listed_size ON listed (file_extension, size)",
];
