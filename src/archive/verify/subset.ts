import { createHash } from "node:crypto";

/** One of `of` equal parts of everything, the first being 1. */
export interface Subset {
  readonly part: number;
  readonly of: number;
}

/** Tells whether a key is in the subset: over all parts, each key is in exactly one, the same one each time. */
export function isInSubset(key: string, { part, of }: Subset): boolean {
  const head = createHash("sha256").update(key).digest().readUIntBE(0, 6);
  return head % of === part - 1;
}
