import { getLogger } from "@logtape/logtape";
import type { RunEvent } from "../core/events.ts";
import { logRoot } from "../core/log.ts";

/** Category of what people see through the progress view: it goes to the log file only, so as not to be shown twice. */
export const eventCategory: readonly [string, string] = [logRoot, "events"];

const log = getLogger([...eventCategory]);

/** Writes to the log file what a run tells. What only moves a progress bar stays out. */
export function logEvent(event: RunEvent): void {
  switch (event.type) {
    case "notice":
      return log[event.level]("{message}", { message: event.message, code: event.code, hint: event.hint });
    case "file_failed":
      return log.error("{path}: {message}", { ...event });
    case "file_retry":
      return log.warning("{path}: attempt {attempt} failed, next in {delayMs} ms: {message}", { ...event });
    case "file_completed": {
      const { candidate: _, ...told } = event;
      return log.info("{path} is held: {sizeBytes} bytes, SHA-256 {sha256}", told);
    }
    case "window":
      return log.debug("Window {scope} {from}..{to}: proven {proven}, {seen} of {totalRecords} meetings", {
        ...event.proof,
        ...event.proof.asked,
      });
    case "discovery":
      return log.info("Listing by {mode}: {reason}", { ...event });
    case "hook":
      if (event.state === "completed" || event.state === "failed") {
        log[event.state === "failed" ? "warning" : "debug"]("Hook {plugin} {hook} of {path}: {state}", {
          ...event,
        });
      }
      return;
    case "run_started":
      return log.info("Run {runId} begins", { ...event });
    case "run_finished":
      return log.info("Run {run_id} ends: {status}, exit code {exit_code}", { ...event.summary });
  }
}
