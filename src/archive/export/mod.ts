/**
 * What an inventory holds, handed on: as text, or as a bag with the files.
 *
 * @module
 */
export { type BagReport, type BagRequest, manifestLine, writeBag } from "./bag.ts";
export { checksumLine, type ExportTally, exportText, type TextFormat } from "./text.ts";
