import { isProcessing, type RecordingFile } from "../core/recording.ts";
import type { Choice } from "../core/active_plugins.ts";
import type { PluginError } from "../core/errors.ts";
import { redactText } from "../core/redact.ts";
import type { FileStatus } from "../inventory/mod.ts";

/** What a file that a listing shows should be from now on. */
export interface Classification {
  readonly status: FileStatus;
  readonly reason: string | null;
  readonly error_code?: string;
  readonly error?: string;
}

/** Reason of a file that lies on the customer's own recorder: no filter, but just as final. */
export const onPremise = "on-premise";

/**
 * Decides the status of a listed file.
 *
 * @param before its status so far; a held file stays held whatever the listing says
 * @param choice what flags and filters say; no answer means that it cannot be planned
 */
export function classify(
  file: Pick<RecordingFile, "fileType" | "status">,
  before: FileStatus | undefined,
  choice: Choice,
): Classification {
  if (before === "completed") return { status: "completed", reason: null };
  if (isProcessing(file)) return { status: "not_ready", reason: null };
  if ("error" in choice) return unplanned(choice.error);
  if (choice.reason !== undefined) return { status: "skipped", reason: choice.reason };
  return { status: before === "active" ? "active" : "pending", reason: null };
}

/** A file that a plugin gave no answer about: failed for this run, asked about again by the next. */
export function unplanned(error: PluginError): Classification {
  return { status: "failed", reason: null, error_code: error.code, error: redactText(error.message) };
}
