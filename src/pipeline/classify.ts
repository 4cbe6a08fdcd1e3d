import { isProcessing, type RecordingFile } from "../core/recording.ts";
import type { FileStatus } from "../inventory/mod.ts";

/** What a file that a listing shows should be from now on. */
export interface Classification {
  readonly status: FileStatus;
  readonly reason: string | null;
}

/** Reason of a file that lies on the customer's own recorder: no filter, but just as final. */
export const onPremise = "on-premise";

/**
 * Decides the status of a listed file.
 *
 * @param before its status so far; a held file stays held whatever the listing says
 * @param reason the filter that leaves it out
 */
export function classify(
  file: Pick<RecordingFile, "fileType" | "status">,
  before: FileStatus | undefined,
  reason: string | undefined,
): Classification {
  if (before === "completed") return { status: "completed", reason: null };
  if (isProcessing(file)) return { status: "not_ready", reason: null };
  if (reason !== undefined) return { status: "skipped", reason };
  return { status: before === "active" ? "active" : "pending", reason: null };
}
