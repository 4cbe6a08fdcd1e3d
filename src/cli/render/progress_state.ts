import type { RunEvent } from "../../core/events.ts";
import { RateMeter } from "./rate_meter.ts";

/** One file on its way. */
export interface TransferState {
  readonly path: string;
  offset: number;
  sizeBytes: number | undefined;
  readonly meter: RateMeter;
  /** Set while it waits for another try. */
  retry: { readonly attempt: number; readonly atMs: number } | undefined;
}

/** What the progress views show: counts and the active transfers, never more. */
export interface ProgressState {
  readonly startedMs: number;
  readonly listing: { users: number; windows: number; meetings: number; files: number; done: boolean };
  /** What this run has to fetch in all, as far as it is known. */
  readonly queue: { files: number; bytes: number; complete: boolean };
  readonly transfers: Map<string, TransferState>;
  readonly meter: RateMeter;
  completedFiles: number;
  completedBytes: number;
  failedFiles: number;
  /** Calls of hooks; of active ones how far they are, from 0 to 1. */
  readonly hooks: { readonly active: Map<string, number>; completed: number; failed: number };
}

/** A run that has not told anything yet. */
export function createProgressState(nowMs: number): ProgressState {
  return {
    startedMs: nowMs,
    listing: { users: 0, windows: 0, meetings: 0, files: 0, done: false },
    queue: { files: 0, bytes: 0, complete: false },
    transfers: new Map(),
    meter: new RateMeter(nowMs),
    completedFiles: 0,
    completedBytes: 0,
    failedFiles: 0,
    hooks: { active: new Map(), completed: 0, failed: 0 },
  };
}

/** Takes one event in. */
export function applyEvent(state: ProgressState, event: RunEvent, nowMs: number): void {
  switch (event.type) {
    case "listing":
      Object.assign(state.listing, {
        users: event.users,
        windows: event.windows,
        meetings: event.meetings,
        files: event.files,
        done: event.done,
      });
      break;
    case "queue":
      setQueue(state, event);
      break;
    case "file_started":
      startTransfer(state, event, nowMs);
      break;
    case "file_progress":
      moveTransfer(state, event, nowMs);
      break;
    case "file_retry": {
      const transfer = state.transfers.get(event.key);
      if (transfer) transfer.retry = { attempt: event.attempt + 1, atMs: nowMs + event.delayMs };
      break;
    }
    case "file_completed":
      moveTransfer(state, { key: event.key, offset: event.sizeBytes, sizeBytes: event.sizeBytes }, nowMs);
      state.transfers.delete(event.key);
      state.completedFiles++;
      state.completedBytes += event.sizeBytes;
      break;
    case "hook":
      takeHook(state, event);
      break;
    case "file_failed":
      state.transfers.delete(event.key);
      state.failedFiles++;
      break;
  }
}

function takeHook({ hooks }: ProgressState, event: RunEvent & { type: "hook" }): void {
  const call = JSON.stringify([event.plugin, event.hook, event.key]);
  if (event.state === "started") hooks.active.set(call, 0);
  else if (event.state === "progress") hooks.active.set(call, event.fraction ?? 0);
  else {
    hooks.active.delete(call);
    hooks[event.state]++;
  }
}

/** The event counts what waits; the view shows it together with what is done and on its way. */
function setQueue(state: ProgressState, event: RunEvent & { type: "queue" }): void {
  const active = [...state.transfers.values()];
  const activeBytes = active.reduce((sum, { offset, sizeBytes }) => sum + (sizeBytes ?? offset), 0);
  state.queue.files = event.files + state.completedFiles + state.failedFiles + active.length;
  state.queue.bytes = event.bytes + state.completedBytes + activeBytes;
  state.queue.complete = event.complete;
}

function startTransfer(
  state: ProgressState,
  event: RunEvent & { type: "file_started" },
  nowMs: number,
): void {
  const known = state.transfers.get(event.key);
  state.transfers.set(event.key, {
    path: event.path,
    offset: event.offset,
    sizeBytes: event.sizeBytes ?? known?.sizeBytes,
    meter: known?.meter ?? new RateMeter(nowMs),
    retry: undefined,
  });
}

function moveTransfer(
  state: ProgressState,
  event: { key: string; offset: number; sizeBytes?: number | undefined },
  nowMs: number,
): void {
  const transfer = state.transfers.get(event.key);
  if (!transfer) return;
  const gained = Math.max(0, event.offset - transfer.offset);
  transfer.meter.add(gained, nowMs);
  state.meter.add(gained, nowMs);
  transfer.offset = event.offset;
  transfer.sizeBytes = event.sizeBytes ?? transfer.sizeBytes;
  transfer.retry = undefined;
}

/** Totals of the queue, never below what is already done: sizes in listings are only approximately right. */
export function totals(state: ProgressState): {
  doneFiles: number;
  files: number;
  doneBytes: number;
  bytes: number;
} {
  let doneBytes = state.completedBytes;
  for (const transfer of state.transfers.values()) doneBytes += transfer.offset;
  const doneFiles = state.completedFiles + state.failedFiles;
  const files = Math.max(state.queue.files, doneFiles + state.transfers.size);
  return { doneFiles, files, doneBytes, bytes: Math.max(state.queue.bytes, doneBytes) };
}
