import { clusters, displayWidth } from "./display_width.ts";

// deno-lint-ignore no-control-regex -- these are what is looked for
const unprintable = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;

/** `text` on one line, without anything that could steer a terminal: topics are written by strangers. */
export function printable(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replace(unprintable, "\uFFFD");
}

/** `text` with its line breaks, and otherwise as {@linkcode printable} has it. */
export function printableLines(text: string): string {
  return text.split("\n").map((line) => line.replaceAll("\t", "  ").replace(unprintable, "\uFFFD")).join(
    "\n",
  );
}

/** The first `columns` columns of `text`, the last of them `…` when something is missing. */
export function truncateEnd(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  return columns <= 0 ? "" : `${takeStart(text, columns - 1)}…`;
}

/** `text` in at most `columns` columns, shortened in the middle: both ends of a file name tell something. */
export function truncateMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns <= 4) return truncateEnd(text, columns);
  const end = Math.floor((columns - 1) / 2);
  return `${takeStart(text, columns - 1 - end)}…${takeEnd(text, end)}`;
}

/** `text`, filled up with spaces to `columns`; `side` is where the spaces go. */
export function pad(text: string, columns: number, side: "left" | "right" = "right"): string {
  const spaces = " ".repeat(Math.max(0, columns - displayWidth(text)));
  return side === "left" ? spaces + text : text + spaces;
}

/** Lines of at most `columns` columns, broken at spaces; longer words stand alone. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines;
}

function takeStart(text: string, columns: number): string {
  let taken = "";
  let width = 0;
  for (const cluster of clusters(text)) {
    if (width + cluster.width > columns) break;
    taken += cluster.text;
    width += cluster.width;
  }
  return taken;
}

function takeEnd(text: string, columns: number): string {
  let taken = "";
  let width = 0;
  for (const cluster of [...clusters(text)].reverse()) {
    if (width + cluster.width > columns) break;
    taken = cluster.text + taken;
    width += cluster.width;
  }
  return taken;
}
