import { join } from "node:path";

/** A directory that goes away with the test. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "zoom-extract-storage-" });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** Paths of everything below `root`, sorted, directories with a trailing slash. */
export async function tree(root: string, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(join(root, prefix))) {
    const path = `${prefix}${entry.name}`;
    found.push(entry.isDirectory ? `${path}/` : path);
    if (entry.isDirectory) found.push(...await tree(root, `${path}/`));
  }
  return found.sort();
}

/** A signal that is never aborted. */
export function calm(): AbortSignal {
  return new AbortController().signal;
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
