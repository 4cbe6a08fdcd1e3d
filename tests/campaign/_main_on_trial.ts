/**
 * The program, run so that it can be killed at an exact step: the same `main`, with the calls that change a disk
 * wrapped from outside. The product knows nothing of it.
 *
 * - `CAMPAIGN_KILL="before rename partial#3"`: SIGKILL to itself just before the third such call
 * - `CAMPAIGN_FAIL="^write partial#3+ ENOSPC"`: the third call whose name matches fails so, with `+` also each after it
 * - `CAMPAIGN_STEPS=FILE`: appends the name of every step
 * - `CAMPAIGN_BYTES=FILE`: appends the size of every write to a partial
 * - `CAMPAIGN_SLOW_MS=N`: every write to a partial waits so long first
 */
import { basename } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { main } from "../../src/cli/mod.ts";

const [killStep, killNth] = (Deno.env.get("CAMPAIGN_KILL") ?? "").split("#");
const stepsPath = Deno.env.get("CAMPAIGN_STEPS");
const bytesPath = Deno.env.get("CAMPAIGN_BYTES");
const slowMs = Number(Deno.env.get("CAMPAIGN_SLOW_MS") ?? 0);
const counts = new Map<string, number>();

/** Does not return when this is where the process is to die. */
function pass(step: string): void {
  note(stepsPath, step);
  const nth = (counts.get(step) ?? 0) + 1;
  counts.set(step, nth);
  if (step === killStep && nth === Number(killNth)) Deno.kill(Deno.pid, "SIGKILL");
}

/** At once, so that a kill does not lose it. */
function note(path: string | undefined, line: string): void {
  if (path) Deno.writeTextFileSync(path, `${line}\n`, { append: true });
}

const [, failPattern, failFrom, failsOn, failCode] =
  /^(.*)#(\d+)(\+?) (\w+)$/.exec(Deno.env.get("CAMPAIGN_FAIL") ?? "") ?? [];
const failing = failPattern === undefined ? undefined : new RegExp(failPattern);
let failable = 0;

/** What the system would say. */
function failIfDue(step: string): void {
  if (!failing?.test(step)) return;
  failable++;
  const isDue = failsOn ? failable >= Number(failFrom) : failable === Number(failFrom);
  if (!isDue) return;
  const isDatabase = step.startsWith("database ");
  const message = isDatabase ? "disk I/O error" : `${failCode} (injected)`;
  throw Object.assign(new Error(message), { code: isDatabase ? "ERR_SQLITE_ERROR" : failCode });
}

async function around<T>(step: string, call: () => Promise<T>): Promise<T> {
  pass(`before ${step}`);
  failIfDue(step);
  const result = await call();
  pass(`after ${step}`);
  return result;
}

function aroundSync<T>(step: string, call: () => T): T {
  pass(`before ${step}`);
  failIfDue(step);
  const result = call();
  pass(`after ${step}`);
  return result;
}

/** What a path is to the archive. */
function kindOf(path: string | URL): string {
  const name = basename(String(path));
  if (name.endsWith(".part")) return "partial";
  if (/^(?:meta\.json|files\.csv)(?:\.tmp)?$/.test(name)) return "sidecar";
  if (/^extraction_state\.json(?:\.tmp)?$/.test(name)) return "state";
  if (/^extraction_state\.bak(?:\.tmp)?$/.test(name)) return "state backup";
  if (name === "lock" || /^inventory\.db$/.test(name)) return name === "lock" ? "lock" : "database";
  if (name === "inventory.jsonl") return "journal";
  if (/^SHA256SUMS$|^\.checksum\.tmp-/.test(name)) return "checksum list";
  return "other";
}

const waiting = new Int32Array(new SharedArrayBuffer(4));

const kinds = new WeakMap<Deno.FsFile, string>();

function wrapFileSystem(): void {
  const { open, rename, remove, mkdir, copyFile, writeTextFile } = Deno;
  const { openSync, renameSync, mkdirSync } = Deno;
  Deno.open = async (path, options) => {
    const isWrite = options?.write ?? false;
    const kind = isWrite ? kindOf(path) : "folder";
    const file = isWrite
      ? await around(`open ${kind}`, () => open(path, options))
      : await open(path, options);
    kinds.set(file, kind);
    return file;
  };
  Deno.openSync = (path, options) => {
    const isWrite = options?.write ?? false;
    const kind = isWrite ? kindOf(path) : "folder";
    const call = () => openSync(path, options);
    const file = isWrite ? aroundSync(`open ${kind}`, call) : call();
    kinds.set(file, kind);
    return file;
  };
  Deno.renameSync = (from, to) => aroundSync(`rename ${kindOf(from)}`, () => renameSync(from, to));
  Deno.mkdirSync = (path, options) => aroundSync("mkdir", () => mkdirSync(path, options));
  Deno.rename = (from, to) => around(`rename ${kindOf(from)}`, () => rename(from, to));
  Deno.remove = (path, options) => around(`remove ${kindOf(path)}`, () => remove(path, options));
  Deno.mkdir = (path, options) => around("mkdir", () => mkdir(path, options));
  Deno.copyFile = (from, to) => around(`copy ${kindOf(from)}`, () => copyFile(from, to));
  Deno.writeTextFile = (path, data, options) =>
    around(`write ${kindOf(path)}`, () => writeTextFile(path, data, options));
  const file = Deno.FsFile.prototype;
  const { write, writeSync } = file;
  for (const name of ["sync", "syncData", "truncate", "utime", "tryLock"] as const) {
    const original = file[name] as (...args: unknown[]) => Promise<never>;
    file[name] = function (this: Deno.FsFile, ...args: unknown[]) {
      return around(`${name} ${kinds.get(this)}`, () => original.apply(this, args));
    } as never;
  }
  for (const name of ["sync", "syncData", "utime"] as const) {
    const original = file[`${name}Sync`] as (...args: unknown[]) => never;
    file[`${name}Sync`] = function (this: Deno.FsFile, ...args: unknown[]) {
      return aroundSync(`${name} ${kinds.get(this)}`, () => original.apply(this, args));
    };
  }
  file.writeSync = function (this: Deno.FsFile, bytes: Uint8Array) {
    const kind = kinds.get(this);
    return aroundSync(`write ${kind}`, () => {
      if (slowMs > 0 && kind === "partial") Atomics.wait(waiting, 0, 0, slowMs);
      const size = writeSync.call(this, bytes);
      if (kind === "partial") note(bytesPath, String(size));
      return size;
    });
  };
  file.write = function (this: Deno.FsFile, bytes: Uint8Array) {
    const kind = kinds.get(this);
    return around(`write ${kind}`, async () => {
      if (slowMs > 0 && kind === "partial") await new Promise((resolve) => setTimeout(resolve, slowMs));
      const size = await write.call(this, bytes);
      if (kind === "partial") note(bytesPath, String(size));
      return size;
    });
  };
}

function wrapDatabase(): void {
  const { exec } = DatabaseSync.prototype;
  const { run } = StatementSync.prototype;
  let inTransaction = false;
  DatabaseSync.prototype.exec = function (sql: string) {
    const step = sql.startsWith("BEGIN")
      ? "begin"
      : sql.includes("user_version")
      ? "migration commit"
      : sql.endsWith("COMMIT")
      ? "commit"
      : sql.includes("CREATE") || sql.includes("ALTER")
      ? "migration"
      : undefined;
    const done = step === undefined
      ? exec.call(this, sql)
      : aroundSync(`database ${step}`, () => exec.call(this, sql));
    if (step === "begin") inTransaction = true;
    else if (step !== "migration" && step !== undefined) inTransaction = false;
    return done;
  };
  StatementSync.prototype.run = function (this: StatementSync, ...args: never[]) {
    const call = () => run.apply(this, args as never);
    if (inTransaction) return call();
    const [verb, ...rest] = this.sourceSQL.trim().split(/\s+/);
    const table = rest.find((word) => !/^(?:INTO|FROM)$/.test(word));
    return aroundSync(`database ${verb} ${table}`, call);
  };
}

wrapFileSystem();
wrapDatabase();
Deno.exit(await main(Deno.args));
