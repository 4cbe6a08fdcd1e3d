import { pathToFileURL } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { InventoryError } from "../core/errors.ts";
import { requireGranted } from "../core/grants.ts";
import { lookAt } from "./look_at.ts";
import { migrations } from "./migrations.ts";
import { inventoryError, isLocked } from "./sqlite_error.ts";
import { Statement, translated } from "./statement.ts";

/** One SQLite connection with its schema up to date. Everything on it is synchronous. */
export class Database implements Disposable {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, Statement>();
  readonly #isReadOnly: boolean;
  #isTired = false;
  /** Path of a database that had no `-wal` file when it was opened for reading. */
  readonly #leftovers: string | undefined;

  /**
   * Opens, creates or upgrades the database file. `":memory:"` makes a private one.
   *
   * @throws {InventoryError} When the file is no database, is damaged, or comes from a newer version.
   */
  constructor(path: string, options: { readOnly?: boolean } = {}) {
    const readOnly = options.readOnly ?? false;
    this.#path = path;
    this.#isReadOnly = readOnly;
    this.#leftovers = readOnly && !lookAt(`${path}-wal`) ? path : undefined;
    this.#db = translated(path, () => {
      const db = readOnly ? openForReading(path) : new DatabaseSync(path, { timeout: busyMs });
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
      const prepared = translated(this.#path, () => this.#db.prepare(sql));
      statement = new Statement(prepared, this.#path);
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
    if (this.#isReadOnly) return this.snapshot(body);
    if (this.#db.isTransaction) return body();
    return translated(this.#path, () => {
      this.#begin();
      try {
        const result = body();
        this.#db.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** Runs `body`, which only reads, on the database as it stands now, whatever a run writes meanwhile. */
  snapshot<T>(body: () => T): T {
    if (this.#db.isTransaction) return body();
    return translated(this.#path, () => {
      this.#db.exec("BEGIN");
      try {
        return body();
      } finally {
        this.#db.exec("COMMIT");
      }
    });
  }

  /** Waits for other programs that write; after a wait in vain, no more, so that a run which has to end can end. */
  #begin(): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
    } catch (thrown) {
      if (!this.#isTired && isLocked(thrown)) {
        this.#isTired = true;
        this.#db.exec("PRAGMA busy_timeout = 0");
      }
      throw thrown;
    }
    if (!this.#isTired) return;
    this.#isTired = false;
    this.#db.exec(`PRAGMA busy_timeout = ${busyMs}`);
  }

  /** Runs statements that give no rows. */
  exec(sql: string): void {
    translated(this.#path, () => this.#db.exec(sql));
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

/** How long to wait for a program that is writing. */
const busyMs = 5_000;

/**
 * Readers too need files of SQLite's beside the database. Where none can be made, as on a read-only disk, nobody
 * writes either: without a log the file alone is all of it.
 */
function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyMs });
  try {
    db.prepare("PRAGMA user_version").get();
    return db;
  } catch (thrown) {
    db.close();
    const error = inventoryError(thrown, path);
    const isShut = error instanceof InventoryError && error.code === "inventory_read_only";
    const logBytes = lookAt(`${path}-wal`)?.size ?? 0;
    if (!isShut || logBytes > 0) throw thrown;
    return new DatabaseSync(new URL(`${pathToFileURL(path).href}?immutable=1`), { readOnly: true });
  }
}

/**
 * A reader makes SQLite's `-wal` and `-shm` files and may not remove them. A writer that comes and goes does, unless
 * somebody else is at work; where writing is forbidden they stay, empty.
 */
function removeLeftovers(path: string): void {
  try {
    requireGranted({ kind: "write", value: path });
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
  if (readOnly && version === 0) {
    throw new InventoryError(`Cannot read inventory "${path}": it holds nothing yet`, {
      code: "inventory_empty",
      hint: "the first run has only just begun, or was stopped before it did: extract goes on from there",
    });
  }
  if (readOnly) {
    throw new InventoryError(
      `Cannot read inventory "${path}": its version ${version} is older than this program's ${migrations.length}`,
      {
        code: "inventory_older",
        hint: "the next extract or verify --repair brings it up to date and keeps a copy; " +
          "without an account, zoom-extract rebuild --force makes a new one beside a copy of it",
      },
    );
  }
  if (version > 0 && path !== ":memory:") keepVersion(db, path, version);
  db.exec("BEGIN IMMEDIATE");
  for (const sql of migrations.slice(version)) db.exec(sql);
  db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** Also a link that leads nowhere. */
function removeIfAny(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * A copy of the database as an older program left it, for the way back. An upgrade is one transaction and happens
 * once per version; the copy takes a second or two per million files.
 */
function keepVersion(db: DatabaseSync, path: string, version: number): void {
  const copy = `${path}.v${version}.bak`;
  if (lookAt(copy)) return;
  const making = `${copy}.tmp`;
  removeIfAny(making);
  // SQLite fills an empty file, whose mode is ours to set.
  Deno.openSync(making, { write: true, createNew: true, mode: 0o600 }).close();
  db.prepare("VACUUM INTO ?").run(making);
  Deno.renameSync(making, copy);
}
