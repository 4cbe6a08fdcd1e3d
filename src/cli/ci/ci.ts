import { Buffer } from "node:buffer";
import type { Credentials } from "../../core/config.ts";
import { toError } from "../../core/errors.ts";
import type { EventListener, RunEvent, RunSummary } from "../../core/events.ts";
import { ExitCode } from "../../core/exit_code.ts";
import { formatCount } from "../../core/units.ts";
import type { CliContext, Output } from "../context.ts";
import { exitCodes } from "../exit_code.ts";
import { verdictText } from "../render/summary.ts";
import { Annotations } from "./annotations.ts";
import { CheckResult } from "./check_result.ts";
import { maxSummaryBytes, renderFailedSummary, renderJobSummary } from "./job_summary.ts";
import { type Outputs, outputsOf, renderOutputs } from "./outputs.ts";
import { appendTo, sizeOfFile } from "./runner_files.ts";
import { UserTally } from "./user_tally.ts";
import { defang, workflowCommand } from "./workflow_commands.ts";

/** Most warnings of a run that are kept for its summary. */
const keptWarnings = 50;

/** Speaks to GitHub Actions: masks, annotations, the summary of the job, outputs. */
export class Ci {
  /** What everything that people read goes through: none of it is taken for a command. */
  readonly stderr: Output;
  readonly #raw: Output;
  readonly #context: CliContext;
  readonly #annotations = new Annotations();
  readonly #users = new UserTally();
  readonly #warnings = new Set<string>();
  #resume: string | undefined;
  #summary: RunSummary | undefined;
  #error: Error | undefined;
  #hasResult: boolean;
  /** For a command that checks an archive. */
  readonly check: CheckResult | undefined;

  readonly #isKept: boolean;

  /**
   * @param command one whose outcome steps after it read tells it also if it ends before it began
   * @param isKept true when stderr goes to a file
   */
  constructor(context: CliContext, { command, isKept }: { command: string; isKept: boolean }) {
    this.#isKept = isKept;
    this.check = command === "verify" ? new CheckResult() : undefined;
    this.#context = context;
    this.#raw = context.stderr;
    this.#hasResult = command === "extract" || command === "verify";
    this.stderr = { ...context.stderr, write: (text) => this.#raw.write(defang(text)) };
  }

  /**
   * Hides secrets from the log, opens a group, and has the runner ignore commands until
   * {@linkcode endGroup}: what plugins and their programs print is none of ours.
   */
  begin(title: string, { clientId, clientSecret }: Credentials): void {
    if (clientSecret !== "" && this.#isHeard()) {
      const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
      for (const secret of [clientSecret, basic]) this.#raw.write(workflowCommand("add-mask", secret));
    }
    const token = crypto.randomUUID();
    this.#raw.write(workflowCommand("group", title) + workflowCommand("stop-commands", token));
    this.#resume = `::${token}::\n`;
  }

  /** Ends what {@linkcode begin} began. Twice is once. */
  endGroup(): void {
    if (this.#resume === undefined) return;
    this.#raw.write(this.#resume + workflowCommand("endgroup", ""));
    this.#resume = undefined;
  }

  readonly onEvent: EventListener = (event) => {
    this.#users.add(event);
    if (event.type === "run_finished") this.#summary = event.summary;
    if (event.type === "notice") this.#takeNotice(event);
    if (event.type === "hook" && event.state === "failed") {
      this.#annotations.add(
        "warning",
        `Hook of ${event.plugin} failed`,
        `${event.path}: ${event.message ?? ""}`,
      );
    }
  };

  /** Takes the outcome of the run. */
  finish(summary: RunSummary): void {
    this.#summary = summary;
    this.#hasResult = true;
  }

  /** Takes what ended the command before its time. */
  fail(error: unknown): void {
    this.#error = toError(error);
  }

  /** Says the last word: annotations, the summary of the job, outputs. */
  async close(exitCode: number): Promise<void> {
    this.endGroup();
    this.#annotateOutcome(exitCode);
    this.#raw.write(this.#annotations.render());
    const { env } = this.#context;
    if (!this.#hasResult) return;
    const files = [
      await appendTo(env("GITHUB_STEP_SUMMARY"), await this.#jobSummary(exitCode)),
      await appendTo(env("GITHUB_OUTPUT"), renderOutputs(this.#outputs(exitCode))),
    ];
    if (files.every((isWritten) => isWritten)) return;
    const message = "Cannot write the summary of the job or its outputs: see the log";
    this.#raw.write(workflowCommand("warning", message, { title: "zoom-extract" }));
  }

  #takeNotice({ level, code, message, hint }: RunEvent & { type: "notice" }): void {
    if (level === "info") return;
    const text = hint === undefined ? message : `${message}; ${hint}`;
    if (this.#warnings.size < keptWarnings) this.#warnings.add(text);
    this.#annotations.add(level, `zoom-extract ${code}`, text);
  }

  #outputs(exitCode: number): Outputs {
    return this.check?.outputs(exitCode) ?? outputsOf(exitCode, this.#summary);
  }

  #annotateOutcome(exitCode: number): void {
    const title = "zoom-extract";
    if (this.#error) this.#annotations.add("error", title, this.#error.message);
    this.check?.annotate(this.#annotations);
    const hasOutcome = this.#summary !== undefined || this.check?.isFinished;
    const isTold = this.#error !== undefined || hasOutcome || exitCode === ExitCode.done;
    if (!isTold) {
      this.#annotations.add("error", title, `Ended with exit code ${exitCode}: ${meaningOf(exitCode)}`);
    }
    for (const { path, code, message } of this.#summary?.failures ?? []) {
      this.#annotations.add("error", `${title} ${code}`, path === "" ? message : `${path}: ${message}`);
    }
    if (this.#summary && (exitCode === ExitCode.limit || exitCode === ExitCode.interrupted)) {
      const left = `${formatCount(this.#summary.files.pending)} files known and left`;
      this.#annotations.add("notice", title, `${verdictText(this.#summary)} (${left})`);
    }
  }

  async #jobSummary(exitCode: number): Promise<string> {
    const maxBytes = maxSummaryBytes - await sizeOfFile(this.#context.env("GITHUB_STEP_SUMMARY"));
    const warnings = [...this.#warnings];
    const checked = this.check?.summary({ warnings, maxBytes });
    if (checked !== undefined) return checked;
    const summary = this.#summary;
    if (!summary) return renderFailedSummary(this.#error?.message ?? `Ended with exit code ${exitCode}`);
    return renderJobSummary({ summary, users: this.#users.totals(summary), warnings, maxBytes });
  }

  /** Masks are for a runner that reads along: elsewhere, or in a file, they would tell the secret. */
  #isHeard(): boolean {
    return this.#context.env("GITHUB_ACTIONS") === "true" && !this.#isKept;
  }
}

function meaningOf(exitCode: number): string {
  return exitCodes.find(([code]) => code === exitCode)?.[1] ?? "not documented";
}
