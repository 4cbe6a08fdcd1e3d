/** A mistake in an expression, with its place: `Cannot use match.where at character 7, "topc ~ /x/": …`. */
export function problem(source: string, at: number, what: string): Error {
  const rest = source.slice(at);
  const shown = rest.length > 40 ? `${rest.slice(0, 40)}…` : rest;
  const near = shown.trim() === "" ? "the end" : JSON.stringify(shown);
  return new Error(`Cannot use match.where at character ${at + 1}, ${near}: ${what}`);
}
