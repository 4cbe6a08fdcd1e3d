import { join } from "node:path";
import { readHolder } from "../../storage/mod.ts";

/** The run that holds an archive. */
export interface RunningRun {
  readonly run_id: string;
  readonly pid: number;
  /** ISO date-time, UTC. */
  readonly started_at: string;
}

/** Who holds the archive at `root` right now, if anybody does. Reads only. */
export async function findRunning(root: string): Promise<RunningRun | undefined> {
  const holder = await readHolder(join(root, "_metadata", "lock"));
  return holder && { run_id: holder.runId, pid: holder.pid, started_at: holder.startedAt };
}
