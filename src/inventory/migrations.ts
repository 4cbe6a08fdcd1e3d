/**
 * Schema changes in order; the database's `user_version` counts those applied. Never edit one that has been
 * released: append.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    display_name TEXT NOT NULL,
    status TEXT NOT NULL,
    folder TEXT,
    folder_key TEXT UNIQUE,
    first_seen_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE meetings (
    uuid TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    start_time TEXT NOT NULL,
    host_id TEXT NOT NULL,
    host_email TEXT NOT NULL,
    timezone TEXT NOT NULL,
    duration_minutes INTEGER NOT NULL,
    type INTEGER,
    auto_delete_date TEXT,
    folder TEXT,
    folder_key TEXT UNIQUE,
    raw TEXT NOT NULL,
    sidecars_due INTEGER NOT NULL DEFAULT 1,
    seen_run TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX meetings_start ON meetings (start_time);
  CREATE INDEX meetings_sidecars_due ON meetings (sidecars_due) WHERE sidecars_due = 1;

  CREATE TABLE inventory (
    file_key TEXT PRIMARY KEY,
    file_id TEXT,
    user_email TEXT NOT NULL,
    user_id TEXT NOT NULL,
    meeting_uuid TEXT NOT NULL,
    meeting_id TEXT NOT NULL,
    meeting_topic TEXT NOT NULL,
    meeting_start TEXT NOT NULL,
    file_type TEXT NOT NULL COLLATE NOCASE,
    recording_type TEXT NOT NULL,
    file_extension TEXT NOT NULL,
    recording_start TEXT NOT NULL,
    recording_end TEXT NOT NULL,
    file_name TEXT,
    listed_size INTEGER,
    file_size INTEGER,
    sha256 TEXT,
    path TEXT,
    path_key TEXT UNIQUE,
    status TEXT NOT NULL CHECK (status IN
      ('pending', 'active', 'completed', 'failed', 'skipped', 'not_ready', 'in_trash', 'gone')),
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    error_code TEXT,
    error TEXT,
    auto_delete_date TEXT,
    deleted_time TEXT,
    remote_size INTEGER,
    remote_validator TEXT,
    run_id TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    completed_at TEXT
  ) STRICT;
  CREATE INDEX inventory_meeting ON inventory (meeting_uuid);
  CREATE INDEX inventory_user ON inventory (user_email);
  CREATE INDEX inventory_open ON inventory (status, run_id, meeting_start) WHERE status <> 'completed';

  CREATE TABLE windows (
    scope TEXT NOT NULL,
    asked_from TEXT NOT NULL,
    asked_to TEXT NOT NULL,
    echoed_from TEXT,
    echoed_to TEXT,
    total_records INTEGER,
    seen INTEGER NOT NULL,
    proven_at TEXT,
    reason TEXT,
    run_id TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (scope, asked_from, asked_to)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('running', 'interrupted', 'completed', 'failed')),
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    finished_at TEXT,
    range_from TEXT NOT NULL,
    range_to TEXT NOT NULL,
    filters TEXT NOT NULL,
    counts TEXT NOT NULL DEFAULT '{}',
    exit_code INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE hook_runs (
    file_key TEXT NOT NULL,
    plugin TEXT NOT NULL,
    hook TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('completed', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (file_key, plugin, hook)
  ) STRICT, WITHOUT ROWID;

  -- Status changes that still have to reach inventory.jsonl; written in the transaction of the change.
  CREATE TABLE journal_outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    line TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- What a proof is worth depends on the account it was made for, and on whether participant audio was asked for.
  DROP TABLE windows;
  CREATE TABLE windows (
    scope TEXT NOT NULL,
    account TEXT NOT NULL,
    participant_audio INTEGER NOT NULL,
    asked_from TEXT NOT NULL,
    asked_to TEXT NOT NULL,
    echoed_from TEXT,
    echoed_to TEXT,
    total_records INTEGER,
    seen INTEGER NOT NULL,
    proven_at TEXT,
    reason TEXT,
    run_id TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (scope, account, participant_audio, asked_from, asked_to)
  ) STRICT, WITHOUT ROWID;

  -- One per order of the queue, so that taking the next files never sorts all that are waiting.
  CREATE INDEX inventory_expiring ON inventory
    (run_id, coalesce(auto_delete_date, '9999'), meeting_start, recording_start, file_key) WHERE status = 'pending';
  CREATE INDEX inventory_smallest ON inventory
    (run_id, coalesce(listed_size, 0), meeting_start, file_key) WHERE status = 'pending';
  CREATE INDEX meetings_seen ON meetings (seen_run);
  `,
  `
  -- What is due is noted with its cause; a failed call is tried again by the next run.
  ALTER TABLE hook_runs RENAME TO old_hook_runs;
  CREATE TABLE hook_runs (
    file_key TEXT NOT NULL,
    plugin TEXT NOT NULL,
    hook TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'completed', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    run_id TEXT NOT NULL DEFAULT '',
    updated_at TEXT NOT NULL,
    PRIMARY KEY (file_key, plugin, hook)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO hook_runs (file_key, plugin, hook, status, attempts, error, updated_at)
    SELECT file_key, plugin, hook, status, attempts, error, updated_at FROM old_hook_runs;
  DROP TABLE old_hook_runs;
  CREATE INDEX hook_runs_open ON hook_runs (plugin, status) WHERE status <> 'completed';

  -- Files beside the recordings that hooks made of them.
  CREATE TABLE made_files (
    path TEXT PRIMARY KEY,
    file_key TEXT NOT NULL,
    plugin TEXT NOT NULL,
    made_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE inventory ADD COLUMN replaced_by TEXT;
  `,
  `
  -- What is there of a partial that arrives in ranges, as [[start, end], …]; null where it has no gaps.
  ALTER TABLE inventory ADD COLUMN partial_ranges TEXT;
  `,
  `
  -- Sidecars name what hooks made; those of former versions are written again, for a rebuild needs more than they said.
  CREATE INDEX made_files_of ON made_files (file_key);
  UPDATE meetings SET sidecars_due = 1;
  `,
  `
  -- What a file was before the run of its run_id came to it: NULL where that run found it.
  ALTER TABLE inventory ADD COLUMN status_before TEXT DEFAULT 'unknown';
  -- The last run whose list of users showed this one, and whether a run has seen that list whole.
  ALTER TABLE users ADD COLUMN listed_run TEXT;
  ALTER TABLE runs ADD COLUMN users_listed INTEGER NOT NULL DEFAULT 0;

  -- Each holds all that one part of a reconciliation asks for, so that a million rows are read in a second.
  CREATE INDEX inventory_month ON inventory
    (user_id, substr(meeting_start, 1, 7), status, meeting_start, listed_size, file_size);
  CREATE INDEX inventory_missing ON inventory
    (status, CASE status WHEN 'failed' THEN coalesce(error_code, '') WHEN 'skipped' THEN coalesce(reason, '')
      ELSE '' END, user_id, meeting_start, listed_size) WHERE status <> 'completed';
  CREATE INDEX inventory_changes ON inventory (run_id, status_before, status);
  CREATE INDEX inventory_auto_delete ON inventory (auto_delete_date, status, listed_size)
    WHERE auto_delete_date IS NOT NULL;
  `,
  `
  -- What one run brought, a page after the other, without sorting all of it for each page.
  CREATE INDEX inventory_brought ON inventory (run_id, file_key) WHERE status = 'completed';
  `,
];
