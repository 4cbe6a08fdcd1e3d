import type { JournalLine } from "./read_journal.ts";

/** What the journal says of one file, all its lines together. */
export interface StagedFile {
  readonly key: string;
  /** Its last status. */
  readonly status: string;
  readonly path: string | undefined;
  /** As last received. */
  readonly sizeBytes: number | undefined;
  readonly sha256: string | undefined;
  readonly completedAt: string | undefined;
  readonly firstSeenAt: string;
  readonly runId: string;
  readonly attempts: number;
  readonly reason: string | undefined;
  readonly errorCode: string | undefined;
  readonly error: string | undefined;
  /** What the listing said, where the journal has it. */
  readonly facts: Readonly<Record<string, unknown>> | undefined;
}

/** Tables that live as long as a rebuild. */
export const stagingSchema = `
  CREATE TABLE staged (
    file_key TEXT PRIMARY KEY, status TEXT NOT NULL, path TEXT, size INTEGER, sha256 TEXT, completed_at TEXT,
    first_at TEXT NOT NULL, run_id TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT, error_code TEXT, error TEXT,
    facts TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE claimed (path_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

const sql =
  `INSERT INTO staged (file_key, status, path, size, sha256, completed_at, first_at, run_id, attempts, reason,
    error_code, error, facts)
  VALUES (:key, :to, :path, :size, :sha256, :completed_at, :at, :run, :attempt, :reason, :error_code, :error, :facts)
  ON CONFLICT (file_key) DO UPDATE SET status = :to, path = coalesce(:path, path), size = coalesce(:size, size),
    sha256 = coalesce(:sha256, sha256), completed_at = coalesce(:completed_at, completed_at), run_id = :run,
    attempts = attempts + :attempt, reason = :reason, error_code = :error_code, error = :error,
    facts = coalesce(:facts, facts)`;

/** A line as the statement that stages it; `undefined` for one that says nothing of a file. */
export function stagingLine(
  line: JournalLine,
): { sql: string; values: Record<string, string | number | null> } | undefined {
  const { file_key: key, to, at, run_id: run, file } = line;
  if (typeof key !== "string" || key === "" || typeof to !== "string") return undefined;
  const text = (value: unknown) => typeof value === "string" ? value : null;
  const isHeld = to === "completed" && isSize(line["file_size"]) && isDigest(line["sha256"]);
  return {
    sql,
    values: {
      key,
      to,
      path: text(line["path"]),
      size: isHeld ? Number(line["file_size"]) : null,
      sha256: isHeld ? text(line["sha256"]) : null,
      completed_at: to === "completed" ? text(at) : null,
      at: text(at) ?? "",
      run: text(run) ?? "",
      attempt: to === "active" ? 1 : 0,
      reason: text(line["reason"]),
      error_code: text(line["error_code"]),
      error: text(line["error"]),
      facts: typeof file === "object" && file !== null ? JSON.stringify(file) : null,
    },
  };
}

/** A row of the table `staged`. */
export function stagedFile(row: Record<string, unknown>): StagedFile {
  const text = (name: string) => row[name] === null ? undefined : String(row[name]);
  const facts = text("facts");
  return {
    key: String(row["file_key"]),
    status: String(row["status"]),
    path: text("path"),
    sizeBytes: row["size"] === null ? undefined : Number(row["size"]),
    sha256: text("sha256"),
    completedAt: text("completed_at"),
    firstSeenAt: String(row["first_at"]),
    runId: String(row["run_id"]),
    attempts: Number(row["attempts"]),
    reason: text("reason"),
    errorCode: text("error_code"),
    error: text("error"),
    facts: facts === undefined ? undefined : JSON.parse(facts) as Record<string, unknown>,
  };
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isDigest(value: unknown): boolean {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
