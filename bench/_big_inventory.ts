/**
 * An archive of any size, made without a download: rows, and empty files on disk that they describe.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { inventoryPath } from "../src/archive/mod.ts";
import { shortHash } from "../src/core/recording.ts";
import { openInventory } from "../src/inventory/mod.ts";

/** Files of one meeting. */
const perMeeting = 5;
const users = 500;
const types = ["MP4", "M4A", "TRANSCRIPT", "CHAT", "TIMELINE"];

/** What to make. */
export interface BigInventoryOptions {
  readonly files: number;
  /** Id of the account that the remembered windows belong to. */
  readonly accountId: string;
  /** First and last day of the meetings. */
  readonly from: string;
  readonly to: string;
  /** Whether the files are on disk as well. */
  readonly withFiles: boolean;
}

/** Makes the archive below `root`, an empty folder. All its files are held, all its windows proven. */
export function makeBigInventory(root: string, options: BigInventoryOptions): void {
  Deno.mkdirSync(join(root, "_logs"), { recursive: true });
  const path = inventoryPath(root);
  openInventory(path)[Symbol.dispose]();
  const meetings = Math.ceil(options.files / perMeeting);
  using db = new DatabaseSync(path);
  db.exec("PRAGMA synchronous = OFF; BEGIN");
  const account = shortHash([options.accountId], 8);
  db.exec(`
    CREATE TEMP TABLE m AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${meetings})
      SELECT i, printf('m%08d==', i) AS uuid, i % ${users} AS u, strftime('%Y-%m-%dT%H:%M:%SZ', julianday('${options.from}') +
        (julianday('${options.to}') - julianday('${options.from}')) * i / ${meetings}) AS start FROM n;
    CREATE TEMP TABLE t AS SELECT key AS n, value AS type FROM json_each('${JSON.stringify(types)}');
    INSERT INTO users (id, email, display_name, status, folder, folder_key, first_seen_at, updated_at) SELECT 'u' || value, 'user' || value || '@example.test', '', 'active', 'user' || value || '@example.test',
      'user' || value || '@example.test', '2024-01-01', '2024-01-01' FROM generate_series_users;
  `.replace(
    "generate_series_users",
    `(WITH RECURSIVE n (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE
      value + 1 < ${users}) SELECT value FROM n)`,
  ));
  db.exec(`
    INSERT INTO meetings (uuid, meeting_id, topic, start_time, host_id, host_email, timezone, duration_minutes, folder,
      folder_key, raw, sidecars_due, seen_run, first_seen_at, updated_at)
    SELECT uuid, '8' || printf('%010d', i), 'Weekly ' || i, start, 'u' || u, 'user' || u || '@example.test', 'UTC', 60,
      'user' || u || '@example.test/m' || i, 'user' || u || '@example.test/m' || i, '{}', 0, 'run0', start, start FROM m;
    INSERT INTO inventory (file_key, file_id, user_email, user_id, meeting_uuid, meeting_id, meeting_topic, meeting_start,
      file_type, recording_type, file_extension, recording_start, recording_end, listed_size, file_size, sha256, path,
      path_key, status, attempts, run_id, first_seen_at, updated_at, completed_at)
    SELECT hex(i * ${perMeeting} + n) || '-' || n, hex(i * ${perMeeting} + n) || '-' || n, 'user' || u || '@example.test',
      'u' || u, uuid, '8' || printf('%010d', i), 'Weekly ' || i, start, type, 'recording', 'bin', start, start, 0, 0,
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'user' || u || '@example.test/m' || i || '/' || type || '.bin', 'user' || u || '@example.test/m' || i || '/' ||
      lower(type) || '.bin', 'completed', 1, 'run0', start, start, start FROM m CROSS JOIN t;
    INSERT INTO windows SELECT 'account', '${account}', 0, '${options.from}', '${options.to}', '${options.from}',
      '${options.to}', ${meetings}, ${meetings}, '2099-01-01T00:00:00Z', NULL, 'run0', '2024-01-01';
    INSERT INTO runs (run_id, status, started_at, updated_at, finished_at, range_from, range_to, filters, counts,
      exit_code) VALUES ('run0', 'completed', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z',
      '${options.from}', '${options.to}', '{"users":[],"types":[],"exclude_types":[],"include_trash":false,"participant_audio":false}',
      '{}', 0);
    COMMIT;
  `);
  if (!options.withFiles) return;
  for (let i = 0; i < meetings; i++) {
    const folder = join(root, `user${i % users}@example.test`, `m${i}`);
    Deno.mkdirSync(folder, { recursive: true });
    for (const name of ["meta.json", "files.csv"]) Deno.writeTextFileSync(join(folder, name), "{}\n");
    for (const type of types) {
      Deno.openSync(join(folder, `${type}.bin`), { create: true, write: true }).close();
    }
  }
}
