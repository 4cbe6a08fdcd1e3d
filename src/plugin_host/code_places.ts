import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What a worker reads to load a plugin: the plugin's own folder, and the library's modules for those that import more
 * than its types. In a binary the library lies inside, and no place is needed.
 *
 * @param file the plugin's
 */
export function codePlaces(file: string): string[] {
  const here = import.meta.url;
  if (!here.startsWith("file:")) return [dirname(file)];
  const library = ["../../mod.ts", "../../plugins/mod.ts", ".."];
  return [dirname(file), ...library.map((path) => fileURLToPath(new URL(path, here)))];
}
