import type { VerifySummary } from "../../app_verify.ts";
import type { RunSummary } from "../../core/events.ts";
import { ExitCode } from "../../core/exit_code.ts";

/** Names and values that later steps of a job read. */
export type Outputs = Readonly<Record<string, string>>;

/**
 * What a run tells the steps after it. A contract: workflows branch on these names.
 *
 * @param summary absent when the run ended before it had one
 */
export function outputsOf(exitCode: number, summary: RunSummary | undefined): Outputs {
  return {
    "exit-code": String(exitCode),
    complete: String(exitCode === ExitCode.done),
    "more-to-do": String(exitCode === ExitCode.limit),
    "files-downloaded": String(summary?.files.downloaded ?? 0),
    "files-failed": String(summary?.files.failed ?? 0),
    bytes: String(summary?.bytes ?? 0),
    "run-id": summary?.run_id ?? "",
  };
}

/**
 * What a check tells the steps after it, under the names of a run where it means the same.
 *
 * @param summary absent when the check ended before it had one
 */
export function checkOutputsOf(exitCode: number, summary: VerifySummary | undefined): Outputs {
  const { files, findings, repair } = summary ?? {};
  return {
    "exit-code": String(exitCode),
    complete: String(exitCode === ExitCode.done),
    "files-checked": String(files?.checked ?? 0),
    "files-held": String(files?.held ?? 0),
    "files-missing": String(findings?.missing ?? 0),
    "files-different": String(findings?.different ?? 0),
    "files-unreadable": String(findings?.unreadable ?? 0),
    "files-extra": String(findings?.extra ?? 0),
    "files-repaired": String(repair?.repaired ?? 0),
    bytes: String(repair?.bytes ?? 0),
  };
}

/**
 * Outputs in the form that survives any value: each between two lines of a delimiter that nobody can guess.
 *
 * @throws {TypeError} When a value holds the delimiter.
 */
export function renderOutputs(outputs: Outputs, delimiter: string = `end-${crypto.randomUUID()}`): string {
  return Object.entries(outputs).map(([name, value]) => {
    if (value.includes(delimiter)) throw new TypeError(`The output "${name}" holds its own delimiter`);
    return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
  }).join("");
}
