import { clusters, displayWidth, visibleWidth } from "./display_width.ts";

// deno-lint-ignore no-control-regex -- these are what is looked for
const unprintable = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;

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

/**
 * Lines of at most `columns` columns, broken at spaces; longer words stand alone. Styles do not count.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && visibleWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines;
}

/**
 * `text` with its own line breaks and those that `columns` ask for; what goes on in the next line stands below
 * the text after a label (`note  …`), else two columns in.
 *
 * @param columns 0 where it cannot be told: nothing is broken then
 */
export function hang(text: string, columns: number): string {
  return text.split("\n").map((line) => hangLine(line, columns)).join("\n");
}

/** A command as lines that a shell reads as one; a flag and its value stay together. */
export function shellLines(command: string, columns: number): string[] {
  const together = command.replace(/(-[\w-]+) (?=[^-|>\s])/g, "$1\u00a0");
  const lines = wrap(together, columns - 6).flatMap((part) =>
    wrap(part.replaceAll("\u00a0", " "), columns - 6)
  );
  return lines.map((line, i) => `${i > 0 ? "    " : ""}${line}${i < lines.length - 1 ? " \\" : ""}`);
}

function hangLine(line: string, columns: number): string {
  if (columns < 20 || visibleWidth(line) < columns) return line;
  const [indent = ""] = /^ */.exec(line) ?? [];
  const [label = ""] = /^\S{1,24} {2}/.exec(line.slice(indent.length)) ?? [];
  const margin = indent.length + (label === "" ? 2 : visibleWidth(label));
  const [first = "", ...rest] = wrap(line.slice(indent.length + label.length), columns - 1 - margin);
  return [indent + label + first, ...rest.map((part) => " ".repeat(margin) + part)].join("\n");
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
