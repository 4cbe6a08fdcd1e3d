/**
 * What only the commands between runs do on a disk: looking for files, putting them aside, taking them over.
 *
 * @module
 */
export { Aside, moveWithin, type Recovered, removeEmpty } from "./aside.ts";
export { asideSink } from "./aside_sink.ts";
export { type AtomicFile, createFileAtomic } from "./create_file_atomic.ts";
export { beginLinked, type ForeignFile, isUnchanged, openForeign, removeForeign } from "./foreign_file.ts";
export { type Walked, walkFiles, type WalkOptions } from "./walk_files.ts";
export { type FolderProbe, probeFolder } from "./probe_folder.ts";
