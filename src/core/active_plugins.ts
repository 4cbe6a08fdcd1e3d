import type { PluginError } from "./errors.ts";
import type { HookName, HookResult, PluginPermissions } from "./plugin.ts";
import type { Candidate, RecordingFile } from "./recording.ts";

/** A file that filters are asked about. */
export interface Asked {
  readonly candidate: Candidate;
  /** All known files of its meeting, itself included. */
  readonly siblings: readonly RecordingFile[];
}

/** What filters say about a file: take it, leave it out for a reason, or no answer. */
export type Choice = { readonly reason: string | undefined } | { readonly error: PluginError };

/** Where a file goes: raw path segments, or no answer. */
export type Named = { readonly segments: readonly string[] } | { readonly error: PluginError };

/** The naming that a plugin contributes. */
export interface ActiveNaming {
  /** True when its folders hold files of many meetings. */
  readonly sharesFolders: boolean;
  name(candidates: readonly Candidate[]): Promise<readonly Named[]>;
}

/** How a call of a hook is followed and stopped. */
export interface HookCallOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** The plugins of a run, set up and in their order. */
export interface ActivePlugins extends AsyncDisposable {
  /** Asks all filters; the first that says no gives the reason. Never throws for what a plugin does. */
  choose(asked: readonly Asked[]): Promise<readonly Choice[]>;
  readonly naming: ActiveNaming | undefined;
  /** What they declare, all of them together. */
  readonly permissions: Required<PluginPermissions>;
  /** Which plugin has which hooks. */
  readonly hooks: readonly { readonly plugin: string; readonly moments: readonly HookName[] }[];
  /**
   * Calls one hook of one plugin.
   *
   * @throws {PluginError} When it throws, hangs, dies or answers nonsense.
   */
  callHook(
    plugin: string,
    call: { readonly hook: HookName; readonly payload: unknown },
    options: HookCallOptions,
  ): Promise<HookResult>;
  /** Tells the plugins that the run stops. */
  stop(): void;
}

/** Told what the plugins of a run may still need, once everything is opened and the rest of the start is over. */
export type OnReady = (permissions: Required<PluginPermissions>) => void;
