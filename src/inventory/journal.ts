import { StorageError, toError } from "../core/errors.ts";
import { roomLogger } from "../core/log.ts";
import type { Database } from "./database.ts";
import { type FileRow, listedColumns } from "./file_row.ts";

const log = roomLogger("inventory");

/** How far the file may be behind the database during a run. */
const quietMs = 250;

/** Columns of the listing that a line for a held file repeats, so that the file is known by the journal alone. */
const journalledColumns = listedColumns.filter((name) => name !== "deleted_time");

/**
 * `inventory.jsonl`: one line per status change, each exactly once.
 *
 * Lines wait in the database, in the transaction of their change, until they are in the file; every line
 * carries its number, so that after a crash the file's last whole line tells where to go on.
 */
export class Journal implements AsyncDisposable {
  readonly #db: Database;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  /** Number of the last line in the file: it may still wait in a database that had no room to forget it. */
  #lastSeq: number;
  #writing: Promise<void> = Promise.resolve();
  #quietUntilMs = 0;

  private constructor(db: Database, path: string, { file, lastSeq }: { file: Deno.FsFile; lastSeq: number }) {
    this.#lastSeq = lastSeq;
    this.#db = db;
    this.#path = path;
    this.#file = file;
  }

  /** Opens or creates the file, cuts a torn last line off, and catches up. */
  static async open(db: Database, path: string): Promise<Journal> {
    const file = await openFile(path);
    try {
      const lastSeq = await repair(file);
      db.transaction(() => forgetWritten(db, lastSeq));
      const journal = new Journal(db, path, { file, lastSeq });
      await journal.flush();
      return journal;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Moves what waits unless that was done a moment ago: line by line it would cost as much as the changes do. */
  keepUp(): Promise<void> {
    return performance.now() < this.#quietUntilMs ? Promise.resolve() : this.flush();
  }

  /** Moves what waits in the database to the file. Calls may overlap: they take turns. */
  flush(): Promise<void> {
    this.#quietUntilMs = performance.now() + quietMs;
    // A failed call has told its own caller; what it left is in the database, for the next one to move.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#flush());
    return this.#writing;
  }

  async #flush(): Promise<void> {
    while (true) {
      const rows = this.#db.prepare(
        "SELECT seq, line FROM journal_outbox WHERE seq > ? ORDER BY seq LIMIT 2000",
      )
        .all(this.#lastSeq);
      const last = rows.at(-1);
      if (!last) return;
      const text = rows.map((row) => `{"seq":${row["seq"]},${String(row["line"]).slice(1)}\n`).join("");
      const startBytes = await this.#file.seek(0, Deno.SeekMode.Current);
      try {
        await writeAll(this.#file, new TextEncoder().encode(text));
      } catch (thrown) {
        await cutBack(this.#file, startBytes);
        throw new StorageError(`Cannot write "${this.#path}": ${toError(thrown).message}`, {
          path: this.#path,
          cause: thrown,
        });
      }
      this.#lastSeq = Number(last["seq"]);
      this.#db.prepare("DELETE FROM journal_outbox WHERE seq <= ?").run(this.#lastSeq);
    }
  }

  /** Moves what it can; what stays in the database goes with the next run, and hides no other error. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.flush();
    } catch (cause) {
      log.warn("Journal lines are left for the next run: {cause}", { cause });
    } finally {
      this.#file.close();
    }
  }
}

async function openFile(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  } catch (thrown) {
    throw new StorageError(`Cannot open "${path}": ${toError(thrown).message}`, {
      path,
      code: "not_writable",
      cause: thrown,
    });
  }
}

/** Takes a torn line back; if even that fails, the next run cuts it off. */
async function cutBack(file: Deno.FsFile, sizeBytes: number): Promise<void> {
  try {
    await file.truncate(sizeBytes);
    await file.seek(sizeBytes, Deno.SeekMode.Start);
  } catch (cause) {
    log.warn("A torn journal line is left: {cause}", { cause });
  }
}

/** Drops what a crash left waiting although it is in the file; a new database goes on after an old file's numbers. */
function forgetWritten(db: Database, lastSeq: number): void {
  const row = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'journal_outbox'").get();
  if (row && Number(row["seq"]) >= lastSeq) {
    db.prepare("DELETE FROM journal_outbox WHERE seq <= ?").run(lastSeq);
    return;
  }
  db.prepare("DELETE FROM sqlite_sequence WHERE name = 'journal_outbox'").run();
  db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('journal_outbox', ?)").run(lastSeq);
}

/** Leaves the file positioned after its last whole line and returns that line's number, 0 when there is none. */
async function repair(file: Deno.FsFile): Promise<number> {
  const size = (await file.stat()).size;
  const tailSize = Math.min(size, 64 * 1024);
  await file.seek(size - tailSize, Deno.SeekMode.Start);
  const tail = new Uint8Array(tailSize);
  let filled = 0;
  while (filled < tailSize) {
    const count = await file.read(tail.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  const lastBreak = tail.lastIndexOf(10);
  const wholeSize = size - tailSize + lastBreak + 1;
  if (wholeSize < size) await file.truncate(wholeSize);
  await file.seek(wholeSize, Deno.SeekMode.Start);
  const lines = new TextDecoder().decode(tail.subarray(0, lastBreak + 1)).split("\n");
  const seq = /^\{"seq":(\d+),/.exec(lines.at(-2) ?? "");
  return seq ? Number(seq[1]) : 0;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
}

/** The listing's part of a row and its meeting's folder, for the journal. */
export function journalFacts(row: FileRow, folder: string | null): Record<string, unknown> {
  const named = journalledColumns.map((name) => [name, row[name]] as const);
  return Object.fromEntries(
    [...named, ["folder", folder] as const].filter(([, value]) => value !== null && value !== ""),
  );
}
