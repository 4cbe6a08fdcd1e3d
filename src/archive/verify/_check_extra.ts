import { join } from "node:path";
import type { KnownPath } from "../../inventory/mod.ts";
import {
  foldKey,
  partialName,
  readDirQuickly,
  reservedFileNames,
  reservedRootNames,
} from "../../storage/mod.ts";
import { parentOf } from "../held.ts";
import { whyUnreadable } from "./_look.ts";
import type { Finding, VerifyParts } from "./verify.ts";

/** Entries that the inventory is asked about at once. */
const entriesPerPage = 500;
/** Folders read at once. */
const foldersAtOnce = 16;

interface Entry {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** Walks the archive for what the inventory does not know. Symbolic links are looked at, never followed. */
export async function* checkExtra(parts: VerifyParts): AsyncGenerator<readonly Finding[]> {
  const folders = [""];
  const replacements = parts.inventory.heldFiles.unnotedReplacements();
  let page: Entry[] = [];
  while (folders.length > 0) {
    parts.signal.throwIfAborted();
    const batch = folders.splice(-foldersAtOnce);
    const read = await Promise.all(batch.map((folder) => readFolder(parts.root, folder)));
    yield read.flatMap(({ problem }) => problem ?? []);
    page.push(...read.flatMap(({ entries }) => entries));
    while (page.length >= entriesPerPage || (folders.length === 0 && page.length > 0)) {
      const { findings, inner } = await judge(page.slice(0, entriesPerPage), replacements, parts);
      page = page.slice(entriesPerPage);
      folders.push(...inner);
      yield findings;
    }
  }
}

async function readFolder(
  root: string,
  folder: string,
): Promise<{ entries: Entry[]; problem?: Finding }> {
  const entries: Entry[] = [];
  try {
    const found = await readDirQuickly(join(root, ...folder.split("/")));
    for (const { name, isDirectory, isSymlink } of found) {
      if (folder === "" && reservedRootNames.includes(name)) continue;
      entries.push({ path: folder === "" ? name : `${folder}/${name}`, isDirectory, isSymlink });
    }
  } catch (error) {
    // A hook, or a person, has removed it meanwhile.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { entries };
    }
    return {
      entries,
      problem: { mark: "!", kind: "extra", path: `${folder}/`, detail: whyUnreadable(error) },
    };
  }
  return { entries };
}

interface Known {
  readonly files: ReadonlyMap<string, KnownPath>;
  readonly made: ReadonlyMap<string, KnownPath>;
  readonly folders: ReadonlyMap<string, KnownPath>;
}

async function judge(
  entries: readonly Entry[],
  replacements: ReadonlySet<string>,
  parts: VerifyParts,
): Promise<{ findings: Finding[]; inner: string[] }> {
  const known = askAbout(entries, parts);
  const inner: string[] = [];
  const findings: Finding[] = [];
  for (const entry of entries) {
    if (entry.isDirectory && !entry.isSymlink) {
      // A directory in the place of a file has been told about already, and is left alone as a whole.
      if (twinOf(entry.path, known) !== entry.path) inner.push(entry.path);
      continue;
    }
    const twin = twinOf(entry.path, known);
    if (twin === entry.path || known.made.has(entry.path) || replacements.has(entry.path)) continue;
    if (isInTheMaking(entry.path, parts) || isPassing(entry.path, parts)) continue;
    if (twin !== undefined && await isSameFile(parts.root, twin, entry.path)) continue;
    const finding = await lookAgain(entry, twin, parts);
    if (finding) findings.push(finding);
  }
  return { findings, inner };
}

function askAbout(entries: readonly Entry[], { inventory: { heldFiles } }: VerifyParts): Known {
  const paths = entries.map(({ path }) => path);
  const folders = new Set(paths.filter(isSidecarName).map((path) => foldKey(parentOf(path))));
  return {
    files: heldFiles.filesAmong(paths.map(foldKey)),
    made: heldFiles.madeAmong(entries.filter(({ isDirectory }) => !isDirectory).map(({ path }) => path)),
    folders: heldFiles.foldersAmong([...folders]),
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Sidecars have another name for the moment in which they are written. */
function isSidecarName(path: string): boolean {
  return reservedFileNames.includes(nameOf(path).replace(/\.tmp$/, ""));
}

/** The path of the inventory that `path` is, or differs from in case or Unicode form only. */
function twinOf(path: string, { files, folders }: Known): string | undefined {
  const file = files.get(foldKey(path));
  if (file) return file.path;
  const folder = isSidecarName(path) ? folders.get(foldKey(parentOf(path))) : undefined;
  return folder && `${folder.path}/${nameOf(path)}`;
}

/** Partials belong to files that are still to come. */
function isInTheMaking(path: string, { inventory: { heldFiles } }: VerifyParts): boolean {
  if (!path.endsWith(".part")) return false;
  const folder = parentOf(path);
  for (const open of heldFiles.openBelow(foldKey(folder))) {
    if (parentOf(open) === folder && partialName(nameOf(open)) === nameOf(path)) return true;
  }
  return false;
}

/** What a hook is just making, as long as there are hooks to be called. */
function isPassing(path: string, { inventory: { heldFiles } }: VerifyParts): boolean {
  return /^\.[a-z0-9-]+\.tmp-[0-9a-f-]{36}/.test(nameOf(path)) && heldFiles.areHooksDue();
}

/** File systems that ignore case, or that write Unicode in their own form, show a file under another name. */
async function isSameFile(root: string, a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [a, b].map((path) => Deno.lstat(join(root, ...path.split("/"))).catch(() => undefined)),
  );
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** A run may have given it another name, or written it down, since. */
async function lookAgain(
  entry: Entry,
  twin: string | undefined,
  parts: VerifyParts,
): Promise<Finding | undefined> {
  const { path, isSymlink } = entry;
  const info = await Deno.lstat(join(parts.root, ...path.split("/"))).catch(() => undefined);
  // A name that is no valid Unicode is shown with a sign in place of what is wrong, and cannot be asked for.
  if (info === undefined && !path.includes("\uFFFD")) return undefined;
  const known = askAbout([entry], parts);
  if (twinOf(path, known) === path || known.made.has(path) || isInTheMaking(path, parts)) return undefined;
  const detail = twin === undefined
    ? isSymlink ? "a symbolic link" : undefined
    : `differs in case or Unicode form from "${twin}"`;
  return {
    mark: "+",
    kind: "extra",
    path,
    ...(detail === undefined ? {} : { detail }),
    ...(info === undefined ? {} : { found: { sizeBytes: info.size } }),
    ...(twin === undefined ? {} : { twinOf: twin }),
  };
}
