import { AppError } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import type { OptionRow } from "../option_row.ts";
import { parseOptionValue } from "../option_value.ts";
import { printable } from "../render/text.ts";
import type { Style } from "../render/style.ts";
import type { LineReader } from "./line_reader.ts";

/** One question. */
export interface Question {
  readonly label: string;
  /** What a bare Enter means; the question is asked again without one. */
  readonly preset?: string | undefined;
  /** What stands in brackets for the preset. @default {the preset} */
  readonly presetText?: string;
  /** Nothing of the answer is shown. */
  readonly isHidden?: boolean;
  /** Judges the answer. */
  readonly row: OptionRow;
}

/** Questions to a person at a terminal. */
export interface Interview {
  /** The answer as typed, found good; the preset for a bare Enter. */
  ask(question: Question): Promise<string>;
  confirm(question: string, preset: boolean): Promise<boolean>;
}

/** Asks on standard error and reads what is typed. */
export function createInterview(
  { stderr }: Pick<CliContext, "stderr">,
  { reader, style }: { reader: LineReader; style: Style },
): Interview {
  const styled = (text: string) => `${style.bold(text)} `;
  return {
    async ask({ label, preset, presetText = preset, isHidden = false, row }) {
      for (;;) {
        const prompt = styled(presetText ? `${label} [${printable(presetText)}]:` : `${label}:`);
        const answer = (await reader.read({ prompt, isHidden })).trim();
        if (answer === "" && preset !== undefined) return preset;
        try {
          parseOptionValue(row, answer, label);
          return answer;
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          stderr.write(
            `${style.red(printable(error.message))}${error.hint ? ` (${printable(error.hint)})` : ""}\n`,
          );
        }
      }
    },
    async confirm(question, preset) {
      for (;;) {
        const prompt = styled(`${question} [${preset ? "Y/n" : "y/N"}]`);
        const answer = (await reader.read({ prompt })).trim().toLowerCase();
        if (answer === "") return preset;
        if (answer === "y" || answer === "yes") return true;
        if (answer === "n" || answer === "no") return false;
        stderr.write("y or n\n");
      }
    },
  };
}
