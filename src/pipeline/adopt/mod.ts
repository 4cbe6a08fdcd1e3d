/**
 * Taking over files that other downloaders left.
 *
 * @module
 */
export { type AdoptParts, type AdoptSummary, reportAdoption, takeOver, type TakeOverParts } from "./adopt.ts";
export type { AdoptBy } from "./place.ts";
export { scanFolder, type Scanned } from "./scan.ts";
