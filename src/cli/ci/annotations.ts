import { redactText } from "../../core/redact.ts";
import { formatCount } from "../../core/units.ts";
import { printable } from "../render/text.ts";
import { type AnnotationLevel, workflowCommand } from "./workflow_commands.ts";

/** GitHub shows ten of each level for one step, and drops the rest without a word. */
const shown = 10;

/** What the run's page on GitHub is to show at its top; the same text once. */
export class Annotations {
  readonly #texts = new Map<AnnotationLevel, Map<string, string>>();
  #more = new Map<AnnotationLevel, number>();

  add(level: AnnotationLevel, title: string, message: string): void {
    const text = printable(redactText(message));
    const texts = this.#texts.get(level) ?? new Map<string, string>();
    this.#texts.set(level, texts);
    if (texts.has(text)) return;
    if (texts.size < shown) texts.set(text, printable(redactText(title)));
    else this.#more.set(level, (this.#more.get(level) ?? 0) + 1);
  }

  /** Counts what goes without an annotation of its own, because there are so many. */
  addMore(level: AnnotationLevel, count: number): void {
    if (count > 0) this.#more.set(level, (this.#more.get(level) ?? 0) + count);
  }

  /** The commands, errors first; where there are more than GitHub shows, the last one says how many. */
  render(): string {
    return (["error", "warning", "notice"] as const).map((level) => this.#renderLevel(level)).join("");
  }

  #renderLevel(level: AnnotationLevel): string {
    const more = this.#more.get(level) ?? 0;
    const entries = [...this.#texts.get(level) ?? []];
    const kept = more > 0 ? entries.slice(0, shown - 1) : entries;
    const commands = kept.map(([message, title]) => workflowCommand(level, message, { title }));
    if (more > 0) {
      const count = formatCount(more + entries.length - kept.length);
      commands.push(workflowCommand(level, `… and ${count} more: see the summary of the job`));
    }
    return commands.join("");
  }
}
