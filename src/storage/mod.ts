/**
 * Where bytes come to rest: names, places, and files on a local disk.
 *
 * This room encodes names, plans paths that never collide nor leave the archive, writes files so that a stop at any
 * moment leaves either a partial or the whole, and keeps a second run away. What the bytes are, and whether they are right,
 * is for those who write them; which path a file was given is remembered by the inventory.
 *
 * @example Keep one file
 * ```ts
 * import { localSink, planFiles, planFolder } from "./mod.ts";
 *
 * const folder = planFolder({ segments: ["ann@example.com", "Weekly"], uuid: "abc==", takenKeys: new Set() });
 * const names = planFiles([{ key: "k1", baseName: "20241201_140000Z_CHAT", recordingType: "chat_file", fileExtension: "txt" }]);
 * const signal = new AbortController().signal;
 * await using writer = await localSink(await Deno.makeTempDir()).begin([...folder, names.get("k1") ?? ""], { signal });
 * await writer.write(new TextEncoder().encode("hello"));
 * ```
 * @module
 */
export { partialName } from "./_partial_name.ts";
export {
  type ArchiveLock,
  archiveLock,
  type FoundHolder,
  type LockHolder,
  readHolder,
} from "./archive_lock.ts";
export { encodeSegment, type EncodeSegmentOptions, maxSegmentBytes } from "./encode_segment.ts";
export { freeBytes } from "./free_bytes.ts";
export { keepOther } from "./keep_other.ts";
export { localSink } from "./local_sink.ts";
export { defaultNaming } from "./naming/default_naming.ts";
export {
  containedPath,
  contestedName,
  type FileToPlace,
  type FolderRequest,
  foldKey,
  type KeySet,
  planFiles,
  planFolder,
  reservedFileNames,
  reservedRootNames,
  sharedFolder,
  sharedSidecars,
} from "./place.ts";
export { letOthersRun, lstatQuickly, readDirQuickly } from "./quick_calls.ts";
export { renderFilesCsv, renderMetaJson, type SidecarFile, type SidecarPlace } from "./sidecars.ts";
export { sha256OfFile, type Shared, shareFile, type ShareOptions } from "./share_file.ts";
export { writeFileAtomic, type WriteFileOptions } from "./write_file_atomic.ts";
