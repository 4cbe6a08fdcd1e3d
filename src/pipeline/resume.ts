import type { Config } from "../core/config.ts";
import type { EventListener } from "../core/events.ts";
import type { Inventory, RunFilters, RunRow } from "../inventory/mod.ts";
import type { FoundState } from "../archive/mod.ts";

/** The choices of a run that decide what it is about. */
export function filtersOf(config: Config): RunFilters {
  return {
    users: config.userFilter,
    types: config.types,
    exclude_types: config.excludeTypes,
    include_trash: config.includeTrash,
    participant_audio: config.participantAudio,
  };
}

/** A configuration with the run it is for. */
export interface ResolvedRun {
  readonly config: Config;
  readonly run: Pick<RunRow, "runId" | "range" | "filters">;
}

/**
 * The configuration a run really has: with `--resume` the range and filters of the last one, whose id it takes
 * over, unless that one came to a good end; otherwise what was given.
 *
 * @param inventory of an archive that no other run holds: one that still says `running` was killed
 * @param state stands in where the inventory knows of no run
 */
export function resolveResume(
  config: Config,
  inventory: Inventory | undefined,
  { newRunId, emit, state = { from: "nothing" } }: {
    newRunId: string;
    emit: EventListener;
    state?: FoundState;
  },
): ResolvedRun {
  tellOfState(state, emit);
  const known = inventory?.runs.last() ?? ("run" in state ? state.run : undefined);
  const last = config.resume ? known : undefined;
  if (!last || last.status === "completed") {
    if (config.resume) {
      const message = last ? `the last run ${last.runId} ${last.status}` : "there was no run yet";
      emit({
        type: "notice",
        level: "info",
        code: "nothing_to_resume",
        message: `Nothing to resume: ${message}`,
      });
    }
    return { config, run: { runId: newRunId, range: config.range, filters: filtersOf(config) } };
  }
  const { filters, range, runId } = last;
  emit({
    type: "notice",
    level: "info",
    code: "resumed",
    message: `Going on with run ${runId} of ${last.startedAt}, ${range.from} to ${range.to}`,
  });
  return {
    config: {
      ...config,
      range,
      userFilter: filters.users,
      types: filters.types,
      excludeTypes: filters.exclude_types,
      includeTrash: filters.include_trash,
      participantAudio: filters.participant_audio,
    },
    run: { runId, range, filters },
  };
}

function tellOfState(state: FoundState, emit: EventListener): void {
  if (state.from !== "unreadable" && state.from !== "backup") return;
  const isLost = state.from === "unreadable";
  emit({
    type: "notice",
    level: isLost ? "warning" : "info",
    code: isLost ? "state_unreadable" : "state_backup",
    message: isLost
      ? "Cannot read extraction_state.json, nor its backup: going on from the inventory database"
      : "Cannot read extraction_state.json: its backup says what it said before",
  });
}
