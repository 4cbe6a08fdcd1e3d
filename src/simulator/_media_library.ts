import { extname, join } from "node:path";
import type { Content } from "./_content.ts";

/** Real files that stand in for generated ones. */
export interface MediaLibrary {
  /** One of the files with this extension (lower case, no dot), chosen by the seed. */
  open(extension: string, seed: number): Content | undefined;
}

/** Serves the files directly inside `dir`, by extension. They are read in pieces, never held. */
export function openMediaLibrary(dir: string): MediaLibrary {
  const byExtension = new Map<string, string[]>();
  const names = [...Deno.readDirSync(dir)].filter((entry) => entry.isFile).map((entry) => entry.name).sort();
  for (const name of names) {
    const extension = extname(name).slice(1).toLowerCase();
    byExtension.set(extension, [...(byExtension.get(extension) ?? []), join(dir, name)]);
  }
  return {
    open(extension, seed) {
      const paths = byExtension.get(extension);
      const path = paths?.[seed % paths.length];
      return path === undefined ? undefined : diskContent(path);
    },
  };
}

function diskContent(path: string): Content {
  const sizeBytes = Deno.statSync(path).size;
  return {
    sizeBytes,
    read(offset, length) {
      using file = Deno.openSync(path);
      file.seekSync(offset, Deno.SeekMode.Start);
      const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const count = file.readSync(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    },
  };
}
