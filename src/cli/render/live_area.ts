import type { CliContext } from "../context.ts";
import { visibleWidth } from "./display_width.ts";

/** The bottom of the terminal, repainted in place while ordinary lines scroll above it. */
export interface LiveArea {
  /** Replaces what is painted by `lines`. */
  paint(lines: readonly string[]): void;
  /** Writes whole lines above the painted ones. */
  print(text: string): void;
  /** Removes what is painted and gives the cursor back. Twice is once. */
  close(): void;
}

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const clearBelow = "\x1b[J";
const clearRight = "\x1b[K";
/** A window may shrink between the question for its size and the painting: lines are then cut, not broken. */
const keepOnOneRow = "\x1b[?7l";
const breakAgain = "\x1b[?7h";

/** A live area on stderr. */
export function createLiveArea(context: Pick<CliContext, "stderr" | "size">): LiveArea {
  let painted: readonly string[] = [];
  let open = false;
  /** Terminals reflow on a resize: a line painted in a wide window may now cover two rows. */
  const toTop = () => {
    const columns = context.size().columns || 80;
    const rows = painted.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleWidth(line) / columns)), 0);
    return rows === 0 ? "\r" : `\r\x1b[${rows}A`;
  };
  const draw = (lines: readonly string[]) =>
    `${keepOnOneRow}${lines.map((line) => `${line}${clearRight}\n`).join("")}${breakAgain}`;
  return {
    paint(lines) {
      const start = open ? toTop() : hideCursor;
      context.stderr.write(`${start}${draw(lines)}${clearBelow}`);
      open = true;
      painted = [...lines];
    },
    print(text) {
      if (!open) return void context.stderr.write(`${text}\n`);
      context.stderr.write(`${toTop()}${clearBelow}${text}\n${draw(painted)}`);
    },
    close() {
      if (!open) return;
      context.stderr.write(`${toTop()}${clearBelow}${showCursor}`);
      open = false;
      painted = [];
    },
  };
}
