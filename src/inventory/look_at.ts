/** What is at a path; `undefined` where nothing is, or where it may not be looked at. */
export function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
