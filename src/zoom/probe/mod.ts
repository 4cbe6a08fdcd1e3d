/**
 * Single questions to Zoom, which tell whether a run would work.
 *
 * @module
 */
export { createZoomProbe, type FoundFile, type ListAnswer, type ZoomProbe } from "./probe.ts";
export { judgeScopes, kindOfScopes, type ScopeFinding } from "./scopes.ts";
