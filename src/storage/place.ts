import { createHash } from "node:crypto";
import { isAbsolute, join, resolve } from "node:path";
import { StorageError } from "../core/errors.ts";
import { normalizeRecordingType } from "../core/recording.ts";
import { appendToSegment, cutToBytes, encodeSegment } from "./encode_segment.ts";

/** Names at the root of the archive that are not a user's. */
export const reservedRootNames: readonly string[] = ["_metadata", "_logs"];

/** Folder of the sidecars of meetings that share their folders with others. */
export const sharedSidecars = "_metadata/meetings";

/** Names in a meeting's folder that are not a recording's. */
export const reservedFileNames: readonly string[] = ["meta.json", "files.csv"];

/** Membership of folded keys; a `Set`, or a question to the inventory. */
export interface KeySet {
  has(key: string): boolean;
}

/**
 * What two paths have in common that some file system takes for the same: NFC, without regard to case.
 * For comparing only, never for naming.
 */
export function foldKey(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** A folder to find a place for. */
export interface FolderRequest {
  /** Raw folder names from the naming strategy, the outermost first. */
  readonly segments: readonly string[];
  /** Key of the meeting. */
  readonly uuid: string;
  /** Folded keys (`foldKey(segments.join("/"))`) of folders that belong to other meetings. */
  readonly takenKeys: KeySet;
  /** Whose folder the outermost is, with the folded keys of other users' folders. */
  readonly user?: { readonly id: string; readonly takenKeys: KeySet };
}

/**
 * Encodes the folders of a meeting and keeps them apart from those of other users and meetings.
 *
 * A folder that another meeting has gets `_<8 hex of the SHA-256 of the uuid>`, a user's folder that another user
 * has, or that is the archive's own, `_<8 hex of the SHA-256 of the user id>`; longer digits where that is taken too.
 */
export function planFolder(request: FolderRequest): [string, ...string[]] {
  const [first = "", ...inner] = request.segments.map((segment) => encodeSegment(segment));
  const { user } = request;
  const isTopTaken = (name: string) =>
    isReserved(name, reservedRootNames) || user?.takenKeys.has(foldKey(name));
  const top = firstFree(encodeSegment(first), user?.id ?? request.uuid, (name) => !isTopTaken(name));
  const folders: [string, ...string[]] = [top, ...inner];
  const last = folders.pop() ?? top;
  const outer = folders;
  const name = firstFree(last, request.uuid, (candidate) => {
    if (outer.length === 0 && isTopTaken(candidate)) return false;
    return !request.takenKeys.has(foldKey([...outer, candidate].join("/")));
  });
  return [...outer, name] as [string, ...string[]];
}

/** Encodes folders that files of many meetings share; `""` for the root of the archive. */
export function sharedFolder(segments: readonly string[]): string {
  const [top, ...inner] = segments.map((segment) => encodeSegment(segment));
  if (top === undefined) return "";
  const first = firstFree(top, top, (name) => !isReserved(name, reservedRootNames));
  return [first, ...inner].join("/");
}

/** A file to find a name for. */
export interface FileToPlace {
  readonly key: string;
  /** Raw base name from the naming strategy, without the extension. */
  readonly baseName: string;
  readonly recordingType: string;
  /** Without a dot; `""` for none. */
  readonly fileExtension: string;
}

/**
 * Names the files of one meeting: file key → name, those of `existing` unchanged.
 *
 * Files that would share a name all get `_<recording_type>`, those that still do `_<first 8 of the file key>`, then
 * longer digits. A name once given never changes: a late file that would take it gets a suffix alone. The result
 * does not depend on the order of `files`.
 */
export function planFiles(
  files: readonly FileToPlace[],
  options: {
    /** Names given before, by file key, those of files no longer listed included. */
    readonly existing?: ReadonlyMap<string, string>;
    /** Names that files of this meeting share and therefore gave up, see {@linkcode contestedName}. */
    readonly contested?: Iterable<string>;
    /** Tells whether a file of another meeting has this name in the same folder. @default {none has} */
    readonly isTaken?: (name: string) => boolean;
  } = {},
): Map<string, string> {
  const names = new Map(options.existing);
  // Sidecars have another name for the moment in which they are written.
  const sidecars = reservedFileNames.flatMap((name) => [name, `${name}.tmp`]);
  const contested = options.contested ?? [];
  const takenKeys = new Set([...names.values(), ...contested, ...sidecars].map(foldKey));
  const isOpen = (name: string) => isFree(name, takenKeys) && !options.isTaken?.(name);
  const pending = new Map<string, { file: FileToPlace; level: number; name: string }>();
  for (const file of files) {
    if (!names.has(file.key)) pending.set(file.key, { file, level: 0, name: nameAtLevel(file, 0) });
  }
  for (let settled = false; !settled;) {
    settled = true;
    for (const group of Map.groupBy(pending.values(), (plan) => foldKey(plan.name)).values()) {
      const [first] = group;
      if (first === undefined || (group.length === 1 && isOpen(first.name))) continue;
      for (const plan of group) {
        if (plan.level === lastLevel) continue;
        plan.name = nameAtLevel(plan.file, ++plan.level);
        settled = false;
      }
    }
  }
  for (const [key, { name }] of pending) names.set(key, name);
  return names;
}

/** The name that a file would have if no other of its meeting wanted it; undefined where it has that name. */
export function contestedName(name: string, file: Omit<FileToPlace, "baseName">): string | undefined {
  const ending = endingOf(file);
  for (let level = 1; level <= lastLevel; level++) {
    const suffix = suffixAtLevel(file, level) + ending;
    if (name.endsWith(suffix)) return name.slice(0, -suffix.length) + ending;
  }
  return undefined;
}

/**
 * The path of `segments` below `root`.
 *
 * @throws {StorageError} When a segment is empty, goes up, or holds a separator, so that the path could leave `root`.
 */
export function containedPath(root: string, segments: readonly string[]): string {
  for (const segment of segments) {
    if (/^\.{0,2}$|[/\\\0]/.test(segment) || isAbsolute(segment)) {
      throw new StorageError(`Cannot use the path "${segments.join("/")}": it could leave the archive`, {
        code: "path",
        path: segments.join("/"),
      });
    }
  }
  return join(resolve(root), ...segments);
}

const lastLevel = 4;

function nameAtLevel(file: FileToPlace, level: number): string {
  return appendToSegment(encodeSegment(file.baseName), suffixAtLevel(file, level) + endingOf(file));
}

function endingOf({ fileExtension }: Pick<FileToPlace, "fileExtension">): string {
  const extension = fileExtension.replace(/[^A-Za-z0-9]/g, "").slice(0, 16);
  return extension === "" ? "" : `.${extension}`;
}

function suffixAtLevel(
  { key, recordingType }: Pick<FileToPlace, "key" | "recordingType">,
  level: number,
): string {
  const type = cutToBytes(normalizeRecordingType(recordingType), 64);
  const parts = [level > 0 ? type : "", keyPart(key, level)].filter((part) => part !== "");
  return parts.map((part) => `_${part}`).join("");
}

/** Derived keys all begin alike; what tells them apart follows. */
function keyPart(key: string, level: number): string {
  if (level < 2) return "";
  if (level === 2) return key.replace(/^derived-/, "").slice(0, 8);
  return sha256Hex(key).slice(0, level === 3 ? 16 : 64);
}

function isFree(name: string, takenKeys: KeySet): boolean {
  // A name with the ending of partials could be taken for the partial of its neighbour.
  return !takenKeys.has(foldKey(name)) && !/\.part$/i.test(name);
}

function isReserved(name: string, reservedNames: readonly string[]): boolean {
  return reservedNames.some((reserved) => foldKey(reserved) === foldKey(name));
}

function firstFree(name: string, identity: string, isAllowed: (name: string) => boolean): string {
  if (isAllowed(name)) return name;
  const digits = sha256Hex(identity);
  for (const length of [8, 16, 32]) {
    const longer = appendToSegment(name, `_${digits.slice(0, length)}`);
    if (isAllowed(longer)) return longer;
  }
  return appendToSegment(name, `_${digits}`);
}

function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
