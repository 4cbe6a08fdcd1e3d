import { type Clock, isoSeconds } from "../core/clock.ts";
import type { RunRow, RunStatus } from "../inventory/mod.ts";

/** Writes `text` to a file so that readers see the old or the new version, keeping the old one as a backup. */
export type WriteState = (text: string) => Promise<void>;

/** What `extraction_state.json` says besides the run itself. */
export interface StateDetails {
  readonly counts: Readonly<Record<string, number>>;
  readonly windows: { readonly proven: number; readonly unproven: number };
}

/** `extraction_state.json`: how the run stands, for people and for other programs. At most one write in 5 s. */
export class StateFile {
  readonly #run: RunRow;
  readonly #clock: Clock;
  readonly #write: WriteState;
  #writtenAtMs = -Infinity;
  #writing: Promise<void> = Promise.resolve();

  constructor(run: RunRow, options: { clock: Clock; write: WriteState }) {
    this.#run = run;
    this.#clock = options.clock;
    this.#write = options.write;
  }

  /** Writes when the last write is old enough; `details` is only asked then. */
  update(details: () => StateDetails): Promise<void> {
    if (this.#clock.now() - this.#writtenAtMs < 5_000) return this.#writing;
    return this.write("running", details());
  }

  /** Writes now. Writes take turns. */
  write(status: RunStatus, details: StateDetails): Promise<void> {
    this.#writtenAtMs = this.#clock.now();
    const state = {
      version: 1,
      run_id: this.#run.runId,
      status,
      started_at: this.#run.startedAt,
      updated_at: isoSeconds(this.#clock.now()),
      range: this.#run.range,
      filters: this.#run.filters,
      counts: details.counts,
      windows: details.windows,
    };
    this.#writing = this.#writing.then(() => this.#write(`${JSON.stringify(state, null, 2)}\n`));
    return this.#writing;
  }
}
