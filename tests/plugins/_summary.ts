import type { FileCounts, RunSummary } from "zoom-extract";

/** The summary of a run that fetched three files, with whatever is said otherwise. */
export function makeSummary(
  { files, ...rest }: Partial<Omit<RunSummary, "files">> & { readonly files?: Partial<FileCounts> } = {},
): RunSummary {
  return {
    run_id: "run-1",
    status: "completed",
    exit_code: 0,
    files: {
      found: 5,
      downloaded: 3,
      skipped: 2,
      failed: 0,
      not_ready: 0,
      in_trash: 0,
      gone: 0,
      pending: 0,
      held: 5,
      ...files,
    },
    users: 2,
    meetings: 4,
    processed: { users: 2, meetings: 4 },
    bytes: 3_000_000,
    seconds: 12.5,
    api_requests: 9,
    windows: { proven: 2, unproven: 0, remembered: 0 },
    failures: [],
    ...rest,
  };
}
