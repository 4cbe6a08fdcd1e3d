import { createHash } from "node:crypto";
import { join } from "node:path";

/** Bytes per read. */
const pieceSizeBytes = 1024 ** 2;

/** How to read a file back. */
export interface DigestOptions {
  readonly signal: AbortSignal;
  readonly onBytes?: ((sizeBytes: number) => void) | undefined;
}

/**
 * SHA-256 of the file at `path` below `root`, in lower-case hexadecimal.
 *
 * @param seen what a look at the path has shown: anything else that came to stand there is not read
 */
export async function digestOf(
  root: string,
  { path, seen }: { path: string; seen: Deno.FileInfo },
  { signal, onBytes }: DigestOptions,
): Promise<string> {
  using file = await Deno.open(join(root, ...path.split("/")));
  const info = await file.stat();
  if (info.ino !== seen.ino || info.dev !== seen.dev) throw new Error("it was replaced meanwhile");
  const hash = createHash("sha256");
  const buffer = new Uint8Array(pieceSizeBytes);
  while (true) {
    signal.throwIfAborted();
    const count = await file.read(buffer);
    if (count === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
    onBytes?.(count);
  }
}
