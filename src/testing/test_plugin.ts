import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { ActivePlugins } from "../core/active_plugins.ts";
import type { RunSummary } from "../core/events.ts";
import type { HookName, HookResult, OptionSchema, Plugin, StoredFile } from "../core/plugin.ts";
import { noPlugins } from "../core/plugin_config.ts";
import type { Candidate, RecordingFile } from "../core/recording.ts";
import { openPlugins } from "../plugin_host/mod.ts";

/** How a plugin is tried. */
export interface TrialOptions {
  /** Its options, as in a configuration file. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Time for one call. @default {30_000} */
  readonly timeoutMs?: number;
}

/** A plugin set up over an empty archive, which goes away with it. */
export interface PluginTrial extends AsyncDisposable {
  /** Absolute path of the archive. */
  readonly dir: string;
  /** What it logged, oldest first: `info: text`. */
  readonly logged: readonly string[];
  /** The reason to leave the file out; `undefined` to take it. */
  choose(candidate: Candidate, siblings?: readonly RecordingFile[]): Promise<string | undefined>;
  /** Raw path segments. */
  name(candidate: Candidate): Promise<readonly string[]>;
  /** Puts a file into the archive, as a transfer would. */
  store(
    candidate: Candidate,
    relativePath: string,
    content: string | Uint8Array<ArrayBuffer>,
  ): Promise<StoredFile>;
  /**
   * A whole run with the plugin against a simulated account, into {@linkcode dir}.
   *
   * @param account how large: two users and one month unless said otherwise
   */
  run(
    account?: { readonly users?: number; readonly months?: number; readonly seed?: number },
  ): Promise<RunSummary>;
  /** Calls a hook, with whatever that hook gets. */
  call(hook: HookName, payload: unknown, onProgress?: (fraction: number) => void): Promise<HookResult>;
}

/**
 * Sets a plugin up on its own, with the checks of a real run: options, names, answers, time limits.
 *
 * @throws {PluginError} When it cannot be set up.
 *
 * @example A filter that likes long meetings
 * ```ts
 * import { definePlugin, sampleCandidate, testPlugin } from "zoom-extract";
 *
 * const plugin = definePlugin({
 *   apiVersion: 1,
 *   name: "long-ones",
 *   version: "1.0.0",
 *   description: "Leaves out short meetings.",
 *   options: { minutes: { type: "number", default: 5, help: "Shortest meeting to fetch." } },
 *   setup: ({ options }) => ({
 *     filters: { duration: ({ meeting }) => meeting.durationMinutes >= options.minutes },
 *   }),
 * });
 * await using trial = await testPlugin(plugin, { options: { minutes: 30 } });
 * const short = sampleCandidate({ meeting: { durationMinutes: 3 } });
 * if (await trial.choose(short) !== "long-ones/duration") throw new Error("it was taken");
 * ```
 */
export async function testPlugin<S extends OptionSchema>(
  plugin: Plugin<S>,
  options: TrialOptions = {},
): Promise<PluginTrial> {
  const dir = await Deno.makeTempDir({ prefix: "zoom-extract-plugin-" });
  const logged: string[] = [];
  try {
    const { timeoutMs = 30_000 } = options;
    const plugins = await openPlugins({
      ...noPlugins,
      given: [plugin as unknown as Plugin],
      settings: { [plugin.name]: { options: options.options ?? {} } },
      callTimeoutMs: timeoutMs,
      hookTimeoutMs: timeoutMs,
    }, {
      bundled: {},
      outputDir: dir,
      secrets: { files: [], variables: [] },
      makeDataDir: (path) => Deno.mkdir(path, { recursive: true }),
      onLog: (_, level, message) => void logged.push(`${level}: ${message}`),
      onLeftOut: () => {},
    });
    const run = (account: Parameters<PluginTrial["run"]>[0]) =>
      runOnSimulator({ plugin: plugin as unknown as Plugin, dir, options: options.options ?? {}, account });
    return trialOf(plugins, { name: plugin.name, dir, logged, run });
  } catch (error) {
    await Deno.remove(dir, { recursive: true });
    throw error;
  }
}

function trialOf(
  plugins: ActivePlugins,
  { name, dir, logged, run }: { name: string; dir: string; logged: string[]; run: PluginTrial["run"] },
): PluginTrial {
  const never = new AbortController().signal;
  return {
    dir,
    logged,
    run,
    async choose(candidate, siblings = [candidate.file]) {
      const [choice] = await plugins.choose([{ candidate, siblings }]);
      if (choice && "error" in choice) throw choice.error;
      return choice?.reason;
    },
    async name(candidate) {
      if (!plugins.naming) throw new TypeError(`Plugin "${name}" contributes no naming`);
      const [named] = await plugins.naming.name([candidate]);
      if (!named || "error" in named) throw named?.error ?? new TypeError("no answer");
      return named.segments;
    },
    async store(candidate, relativePath, content) {
      const path = join(dir, relativePath);
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeFile(path, bytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { ...candidate, path, relativePath, receipt: { sizeBytes: bytes.length, sha256 } };
    },
    call: (hook, payload, onProgress) =>
      plugins.callHook(name, { hook, payload }, { signal: never, ...(onProgress ? { onProgress } : {}) }),
    async [Symbol.asyncDispose]() {
      await plugins[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

async function runOnSimulator(
  { plugin, dir, options, account }: {
    plugin: Plugin;
    dir: string;
    options: Readonly<Record<string, unknown>>;
    account: Parameters<PluginTrial["run"]>[0];
  },
): Promise<RunSummary> {
  const [{ runExtract }, { startSimulator }, { completeConfig }] = await Promise.all([
    import("../app.ts"),
    import("../simulator/mod.ts"),
    import("../core/config.ts"),
  ]);
  await using zoom = await startSimulator({ users: 2, months: 1, ...account });
  const { credentials, apiUrl, oauthUrl } = zoom;
  const plugins = { given: [plugin], settings: { [plugin.name]: { options } } };
  return await runExtract(
    completeConfig({ credentials, apiUrl, oauthUrl, outputDir: dir, minFreeSpaceBytes: 0, plugins }),
  );
}
