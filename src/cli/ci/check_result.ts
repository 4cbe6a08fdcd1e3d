import type { Finding, VerifySummary } from "../../app_verify.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { findingStates } from "../render/findings.ts";
import type { Annotations } from "./annotations.ts";
import { type CheckedParts, renderCheckSummary } from "./check_summary.ts";
import { checkOutputsOf, type Outputs } from "./outputs.ts";

/** Findings of a kind that are kept for the summary of the job. */
const kept = 100;

/** What a check of an archive found, for GitHub Actions. As large for a million findings as for a hundred. */
export class CheckResult {
  readonly #troubles: Finding[] = [];
  readonly #extras: Finding[] = [];
  #summary: VerifySummary | undefined;
  #ignoresExtra = false;

  get isFinished(): boolean {
    return this.#summary !== undefined;
  }

  /** Takes findings as they are made. */
  add(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (finding.mark === "=") continue;
      const list = finding.mark === "+" ? this.#extras : this.#troubles;
      if (list.length < kept) list.push(finding);
    }
  }

  /** Takes the outcome. */
  finish(summary: VerifySummary, { ignoreExtra }: { ignoreExtra: boolean }): void {
    this.#summary = summary;
    this.#ignoresExtra = ignoreExtra;
  }

  /** One annotation per finding: an error where it stays, a warning where it was repaired or is only unknown. */
  annotate(annotations: Annotations): void {
    if (!this.#summary) return;
    const { exit_code: code, findings } = this.#summary;
    const level = code === ExitCode.done ? "warning" : "error";
    const troubles = findings.missing + findings.different + findings.unreadable;
    for (const finding of this.#troubles) annotations.add(level, titleOf(finding), textOf(finding));
    annotations.addMore(level, troubles - this.#troubles.length);
    if (this.#ignoresExtra) return;
    for (const finding of this.#extras) annotations.add("warning", titleOf(finding), textOf(finding));
    annotations.addMore("warning", findings.extra - this.#extras.length);
  }

  outputs(exitCode: number): Outputs {
    return checkOutputsOf(exitCode, this.#summary);
  }

  /** The Markdown for the job's page; `undefined` for a check that did not come to its end. */
  summary(room: Pick<CheckedParts, "warnings" | "maxBytes">): string | undefined {
    if (!this.#summary) return undefined;
    const extras = this.#ignoresExtra ? [] : this.#extras;
    return renderCheckSummary({
      ...room,
      summary: this.#summary,
      findings: [...this.#troubles, ...extras].slice(0, kept),
      ignoreExtra: this.#ignoresExtra,
    });
  }
}

function titleOf({ mark }: Finding): string {
  return `zoom-extract ${findingStates[mark]}`;
}

function textOf({ path, detail }: Finding): string {
  return detail === undefined ? path : `${path}: ${detail}`;
}
