/** Made when the first unusual text comes: it costs more than the rest of `--help`. */
let segmenter: Intl.Segmenter | undefined;

/** Letters and punctuation that take one column each and never combine: with them alone nothing has to be looked up. */
const plain = /^[\x20-\x7e\xa0-\u02ff\u2010-\u2027\u2030-\u205e]*$/;

/** Blocks whose characters take two columns (Unicode's East Asian Width W and F), ascending. */
const wideBlocks: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

/** Columns that `text` takes in a terminal: wide characters and emoji count 2, combining marks 0. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const cluster of clusters(text)) width += cluster.width;
  return width;
}

/** Columns that styled `text` takes: its escape sequences take none. */
export function visibleWidth(text: string): number {
  // deno-lint-ignore no-control-regex -- the escape sequences of styled text
  return displayWidth(text.replace(/\x1b\[[0-9;]*m/g, ""));
}

/** What a person sees as one character, and its columns. */
export function* clusters(text: string): Generator<{ readonly text: string; readonly width: number }> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield { text: segment, width: clusterWidth(segment) };
}

function clusterWidth(cluster: string): number {
  const code = cluster.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300 && cluster.length === 1) return 1;
  if (/^[\p{Mn}\p{Me}\p{Cf}]/u.test(cluster)) return 0;
  if (/^\p{Emoji_Presentation}|\uFE0F|^\p{RI}\p{RI}/u.test(cluster)) return 2;
  return wideBlocks.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
