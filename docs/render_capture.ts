/**
 * Draws what a terminal showed as a picture: ANSI text in, one self-contained SVG out.
 *
 * ```sh
 * deno run -R docs/render_capture.ts "title" 96 running.ansi summary.ansi > docs/demo.svg
 * ```
 *
 * Several captures of one run stand below each other, with a rule between them. `docs/capture_demo.sh` takes
 * the captures.
 *
 * @module
 */
import { clusters } from "../src/cli/render/display_width.ts";

/** Sizes in pixels of the picture at 100%. */
const cell = { width: 8.4, height: 19, fontSize: 14 };
const margin = { side: 20, top: 48, bottom: 18 };
const ruleHeight = 22;

const ink = "#d0d7de";
const dimmed = "#848d97";
const background = "#0d1117";
/** ANSI colours 30 to 37; the bright ones are the same. */
const palette = ["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#e6edf3"];

interface Look {
  readonly color: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

const plain: Look = { color: undefined, bold: false, dim: false };

/** Text in one look, from one column on. */
interface Span {
  readonly text: string;
  readonly look: Look;
  readonly column: number;
  readonly columns: number;
}

/** What is drawn. */
export interface Picture {
  /** In the window's bar, and what a screen reader says. */
  readonly title: string;
  /** Width of the terminal. */
  readonly columns: number;
  /** Texts with colour sequences, as `tmux capture-pane -e -p` prints them. */
  readonly captures: readonly string[];
}

/** An SVG that needs nothing from anywhere, readable on light and on dark pages. */
export function renderCapture({ title, columns, captures }: Picture): string {
  const width = round(columns * cell.width + 2 * margin.side);
  const parts: string[] = [];
  let y = margin.top;
  for (const [index, capture] of captures.entries()) {
    if (index > 0) {
      const middle = round(y + ruleHeight / 2);
      parts.push(`<path d="M${margin.side} ${middle}H${width - margin.side}" stroke="#30363d"/>`);
      y += ruleHeight;
    }
    let look = plain;
    for (const line of capture.trimEnd().split("\n")) {
      y += cell.height;
      const parsed = parseLine(line, look);
      look = parsed.look;
      parts.push(...parsed.spans.map((span) => drawSpan(span, y - 5)));
    }
  }
  const height = y + margin.bottom;
  return [
    "<!-- deno-fmt-ignore-file: made by docs/capture_demo.sh -->",
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>text{font:${cell.fontSize}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",` +
    `monospace;fill:${ink}}.b{font-weight:700}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" fill="${background}" ` +
    `stroke="#30363d"/>`,
    ...["#ff5f57", "#febc2e", "#28c840"].map((fill, n) =>
      `<circle cx="${22 + 20 * n}" cy="22" r="6" fill="${fill}"/>`
    ),
    `<text x="${round(width / 2)}" y="27" text-anchor="middle" style="fill:${dimmed}">${
      escapeXml(title)
    }</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

// deno-lint-ignore no-control-regex -- what a terminal reads
const tokens = /\x1b\[([\d;]*)m|\x1b\[[\d;?]*[A-Za-ln-z]|\x1b[()].|\x1b|[^\x1b]+/g;

/**
 * One line as spans of words; sequences other than colours are dropped.
 *
 * @param start the look that the line before left: a look lasts until it is changed
 */
function parseLine(line: string, start: Look): { spans: Span[]; look: Look } {
  const spans: Span[] = [];
  let look = start;
  let column = 0;
  for (const [token, codes] of line.matchAll(tokens)) {
    if (codes !== undefined) look = applyCodes(look, codes);
    if (token.startsWith("\x1b")) continue;
    for (const [text] of token.matchAll(/ +|[^ ]+(?: [^ ]+)*/g)) {
      for (const part of text.startsWith(" ") ? [] : alikeParts(text)) {
        spans.push({ ...part, look, column });
        column += part.columns;
      }
      if (text.startsWith(" ")) column += text.length;
    }
  }
  return { spans, look };
}

/** Wide characters apart: a font that lacks them must not stretch their neighbours. */
function alikeParts(text: string): { text: string; columns: number }[] {
  const parts: { text: string; columns: number; wide: boolean }[] = [];
  for (const cluster of clusters(text)) {
    const last = parts.at(-1);
    const wide = cluster.width > 1;
    if (last && (last.wide === wide || cluster.width === 0)) {
      last.text += cluster.text;
      last.columns += cluster.width;
    } else parts.push({ text: cluster.text, columns: cluster.width, wide });
  }
  return parts;
}

function applyCodes(look: Look, codes: string): Look {
  let next = look;
  for (const code of codes === "" ? [0] : codes.split(";").map(Number)) {
    if (code === 0) next = plain;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 39) next = { ...next, color: undefined };
    else if (code >= 30 && code <= 37) next = { ...next, color: palette[code - 30] };
    else if (code >= 90 && code <= 97) next = { ...next, color: palette[code - 90] };
  }
  return next;
}

/** `textLength` holds the columns, whatever font the reader has. */
function drawSpan({ text, look, column, columns }: Span, y: number): string {
  const color = look.color ?? (look.dim ? dimmed : undefined);
  const attributes = [
    `x="${round(margin.side + column * cell.width)}"`,
    `y="${y}"`,
    `textLength="${round(columns * cell.width)}"`,
    `lengthAdjust="spacingAndGlyphs"`,
    ...(look.bold ? [`class="b"`] : []),
    ...(color === undefined ? [] : [`style="fill:${color}"`]),
    ...(look.dim && look.color !== undefined ? [`opacity=".7"`] : []),
  ];
  return `<text ${attributes.join(" ")}>${escapeXml(text)}</text>`;
}

function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (char) => names[char] ?? char);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

if (import.meta.main) {
  const [title = "", columns = "80", ...files] = Deno.args;
  const captures = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  const svg = renderCapture({ title, columns: Number(columns), captures });
  await Deno.stdout.write(new TextEncoder().encode(svg));
}
