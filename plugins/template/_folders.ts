import type { Part } from "./_parse.ts";

/**
 * Whether folders hold files of many meetings: `no` when they are the meeting's own (they name its uuid, or its number and
 * start), `by file` when their names hang on the file.
 */
export function sharesFolders(template: readonly Part[]): "no" | "yes" | "by file" {
  const names = new Set<string>();
  let isByFile = false;
  for (const part of beforeLastSlash(template)) {
    if (typeof part === "string") continue;
    // Only the value itself tells meetings apart: not one of several, and not a shortened one.
    const [only, ...others] = part.fields;
    if (only && others.length === 0 && part.then === undefined && only.format.kind !== "bytes") {
      names.add(only.name);
    }
    if (hasFileField(part)) isByFile = true;
  }
  if (isByFile) return "by file";
  return names.has("meeting_uuid") || (names.has("meeting_id") && names.has("start")) ? "no" : "yes";
}

function beforeLastSlash(template: readonly Part[]): readonly Part[] {
  const last = template.findLastIndex(mayHoldSlash);
  const border = template[last];
  // A hole with a slash in it belongs to both sides.
  return template.slice(0, typeof border === "string" ? last : last + 1);
}

function mayHoldSlash(part: Part): boolean {
  if (typeof part === "string") return part.includes("/");
  return part.fields.some(({ format }) => format.kind === "time" && format.letters.includes("/")) ||
    [...part.then ?? [], ...part.otherwise ?? []].some(mayHoldSlash);
}

function hasFileField(part: Part): boolean {
  if (typeof part === "string") return false;
  return part.fields.some(({ field }) => field.of === "file") ||
    [...part.then ?? [], ...part.otherwise ?? []].some(hasFileField);
}
