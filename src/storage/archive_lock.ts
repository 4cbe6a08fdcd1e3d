import { join } from "node:path";
import { LockedError } from "../core/errors.ts";
import { roomLogger } from "../core/log.ts";
import { fsError } from "./_fs_error.ts";
import { ensureDirectories, ensureRoot, openRegularFile, writeAll } from "./_guarded_fs.ts";

const log = roomLogger("storage");

/** Who takes the lock, for the message the next one gets. */
export interface LockHolder {
  readonly runId: string;
  /** ISO date-time, UTC. */
  readonly startedAt: string;
  readonly host?: string;
}

/** Who holds an archive, as its lock tells. */
export interface FoundHolder extends LockHolder {
  /** Process id. */
  readonly pid: number;
}

/**
 * Who holds the lock at `path` right now; `undefined` where nobody does, or the one who does has not said who. Nothing
 * is written, and where nobody holds it the lock is not kept from anybody for longer than a moment.
 */
export async function readHolder(path: string): Promise<FoundHolder | undefined> {
  try {
    using file = await Deno.open(path);
    const holder = parseHolder(await readStart(file));
    // An empty lock is nobody's; only what a killed run may have left is tried.
    if (holder === undefined || await file.tryLock(false).catch(() => false)) return undefined;
    return holder;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    log.debug("Cannot look at {path}: {error}", { path, error });
    return undefined;
  }
}

/** An archive that no other run writes to until this is disposed of. */
export interface ArchiveLock extends AsyncDisposable {
  /** Absolute path of the archive. */
  readonly root: string;
}

/**
 * Takes the archive at `root` for one run, creating it with its `_metadata` and `_logs` (both 0700) where missing.
 *
 * The lock belongs to the process and ends with it, however that ends; the file `_metadata/lock` stays and only tells
 * who holds it.
 *
 * @throws {LockedError} When another run holds it; the message names that run.
 * @throws {StorageError} When `root` is no directory or cannot be written.
 */
export async function archiveLock(root: string, holder: LockHolder): Promise<ArchiveLock> {
  const archive = await ensureRoot(root);
  await ensurePrivate(archive, "_metadata");
  await ensurePrivate(archive, "_logs");
  const path = join(archive, "_metadata", "lock");
  const file = await openRegularFile(path, { mode: 0o600 }).catch(async (error) => {
    // Two first runs at once: the other one has just created it.
    if (!(error.cause instanceof Deno.errors.AlreadyExists)) throw error;
    return await openRegularFile(path, { mode: 0o600 });
  });
  try {
    if (!await tryLock(file, path)) throw await lockedError(archive, file);
    await replaceContent(file, holder);
  } catch (error) {
    file.close();
    throw fsError("lock", path, error);
  }
  return {
    root: archive,
    async [Symbol.asyncDispose]() {
      // The content is a courtesy to the next run; closing is what ends the lock.
      await file.truncate(0).catch(() => {});
      file.close();
    },
  };
}

async function ensurePrivate(archive: string, name: string): Promise<void> {
  const path = await ensureDirectories(archive, [name], 0o700);
  const { mode } = await Deno.lstat(path);
  if (mode === null || (mode & 0o077) === 0) return;
  // Memory sticks and network drives may know no modes; the archive is of use there all the same.
  await Deno.chmod(path, 0o700).catch((error) => {
    log.warn("Cannot keep others from reading {path}: {error}", { path, error });
  });
}

async function tryLock(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    log.warn("This file system knows no locks, so nothing keeps a second run away from {path}: {error}", {
      path,
      error,
    });
    return true;
  }
}

async function replaceContent(file: Deno.FsFile, holder: LockHolder): Promise<void> {
  const content = {
    pid: Deno.pid,
    run_id: holder.runId,
    started_at: holder.startedAt,
    ...(holder.host === undefined ? {} : { host: holder.host }),
  };
  await file.truncate(0);
  await file.seek(0, Deno.SeekMode.Start);
  await writeAll(file, new TextEncoder().encode(`${JSON.stringify(content)}\n`));
}

async function lockedError(archive: string, file: Deno.FsFile): Promise<LockedError> {
  return new LockedError(`Cannot use "${archive}": ${await describeHolder(file)} holds it`, {
    hint: "wait for it to end, or use another output directory",
  });
}

async function describeHolder(file: Deno.FsFile): Promise<string> {
  // The other run may have taken the lock and not yet said who it is, or a locked file cannot be read here.
  const holder = parseHolder(await readStart(file).catch(() => ""));
  if (holder === undefined) return "another run";
  const host = holder.host === undefined ? "" : ` on ${holder.host}`;
  return `run ${holder.runId} (process ${holder.pid}${host}, since ${holder.startedAt})`;
}

async function readStart(file: Deno.FsFile): Promise<string> {
  const buffer = new Uint8Array(4096);
  const count = await file.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}

function parseHolder(text: string): FoundHolder | undefined {
  try {
    const holder = JSON.parse(text);
    const [runId, pid, startedAt] = [holder.run_id, holder.pid, holder.started_at].map(asWord);
    const host = holder.host === undefined ? {} : { host: asWord(holder.host) };
    return { runId: runId ?? "", pid: Number(pid), startedAt: startedAt ?? "", ...host };
  } catch {
    return undefined;
  }
}

/** What runs write into the lock is printed on terminals; what others wrote there is not. */
function asWord(value: unknown): string {
  const word = typeof value === "number" ? String(value) : value;
  if (typeof word === "string" && /^[\w.:+-]{1,255}$/.test(word)) return word;
  throw new TypeError("not written by a run");
}
