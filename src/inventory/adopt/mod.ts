/**
 * What adopting writes down between looking at a folder and taking over what lies in it.
 *
 * @module
 */
export {
  AdoptSheet,
  type FoundRow,
  type FoundStatus,
  mediaExtensions,
  type ReportRow,
  type SheetRow,
  uuidSlug,
} from "./sheet.ts";
