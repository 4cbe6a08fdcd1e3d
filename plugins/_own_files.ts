/**
 * Files that a plugin makes beside a recording: their names, and a note of which are its own, so that it never takes the
 * place of a file that it did not make.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { StoredFile } from "zoom-extract";

/** A file beside a recording. */
export interface Beside {
  /** Absolute. */
  readonly path: string;
  /** Below the archive, `/`-separated. */
  readonly relativePath: string;
}

/** What is at a path: nothing, a file of somebody else, or one that the plugin made by a recipe. */
export type Standing =
  | { readonly kind: "absent" }
  | { readonly kind: "foreign"; readonly modifiedMs: number }
  | { readonly kind: "own"; readonly recipe: string };

interface Note {
  readonly recipe: string;
  readonly sizeBytes: number;
  /** Of the file whose place it takes: the note is written first, and a crash may come between. */
  readonly earlierSizeBytes?: number;
}

/** Longest name of a directory entry on the file systems in use, in bytes of UTF-8. */
const maxNameBytes = 255;

/** `<name without extension><ending>` beside a recording; a name too long keeps its beginning and gets a hash. */
export function beside({ path, relativePath }: StoredFile, ending: string): Beside {
  const folderLength = relativePath.lastIndexOf("/") + 1;
  const name = relativePath.slice(folderLength);
  const dot = name.lastIndexOf(".");
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const made = fit(stem, ending);
  return { path: join(dirname(path), made), relativePath: relativePath.slice(0, folderLength) + made };
}

function fit(stem: string, ending: string): string {
  if (Buffer.byteLength(stem + ending) <= maxNameBytes) return stem + ending;
  const unique = `~${sha256(stem).slice(0, 16)}${ending}`;
  let kept = "";
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(stem)) {
    if (Buffer.byteLength(kept + segment + unique) > maxNameBytes) break;
    kept += segment;
  }
  return kept + unique;
}

/**
 * Where a plugin writes before it renames: in the folder of `path`, hidden, short, and without anything of a topic. The
 * same for the same `path`, so that what a killed run left there is found; it is removed. One at a time per `path`.
 */
export async function temporaryBeside(path: string, plugin: string, extension = ""): Promise<string> {
  const temporary = join(dirname(path), `.${plugin}.tmp-${sha256(basename(path)).slice(0, 16)}${extension}`);
  await removeIfAny(temporary);
  return temporary;
}

/** The notes of one plugin about what it made, kept in its own folder. */
export class OwnFiles {
  readonly #dataDir: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** What is at a path now. */
  async standing({ path, relativePath }: Beside): Promise<Standing> {
    const found = await statIfAny(path);
    if (!found) return { kind: "absent" };
    const note = await this.#read(relativePath);
    if (found.isFile && note?.sizeBytes === found.size) return { kind: "own", recipe: note.recipe };
    if (found.isFile && note?.earlierSizeBytes === found.size) return { kind: "own", recipe: "" };
    return { kind: "foreign", modifiedMs: found.mtime?.getTime() ?? 0 };
  }

  /**
   * Gives a finished file its name, durably.
   *
   * @throws {Error} When a file of somebody else has that name.
   */
  async put(temporary: string, target: Beside, recipe: string): Promise<void> {
    const standing = await this.standing(target);
    if (standing.kind === "foreign") throw foreignError(target);
    const { size } = await syncAndStat(temporary);
    const earlier = standing.kind === "own" ? await Deno.lstat(target.path) : undefined;
    await this.#write(target.relativePath, {
      recipe,
      sizeBytes: size,
      ...(earlier ? { earlierSizeBytes: earlier.size } : {}),
    });
    await Deno.rename(temporary, target.path);
  }

  /** Writes a text as {@linkcode put} does. */
  async putText(text: string, target: Beside, plugin: string, recipe: string): Promise<void> {
    const temporary = await temporaryBeside(target.path, plugin);
    try {
      await Deno.writeTextFile(temporary, text, { createNew: true });
      await this.put(temporary, target, recipe);
    } finally {
      await removeIfAny(temporary);
    }
  }

  async #read(relativePath: string): Promise<Note | undefined> {
    const text = await readTextIfAny(this.#notePath(relativePath));
    if (text === undefined) return undefined;
    try {
      const { recipe, sizeBytes, earlierSizeBytes } = JSON.parse(text);
      return { recipe: String(recipe), sizeBytes, earlierSizeBytes };
    } catch {
      return undefined;
    }
  }

  async #write(relativePath: string, note: Note): Promise<void> {
    const path = this.#notePath(relativePath);
    const temporary = `${path}.tmp`;
    await Deno.writeTextFile(temporary, JSON.stringify({ path: relativePath, ...note }));
    await syncAndStat(temporary);
    await Deno.rename(temporary, path);
  }

  #notePath(relativePath: string): string {
    return join(this.#dataDir, `${sha256(relativePath).slice(0, 32)}.json`);
  }
}

/** Says that a name is taken, and the way out. */
export function foreignError({ relativePath }: Beside): Error {
  return new Error(
    `Cannot make "${relativePath}": a file that this plugin did not make has that name; rename or remove it`,
  );
}

/** Removes a file that may be gone already. */
export async function removeIfAny(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What is at a path itself, a link not followed; `undefined` for nothing. */
async function statIfAny(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function readTextIfAny(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function syncAndStat(path: string): Promise<Deno.FileInfo> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.syncData();
  return await file.stat();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
