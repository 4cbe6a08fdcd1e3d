import type { Contributions, Hooks, NamingStrategy, SharedNaming } from "../core/plugin.ts";
import type { Calls, Contributed, FromPlugin, PluginFault, ToPlugin } from "./protocol.ts";

/** The plugin's end of a channel. */
export interface PluginEnd {
  post(message: FromPlugin): void;
  listen(handler: (message: ToPlugin) => void): void;
  load(url: string): Promise<Readonly<Record<string, unknown>>>;
}

/**
 * The plugin's side of the contract: loads it, sets it up and answers calls.
 *
 * It stands alone, without imports and without a name from outside its body, because its own text is what a
 * plugin's worker runs ({@linkcode workerSource}): so there is no file that a binary or a bundle could miss. The main
 * thread calls it as it is, so both transports behave the same.
 */
export function servePlugin(end: PluginEnd): void {
  const stopping = new AbortController();
  const running = new Map<number, AbortController>();
  let url = "";
  let plugin: { setup(context: unknown): Contributions | Promise<Contributions> } | undefined;
  let contributions: Contributions = {};

  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

  /** Never throws, whatever was thrown. */
  function faultOf(thrown: unknown): PluginFault {
    try {
      const stack = thrown instanceof Error ? String(thrown.stack ?? "") : "";
      const base = url.slice(0, url.lastIndexOf("/") + 1);
      const frame = stack.split("\n").find((line) => base !== "" && line.includes(base));
      const where = /(file:[^\s()]+?:\d+):\d+/.exec(frame ?? "")?.[1] ?? "";
      const name = thrown instanceof Error && thrown.name !== "Error" ? `${thrown.name}: ` : "";
      const message = thrown instanceof Error ? `${name}${thrown.message}` : `threw ${String(thrown)}`;
      return { message: message.slice(0, 1000), where };
    } catch {
      return { message: "threw something that cannot be told", where: "" };
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (stopping.signal.aborted) return reject(stopping.signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(stopping.signal.reason);
      };
      const timer = setTimeout(() => {
        stopping.signal.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      stopping.signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** `fetch` that tries three times, waits as it is told, and ends with the run. */
  async function patientFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    for (let attempt = 1;; attempt++) {
      let waitMs = 500 * 2 ** attempt;
      try {
        const signal = AbortSignal.any([request.signal, stopping.signal]);
        const response = await fetch(request.clone(), { signal });
        const isTransient = response.status === 429 || response.status >= 500;
        if (!isTransient || attempt === 3) return response;
        const stated = Number(response.headers.get("retry-after") ?? NaN);
        if (stated >= 0) waitMs = Math.min(stated * 1000, 60_000);
        await response.body?.cancel();
      } catch (error) {
        const isFinal = request.signal.aborted || stopping.signal.aborted || !(error instanceof TypeError);
        if (isFinal || attempt === 3) throw error;
      }
      await sleep(waitMs);
    }
  }

  async function load(request: Calls["load"]["request"]): Promise<unknown> {
    url = request.url;
    const exported = (await end.load(url)).default;
    if (!isRecord(exported)) return { missing: true };
    if (typeof exported.setup === "function") plugin = exported as typeof plugin & typeof exported;
    const { apiVersion, name, version, description, kinds, options, permissions } = exported;
    const manifest = { apiVersion, name, version, description, kinds, options, permissions };
    return { ...JSON.parse(JSON.stringify(manifest)), setup: typeof exported.setup };
  }

  async function setup(init: Calls["setup"]["request"]): Promise<Contributed> {
    const log = (level: "debug" | "info" | "warn" | "error") => (message: unknown) =>
      end.post({ log: level, message: String(message) });
    const answer: unknown = await plugin?.setup({
      options: init.options,
      log: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
      clock: { now: () => Date.now(), sleep },
      fetch: patientFetch,
      outputDir: init.outputDir,
      dataDir: init.dataDir,
      signal: stopping.signal,
    });
    if (!isRecord(answer)) throw new TypeError("setup() gave no object of contributions");
    contributions = answer as Contributions;
    const { filters = {}, namings = {}, hooks = {} } = answer;
    for (const [kind, group] of Object.entries({ filters, namings, hooks })) {
      if (!isRecord(group)) throw new TypeError(`setup() gave ${kind} that are no object`);
      for (const [name, member] of Object.entries(group)) {
        const isShared = kind === "namings" && isRecord(member) && typeof member.name === "function";
        if (typeof member === "function" || isShared || member === undefined) continue;
        throw new TypeError(`setup() gave ${kind}.${name} that is no function`);
      }
    }
    const namingNames = Object.entries(contributions.namings ?? {}).map(([name, naming]) => ({
      name,
      sharesFolders: typeof naming !== "function" && naming.sharesFolders === true,
    }));
    return {
      filters: Object.keys(contributions.filters ?? {}),
      namings: namingNames,
      hooks: Object.entries(contributions.hooks ?? {}).filter(([, hook]) => hook).map(([name]) =>
        name as keyof Hooks
      ),
    };
  }

  /** Answers one by one; the cursor tells the host at which one a plugin hangs or dies. */
  async function each<T>(
    items: readonly T[],
    cursor: Int32Array,
    ask: (item: T) => unknown,
  ): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const [index, item] of items.entries()) {
      Atomics.store(cursor, 0, index);
      try {
        const answer = ask(item);
        answers.push({ value: answer instanceof Promise ? await answer : answer });
      } catch (error) {
        // It has ended itself: the cursor has to stay where it is.
        if (error instanceof Error && error.name === "PluginEnded") return await new Promise(() => {});
        answers.push({ error: faultOf(error) });
      }
    }
    return answers;
  }

  function filter({ filter, batches, cursor }: Calls["filter"]["request"]): Promise<unknown[]> {
    const decide = contributions.filters?.[filter];
    const asked = batches.flatMap((batch) => batch.asked.map((index) => ({ batch, index })));
    return each(asked, cursor, ({ batch: { user, meeting, files }, index }) => {
      const file = files[index];
      if (!decide || !file) throw new TypeError(`no filter ${filter}`);
      return decide({ user, meeting, file }, files);
    });
  }

  function name({ naming, candidates, cursor }: Calls["name"]["request"]): Promise<unknown[]> {
    const found: NamingStrategy | SharedNaming | undefined = contributions.namings?.[naming];
    const strategy = typeof found === "function" ? found : found?.name;
    return each(candidates, cursor, (candidate) => {
      if (!strategy) throw new TypeError(`no naming ${naming}`);
      return strategy(candidate);
    });
  }

  async function hook(id: number, { hook, payload }: Calls["hook"]["request"]): Promise<unknown> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const hooks = (contributions.hooks ?? {}) as Record<string, (...args: unknown[]) => unknown>;
      return await hooks[hook]?.(payload, {
        signal: AbortSignal.any([stopping.signal, controller.signal]),
        progress: (fraction: number) => end.post({ progress: Number(fraction), id }),
      });
    } finally {
      running.delete(id);
    }
  }

  async function answer(message: Extract<ToPlugin, { call: string }>): Promise<unknown> {
    switch (message.call) {
      case "load":
        return await load(message);
      case "setup":
        return await setup(message);
      case "filter":
        return await filter(message);
      case "name":
        return await name(message);
      case "hook":
        return await hook(message.id, message);
      case "dispose":
        return void await contributions[Symbol.asyncDispose]?.();
    }
  }

  end.listen((message) => {
    if ("abort" in message) {
      const reason = new DOMException("The run stops", "AbortError");
      if (message.id === undefined) stopping.abort(reason);
      else running.get(message.id)?.abort(new DOMException("The call takes too long", "TimeoutError"));
      return;
    }
    const { id } = message;
    answer(message).then((value) => end.post({ id, value })).catch((error) =>
      end.post({ id, error: faultOf(error) })
    );
  });
}

/**
 * What a plugin's worker runs: {@linkcode servePlugin} behind guards that keep standard output for results and turn a
 * `Deno.exit()` into a message.
 */
export function workerSource(): string {
  return `(${guardWorker})(self); (${servePlugin})({
    post: (message) => self.postMessage(message),
    listen: (handler) => { self.onmessage = (event) => handler(event.data); },
    load: (url) => import(url),
  });`;
}

interface WorkerScope {
  postMessage(message: FromPlugin): void;
  close(): void;
}

function guardWorker(scope: WorkerScope): void {
  const post = scope.postMessage.bind(scope);
  const levels = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;
  const text = (part: unknown) => typeof part === "string" ? part : Deno.inspect(part);
  for (const [method, log] of Object.entries(levels)) {
    Object.defineProperty(console, method, {
      value: (...parts: unknown[]) => post({ log, message: parts.map(text).join(" ") }),
    });
  }
  const end = (how: string) => {
    post({ died: how });
    throw Object.assign(new Error(how), { name: "PluginEnded" });
  };
  Object.defineProperty(Deno, "exit", { value: (code?: number) => end(`called Deno.exit(${code ?? 0})`) });
  scope.close = () => end("closed its worker");
}
