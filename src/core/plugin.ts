/**
 * The plugin contract, `apiVersion: 1`. A plugin is data about itself and a `setup` that returns what it
 * contributes. Whatever crosses the boundary is plain structured-cloneable data, so that one contract serves
 * plugins on the main thread and plugins in a worker of their own.
 */
import type { DateRange } from "./date_range.ts";
import type { RunSummary } from "./events.ts";
import type { Candidate, RecordingFile } from "./recording.ts";
import type { Receipt } from "./sink.ts";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** One option. The same row yields validation, `plugins info`, the help and redaction. */
export type OptionSpec =
  & {
    /** One sentence. */
    readonly help: string;
    /** Without it the plugin cannot run. @default {false} */
    readonly required?: boolean;
    /** Its value is never shown. @default {false} */
    readonly secret?: boolean;
  }
  & (
    | { readonly type: "string" | "path" | "url"; readonly default?: string }
    /** `bytes` accepts `10M`, `milliseconds` accepts `45m`; both arrive as numbers. */
    | { readonly type: "number" | "bytes" | "milliseconds"; readonly default?: number }
    | { readonly type: "boolean"; readonly default?: boolean }
    | { readonly type: "choice"; readonly choices: readonly string[]; readonly default?: string }
    /** A JSON array of texts in the configuration, comma-separated on the command line. */
    | { readonly type: "list"; readonly default?: readonly string[] }
  );

/** All options of a plugin by name: letters, digits and `_`, beginning with a letter. */
export type OptionSchema = Readonly<Record<string, OptionSpec>>;

/** The type of one option's value. */
export type OptionValue<S extends OptionSpec> = S extends { readonly choices: readonly (infer C)[] } ? C
  : S["type"] extends "number" | "bytes" | "milliseconds" ? number
  : S["type"] extends "boolean" ? boolean
  : S["type"] extends "list" ? readonly string[]
  : string;

/** The parsed options that a schema describes; `undefined` where neither given, required nor defaulted. */
export type OptionValues<S extends OptionSchema> = {
  readonly [K in keyof S]: S[K] extends { readonly required: true } | { readonly default: unknown }
    ? OptionValue<S[K]>
    : OptionValue<S[K]> | undefined;
};

/** What a plugin touches, in Deno's own terms. `$OUTPUT` and `$PLUGIN_DATA` stand for folders. */
export interface PluginPermissions {
  /** Hosts, with or without a port: `hooks.example.com:443`. */
  readonly net?: readonly string[];
  /** Files and folders it reads. */
  readonly read?: readonly string[];
  /** Files and folders it writes. */
  readonly write?: readonly string[];
  /** Names of variables; those of Zoom's credentials are refused. */
  readonly env?: readonly string[];
  /** Programs. Whoever may run a program may do whatever the program may. */
  readonly run?: readonly string[];
}

/** What a plugin can contribute. */
export type PluginKind = "filter" | "naming" | "hook";

/** A plugin. Default-export one from a file, or from the `mod.ts` of a folder. */
export interface Plugin<S extends OptionSchema = OptionSchema> {
  /** Version of this contract. */
  readonly apiVersion: 1;
  /** kebab-case; the namespace of its options, logs and contributions. */
  readonly name: string;
  /** SemVer. */
  readonly version: string;
  /** One sentence, shown by `plugins list`. */
  readonly description: string;
  /** What it contributes, for lists; checked against what `setup` returns. @default {not stated} */
  readonly kinds?: readonly PluginKind[];
  /** Its options, as rows. @default {none} */
  readonly options?: S;
  /** What it touches. @default {nothing} */
  readonly permissions?: PluginPermissions;
  /** Called once per run with validated options. Throwing ends the run before anything is fetched (exit 7). */
  setup(context: PluginContext<OptionValues<S>>): Awaitable<Contributions>;
}

/** Writes to the program's log, category `plugin` and the plugin's name; secrets are redacted. */
export interface PluginLog {
  /** For whoever looks closely. */
  debug(message: string): void;
  /** Worth a line. */
  info(message: string): void;
  /** Something is odd. */
  warn(message: string): void;
  /** Something did not work. */
  error(message: string): void;
}

/** What a plugin works with. */
export interface PluginContext<O = Readonly<Record<string, unknown>>> {
  /** Its options, checked and complete. */
  readonly options: O;
  /** Writes to the program's log. */
  readonly log: PluginLog;
  /** Time and waiting. */
  readonly clock: {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Resolves after `ms`, or rejects when the run stops. */
    sleep(ms: number): Promise<void>;
  };
  /** `fetch` that tries again (429, 5xx, no answer; three times) and ends with the run. Knows no credentials of Zoom. */
  readonly fetch: typeof fetch;
  /** Absolute path of the archive. */
  readonly outputDir: string;
  /** Absolute path of a folder of the plugin's own; exists. */
  readonly dataDir: string;
  /** Aborted when the run stops. */
  readonly signal: AbortSignal;
}

/** What a plugin does. Keys are what users select and what the inventory gives as a reason. Absent: does not do that. */
export interface Contributions extends Partial<AsyncDisposable> {
  /** Which files to take. */
  readonly filters?: Readonly<Record<string, Filter>>;
  /** Where files go. */
  readonly namings?: Readonly<Record<string, NamingStrategy | SharedNaming>>;
  /** What happens around a file and a run. */
  readonly hooks?: Hooks;
}

/**
 * Decides about one file. `false` leaves it out; the inventory keeps `plugin/filter` as the reason, and every run
 * asks anew. A throw fails the file for this run.
 *
 * @param siblings all files of its meeting that are known, itself included
 */
export type Filter = (candidate: Candidate, siblings: readonly RecordingFile[]) => Awaitable<boolean>;

/**
 * Raw path segments for a file: folders and, last, the base name without its extension.
 *
 * The storage encodes them, keeps them inside the archive, resolves collisions and adds the extension. Asked
 * once per file: a path once given never changes. The folder is the meeting's own: another meeting that asks for
 * the same one gets a suffix, and files of one meeting stay together, in the folder of the first.
 */
export type NamingStrategy = (candidate: Candidate) => Awaitable<readonly [string, ...string[]]>;

/** A naming whose folders hold files of many meetings; `meta.json` and `files.csv` go elsewhere then. */
export interface SharedNaming {
  /** True when its folders hold files of many meetings. */
  readonly sharesFolders: boolean;
  /** Names one file. */
  readonly name: NamingStrategy;
}

/** A file of the archive. */
export interface StoredFile extends Candidate {
  /** Absolute. */
  readonly path: string;
  /** Below the archive, `/`-separated. */
  readonly relativePath: string;
  /** Size and digest, as received. */
  readonly receipt: Receipt;
}

/** What a hook may say about the file it was called for. */
export interface HookResult {
  /** Files it made, relative to the archive, `/`-separated; kept in the inventory as made by this plugin. */
  readonly made?: readonly string[];
  /** One of `made` that has taken the place of the original, which the hook removed. */
  readonly replacedBy?: string;
  /** Why the file is no good: its row becomes `failed` with this as the error, and the next run fetches it again. */
  readonly reject?: string;
}

/** How one call of a hook is followed and stopped. */
export interface HookCall {
  /** Aborted when the run stops or the call takes too long. */
  readonly signal: AbortSignal;
  /** Says how far it is, from 0 to 1. */
  progress(fraction: number): void;
}

/** What a run is about. */
export interface RunInfo {
  /** Key of the run in the inventory. */
  readonly runId: string;
  /** The days it is about. */
  readonly range: DateRange;
  /** Absolute path of the archive. */
  readonly outputDir: string;
}

/**
 * Moments of a run. Filters choose, hooks observe: a hook that fails is recorded and tried again by the next run,
 * and never undoes a file. Each is called at least once per file, so make it idempotent.
 */
export interface Hooks {
  /** Before anything is listed. Not tried again. */
  beforeRun?(run: RunInfo): Awaitable<void>;
  /** A file has its name, its bytes proven and on disk. */
  afterTransfer?(file: StoredFile, call: HookCall): Awaitable<HookResult | void>;
  /** A filter has left a file out. */
  onSkip?(file: Candidate & { readonly reason: string }, call: HookCall): Awaitable<void>;
  /** A file could not be fetched in this run. */
  onFailure?(
    file: Candidate & { readonly code: string; readonly error: string; readonly attempts: number },
    call: HookCall,
  ): Awaitable<void>;
  /** Everything else is done. Not tried again. */
  afterRun?(summary: RunSummary): Awaitable<void>;
}

/** Names of the hooks that are called for single files. */
export type FileHook = "afterTransfer" | "onSkip" | "onFailure";

/** Names of all hooks. */
export type HookName = keyof Hooks;

/**
 * The identity, for inference: options arrive in `setup` with the types that their rows say.
 *
 * @example A filter
 * ```ts
 * import { definePlugin } from "zoom-extract";
 *
 * export default definePlugin({
 *   apiVersion: 1,
 *   name: "long-ones",
 *   version: "1.0.0",
 *   description: "Leaves out meetings shorter than some minutes.",
 *   options: { minutes: { type: "number", default: 5, help: "Shortest meeting to fetch." } },
 *   setup: ({ options }) => ({
 *     filters: { duration: ({ meeting }) => meeting.durationMinutes >= options.minutes },
 *   }),
 * });
 * ```
 *
 * @since 0.2.0
 */
export function definePlugin<const S extends OptionSchema>(plugin: Plugin<S>): Plugin<S> {
  return plugin;
}
