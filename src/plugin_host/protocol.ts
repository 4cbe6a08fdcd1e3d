import type { HookName } from "../core/plugin.ts";
import type { Candidate, Meeting, RecordingFile, User } from "../core/recording.ts";

/** Files of one meeting, some of which a filter is asked about. */
export interface FilterBatch {
  readonly user: User;
  readonly meeting: Meeting;
  readonly files: readonly RecordingFile[];
  /** Indexes into `files`. */
  readonly asked: readonly number[];
}

/** One answer of a batch: a value, or why there is none. */
export type Answer<T> = { readonly value: T } | { readonly error: PluginFault };

/** A failure inside a plugin, as data. */
export interface PluginFault {
  readonly message: string;
  /** File and line in the plugin; `""` when not known. */
  readonly where: string;
}

/** What a plugin file says about itself, as it stands there: not checked yet. */
export type RawManifest = Readonly<Record<string, unknown>>;

/** What a plugin gets at `setup`. */
export interface SetupInit {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly outputDir: string;
  readonly dataDir: string;
}

/** What a plugin contributes, by name. */
export interface Contributed {
  readonly filters: readonly string[];
  readonly namings: readonly { readonly name: string; readonly sharesFolders: boolean }[];
  readonly hooks: readonly HookName[];
}

/** Requests to a plugin, with the types of their answers. */
export interface Calls {
  load: { request: { readonly url: string }; answer: RawManifest };
  setup: { request: SetupInit; answer: Contributed };
  filter: {
    request: {
      readonly filter: string;
      readonly batches: readonly FilterBatch[];
      readonly cursor: Int32Array;
    };
    answer: readonly Answer<unknown>[];
  };
  name: {
    request: {
      readonly naming: string;
      readonly candidates: readonly Candidate[];
      readonly cursor: Int32Array;
    };
    answer: readonly Answer<unknown>[];
  };
  hook: { request: { readonly hook: HookName; readonly payload: unknown }; answer: unknown };
  dispose: { request: Record<never, never>; answer: undefined };
}

/** What goes to a plugin. */
export type ToPlugin =
  | {
    readonly [K in keyof Calls]: { readonly id: number; readonly call: K } & Calls[K]["request"];
  }[keyof Calls]
  /** Aborts one call, or everything when `id` is absent. */
  | { readonly abort: true; readonly id?: number };

/** What comes from a plugin. */
export type FromPlugin =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PluginFault }
  | { readonly progress: number; readonly id: number }
  | { readonly log: "debug" | "info" | "warn" | "error"; readonly message: string }
  /** It has tried to end itself. */
  | { readonly died: string };
