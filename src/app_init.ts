/**
 * The part of the composition root that prepares the first run.
 *
 * @module
 */
import { listFiles } from "./app.ts";
import type { Clock } from "./core/clock.ts";
import type { Config } from "./core/config.ts";
import { writeFileAtomic } from "./storage/mod.ts";

/** What an account holds in some days. */
export interface RecordingCount {
  readonly files: number;
  /** As Zoom states the sizes. */
  readonly bytes: number;
  readonly people: number;
  /** False when a part of the days could not be listed. */
  readonly isComplete: boolean;
}

/** Counts the recordings of the configured range, without fetching any. */
export async function countRecordings(
  config: Config,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<RecordingCount> {
  const people = new Set<string>();
  let [files, bytes, isComplete] = [0, 0, true];
  const listing = listFiles(config, {
    signal,
    clock,
    onEvent: (event) => {
      if (event.type === "window" && !event.proof.proven) isComplete = false;
    },
  });
  for await (const { candidate: { user, file } } of listing) {
    files++;
    bytes += file.listedSizeBytes ?? 0;
    people.add(user.id || user.email);
  }
  return { files, bytes, people: people.size, isComplete };
}

/**
 * Replaces a settings file in one step.
 *
 * @param mode permission bits; by umask when left out
 * @throws {StorageError} When it cannot be written, or is a link.
 */
export async function writeSettings(path: string, text: string, mode?: number): Promise<void> {
  await writeFileAtomic(path, text, mode === undefined ? {} : { mode });
}

export { checkZoom } from "./app_doctor_zoom.ts";
