/**
 * What a run would do, without doing it.
 *
 * @module
 */
export { type ListedFileState, listFiles, type PlanParts, planRun } from "./plan.ts";
