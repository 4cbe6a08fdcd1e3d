import { createHash } from "node:crypto";
import { byteLength, cutToBytes, maxSegmentBytes } from "./encode_segment.ts";

/** Name of a file while it is received: `<name>.part`, or with a hash in place of the end of a long name. */
export function partialName(name: string): string {
  return withEnding(name, ".part");
}

/** `<name><ending>`, within what a directory entry may hold. */
export function withEnding(name: string, ending: string): string {
  if (byteLength(name) + ending.length <= maxSegmentBytes) return name + ending;
  const unique = `~${createHash("sha256").update(name).digest("hex").slice(0, 16)}${ending}`;
  return cutToBytes(name, maxSegmentBytes - unique.length) + unique;
}
