import { PluginError } from "../core/errors.ts";
import type { HookName } from "../core/plugin.ts";
import type { Candidate } from "../core/recording.ts";
import type { OpenChannel } from "./channel.ts";
import { CallFailure, type CallOptions, Line } from "./line.ts";
import type { Answer, Contributed, FilterBatch, PluginFault, SetupInit } from "./protocol.ts";

/** How a plugin is run. */
export interface RunningPluginOptions {
  readonly name: string;
  /** Address of its file. */
  readonly url: string;
  readonly open: OpenChannel;
  readonly init: SetupInit;
  /** For one message of a filter or naming, and for a hook. */
  readonly timeouts: { readonly callMs: number; readonly hookMs: number };
  readonly onLog: (level: "debug" | "info" | "warn" | "error", message: string) => void;
}

/** Times a plugin may die in one run before it is left alone. */
const maxDeaths = 5;

/** Time a plugin gets to clean up: a run that is over does not wait for one that spins. */
const farewellMs = 1_000;

/** Files in one message: few enough that a time limit means something. */
const batchSize = 500;

/**
 * A plugin at work. One that hangs or dies costs the file it was busy with; a fresh copy goes on with the next, a
 * few times.
 */
export class RunningPlugin implements AsyncDisposable {
  readonly name: string;
  readonly contributed: Contributed;
  readonly #options: RunningPluginOptions;
  #line: Line;
  #restarting: Promise<Line> | undefined;
  #deaths = 0;

  private constructor(options: RunningPluginOptions, line: Line, contributed: Contributed) {
    this.name = options.name;
    this.#options = options;
    this.#line = line;
    this.contributed = contributed;
  }

  /**
   * Loads the plugin and sets it up.
   *
   * @throws {PluginError} When it cannot be.
   */
  static async start(options: RunningPluginOptions): Promise<RunningPlugin> {
    const { line, contributed } = await bringUp(options).catch((error) => {
      throw setupError(options.name, options.url, error);
    });
    return new RunningPlugin(options, line, contributed);
  }

  /** Asks a filter about the files that the batches name, in order. */
  filter(filter: string, batches: readonly FilterBatch[]): Promise<Answer<unknown>[]> {
    const asked = batches.flatMap((batch) => batch.asked.map((index) => ({ batch, index })));
    return this.#answerAll(
      asked,
      (line, rest, cursor, options) =>
        line.call("filter", { filter, batches: regroup(rest), cursor }, options),
    );
  }

  /** Asks a naming for each candidate, in order. */
  nameAll(naming: string, candidates: readonly Candidate[]): Promise<Answer<unknown>[]> {
    return this.#answerAll(
      candidates,
      (line, rest, cursor, options) => line.call("name", { naming, candidates: rest, cursor }, options),
    );
  }

  /**
   * Calls a hook.
   *
   * @throws {PluginError} When it throws, hangs or dies.
   * @throws The signal's reason, when that is why it ended.
   */
  async hook(
    hook: HookName,
    payload: unknown,
    { signal, onProgress }: Pick<CallOptions, "signal" | "onProgress"> = {},
  ): Promise<unknown> {
    try {
      const line = await this.#alive();
      return await line.call("hook", { hook, payload }, {
        timeoutMs: this.#options.timeouts.hookMs,
        signal,
        onProgress,
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof CallFailure)) throw error;
      throw new PluginError(`Plugin "${this.name}", hook ${hook}: ${describe(error.fault)}`, {
        plugin: this.name,
        stage: "hook",
        code: `plugin_${error.kind}`,
      });
    }
  }

  /** Tells the plugin that the run stops. */
  stop(): void {
    this.#line.abortAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line.call("dispose", {}, { timeoutMs: farewellMs }).catch(() => {});
    this.#line.end("the run is over");
  }

  async #answerAll<T>(
    items: readonly T[],
    ask: (
      line: Line,
      rest: readonly T[],
      cursor: Int32Array,
      options: CallOptions,
    ) => Promise<readonly Answer<unknown>[]>,
  ): Promise<Answer<unknown>[]> {
    const answers: Answer<unknown>[] = [];
    let fatal: { readonly index: number; readonly fault: PluginFault } | undefined;
    while (answers.length < items.length) {
      if (fatal?.index === answers.length) {
        answers.push({ error: fatal.fault });
        fatal = undefined;
        continue;
      }
      // Answers given before a death died with it: they are asked for again, without the fatal file.
      const end = Math.min(answers.length + batchSize, fatal?.index ?? Infinity);
      const part = items.slice(answers.length, end);
      const cursor = new Int32Array(new SharedArrayBuffer(4));
      try {
        const options = { timeoutMs: this.#options.timeouts.callMs };
        answers.push(...await ask(await this.#alive(), part, cursor, options));
      } catch (error) {
        if (!(error instanceof CallFailure)) throw error;
        const mayGoOn = error.kind !== "fault" && this.#deaths <= maxDeaths;
        if (mayGoOn) fatal = { index: answers.length + Atomics.load(cursor, 0), fault: error.fault };
        else answers.push(...part.map(() => ({ error: error.fault })));
      }
    }
    return answers;
  }

  /** The living copy, or a fresh one. */
  #alive(): Promise<Line> {
    if (this.#line.death === undefined) return Promise.resolve(this.#line);
    return this.#restarting ??= this.#restart().finally(() => this.#restarting = undefined);
  }

  async #restart(): Promise<Line> {
    const how = this.#line.death ?? "";
    if (++this.#deaths > maxDeaths) {
      throw new CallFailure("death", {
        message: `is left alone after it died ${maxDeaths} times, the last time: ${how}`,
        where: "",
      });
    }
    this.#options.onLog("warn", `died and is started again: ${how}`);
    const { line } = await bringUp(this.#options);
    return this.#line = line;
  }
}

async function bringUp(options: RunningPluginOptions): Promise<{ line: Line; contributed: Contributed }> {
  const line = new Line(options.open, options.onLog);
  const timeout = { timeoutMs: options.timeouts.callMs };
  try {
    await line.call("load", { url: options.url }, timeout);
    return { line, contributed: await line.call("setup", options.init, timeout) };
  } catch (error) {
    line.end("could not be set up");
    throw error;
  }
}

function setupError(name: string, url: string, error: unknown): unknown {
  if (!(error instanceof CallFailure)) return error;
  return new PluginError(`Cannot set up plugin "${name}" (${url}): ${describe(error.fault)}`, {
    plugin: name,
    stage: "setup",
  });
}

/** A fault in words, with its place. */
export function describe({ message, where }: PluginFault): string {
  return where === "" ? message : `${message} (${where})`;
}

/** Batches again from single files, neighbours of one meeting together. */
function regroup(asked: readonly { batch: FilterBatch; index: number }[]): FilterBatch[] {
  const batches: (FilterBatch & { asked: number[] })[] = [];
  let last: FilterBatch | undefined;
  for (const { batch, index } of asked) {
    if (batch !== last) batches.push({ ...batch, asked: [] });
    last = batch;
    batches.at(-1)?.asked.push(index);
  }
  return batches;
}
