import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What a worker reads to load a plugin: the plugin's own folder, and the library's modules for those that import more
 * than its types. In a binary or a bundle the library lies inside, and no place is needed: what lies around a
 * bundle is none of a plugin's business.
 *
 * @param file the plugin's
 */
export function codePlaces(file: string): string[] {
  const here = import.meta.url;
  if (!here.endsWith("/src/plugin_host/code_places.ts") || Deno.build.standalone) return [dirname(file)];
  const library = ["../../mod.ts", "../../plugins/mod.ts", ".."];
  return [dirname(file), ...library.map((path) => fileURLToPath(new URL(path, here)))];
}
