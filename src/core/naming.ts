import type { Candidate } from "./recording.ts";

/**
 * Raw path segments for a file: folder names and, last, the base name without its extension.
 *
 * Storage encodes them, keeps them inside the archive, resolves collisions and adds the extension.
 * `keep` marks what shortening must not touch: a prefix and a suffix of the segment.
 */
export type NamingStrategy = (candidate: Candidate) => readonly [string, ...string[]];

/** `2024-12-01T14:00:00Z` → `20241201_140000Z`; `00000000_000000Z` when there is no time. */
export function compactTime(iso: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})/.exec(iso);
  return match ? `${match[1]}${match[2]}${match[3]}_${match[4]}${match[5]}${match[6]}Z` : "00000000_000000Z";
}
