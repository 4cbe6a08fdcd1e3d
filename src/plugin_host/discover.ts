import { join } from "node:path";
import { PluginError, toError } from "../core/errors.ts";
import { requireGranted } from "../core/grants.ts";

/** Where a plugin comes from. */
export type Origin = "bundled" | "drop-in" | "given";

/**
 * Files of drop-in plugins in a folder, sorted by name: `.ts` and `.js` files, and `mod.ts` of folders. Names that
 * begin with `_` or `.`, and tests, are something else.
 *
 * @param shipped names in this folder that are the program's own when `dir` is the program's plugin folder
 * @returns absolute paths; none when the folder does not exist
 * @throws {PluginError} When the folder cannot be read.
 */
export async function findDropIns(
  dir: string,
  { ownDir, shipped }: { ownDir: string | undefined; shipped: readonly string[] },
): Promise<string[]> {
  const root = await realPath(dir);
  if (root === undefined) return [];
  const isOwn = ownDir !== undefined && root === await realPath(ownDir).catch(() => ownDir);
  const names: string[] = [];
  for await (const entry of readDir(root)) {
    if (/^[_.]/.test(entry.name) || /_test\.[jt]s$/.test(entry.name)) continue;
    if (isOwn && shipped.includes(entry.name)) continue;
    names.push(entry.name);
  }
  const files: string[] = [];
  for (const name of names.sort()) {
    const file = await pluginFile(join(root, name));
    if (file !== undefined) files.push(file);
  }
  return files;
}

async function* readDir(dir: string): AsyncGenerator<Deno.DirEntry> {
  try {
    requireGranted({ kind: "read", value: dir });
    yield* Deno.readDir(dir);
  } catch (error) {
    throw new PluginError(`Cannot look for plugins in "${dir}": ${toError(error).message}`, {
      plugin: "",
      stage: "load",
      cause: error,
    });
  }
}

async function pluginFile(path: string): Promise<string | undefined> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isFile) return /\.[jt]s$/.test(path) ? path : undefined;
  if (!info?.isDirectory) return undefined;
  const inner = join(path, "mod.ts");
  return (await Deno.stat(inner).catch(() => undefined))?.isFile ? inner : undefined;
}

async function realPath(path: string): Promise<string | undefined> {
  try {
    requireGranted({ kind: "read", value: path });
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new PluginError(
        `Cannot look for plugins in "${path}": the program was started without this right`,
        {
          plugin: "",
          stage: "load",
          hint: `add --allow-read=${path}, or leave plugins out with --no-plugins`,
          cause: error,
        },
      );
    }
    return undefined;
  }
}
