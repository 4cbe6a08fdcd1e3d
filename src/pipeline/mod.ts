/**
 * The life of one run: what to list, choose, name, fetch and record, and in which order.
 *
 * Stages are Web Streams: the listing is piped into the inventory, the inventory feeds the transfers, each pulled
 * by the next, so that memory does not grow with the account. How Zoom is asked, how bytes are received and
 * kept, is left to the rooms below; planning, repairing and adopting have rooms within.
 *
 * @module
 */
export type { FileStatus } from "../inventory/mod.ts";
export { type Naming, namingOf } from "./naming.ts";
export { runHeldHooks } from "./hook_stage.ts";
export { resolveResume } from "./resume.ts";
export { runOnce, type RunParts } from "./run.ts";
export { createSelection, type Selection } from "./select.ts";
