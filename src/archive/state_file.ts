import { plainJson } from "../core/plain_json.ts";
import * as v from "valibot";
import { type Clock, isoSeconds } from "../core/clock.ts";
import type { RunRow, RunStatus } from "../inventory/mod.ts";

/** Writes `text` to a file so that readers see the old or the new version, keeping the old one as a backup. */
export type WriteState = (text: string) => Promise<void>;

/** What `extraction_state.json` says besides the run itself. */
export interface StateDetails {
  readonly counts: Readonly<Record<string, number>>;
  readonly windows: { readonly proven: number; readonly unproven: number };
}

/** At most this share of the time goes into counting. */
const countingShare = 20;

/** `extraction_state.json`: how the run stands, for people and for other programs. At most one write in 5 s. */
export class StateFile {
  readonly #run: RunRow;
  readonly #clock: Clock;
  readonly #write: WriteState;
  #nextAtMs = -Infinity;
  #writing: Promise<void> = Promise.resolve();

  constructor(run: RunRow, options: { clock: Clock; write: WriteState }) {
    this.#run = run;
    this.#clock = options.clock;
    this.#write = options.write;
  }

  /** Writes when the last write is old enough; `details` is only asked then. */
  update(details: () => StateDetails): Promise<void> {
    const startedMs = this.#clock.now();
    if (startedMs < this.#nextAtMs) return Promise.resolve();
    const counted = details();
    const costMs = this.#clock.now() - startedMs;
    const writing = this.write("running", counted);
    this.#nextAtMs = Math.max(this.#nextAtMs, this.#clock.now() + costMs * countingShare);
    return writing;
  }

  /** Writes now. Writes take turns. */
  write(status: RunStatus, details: StateDetails): Promise<void> {
    this.#nextAtMs = this.#clock.now() + 5_000;
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
    // A failed write has told its own caller.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write(`${plainJson(state, 2)}\n`));
    return this.#writing;
  }
}

/** What was found of an earlier state. */
export type FoundState =
  | { readonly from: "nothing" | "unreadable" }
  | { readonly from: "state" | "backup"; readonly run: RunRow };

/**
 * Reads the state an earlier run left, or its backup. The inventory knows better; the state stands in for it where
 * that is new.
 *
 * @param read gives the text of one of the two, `undefined` where it does not exist
 */
export async function findState(
  read: (name: "extraction_state.json" | "extraction_state.bak") => Promise<string | undefined>,
): Promise<FoundState> {
  const state = await read("extraction_state.json").catch(() => "");
  const run = parseState(state);
  if (run) return { from: "state", run };
  const backup = await read("extraction_state.bak").catch(() => "");
  const former = parseState(backup);
  if (former) return { from: "backup", run: former };
  return { from: state === undefined && backup === undefined ? "nothing" : "unreadable" };
}

/** Tells whether a text is the state of a run. */
export function isState(text: string | undefined): boolean {
  return parseState(text) !== undefined;
}

function parseState(text: string | undefined): RunRow | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), stateSchema), text);
  if (!parsed.success) return undefined;
  const { run_id: runId, status, started_at: startedAt, range, filters } = parsed.output;
  return { runId, status, startedAt, range, filters };
}

const texts = v.array(v.string());
const stateSchema = v.object({
  version: v.literal(1),
  run_id: v.string(),
  status: v.picklist(["running", "interrupted", "completed", "failed"]),
  started_at: v.string(),
  range: v.object({ from: v.string(), to: v.string() }),
  filters: v.object({
    users: texts,
    types: texts,
    exclude_types: texts,
    include_trash: v.boolean(),
    participant_audio: v.boolean(),
  }),
});
