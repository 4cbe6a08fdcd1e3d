import type { Config } from "../core/config.ts";
import type { EventListener } from "../core/events.ts";
import type { Inventory, RunFilters, RunRow } from "../inventory/mod.ts";

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

/**
 * The configuration a run really has: with `--resume` the range and filters of the interrupted one, whose id
 * it takes over; otherwise what was given.
 */
export function resolveResume(
  config: Config,
  inventory: Inventory,
  { newRunId, emit }: { newRunId: string; emit: EventListener },
): { config: Config; run: Pick<RunRow, "runId" | "range" | "filters"> } {
  const last = config.resume ? inventory.runs.last() : undefined;
  if (last?.status !== "interrupted") {
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
