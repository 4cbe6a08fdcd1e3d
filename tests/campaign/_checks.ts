/** What must hold of an archive: at every moment, and once a run has ended well. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Simulator, TruthFile } from "../../src/simulator/mod.ts";
import type { ArchiveUnderTest } from "../support/archive_under_test.ts";

const unfinished = /(?:\.part|\.tmp(?:-[\w-]+)?(?:\.\w+)?)$/;
const made = /(?:^|\/)(?:meta\.json|files\.csv|SHA256SUMS)$/;

/**
 * Asserts that nothing in the archive says more than is true, whatever the moment: a file that has its final name is
 * whole, a sidecar or state is old or new but never half, and the journal is whole but for its last line.
 */
export async function assertSaysNothingFalse(
  archive: ArchiveUnderTest,
  truth: readonly TruthFile[],
): Promise<void> {
  const digests = new Set(truth.map(({ sha256 }) => sha256));
  for (const path of await archive.tree({ all: true })) {
    if (unfinished.test(path) || /^_logs\/inventory\.db|^_metadata\/(?:lock$|plugins\/)/.test(path)) continue;
    const bytes = await Deno.readFile(`${archive.dir}/${path}`);
    const text = () => new TextDecoder().decode(bytes);
    if (/meta\.json$|extraction_state\.(?:json|bak)$/.test(path)) JSON.parse(text());
    else if (path.endsWith("files.csv")) assert.ok(text().endsWith("\r\n"), path);
    else if (path.endsWith("SHA256SUMS")) assert.match(text(), /^([0-9a-f]{64} {2}.*\n)+$/, path);
    else if (path.endsWith("inventory.jsonl")) wholeLines(text()).forEach((line) => JSON.parse(line));
    else {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      assert.ok(digests.has(sha256), `${path} is none of the account's files`);
    }
  }
}

/**
 * Asserts that a run brought the archive to its end: the same bytes under the same names as in an archive whose run
 * nobody disturbed, nothing under way, and every change of a status in the journal, once.
 */
export async function assertIsSettled(
  archive: ArchiveUnderTest,
  { zoom, digests, journal = true }: {
    zoom: Simulator;
    digests: Readonly<Record<string, string>>;
    /** Whether the journal tells all. @default {true} */
    journal?: boolean;
  },
): Promise<void> {
  assert.deepEqual(await archive.digests(), digests);
  const leftOver = (await archive.tree({ all: true })).filter((path) => unfinished.test(path));
  assert.deepEqual(leftOver, []);
  const rows = archive.query("SELECT path, sha256, status FROM inventory ORDER BY path");
  const recordings = Object.entries(digests).filter(([path]) => !made.test(path)).sort();
  assert.deepEqual(
    rows.map(({ path, sha256, status }) => [path, sha256, status]),
    recordings.map(([path, sha256]) => [path, sha256, "completed"]).sort(),
  );
  assert.equal(rows.length, zoom.truth().length);
  const count = (sql: string) => archive.query(`SELECT count(*) AS n FROM ${sql}`)[0]?.["n"];
  assert.equal(count("runs WHERE status = 'running'"), 0, "a run that is over still says running");
  assert.equal(count("hook_runs WHERE status <> 'completed'"), 0, "a hook is still due");
  assert.equal(count("meetings WHERE sidecars_due = 1"), 0, "sidecars are still due");
  if (journal) await assertJournalIsComplete(archive);
  const state = JSON.parse(await archive.text("_metadata/extraction_state.json"));
  assert.equal(state.status, "completed");
}

/** Asserts that the journal tells the whole life of each file: from nothing to its status now, each step once. */
export async function assertJournalIsComplete(archive: ArchiveUnderTest): Promise<void> {
  const text = await archive.text("_logs/inventory.jsonl");
  assert.ok(text.endsWith("\n"));
  const lines = wholeLines(text).map((line) =>
    JSON.parse(line) as { seq: number; file_key: string; from: string | null; to: string }
  );
  assert.deepEqual(lines.map(({ seq }) => seq), lines.map((_, index) => index + 1));
  const statuses = new Map<string, string | null>();
  for (const { seq, file_key, from, to } of lines) {
    assert.equal(from, statuses.get(file_key) ?? null, `line ${seq} does not go on from the one before`);
    statuses.set(file_key, to);
  }
  const rows = archive.query("SELECT file_key, status FROM inventory ORDER BY file_key");
  assert.deepEqual(
    [...statuses].sort(([a], [b]) => a < b ? -1 : 1),
    rows.map(({ file_key, status }) => [file_key, status]),
  );
}

/** Asserts that the sidecars of each folder tell of each recording in it what is on disk. */
export async function assertSidecarsAreRight(archive: ArchiveUnderTest): Promise<void> {
  const digests = await archive.digests();
  const folders = new Set(Object.keys(digests).map((path) => path.slice(0, path.lastIndexOf("/"))));
  for (const folder of folders) {
    const held = Object.entries(digests)
      .filter(([path]) => path.startsWith(`${folder}/`) && !made.test(path))
      .map(([path, sha256]) => [path.slice(folder.length + 1), sha256, "completed"]).sort();
    const csv = (await archive.text(`${folder}/files.csv`)).trim().split("\r\n").slice(1)
      .map((line) => line.split(",")).map(([name, , , sha256, status]) => [name, sha256, status]).sort();
    assert.deepEqual(csv, held);
    const meta = JSON.parse(await archive.text(`${folder}/meta.json`)).files as Record<string, string>[];
    assert.deepEqual(meta.map(({ name, sha256, status }) => [name, sha256, status]).sort(), held);
  }
}

/** All lines but one that a stop may have torn. */
function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}
