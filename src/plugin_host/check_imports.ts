import { init, parse } from "es-module-lexer";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PluginError, toError } from "../core/errors.ts";

/**
 * Follows the imports of a plugin file before anything of it runs, and refuses what could harm the program.
 *
 * On this runtime one import of a package that the lock file does not have makes every later import of the
 * process fail, or downloads it without asking; and a module graph is read with the program's own rights, so a
 * static import of a text or JSON file would get past the plugin's permissions. What is allowed: types from
 * anywhere (they are erased), what the program ships ({@linkcode shippedImports}), `node:` modules, and files of
 * the plugin's own folder.
 *
 * @param path absolute path of the plugin's file
 * @throws {PluginError} Naming the file and the import.
 */
export async function checkImports(path: string): Promise<void> {
  await init();
  const root = dirname(path);
  const seen = new Set<string>();
  const open = [path];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const specifier of await importsOf(file)) {
      const target = targetOf(specifier, { file, root });
      if (target.refusal !== undefined) throw importError(path, file, { specifier, refusal: target.refusal });
      if (target.file !== undefined) open.push(target.file);
    }
  }
}

/** Bare names that a plugin may import: the library, through the running program's import map. */
export const shippedImports: readonly string[] = ["zoom-extract"];

async function importsOf(file: string): Promise<readonly (string | undefined)[]> {
  if (!/\.[cm]?[jt]sx?$/.test(file)) return [];
  const source = await readSource(file);
  try {
    const [imports] = parse(source, file);
    return imports.flatMap((found) => {
      if (found.type === "import-meta") return [];
      if (found.type === "dynamic") return [found.specifier?.includes("*") ? undefined : found.specifier];
      return found.typeOnly ? [] : [found.specifier];
    });
  } catch (error) {
    throw new PluginError(`Cannot read plugin "${file}": ${toError(error).message}`, {
      plugin: file,
      stage: "load",
      cause: error,
    });
  }
}

async function readSource(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new PluginError(`Cannot read plugin "${file}": ${toError(error).message}`, {
      plugin: file,
      stage: "load",
      cause: error,
    });
  }
}

function targetOf(
  specifier: string | undefined,
  { file, root }: { file: string; root: string },
): { refusal?: string; file?: string } {
  if (specifier === undefined) return { refusal: "what it imports is only known when it runs" };
  if (shippedImports.includes(specifier) || specifier.startsWith("node:")) return {};
  if (specifier.startsWith("./") || specifier.startsWith("../")) {
    const target = fileURLToPath(new URL(specifier, pathToFileURL(file)));
    const below = relative(root, resolve(target));
    const isInside = !below.startsWith("..") && !isAbsolute(below);
    return isInside ? { file: target } : { refusal: "it lies outside the plugin's folder" };
  }
  if (/^(npm|jsr):/.test(specifier)) return { refusal: "the program does not ship that package" };
  if (/^[a-z]+:/i.test(specifier)) return { refusal: "modules come from the plugin's own folder only" };
  return { refusal: "the program does not ship that package" };
}

function importError(
  plugin: string,
  file: string,
  { specifier, refusal }: { specifier: string | undefined; refusal: string },
): PluginError {
  const inFile = file === plugin ? "" : ` in "${file}"`;
  const what = specifier === undefined ? "import()" : `import "${specifier}"`;
  return new PluginError(`Cannot use plugin "${plugin}": ${what}${inFile}: ${refusal}`, {
    plugin,
    stage: "load",
    hint: "copy or bundle what it needs into its folder; import types with: import type",
  });
}
