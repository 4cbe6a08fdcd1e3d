/**
 * Holding what lies in an archive against its inventory.
 *
 * @module
 */
export { isIntact } from "./_check_files.ts";
export { createLook, type Look, type Standing } from "./_look.ts";
export { type Subset } from "./subset.ts";
export { type Finding, type FindingKind, type Mark, verifyArchive, type VerifyParts } from "./verify.ts";
