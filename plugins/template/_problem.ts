/** A mistake in a template, with its place: `Cannot use template.path at character 2, "topc}/x": …`. */
export function problem(source: string, at: number, what: string): Error {
  const rest = source.slice(at);
  const shown = rest.length > 40 ? `${rest.slice(0, 40)}…` : rest;
  const near = shown === "" ? "the end" : JSON.stringify(shown);
  return new Error(`Cannot use template.path at character ${at + 1}, ${near}: ${what}`);
}
