import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { Simulator, TruthFile } from "../../simulator/mod.ts";
import { errorCode, toError } from "../../core/errors.ts";

/** How the archive stands against the account. */
export interface ArchiveCheck {
  /** Files that the account offers and no filter left out. */
  readonly files: number;
  readonly bytes: number;
  /** Files that a filter of a plugin left out. */
  readonly leftOut: number;
  /** One line per file that is missing or different. */
  readonly problems: readonly string[];
}

/** Holds every file on disk against the account's own checksum, finding it through the inventory. */
export async function checkArchive(zoom: Simulator, archive: string): Promise<ArchiveCheck> {
  const problems: string[] = [];
  let files = 0;
  let bytes = 0;
  let leftOut = 0;
  using database = new DatabaseSync(`${archive}/_logs/inventory.db`, { readOnly: true });
  const find = database.prepare(
    `SELECT path, sha256, status FROM inventory WHERE meeting_uuid = ? AND file_type = ? AND
       (file_id = ? OR (? = '' AND recording_start = ? AND file_extension = ?))`,
  );
  for (const truth of zoom.truth()) {
    const { meetingUuid, fileType, fileId = "", recordingStart, extension } = truth;
    const rows = find.all(meetingUuid, fileType, fileId, fileId, recordingStart, extension);
    if (rows.length > 0 && rows.every((row) => row["status"] === "skipped")) {
      leftOut++;
      continue;
    }
    files++;
    bytes += truth.sizeBytes;
    const problem = await compare(truth, { rows, archive });
    if (problem) problems.push(`${truth.topic} ${fileType}: ${problem}`);
  }
  return { files, bytes, leftOut, problems };
}

async function compare(
  truth: TruthFile,
  { rows, archive }: { rows: readonly Record<string, unknown>[]; archive: string },
): Promise<string | undefined> {
  if (rows.length === 0) return "not in the inventory";
  const { sha256 } = truth;
  const row = rows.find((row) => row["sha256"] === sha256);
  if (!row) return `the inventory has it as ${rows[0]?.["status"]}, with another checksum`;
  try {
    const bytes = await Deno.readFile(`${archive}/${row["path"]}`);
    return createHash("sha256").update(bytes).digest("hex") === sha256 ? undefined : "other bytes on disk";
  } catch (error) {
    return `${errorCode(error)}: ${toError(error).message}`;
  }
}
