/**
 * Every cloud recording of a Zoom account, as a library: the same run the command line makes.
 *
 * Nothing is printed and nothing is read from the environment. Progress comes as events; logging is LogTape's,
 * category `zoom-extract`, silent until the embedding program configures it.
 *
 * @module
 */
import { type AppOptions, listFiles, runExtract } from "./src/app.ts";
import type { Clock } from "./src/core/clock.ts";
import { completeConfig, type PartialConfig } from "./src/core/config.ts";
import type { EventListener, RunSummary } from "./src/core/events.ts";
import type { ListedFileState } from "./src/pipeline/plan/mod.ts";

export type { Clock } from "./src/core/clock.ts";
export type { ApiPlan, Config, Credentials, Discovery, Order, PartialConfig } from "./src/core/config.ts";
export type { DateRange } from "./src/core/date_range.ts";
export type {
  DepartedHost,
  Expiry,
  MissingFile,
  MissingGroup,
  Reconciliation,
  RunChanges,
} from "./src/core/reconciliation.ts";
export {
  ApiError,
  AppError,
  type AppErrorOptions,
  AuthError,
  InventoryError,
  LockedError,
  NetworkError,
  StorageError,
  UsageError,
} from "./src/core/errors.ts";
export type {
  EventListener,
  Failure,
  FileCounts,
  Plan,
  PlanRow,
  RunEvent,
  RunSummary,
  WindowProof,
} from "./src/core/events.ts";
export { ExitCode } from "./src/core/exit_code.ts";
export {
  type Awaitable,
  type Contributions,
  definePlugin,
  type FileHook,
  type Filter,
  type HookCall,
  type HookName,
  type HookResult,
  type Hooks,
  type NamingStrategy,
  type OptionSchema,
  type OptionSpec,
  type OptionValue,
  type OptionValues,
  type Plugin,
  type PluginContext,
  type PluginKind,
  type PluginLog,
  type PluginPermissions,
  type RunInfo,
  type SharedNaming,
  type StoredFile,
} from "./src/core/plugin.ts";
export type { PluginConfig, PluginSettings } from "./src/core/plugin_config.ts";
export type { Candidate, Meeting, RecordingFile, User } from "./src/core/recording.ts";
export type { Receipt } from "./src/core/sink.ts";
export type { FileStatus } from "./src/pipeline/mod.ts";
export type { ListedFileState } from "./src/pipeline/plan/mod.ts";
export {
  type PluginTrial,
  sampleCandidate,
  type SampleOptions,
  testPlugin,
  type TrialOptions,
} from "./src/testing/mod.ts";

/** How to follow and stop a run. */
export interface ExtractOptions {
  /** Stops the run in good order; it resolves with the status `interrupted`. */
  readonly signal?: AbortSignal;
  /** Receives progress, synchronously; must not throw. */
  readonly onEvent?: EventListener;
  /** What time it is and how to wait. @default {the system's} */
  readonly clock?: Clock;
}

/**
 * Brings every recording of the range into the archive and resolves with the reconciliation.
 *
 * Files and windows that failed are in the summary; only what keeps the whole run from going on rejects.
 *
 * @throws {AuthError} When credentials or scopes are refused.
 * @throws {NetworkError} When Zoom cannot be reached.
 * @throws {LockedError} When another run holds the archive.
 * @throws {StorageError} When the archive cannot be written, or its disk is full.
 *
 * @example One month of one person
 * ```ts
 * import { extract } from "zoom-extract";
 * import { startSimulator } from "./src/simulator/mod.ts"; // in place of a real account
 *
 * await using zoom = await startSimulator({ users: 2, months: 1 });
 * const summary = await extract({
 *   credentials: zoom.credentials,
 *   apiUrl: zoom.apiUrl,
 *   oauthUrl: zoom.oauthUrl,
 *   outputDir: await Deno.makeTempDir(),
 * }, { onEvent: (event) => event.type === "file_completed" && event.path });
 * if (summary.exit_code !== 0) throw new Error(summary.failures[0]?.message);
 * ```
 */
export function extract(config: PartialConfig, options: ExtractOptions = {}): Promise<RunSummary> {
  return runExtract(completeConfig(config, options.clock?.now()), options satisfies AppOptions);
}

/**
 * Lists what Zoom has for the range, live, each file once, together with what the archive already holds.
 *
 * @throws {AuthError} When credentials or scopes are refused.
 * @throws {NetworkError} When Zoom cannot be reached.
 *
 * @example Bytes per file type
 * ```ts
 * import { listRecordings } from "zoom-extract";
 * import { startSimulator } from "./src/simulator/mod.ts"; // in place of a real account
 *
 * await using zoom = await startSimulator({ users: 2, months: 1 });
 * const bytes = new Map<string, number>();
 * const { credentials, apiUrl, oauthUrl } = zoom;
 * for await (const { candidate: { file } } of listRecordings({ credentials, apiUrl, oauthUrl })) {
 *   bytes.set(file.fileType, (bytes.get(file.fileType) ?? 0) + (file.listedSizeBytes ?? 0));
 * }
 * if (!bytes.has("MP4")) throw new Error("no video");
 * ```
 */
export function listRecordings(
  config: PartialConfig,
  options: ExtractOptions = {},
): AsyncGenerator<ListedFileState> {
  return listFiles(completeConfig(config, options.clock?.now()), options satisfies AppOptions);
}
