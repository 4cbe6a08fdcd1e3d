import type { CliContext } from "../context.ts";
import { clusters } from "../render/display_width.ts";

/** Ends a conversation: Ctrl-C, Ctrl-D, or the end of the input. */
export class Interruption extends Error {
  override name = "Interruption";
}

/** Reads lines that a person types, or that a pipe brings. */
export interface LineReader {
  /**
   * One line, without its end.
   *
   * @param options.prompt shown once nothing that is typed can be echoed by the terminal any more
   * @param options.isHidden shows nothing of what is typed
   * @throws {Interruption} When the person wants no more.
   * @throws The signal's reason, when that aborts.
   */
  read(options?: { readonly prompt?: string; readonly isHidden?: boolean }): Promise<string>;
}

/**
 * Opens standard input for lines. A terminal is raw while a line is being typed, so that a secret is not echoed, and is given
 * back after each line, on whatever way.
 */
export function createLineReader(
  { stdin, stderr }: Pick<CliContext, "stdin" | "stderr">,
  signal: AbortSignal,
): LineReader {
  const decoder = new TextDecoder();
  /** Characters that came after the end of a line: whoever pastes three lines answers three questions. */
  let ahead: string[] = [];
  let isAfterReturn = false;

  async function next(): Promise<string | undefined> {
    while (ahead.length === 0) {
      const bytes = await abortable(stdin.read(), signal);
      ahead = [...(bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }))];
      if (bytes === undefined && ahead.length === 0) return undefined;
    }
    return ahead.shift();
  }

  async function readLine(echo: (text: string) => void): Promise<string> {
    let line = "";
    for (;;) {
      const char = await next();
      const isSecondHalf = char === "\n" && isAfterReturn;
      isAfterReturn = char === "\r";
      if (isSecondHalf) continue;
      if (char === undefined && line !== "") return line;
      if (char === "\r" || char === "\n") return line;
      if (char === undefined || char === "\x03" || (char === "\x04" && line === "")) throw new Interruption();
      if (char === "\x1b") await skipSequence(next);
      else if (char === "\x7f" || char === "\b") line = erase(line, 1, echo);
      else if (char === "\x15") line = erase(line, Infinity, echo);
      else if (char >= " ") {
        line += char;
        echo(char);
      }
    }
  }

  return {
    async read({ prompt = "", isHidden = false } = {}) {
      signal.throwIfAborted();
      if (!stdin.isTerminal) {
        stderr.write(prompt);
        return await readLine(() => {});
      }
      stdin.setRaw(true);
      try {
        stderr.write(prompt);
        return await readLine(isHidden ? () => {} : (text) => void stderr.write(text));
      } finally {
        stdin.setRaw(false);
        stderr.write("\n");
      }
    },
  };
}

/** Arrow and function keys arrive as several characters, none of which is meant. */
async function skipSequence(next: () => Promise<string | undefined>): Promise<void> {
  const second = await next();
  if (second === "O") await next();
  if (second !== "[") return;
  for (let char = await next(); char !== undefined && !/[@-~]/.test(char);) char = await next();
}

function erase(line: string, count: number, echo: (text: string) => void): string {
  const parts = [...clusters(line)];
  const gone = parts.splice(Math.max(0, parts.length - count));
  const width = gone.reduce((sum, part) => sum + part.width, 0);
  echo("\b".repeat(width) + " ".repeat(width) + "\b".repeat(width));
  return parts.map(({ text }) => text).join("");
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", onAbort));
}
