import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { InventoryError, toError } from "../core/errors.ts";
import { migrations } from "./migrations.ts";
import { Statement } from "./statement.ts";

/** One SQLite connection with its schema up to date. Everything on it is synchronous. */
export class Database implements Disposable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  /** Path of a database that had no `-wal` file when it was opened for reading. */
  readonly #leftovers: string | undefined;

  /**
   * Opens, creates or upgrades the database file. `":memory:"` makes a private one.
   *
   * @throws {InventoryError} When the file is no database, is damaged, or comes from a newer version.
   */
  constructor(path: string, options: { readOnly?: boolean } = {}) {
    const readOnly = options.readOnly ?? false;
    this.#leftovers = readOnly && !existsSync(`${path}-wal`) ? path : undefined;
    this.#db = guard(path, () => {
      const db = new DatabaseSync(path, { readOnly, timeout: 5_000 });
      try {
        if (!readOnly) {
          db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;");
        }
        migrate(db, path, readOnly);
      } catch (error) {
        db.close();
        throw error;
      }
      return db;
    });
  }

  /** A prepared statement, prepared once per text. */
  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = new Statement(this.#db.prepare(sql));
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Makes a JavaScript predicate callable from SQL as `name(a, b)`. */
  defineFunction(name: string, implementation: (a: string, b: string) => number): void {
    this.#db.function(name, (a, b) => implementation(String(a), String(b)));
  }

  /** Runs `body` in one transaction; nested calls join the outer one. A throw rolls everything back. */
  transaction<T>(body: () => T): T {
    if (this.#db.isTransaction) return body();
    this.prepare("BEGIN IMMEDIATE").run();
    try {
      const result = body();
      this.prepare("COMMIT").run();
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** A transaction that has reached the disk when this returns, also across a power cut; about 0.3 ms. */
  durableTransaction<T>(body: () => T): T {
    this.#db.exec("PRAGMA synchronous = FULL");
    try {
      return this.transaction(body);
    } finally {
      this.#db.exec("PRAGMA synchronous = NORMAL");
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#db.close();
    if (this.#leftovers !== undefined) removeLeftovers(this.#leftovers);
  }
}

/**
 * A reader makes SQLite's `-wal` and `-shm` files and may not remove them. A writer that comes and goes does, unless
 * somebody else is at work; where writing is forbidden they stay, empty.
 */
function removeLeftovers(path: string): void {
  try {
    using db = new DatabaseSync(path);
    db.prepare("SELECT 1 FROM sqlite_schema").get();
  } catch {
    // Nothing depends on it.
  }
}

function migrate(db: DatabaseSync, path: string, readOnly: boolean): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version > migrations.length) {
    throw new InventoryError(
      `Cannot use inventory "${path}": its version ${version} is newer than this program's ${migrations.length}`,
      {
        code: "inventory_newer",
        hint: "run the newer zoom-extract that wrote it, or choose another --output-dir",
      },
    );
  }
  if (version === migrations.length) return;
  if (readOnly) {
    throw new InventoryError(
      `Cannot read inventory "${path}": its version ${version} is older than this program's ${migrations.length}`,
      { code: "inventory_older", hint: "run extract once without --dry-run to bring it up to date" },
    );
  }
  db.exec("BEGIN IMMEDIATE");
  for (const sql of migrations.slice(version)) db.exec(sql);
  db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** A failure of SQLite itself (full disk, lock held by another program, damage) as ours; others untouched. */
export function toInventoryError(thrown: unknown): unknown {
  const isSqlite = thrown instanceof Error && "code" in thrown && thrown.code === "ERR_SQLITE_ERROR";
  if (!isSqlite) return thrown;
  return new InventoryError(`Cannot use the inventory: ${thrown.message}`, {
    cause: thrown,
    hint: "free space on its disk, and close other programs that have it open",
  });
}

function guard<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (thrown) {
    if (thrown instanceof InventoryError) throw thrown;
    throw new InventoryError(`Cannot open inventory "${path}": ${toError(thrown).message}`, {
      cause: thrown,
      hint:
        "if the file is damaged, move it away: the next run lists everything and fetches it again, and keeps " +
        "one copy of what is the same",
    });
  }
}
