/**
 * What helps whoever started the program with `-P`: there a flag takes the place of all that the set has of its kind, so that
 * whoever only adds it comes to the next refusal.
 *
 * @param command as it is typed, before its options
 */
export function besideSet(command = ""): string {
  const line = ["zoom-extract permissions", command, "…"].filter(Boolean).join(" ");
  return `with -P that would replace what the set has, so run what ${line} prints`;
}
