import { join } from "node:path";
import type { ActivePlugins } from "../core/active_plugins.ts";
import { isCancellation, PluginError, toError } from "../core/errors.ts";
import type { EventListener, RunSummary } from "../core/events.ts";
import type { FileHook, HookName, HookResult, RunInfo } from "../core/plugin.ts";
import { redactText } from "../core/redact.ts";
import { type Again, type FileRow, type HookRun, type Inventory, toCandidate } from "../inventory/mod.ts";
import { Sidecars, type WriteSidecar } from "./sidecars.ts";

/** What calling hooks needs. */
export interface HookParts {
  readonly plugins: Pick<ActivePlugins, "hooks" | "callHook">;
  readonly inventory: Inventory;
  readonly runId: string;
  /** Absolute path of the archive. */
  readonly root: string;
  /** Calls at once. */
  readonly concurrency: number;
  readonly emit: EventListener;
  readonly signal: AbortSignal;
}

/**
 * Calls the hooks of plugins for single files, at least once each: what is due stands in the inventory from the moment
 * that its cause does, so that a stop between the two loses nothing. A failure is recorded and tried again by the next run.
 */
export class HookStage {
  readonly #parts: HookParts;
  readonly #plugins: readonly string[];
  readonly #running = new Map<string, Promise<void>>();
  #closed = false;
  #wake = Promise.withResolvers<void>();

  constructor(parts: HookParts) {
    this.#parts = parts;
    this.#plugins = parts.plugins.hooks.map(({ plugin }) => plugin);
  }

  /** Notes that `hook` is due for a file, for every plugin that has it. */
  enqueue(key: string, hook: FileHook): void {
    for (const { plugin, moments } of this.#parts.plugins.hooks) {
      if (moments.includes(hook)) this.#parts.inventory.hookRuns.enqueue(key, plugin, hook);
    }
    this.#wake.resolve();
  }

  /** Nothing will become due any more. */
  close(): void {
    this.#closed = true;
    this.#wake.resolve();
  }

  /** Calls what is due until it is closed and all is done. */
  async run(): Promise<void> {
    const { signal, concurrency } = this.#parts;
    const onAbort = () => this.#wake.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      while (!signal.aborted && this.#plugins.length > 0) {
        const due = this.#due();
        for (const call of due.slice(0, concurrency - this.#running.size)) this.#start(call);
        if (this.#closed && this.#running.size === 0 && due.length === 0) return;
        await Promise.race([this.#wake.promise, ...this.#running.values()]);
        this.#wake = Promise.withResolvers<void>();
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      await Promise.all(this.#running.values());
    }
    signal.throwIfAborted();
  }

  #due(): HookRun[] {
    const { inventory, runId, concurrency } = this.#parts;
    const limit = concurrency + this.#running.size;
    return inventory.hookRuns.due(this.#plugins, runId, limit).filter((call) =>
      !this.#running.has(keyOf(call))
    );
  }

  #start(call: HookRun): void {
    const key = keyOf(call);
    this.#running.set(key, this.#call(call).finally(() => this.#running.delete(key)));
  }

  async #call(call: HookRun): Promise<void> {
    const { inventory, plugins, runId, emit, signal } = this.#parts;
    const row = inventory.files.get(call.file_key);
    const payload = row && payloadOf(row, call.hook, this.#parts.root);
    if (!row || payload === undefined) return inventory.hookRuns.finish(call, { status: "completed", runId });
    const told = {
      type: "hook",
      plugin: call.plugin,
      hook: call.hook,
      key: row.file_key,
      path: row.path ?? "",
    } as const;
    emit({ ...told, state: "started" });
    try {
      const result = await plugins.callHook(call.plugin, { hook: call.hook, payload }, {
        signal,
        onProgress: (fraction) => emit({ ...told, state: "progress", fraction }),
      });
      inventory.transaction(() => {
        this.#take(row, call, result);
        inventory.hookRuns.finish(call, { status: "completed", runId });
      });
      emit({ ...told, state: "completed" });
    } catch (error) {
      // What was cut short stays due.
      if (isCancellation(error, signal)) return;
      const message = redactText(toError(error).message);
      inventory.hookRuns.finish(call, { status: "failed", error: message, runId });
      emit({ ...told, state: "failed", message });
    }
  }

  #take(row: FileRow, { plugin }: HookRun, { made = [], replacedBy, reject }: HookResult): void {
    const { inventory, runId } = this.#parts;
    inventory.hookRuns.addMade(row.file_key, plugin, made);
    if (replacedBy !== undefined) inventory.files.setReplaced(row.file_key, replacedBy);
    if (reject === undefined) return;
    inventory.files.setStatus(row.file_key, {
      status: "failed",
      error_code: "plugin_rejected",
      error: redactText(`Plugin "${plugin}" rejects the file: ${reject}`),
      file_size: null,
      sha256: null,
      completed_at: null,
    }, runId);
  }
}

/**
 * What a hook gets for a file; `undefined` when its cause is no more, such as a file that was rejected meanwhile.
 */
function payloadOf(row: FileRow, hook: FileHook, root: string): Record<string, unknown> | undefined {
  const candidate = toCandidate(row);
  switch (hook) {
    case "afterTransfer": {
      const { status, path, file_size: sizeBytes, sha256, replaced_by: replacedBy } = row;
      const isHeld = status === "completed" && path !== null && sizeBytes !== null && sha256 !== null;
      if (!isHeld || replacedBy !== null) return undefined;
      const receipt = { sizeBytes, sha256 };
      return { ...candidate, path: join(root, ...path.split("/")), relativePath: path, receipt };
    }
    case "onSkip":
      return row.status === "skipped" ? { ...candidate, reason: row.reason ?? "" } : undefined;
    case "onFailure":
      return row.status === "failed"
        ? { ...candidate, code: row.error_code ?? "", error: row.error ?? "", attempts: row.attempts }
        : undefined;
  }
}

function keyOf({ file_key, plugin, hook }: HookRun): string {
  return JSON.stringify([file_key, plugin, hook]);
}

/** Calls `beforeRun` or `afterRun` of all plugins, one after the other; a failure is told about and no more. */
export async function callRunHooks(
  hook: Extract<HookName, "beforeRun" | "afterRun">,
  payload: RunInfo | RunSummary,
  { plugins, emit, signal }: Pick<HookParts, "plugins" | "emit" | "signal">,
): Promise<void> {
  for (const { plugin, moments } of plugins.hooks) {
    if (!moments.includes(hook)) continue;
    try {
      await plugins.callHook(plugin, { hook, payload }, { signal });
    } catch (error) {
      if (!(error instanceof PluginError) && !isCancellation(error, signal)) throw error;
      const message = redactText(toError(error).message);
      emit({ type: "notice", level: "warning", code: "hook", message });
    }
  }
}

/** Calls `afterTransfer` for files that are held already. */
export async function runHeldHooks(
  parts: HookParts & { readonly again: Again; readonly writeText: WriteSidecar },
): Promise<{ completed: number; failed: number; pending: number }> {
  const { inventory, plugins, runId, again } = parts;
  const names = plugins.hooks.map(({ plugin }) => plugin);
  inventory.transaction(() => names.forEach((name) => inventory.hookRuns.enqueueHeld(name, again)));
  const stage = new HookStage(parts);
  stage.close();
  await stage.run();
  await new Sidecars(inventory, parts.writeText).drain();
  return inventory.hookRuns.counts(names, runId);
}
