import type { ResolvedOptions } from "./resolve_options.ts";
import { suggest } from "../core/suggest.ts";

/** File types that Zoom is known to give; it may give others at any time. */
const knownTypes: readonly string[] = [
  "MP4",
  "M4A",
  "CHAT",
  "TRANSCRIPT",
  "CC",
  "TIMELINE",
  "TB",
  "CSV",
  "CHAT_MESSAGE",
  "SUMMARY",
];

/** Warnings about types that are probably misspelt: they would leave out everything, or nothing. */
export function oddTypes(options: ResolvedOptions): string[] {
  return (["types", "exclude-types"] as const).flatMap((long) => {
    const odd = (options.list(long) ?? []).filter((type) => !knownTypes.includes(type));
    return odd.map((type) => {
      const names = knownTypes.map((known) => known.toLowerCase().replaceAll("_", "-"));
      const meant = suggest(type, names)?.replaceAll("-", "_").toUpperCase();
      const hint = meant === undefined ? `known ones are ${knownTypes.join(", ")}` : `did you mean ${meant}?`;
      return `${type} of ${options.label(long)} is no file type that Zoom is known to give: ${hint}`;
    });
  });
}
