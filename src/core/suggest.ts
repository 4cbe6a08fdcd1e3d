/** The word of `known` that was probably meant, or `undefined` when none is near. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase().replaceAll("_", "-");
  if (wanted.length >= 2) {
    const starts = known.filter((candidate) => candidate.startsWith(wanted));
    if (starts.length === 1) return starts[0];
  }
  const short = known.filter((candidate) => shortens(wanted.replaceAll("-", ""), candidate.split("-")));
  if (short.length === 1) return short[0];
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Whether a word is made of the beginnings of these parts, all of them and in order: `outdir` of `output-dir`. */
function shortens(word: string, parts: readonly string[]): boolean {
  const [part, ...others] = parts;
  if (part === undefined) return word === "";
  for (let length = commonStart(word, part); length >= 1; length--) {
    if (shortens(word.slice(length), others)) return true;
  }
  return false;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** Edits that turn `a` into `b`, a swap of neighbours counting as one. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(before, j - 2) + 1);
      }
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
