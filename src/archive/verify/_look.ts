/** Looking at what stands at paths of an archive, without following any symbolic link below its root. */
import { join } from "node:path";
import { lstatQuickly } from "../../storage/mod.ts";
import { parentOf } from "../held.ts";

/** What stands at a path. */
export type Standing =
  | { readonly kind: "file"; readonly info: Deno.FileInfo }
  /** `why` tells what stands in the way, where something does. */
  | { readonly kind: "absent"; readonly why?: string }
  /** Something else than a regular file. */
  | { readonly kind: "other"; readonly what: string }
  | { readonly kind: "unreadable"; readonly why: string };

/** Looks at one path, relative and `/`-separated. */
export type Look = (path: string) => Promise<Standing>;

/** Folders whose state is kept at most; those of one page of paths in order are few. */
const keptFolders = 2_000;

/** Looks below `root`. What was seen of folders is remembered for as long as the look is used. */
export function createLook(root: string): Look {
  const folders = new Map<string, Promise<Standing | "directory">>();
  const lookAtFolder = (folder: string): Promise<Standing | "directory"> => {
    if (folder === "") return Promise.resolve("directory");
    const known = folders.get(folder);
    if (known) return known;
    if (folders.size >= keptFolders) folders.clear();
    const state = lookAtFolder(parentOf(folder)).then((parent) =>
      parent === "directory" ? lookAsFolder(join(root, ...folder.split("/")), folder) : parent
    );
    folders.set(folder, state);
    return state;
  };
  return async (path) => {
    const folder = await lookAtFolder(parentOf(path));
    if (folder !== "directory") return folder;
    const info = await lstat(join(root, ...path.split("/")));
    if ("kind" in info) return info;
    return info.isFile && !info.isSymlink ? { kind: "file", info } : { kind: "other", what: describe(info) };
  };
}

async function lookAsFolder(path: string, shown: string): Promise<Standing | "directory"> {
  const info = await lstat(path);
  if ("kind" in info) return info;
  if (info.isDirectory && !info.isSymlink) return "directory";
  return { kind: "absent", why: `${describe(info)} stands at "${shown}"` };
}

async function lstat(path: string): Promise<Deno.FileInfo | Standing> {
  try {
    return await lstatQuickly(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { kind: "absent" };
    }
    return { kind: "unreadable", why: whyUnreadable(error) };
  }
}

function describe(info: Pick<Deno.FileInfo, "isSymlink" | "isDirectory" | "isFile">): string {
  if (info.isSymlink) return "a symbolic link";
  if (info.isDirectory) return "a directory";
  return info.isFile ? "a file" : "neither a file nor a directory";
}

/** Why a look or a read failed, in words. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "the program was started without this permission";
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "");
}
