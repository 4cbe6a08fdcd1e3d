import type {
  ActiveNaming,
  ActivePlugins,
  Asked,
  Choice,
  HookCallOptions,
  Named,
} from "../core/active_plugins.ts";
import { PluginError } from "../core/errors.ts";
import type { HookName, HookResult, PluginKind, PluginPermissions } from "../core/plugin.ts";
import type { PluginConfig } from "../core/plugin_config.ts";
import type { Candidate } from "../core/recording.ts";
import { checkHookResult, checkSegments } from "./answers.ts";
import { type HostOptions, type LoadedPlugin, loadPlugins } from "./load_plugins.ts";
import { parsePluginOptions } from "./plugin_options.ts";
import type { Manifest } from "./manifest.ts";
import type { Answer, Contributed, FilterBatch } from "./protocol.ts";
import { describe, RunningPlugin } from "./running_plugin.ts";

/** How a run opens its plugins. */
export interface OpenOptions extends HostOptions {
  /** Makes the folder of a plugin's own; absent when nothing may be created. */
  readonly makeDataDir?: (path: string) => Promise<void>;
  /** Told about drop-ins that were left out, and why. */
  onLeftOut(plugin: LoadedPlugin): void;
}

/**
 * Finds, checks and sets up the plugins of a run. All of it happens before anything is listed, so that a mistake costs
 * nothing.
 *
 * @throws {PluginError} When one cannot be loaded, its options are wrong, or its setup fails.
 */
export async function openPlugins(config: PluginConfig, options: OpenOptions): Promise<ActivePlugins> {
  const loaded = await loadPlugins(config, options);
  const ready = loaded.map((plugin) => {
    const given = config.settings[plugin.manifest.name]?.options ?? {};
    if (plugin.open === undefined) options.onLeftOut(plugin);
    return { plugin, values: plugin.open ? parsePluginOptions(plugin.manifest, given) : {} };
  });
  await using stack = new AsyncDisposableStack();
  const running: RunningPlugin[] = [];
  for (const { plugin, values } of ready) {
    const { open, manifest: { name }, url, dataDir } = plugin;
    if (open === undefined) continue;
    await options.makeDataDir?.(dataDir);
    const started = stack.use(
      await RunningPlugin.start({
        name,
        url,
        open,
        init: { name, options: values, outputDir: options.outputDir, dataDir },
        timeouts: { callMs: config.callTimeoutMs, hookMs: config.hookTimeoutMs },
        onLog: (level, message) => options.onLog(name, level, message),
      }),
    );
    requireKinds(plugin.manifest, started.contributed);
    running.push(started);
  }
  const naming = chooseNaming(running, config.naming);
  const resources = stack.move();
  return {
    choose: (asked) => choose(running, asked),
    naming,
    permissions: together(loaded.filter(({ open }) => open !== undefined)),
    hooks: running.filter(({ contributed }) => contributed.hooks.length > 0)
      .map(({ name, contributed }) => ({ plugin: name, moments: contributed.hooks })),
    callHook: (plugin, call, callOptions) => callHook(running, plugin, { ...call, ...callOptions }),
    stop: () => running.forEach((plugin) => plugin.stop()),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function together(plugins: readonly LoadedPlugin[]): Required<PluginPermissions> {
  const all = (kind: keyof PluginPermissions) =>
    plugins.flatMap(({ needs, isTrusted }) => isTrusted ? ["*"] : needs[kind]);
  return { net: all("net"), read: all("read"), write: all("write"), env: all("env"), run: all("run") };
}

/** Whoever states what it contributes contributes that. */
export function requireKinds({ name, kinds }: Manifest, { filters, namings, hooks }: Contributed): void {
  if (kinds.length === 0) return;
  const real: Readonly<Record<PluginKind, number>> = {
    filter: filters.length,
    naming: namings.length,
    hook: hooks.length,
  };
  for (const [kind, count] of Object.entries(real) as [PluginKind, number][]) {
    if (kinds.includes(kind) === count > 0) continue;
    const state = count > 0 ? `setup() gave a ${kind} that kinds does not name` : `setup() gave no ${kind}`;
    throw new PluginError(`Cannot use plugin "${name}": ${state}`, { plugin: name, stage: "setup" });
  }
}

async function choose(running: readonly RunningPlugin[], asked: readonly Asked[]): Promise<Choice[]> {
  const choices: (Choice | undefined)[] = asked.map(() => undefined);
  for (const plugin of running) {
    for (const filter of plugin.contributed.filters) {
      const open = asked.flatMap((item, index) => choices[index] === undefined ? [{ item, index }] : []);
      if (open.length === 0) break;
      const answers = await plugin.filter(filter, toBatches(open.map(({ item }) => item)));
      open.forEach(({ index }, i) => {
        const choice = readVerdict(plugin.name, filter, answers[i]);
        if (choice !== undefined) choices[index] = choice;
      });
    }
  }
  return choices.map((choice) => choice ?? { reason: undefined });
}

/** What an answer decides; `undefined` when it lets the file pass. */
function readVerdict(
  plugin: string,
  filter: string,
  answer: Answer<unknown> | undefined,
): Choice | undefined {
  const name = `${plugin}/${filter}`;
  if (answer === undefined) return { error: planningError(plugin, `filter ${name} gave no answer`) };
  if ("error" in answer) return { error: planningError(plugin, `filter ${name}: ${describe(answer.error)}`) };
  if (answer.value === true) return undefined;
  if (answer.value === false) return { reason: name };
  const given = answer.value === null ? "null" : typeof answer.value;
  return { error: planningError(plugin, `filter ${name} gave ${given}, not true or false`) };
}

/** Neighbours of one meeting share a batch. */
function toBatches(asked: readonly Asked[]): FilterBatch[] {
  const batches: (FilterBatch & { asked: number[] })[] = [];
  let siblings: Asked["siblings"] | undefined;
  for (const { candidate: { user, meeting, file }, siblings: mine } of asked) {
    let index = mine.findIndex(({ key }) => key === file.key);
    const files = index === -1 ? [...mine, file] : mine;
    if (index === -1) index = mine.length;
    const last = batches.at(-1);
    if (last && siblings === mine && files === mine) last.asked.push(index);
    else batches.push({ user, meeting, files, asked: [index] });
    siblings = mine;
  }
  return batches;
}

function chooseNaming(
  running: readonly RunningPlugin[],
  wanted: string | undefined,
): ActiveNaming | undefined {
  const all = running.flatMap((plugin) =>
    plugin.contributed.namings.map((naming) => ({ plugin, ...naming, id: `${plugin.name}/${naming.name}` }))
  );
  const ids = all.map(({ id }) => id);
  const found = wanted === undefined ? all[0] : all.find(({ id }) => id === wanted);
  if (wanted !== undefined && !found) {
    throw new PluginError(`Cannot use --naming "${wanted}": no active plugin contributes it`, {
      plugin: wanted,
      stage: "options",
      hint: ids.length === 0 ? "no active plugin names files" : `there are ${ids.join(", ")}`,
    });
  }
  if (wanted === undefined && all.length > 1) {
    throw new PluginError(`Cannot choose a naming: ${ids.join(" and ")} are active`, {
      plugin: ids.join(", "),
      stage: "options",
      hint: "say which with --naming",
    });
  }
  if (!found) return undefined;
  return { sharesFolders: found.sharesFolders, name: (candidates) => nameAll(found, candidates) };
}

async function nameAll(
  { plugin, name, id }: { plugin: RunningPlugin; name: string; id: string },
  candidates: readonly Candidate[],
): Promise<Named[]> {
  const answers = await plugin.nameAll(name, candidates);
  return candidates.map((_, i): Named => {
    const answer = answers[i];
    if (answer === undefined) return { error: planningError(plugin.name, `naming ${id} gave no answer`) };
    if ("error" in answer) {
      return { error: planningError(plugin.name, `naming ${id}: ${describe(answer.error)}`) };
    }
    const checked = checkSegments(answer.value);
    return "segments" in checked
      ? checked
      : { error: planningError(plugin.name, `naming ${id} gave ${checked.problem}`) };
  });
}

async function callHook(
  running: readonly RunningPlugin[],
  name: string,
  call: { hook: HookName; payload: unknown } & HookCallOptions,
): Promise<HookResult> {
  const plugin = running.find((plugin) => plugin.name === name);
  if (!plugin) throw new TypeError(`No active plugin "${name}"`);
  const { hook, payload, signal, onProgress } = call;
  const answer = await plugin.hook(hook, payload, { signal, ...(onProgress ? { onProgress } : {}) });
  const checked = checkHookResult(answer);
  if ("result" in checked) return checked.result;
  throw new PluginError(`Plugin "${name}", hook ${hook}: gave ${checked.problem}`, {
    plugin: name,
    stage: "hook",
    code: "plugin_answer",
  });
}

function planningError(plugin: string, message: string): PluginError {
  return new PluginError(`Plugin "${plugin}", ${message}`, { plugin, stage: "plan", code: "plugin_plan" });
}
