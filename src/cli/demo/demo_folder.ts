import { StorageError } from "../../core/errors.ts";
import { requireGranted } from "../../core/grants.ts";
import { fileState } from "../config_file.ts";
import { inFolder } from "../paths.ts";

const marker = ".made-by-zoom-extract-demo";

/**
 * An empty folder for the demonstration: `zoom_demo`, emptied when an earlier demonstration made it, else the
 * next free name. What somebody else made is left alone.
 *
 * @returns its name in `cwd`
 * @throws {StorageError} When it cannot be made.
 */
export async function prepareDemoFolder(cwd: string): Promise<string> {
  for (let number = 1; number < 100; number++) {
    const name = number === 1 ? "zoom_demo" : `zoom_demo_${number}`;
    const folder = inFolder(cwd, name);
    try {
      for (const kind of ["read", "write"] as const) requireGranted({ kind, value: folder });
      if (await isOurs(folder)) await Deno.remove(folder, { recursive: true });
      await Deno.mkdir(folder);
      await Deno.writeTextFile(`${folder}/${marker}`, "Emptied by the next zoom-extract demo.\n");
      return name;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw cannotMake(name, error);
    }
  }
  throw new StorageError('Cannot make "zoom_demo": all names up to zoom_demo_99 are taken', {
    path: "zoom_demo",
  });
}

function cannotMake(name: string, error: unknown): StorageError {
  const isTaken = name !== "zoom_demo" && error instanceof Deno.errors.NotCapable;
  const hint = isTaken
    ? '"zoom_demo" is there and not of an earlier demo: move it away, or run the demo with -A'
    : "run the demo in a folder that you may write to";
  return new StorageError(`Cannot make "${name}": ${fileState(error)}`, { path: name, hint, cause: error });
}

async function isOurs(folder: string): Promise<boolean> {
  try {
    const itself = await Deno.lstat(folder);
    return itself.isDirectory && (await Deno.lstat(`${folder}/${marker}`)).isFile;
  } catch {
    return false;
  }
}
