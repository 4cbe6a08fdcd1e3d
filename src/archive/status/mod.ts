/**
 * What is told of an archive: what it holds and lacks, who runs on it, and whether it can be read.
 *
 * @module
 */
export { type ArchiveHealth, readArchiveHealth } from "./health.ts";
export { findRunning, type RunningRun } from "./running.ts";
export { readMonths, readStatus, type StatusRequest } from "./status.ts";
